"""What past renewals teach about those ahead: the table of both, the odds learnt as of a day, and whether that may be said.

Past       renewals as they stood when past quarters opened, and what came of them
Learnt     what is known as of a day: odds by how far ahead a renewal is, ratios, shocks
read       the past of a cursor
quarters   the quarters that opened by a day, the newest last
periods    what is forecast: the rest of the fiscal quarter, and the next four
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from lib import odds
from lib.book import Book
from lib.definitions import Definitions
from lib.facts import ahead
from lib.facts.days import fiscal_quarter
from lib.facts.levels import MOST_LEVELS, OTHER
from lib.measures.forecast import traits, worth
from lib.measures.forecast.worth import Worth
from lib.odds import Odds
from lib.store.dimensions import StoredDimension, find_dimension, read_catalogue

LEAD_DAYS = 92  # renewals up to so many days ahead are alike, then up to twice as many ...
N_LEADS = 5
MOST_LEARNT = 20_000  # renewals that odds are learnt from, the newest
MOST_PEERS = 20_000  # accounts whose past is learnt from, where the future alone is asked for
_OF_LEVEL = "level"


@dataclass(frozen=True)
class Learnt:
    """As of a day. lacks: what it takes before anything is said, and is not there."""

    odds: dict[int, Odds]
    of_levels: list[tuple[str, str]]
    names: list[str]
    worth: Worth
    shocks: tuple[float, float]
    n: int
    n_lost: int
    base_rate: float
    lacks: str

    def columns(self, rows: pd.DataFrame) -> np.ndarray:
        """The rows as the odds take them."""
        return traits.columns(rows, self.of_levels)[0]


@dataclass(frozen=True)
class Past:
    """rows: per day, account, currency and renews_on (lib/facts/ahead.py), with `lead` and, where asked by it, `level`."""

    rows: pd.DataFrame
    dimensions: dict[str, StoredDimension]
    definitions: Definitions
    sql: str

    def ahead_of(self, day: date) -> pd.DataFrame:
        """The renewals of the book that were ahead on a day."""
        rows = self.rows
        return rows[(rows["day"] == pd.Timestamp(day)) & rows["is_of_book"]]

    def learnt(self, day: date, leads: Sequence[int] = range(N_LEADS)) -> Learnt:
        """What was known on `day`: only of renewals whose grace days were over by then, as they stood on days before.

        Those already signed on such a day teach nothing; how far whole quarters differ is told by those nearest ahead.
        """
        words, rows = self.definitions.forecast, self.rows
        known_on = pd.Timestamp(day) - pd.Timedelta(self.definitions.renewals.grace_days, "D")
        past = rows[(rows["day"] < pd.Timestamp(day)) & (rows["renews_on"] <= known_on)]
        past = _fewer(past[~past["is_signed"].to_numpy(bool)])
        near = past[past["lead"] == 0]
        n, n_lost = len(near), int((~near["is_renewed"].to_numpy(bool)).sum())
        days = (near["renews_on"].max() - near["renews_on"].min()).days if n else 0
        lacks = ", ".join(
            f"{least:,} {of_what} (here {here:,})"
            for here, least, of_what in (
                (n, words.least_renewals, "past renewals that are decided"),
                (n_lost, words.least_lost, "past renewals that were lost"),
                (days, words.least_days, "days from the first of them to the last"),
            )
            if here < least
        )
        if lacks:
            return Learnt({}, [], [], worth.learn(*np.zeros((4, 0), int)), (0.0, 0.0), n, n_lost, np.nan, lacks)
        of_levels = traits.levels(near, list(self.dimensions))
        found, names = {}, []
        for lead in leads:
            of_lead = past[past["lead"] == lead]
            of_lead = (near if len(of_lead) < words.least_renewals else of_lead).tail(MOST_LEARNT)
            table, names = traits.columns(of_lead, of_levels)
            found[lead] = odds.fit(table, of_lead["is_renewed"].to_numpy(float))
        shocks = self._shocks(near, found.get(0) or odds.fit(*self._of(near, of_levels)), of_levels)
        return Learnt(found, of_levels, names, _worth(near, day), shocks, n, n_lost, 1 - n_lost / n, "")

    def _of(self, rows: pd.DataFrame, of_levels) -> tuple[np.ndarray, np.ndarray]:
        return traits.columns(rows, of_levels)[0], rows["is_renewed"].to_numpy(float)

    def _shocks(self, near: pd.DataFrame, learnt: Odds, of_levels) -> tuple[float, float]:
        """Of a whole quarter, and of a level of the dimension asked by within it."""
        table, outcome = self._of(near, of_levels)
        chance = 1 / (1 + np.exp(-learnt.log_odds(table)))
        usual = self.definitions.forecast.usual_shock
        quarter = near["day"].factorize()[0]
        whole = odds.shock(outcome, chance, quarter, usual)
        if _OF_LEVEL not in near:
            return whole, 0.0
        n_levels = near[_OF_LEVEL].nunique(dropna=False)
        cell = quarter * n_levels + near[_OF_LEVEL].factorize(use_na_sentinel=False)[0]
        both = odds.shock(outcome, chance, cell, usual, n_fitted=n_levels)
        return whole, float(np.sqrt(max(both**2 - whole**2, 0.0)))


def _fewer(past: pd.DataFrame) -> pd.DataFrame:
    """Of very many the renewals of every second, third ... account: more teach little more."""
    one_in = int((past["lead"] == 0).sum()) // (2 * MOST_LEARNT) + 1
    return past[past["_account"] % one_in == 0] if one_in > 1 else past


def _worth(near: pd.DataFrame, day: date) -> Worth:
    """What those that renewed were worth, in the last year above all."""
    kept = near[near["is_renewed"].to_numpy(bool) & (near["arr_due"] > 0).to_numpy()]
    is_recent = (kept["renews_on"] > pd.Timestamp(day) - pd.Timedelta(365, "D")).to_numpy()
    due, renewed = (kept[name].to_numpy(float) for name in ("arr_due", "arr_renewed"))
    return worth.learn(due, renewed, kept["day"].factorize()[0], is_recent)


def read(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    by: str | None = None,
    *,
    is_record: bool = False,
) -> Past:
    """The renewals ahead of the book's day, and those ahead of each past quarter's opening. Peers are all accounts of scope.

    Of very many every second, third ... is learnt from.
    is_record   past forecasts are asked for: of all accounts, a quarter ahead
    """
    catalogue = read_catalogue(con)
    dimensions = {
        f"d{place}": each
        for place, each in enumerate(catalogue)
        if each.is_default and each.kind == "category" and 2 <= len(each.values) <= ahead.MOST
    }
    asked = dimensions | ({_OF_LEVEL: find_dimension(catalogue, by)} if by else {})
    opened = [each - timedelta(1) for each, _ in quarters(book.as_of, definitions)]
    days = sorted({*opened[-definitions.forecast.learn_quarters :], book.as_of})
    n_accounts = con.execute("select count(*) from scope").fetchone()[0]
    horizon, one_in = (LEAD_DAYS, 1) if is_record else (ahead.HORIZON, -(-n_accounts // MOST_PEERS) or 1)
    rows, sql = ahead.frame(con, days, definitions, asked, horizon_days=horizon, one_in=one_in)
    rows["lead"] = np.minimum(((rows["renews_on"] - rows["day"]).dt.days - 1) // LEAD_DAYS, N_LEADS - 1)
    if by:
        rows[_OF_LEVEL] = _told_apart(rows)
    return Past(rows, dimensions, definitions, sql)


def _told_apart(rows: pd.DataFrame) -> pd.Series:
    """The levels, those past the most common of the book as one; None is missing."""
    level = rows[_OF_LEVEL].astype(object).where(rows[_OF_LEVEL].notna(), None)
    counts = level[rows["is_of_book"]].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if len(counts) < MOST_LEVELS:
        return level
    return level.where(level.isna() | level.isin(counts.index[: MOST_LEVELS - 2]), OTHER)


def quarters(as_of: date, definitions: Definitions) -> list[tuple[date, date]]:
    """Fiscal quarters (first day, first day of the next) that opened by the day after as_of, as many as are learnt from."""
    opens = fiscal_quarter(as_of + timedelta(1), definitions.calendar.fiscal_year_starts_in)[0]
    firsts = [_add_months(opens, -3 * back) for back in range(definitions.forecast.learn_quarters, -2, -1)]
    return list(itertools.pairwise(firsts))


def periods(as_of: date, definitions: Definitions, every: str) -> list[tuple[date, date]]:
    """(first day, first day after): what is left of the fiscal quarter of as_of, then four quarters; or their months."""
    tomorrow = as_of + timedelta(1)
    opens = fiscal_quarter(tomorrow, definitions.calendar.fiscal_year_starts_in)[0]
    last = _add_months(opens, 12 if opens == tomorrow else 15)
    months = 3 if every == "quarter" else 1
    edges = [opens]
    while edges[-1] < last:
        edges.append(_add_months(edges[-1], months))
    found = itertools.pairwise(edges)
    return [(max(first, tomorrow), until) for first, until in found if until > tomorrow]


def _add_months(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)
