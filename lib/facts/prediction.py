"""The predicted risk of every account: its chance to be lost within 90 and 180 days, and of a trial to convert.

lay        the views below, over all accounts: join them to `book` or `scope`
explain    what moves the chance of single accounts, in the reader's units (predictionreasons.py)
notes      what is missing where nothing is predicted, and what is to be said beside a chance

health_risk    per account and reading (the last, and every fourth before it): risk_90, risk_180, convert_rate; taught_to
health_model   per outcome and taught_to: the traits, their coefficients and errors per standard deviation
health_lack    per outcome, where nothing is predicted on the last day: what is missing

Why a logistic regression held near zero (lib/odds.py), over person-periods: its coefficients can be read and said in the
reader's units, its chances mean what they say, it is learnt in a second, and it needs nothing the product does not have.
A row is an account at a reading; the outcome is a loss within so many days. Every quarter a model is learnt from what was
decided by its first day, and it predicts the readings of that quarter: so a past chance knows nothing of what came after it.
"""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from lib.definitions import Definitions
from lib.facts import health, predictionlearn, predictionreasons, renewals
from lib.facts.predictionlearn import MOST_ROWS, Reader, Taught, reader, teach
from lib.facts.predictiontraits import CONVERTS, OUTCOMES
from lib.facts.shelf import Shelf, name_of

MOST_KEPT, MANY_ROWS = 3, 1_000_000
_FIRST_DAY = """
select coalesce(
    (select min(week) from usage.usage_week),
    (select min(starts_on) from core.contract where starts_on <= $as_of::date)
)
"""
_RISK = {
    "_account": "uinteger", "reading": "usmallint", "day": "date", "risk_90": "double", "risk_180": "double",
    "convert_rate": "double", "taught_to": "date",
}  # fmt: skip
_MODEL = {
    "outcome": "varchar", "taught_to": "date", "place": "integer", "trait": "varchar", "coefficient": "double", "error": "double",
    "centre": "double", "scale": "double", "n_rows": "bigint", "n_accounts": "bigint", "n_happened": "bigint",
    "base_rate": "double",
}  # fmt: skip
_LACK = {
    "outcome": "varchar", "taught_to": "date", "lacks": "varchar", "history_days": "bigint", "n_accounts": "bigint",
    "n_happened": "bigint",
}  # fmt: skip
_WHAT = {
    "risk_90": "A loss within 90 days", "risk_180": "A loss within 180 days", CONVERTS: "The conversion of a trial",
}  # fmt: skip
SHELF = Shelf("health_risk", "health_model", "health_lack", most=MOST_KEPT, many=MANY_ROWS)


