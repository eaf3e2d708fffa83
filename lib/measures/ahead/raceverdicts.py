"""How many renewals ahead will reach the adoption that past renewers had, and how many will not.

race_verdicts   a row per verdict and currency
COLUMNS         of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.ahead import races
from lib.measures.ahead.races import VERDICTS

COLUMNS = ["race_verdict", "currency", "n_renewals", "verdict_rate", "verdict_rate_lo", "verdict_rate_hi", "arr_due"]


def race_verdicts(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, within_days: int | None = None
) -> Answer:
    """What `adoption_race` lists, counted by verdict; rates are of all that were told, of one currency."""
    within = races.check_within(within_days, definitions)
    rows, left, n_past = races.race(con, book, definitions, within)
    table = (
        rows.assign(currency=rows["currency"].fillna(""), place=rows["race_verdict"].map(VERDICTS.index))
        .groupby(["place", "race_verdict", "currency"], as_index=False)
        .agg(n_renewals=("_account", "size"), arr_due=("arr_due", "sum"))
    )
    n = table.groupby("currency")["n_renewals"].transform("sum") if len(table) else pd.Series(dtype=float)
    lo, hi = stats.wilson(table["n_renewals"], n)
    table = table.assign(verdict_rate=table["n_renewals"] / n, verdict_rate_lo=lo, verdict_rate_hi=hi)
    return Answer(table[COLUMNS], left, races.notes(rows, n_past, book, definitions, within), races.SQL)
