"""How long customers stay: the share still there month by month, and each level of a dimension against the rest.

survival   a row per month of life, of the whole and of each level
COLUMNS    of the answer, whatever the options
"""

from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib import survival as curves
from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.measures import Answer, left_out
from lib.measures.lives.lives import (
    COUNTED,
    Group,
    Lives,
    Z,
    counted,
    day_of,
    groups_of,
    horizon_of,
    lay,
    lives,
    months_of,
    rest_of,
)

_AGAINST = [
    "life_difference", "life_difference_lo", "life_difference_hi",
    "arr_difference", "arr_difference_lo", "arr_difference_hi", "arr_difference_worth", "p_rest",
]  # fmt: skip
_OF_LEVEL = [
    "n_lives", "n_lives_ended", "is_small", "half_stay_days", "half_stay_days_lo", "half_stay_days_hi",
    "horizon_months", "life_months", "life_months_lo", "life_months_hi",
    "life_difference", "life_difference_lo", "life_difference_hi",
    "currency", "arr_at_start", "arr_months", "arr_months_lo", "arr_months_hi",
    "arr_difference", "arr_difference_lo", "arr_difference_hi", "arr_difference_worth", "p_rest", "q_rest", "p_lives",
]  # fmt: skip
COLUMNS = [
    "is_whole", "level", "month", "survival_rate", "survival_rate_lo", "survival_rate_hi", "n_still", "n_ended_by", *_OF_LEVEL,
]  # fmt: skip


def survival(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str | None = None,
    among: str = "all",
    horizon: int | None = None,
) -> Answer:
    """The share of customers still there by months of life (Kaplan and Meier), those still customers being last seen.

    by        a dimension, as it was on the first day of a life: each value by itself, below the whole; empty: no value
    among     all lives, or those that began in the period
    horizon   the months over which levels are compared; those of the definitions while every level of enough lives reaches them

    life_months is the mean of the first `horizon` months that a customer stays (the area below the curve), arr_months the
    same of each unit of ARR they began with; the differences are to all other levels together, with normal intervals of
    independent groups. p_rest is the log-rank test of a level against the others, q_rest Benjamini and Hochberg's over the
    levels that have few_accounts lives, as their rest has; p_lives is the log-rank test of those levels together.
    """
    left, sql = lay(con, book, definitions, by, among)
    rows = counted(con)
    groups = groups_of(rows, by)
    months, currency = horizon_of(groups, horizon, definitions), _currency(rows)
    few = definitions.reading.few_accounts
    found = [lives(each.rows) for each in groups]
    facts = [_of_level(own, each.rows, currency, months, few) for own, each in zip(found, groups, strict=True)]
    for fact, own, group in zip(facts, found, groups, strict=True):
        others = rest_of(rows, group.level)
        if not group.is_whole and own.n_all >= few <= others["n"].sum():
            fact |= _against(group.rows, others, currency, months)
    large = [own for own, group in zip(found, groups, strict=True) if not group.is_whole and own.n_all >= few]
    q, p = stats.benjamini_hochberg([fact["p_rest"] for fact in facts]), _logrank(large)
    parts = [
        _by_month(group, own).assign(**fact, q_rest=share, p_lives=p)
        for group, own, fact, share in zip(groups, found, facts, q, strict=True)
    ]
    table = pd.concat(parts)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)
    return Answer(
        table.reset_index(drop=True),
        left_out(*left),
        _notes(con, book, definitions, rows, currency),
        f"{sql};\n\n{COUNTED}",
    )


def _by_month(group: Group, found: Lives) -> pd.DataFrame:
    months = months_of(found.days)
    gone, lo, hi = curves.incidence_at(found.gone, day_of(months))
    return pd.DataFrame(
        {
            "is_whole": group.is_whole,
            "level": pd.Series([group.level] * len(months), dtype=object),
            "month": months,
            "survival_rate": 1 - gone,
            "survival_rate_lo": 1 - hi,
            "survival_rate_hi": 1 - lo,
            "n_still": [found.n_followed(day_of(month)) for month in months],
            "n_ended_by": [found.n_ended_by(day_of(month)) for month in months],
        }
    )