def lay(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> None:
    """What is predicted up to `as_of`, after health.lay; a second call puts that of another day in its place."""
    renewals.lay(con, as_of, definitions)
    found: dict[str, pd.DataFrame] = {}

    def make(name: str, table: str) -> None:
        if not found:
            found.update(_predicted(con, as_of, definitions))
        kinds = {"health_risk": _RISK, "health_model": _MODEL, "health_lack": _LACK}[name]
        con.register("prediction_made", found[name])
        cast = ", ".join(f"{column}::{kind} as {column}" for column, kind in kinds.items())
        con.execute(f"create or replace table {table} as select {cast} from prediction_made")
        con.unregister("prediction_made")

    words = definitions.health
    key = name_of(
        health.made_of(con, as_of, definitions), words.learn_days, words.least_history_days, words.least_accounts,
        words.least_lost, words.convert_days,
    )  # fmt: skip
    SHELF.lay(con, key, make)


def explain(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> None:
    """After `lay`: the temp table health_reason, of the few accounts and readings in the temp table health_asked."""
    predictionreasons.lay(con, as_of, definitions)


def notes(con: duckdb.DuckDBPyConnection, definitions: Definitions) -> tuple[str, ...]:
    """After `lay`: sentences for the reader."""
    found = [
        f"{_WHAT[outcome]} is not predicted: it takes {lacks}."
        for outcome, lacks in con.execute("select outcome, lacks from health_lack").fetchall()
    ]
    n_features = con.execute("select count(distinct feature) from usage.usage_feature_week").fetchall()[0][0]
    if 0 < n_features <= definitions.health.few_event_types:
        n = f"{n_features} feature{'' if n_features == 1 else 's'}"
        found.append(f"Caution: use of only {n} is tracked, so what goes with a loss may not show in it.")
    return tuple(found)


def _predicted(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> dict[str, pd.DataFrame]:
    read = reader(con, as_of, definitions)
    first_day = con.execute(_FIRST_DAY, {"as_of": as_of}).fetchall()[0][0]
    risk, model, lack = [], [], []
    for day, until in predictionlearn.origins(as_of, first_day):
        taught = _taught(read, day, first_day)
        if day == as_of:
            lack = [each for each in taught if each.lacks]
        able = [each for each in taught if not each.lacks]
        if not able:
            break
        model += [_as_model(each, read) for each in able]
        for is_trial in (False, True):
            rows = read.rows(day, until, is_trial=is_trial)
            of_kind = [each for each in able if (each.outcome == CONVERTS) == is_trial]
            if len(rows) and of_kind:
                risk.append(_as_risk(rows, of_kind, day, definitions))
    if first_day is None:
        lack = [teach(read.rows(as_of, as_of, is_trial=False), "risk_90", as_of, None, definitions, read.values)]
    return {
        "health_risk": pd.concat([pd.DataFrame(columns=list(_RISK)), *risk])
        if risk
        else pd.DataFrame(columns=list(_RISK)),
        "health_model": pd.concat(model, ignore_index=True) if model else pd.DataFrame(columns=list(_MODEL)),
        "health_lack": pd.DataFrame(
            [{name: getattr(each, name) for name in _LACK} for each in lack], columns=list(_LACK)
        ),
    }


def _taught(read: Reader, day: date, first_day: date) -> list[Taught]:
    """Of each outcome, as of a day. Where use is known, readings before it was teach nothing."""
    words = read.definitions
    since = max(day - timedelta(words.health.learn_days), first_day) + timedelta(1)
    rows = read.rows(since, day - timedelta(90 + words.renewals.grace_days), is_trial=False, most=MOST_ROWS)
    trials = read.rows(since, day, is_trial=True, most=MOST_ROWS, step=1)
    trials = trials[trials["trial_days"] < words.health.convert_days]
    return [
        teach(trials if outcome == CONVERTS else rows, outcome, day, first_day, words, read.values)
        for outcome in OUTCOMES
    ]


def _as_risk(rows: pd.DataFrame, taught: list[Taught], day: date, definitions: Definitions) -> pd.DataFrame:
    found = rows[["_account", "reading", "day"]].assign(taught_to=day, **dict.fromkeys(OUTCOMES, np.nan))
    for each in taught:
        found[each.outcome] = each.chances(rows)
    found["risk_180"] = found["risk_180"].where(
        ~(found["risk_180"] < found["risk_90"]), found["risk_90"]
    )  # two models, one account
    if taught[0].outcome == CONVERTS:
        found = found[(rows["trial_days"] < definitions.health.convert_days).to_numpy(bool)]
    return found[list(_RISK)]


def _as_model(taught: Taught, read: Reader) -> pd.DataFrame:
    """A row per trait, the intercept ('') first; a trait that never differs has no scale."""
    scale = np.r_[np.nan, taught.odds.scale]
    return pd.DataFrame(
        {
            "outcome": taught.outcome, "taught_to": taught.taught_to, "place": range(len(taught.names) + 1),
            "trait": ["", *(_said(name, read) for name in taught.names)], "coefficient": taught.odds.coefficients,
            "error": taught.error, "centre": np.r_[np.nan, taught.odds.centre], "scale": np.where(np.isinf(scale), np.nan, scale),
            "n_rows": taught.n_rows, "n_accounts": taught.n_accounts, "n_happened": taught.n_happened,
            "base_rate": taught.base_rate,
        }
    )  # fmt: skip


def _said(name: str, read: Reader) -> str:
    """A column by the name of its dimension rather than of its place."""
    place, is_level, value = name.partition("=")
    if not is_level:
        return name
    each = read.dimensions[place]
    return f"{each.name if each else 'stage'}={value}"
