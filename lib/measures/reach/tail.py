"""Where coverage stopped when the period opened, and who was lost from there in the period.

coverage_tail   a row of all that are told, and one of each way in which accounts were covered
COLUMNS         of coverage_tail, whatever the options
"""

import duckdb
import numpy as np
import pandas as pd

from lib import effects
from lib.book import Book
from lib.definitions import Definitions
from lib.facts import base
from lib.measures import Answer, left_out
from lib.measures.reach import covered
from lib.stats import ratio_of_sums, wilson

COLUMNS = [
    "is_whole", "coverage_then", "n_then_customers", "n_tail_lost", "tail_churn_rate", "tail_churn_rate_lo", "tail_churn_rate_hi",
    "arr_then", "arr_then_lost", "arr_lost_rate", "arr_lost_rate_lo", "arr_lost_rate_hi", "n_alike_to_met", "lost_more",
    "lost_more_lo", "lost_more_hi", "lost_more_p_value",
]  # fmt: skip
UNDECIDED = "the renewal is pending inside the grace days"
_SQL = """create or replace temp table tail_row as
select
    covered.*, outcome.had_outcome as is_lost, coalesce(outcome.arr::double, covered.arr) as arr_then,
    coalesce(covered.renews_on < $closes_on::date, false) as is_renewing
from coverage_row as covered
join outcome_lost($opens_on, $closes_on, $as_of, $grace_days) as outcome on outcome._account = covered._account"""


def lay(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> str:
    """The temp table tail_row: customers when the period opened, how they were covered then, whether they were lost in it."""
    laid = covered.lay(con, definitions, book.opens_on, is_opening=True)
    con.execute(_SQL, base.parameters(_SQL, book, definitions))
    return f"{laid};\n\n{_SQL}"


def coverage_tail(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Customers when the period opened by how they were covered then, and how many of them were lost in the period.

    lost_more is how many more were lost than of those met in time, within strata of touch model and of whether a renewal fell in
    the period (Mantel and Haenszel; Klingenberg). Coverage is read before the period and losses in it. It goes with coverage, and
    need not come of it: who is met is chosen.
    """
    sql = lay(con, book, definitions)
    rows = con.execute("from tail_row order by _account").df()
    decided = rows[rows["is_lost"].notna()].assign(is_lost=lambda found: found["is_lost"].astype(bool))
    found = [_counted(decided, True, None, decided)] if len(decided) else []
    for state in covered.STATES:
        own = decided[decided["coverage_state"] == state]
        if len(own):
            found.append(_counted(own, False, state, decided))
    table = pd.DataFrame(found, columns=COLUMNS)
    note = "What goes with being met need not come of it: whom the team meets is chosen, and who answers is, too."
    return Answer(table, left_out((UNDECIDED, len(rows) - len(decided))), (note,), sql)


def _counted(rows: pd.DataFrame, is_whole: bool, state: str | None, everyone: pd.DataFrame) -> dict:
    lost, n = rows["is_lost"].to_numpy(bool), len(rows)
    arr = rows["arr_then"].fillna(0).to_numpy(float)
    gone = arr * lost
    lo, hi = wilson(lost.sum(), n)
    arr_lo, arr_hi = ratio_of_sums(gone.sum(), arr.sum(), (gone * gone).sum(), (gone * arr).sum(), (arr * arr).sum(), n)
    said = {
        "is_whole": is_whole, "coverage_then": state, "n_then_customers": n, "n_tail_lost": int(lost.sum()),
        "tail_churn_rate": lost.mean(), "tail_churn_rate_lo": float(lo), "tail_churn_rate_hi": float(hi), "arr_then": arr.sum(),
        "arr_then_lost": gone.sum(), "arr_lost_rate": gone.sum() / arr.sum() if arr.sum() else np.nan,
        "arr_lost_rate_lo": float(np.clip(arr_lo, 0, 1)), "arr_lost_rate_hi": float(np.clip(arr_hi, 0, 1)),
        "n_alike_to_met": 0, "lost_more": np.nan, "lost_more_lo": np.nan, "lost_more_hi": np.nan, "lost_more_p_value": np.nan,
    }  # fmt: skip
    if is_whole or state == covered.MET:
        return said
    both = everyone[everyone["coverage_state"].isin([state, covered.MET])]
    stratum = both["touch_model"].fillna("").str.lower() + np.where(both["is_renewing"], "+", "-")
    effect = effects.adjusted(both["is_lost"], both["coverage_state"] == state, stratum, both["_account"])
    return said | {
        "n_alike_to_met": int(effect.n_with), "lost_more": effect.difference, "lost_more_lo": effect.lo,
        "lost_more_hi": effect.hi, "lost_more_p_value": effect.p,
    }  # fmt: skip