def _of_level(found: Lives, rows: pd.DataFrame, currency: str, months: int, few: int) -> dict:
    own = rows[rows["currency"] == currency]
    money = lives(own, of="arr")
    median = curves.median_interval(found.curve)
    mean, arr_mean = found.mean_months(months), money.mean_months(months)
    n_paying, is_told = own["n"].sum(), found.n_all >= few and found.n_ended > 0
    return {
        "n_lives": found.n_all, "n_lives_ended": found.n_ended, "is_small": found.n_all < few,
        **_named("half_stay_days", *median), "horizon_months": months,
        **_bounded("life_months", *mean, months, is_told=is_told),
        "currency": currency, "arr_at_start": own["arr"].sum() / n_paying if n_paying else np.nan,
        **_bounded("arr_months", *arr_mean, months, is_told=is_told),
        **dict.fromkeys(_AGAINST, np.nan),
    }  # fmt: skip


def _against(own: pd.DataFrame, others: pd.DataFrame, currency: str, months: int) -> dict:
    """A level against all other levels: months, months of ARR and what they are worth, and the log-rank test."""
    (mean, error), (rest, rest_error) = (lives(each).mean_months(months) for each in (own, others))
    paying = [each[each["currency"] == currency] for each in (own, others)]
    (arr, arr_error), (arr_rest, arr_rest_error) = (lives(each, of="arr").mean_months(months) for each in paying)
    n_paying = paying[0]["n"].sum()
    at_start = paying[0]["arr"].sum() / n_paying if n_paying else np.nan
    return {
        **_differing("life_difference", mean - rest, np.hypot(error, rest_error)),
        **_differing("arr_difference", arr - arr_rest, np.hypot(arr_error, arr_rest_error)),
        "arr_difference_worth": (arr - arr_rest) / 12 * at_start,
        "p_rest": _logrank([lives(own), lives(others)]),
    }


def _logrank(groups: list[Lives]) -> float:
    """p of the log-rank test that all groups stay alike; NaN where there are not two to compare."""
    if len(groups) < 2:
        return np.nan
    steps = [each.steps() for each in groups]
    sizes = [len(times) for times, *_ in steps]
    counts = np.zeros((3, len(groups), sum(sizes)))
    for number, (_, *each) in enumerate(steps):
        at = sum(sizes[:number])
        counts[:, number, at : at + sizes[number]] = each
    return curves.logrank_of(np.concatenate([times for times, *_ in steps]), *counts)[2]


def _currency(rows: pd.DataFrame) -> str:
    """The currency that most lives began with."""
    n = rows[rows["arr"] > 0].groupby("currency")["n"].sum().sort_index()
    return n.idxmax() if len(n) else ""


def _named(name: str, value: float, lo: float, hi: float) -> dict[str, float]:
    return {name: value, f"{name}_lo": lo, f"{name}_hi": hi}


def _differing(name: str, value: float, error: float) -> dict[str, float]:
    return _named(name, value, value - Z * error, value + Z * error)


def _bounded(name: str, value: float, error: float, months: int, *, is_told: bool) -> dict[str, float]:
    """A mean and its interval; too few lives have none, nor those of which nobody was seen to leave."""
    lo, hi = np.clip([value - Z * error, value + Z * error], 0, months) if is_told else (np.nan, np.nan)
    return _named(name, value, lo, hi)


def _notes(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, rows: pd.DataFrame, currency: str
) -> tuple[str, ...]:
    until = book.as_of - timedelta(days=definitions.renewals.grace_days)
    said = [f"Lives are followed until {say_day(until)}: what ended later may yet be renewed within the grace days."]
    if con.execute("select getvariable('known_to') is null").fetchone()[0]:
        said = ["The files name no dates: lives last as many months as they say, and have ended where they say so."]
    late, others = (int(rows.loc[which, "n"].sum()) for which in (rows["entered"] > 0, rows["currency"] != currency))
    if late:
        said.append(f"{late:,} began before their contracts are known: they are at risk from their first contract on.")
    if others and currency:
        said.append(
            f"ARR is that of customers who pay in {currency}: {others:,} pay in others, and count as customers."
        )
    return tuple(said)
