"""What became of save plans, beside accounts at risk without one.

save_rate   a row for those with a save plan, and one for those at risk without
COLUMNS     of the answer, whatever the options
"""

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.facts.saves import WITH, WITHOUT, asked
from lib.measures import Answer, left_out

COLUMNS = [
    "save_group", "n_plans", "n_decided_accounts", "n_saved", "save_rate", "save_rate_lo", "save_rate_hi", "currency",
    "arr_decided", "arr_saved", "arr_save_rate", "arr_save_rate_lo", "arr_save_rate_hi",
]  # fmt: skip
OPEN = "save plans still open, or closed without an outcome"
UNDECIDED = "at risk without a save plan, and neither renewed nor left since"


def save_rate(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Save plans opened in the period that are decided, and how many were saved; accounts at risk when it opened, without one.

    Decided: the account left in the period, whatever was said of it; else the plan was closed as saved or lost; else a renewal of
    the account came in the period since. Without a plan it is decided where the account left or renewed. ARR is what was live
    when the plan was opened, or when the period was.
    """
    rows, sql = asked(con, book, definitions)
    found = [_counted(name, rows[rows["save_group"] == name]) for name in (WITH, WITHOUT)]
    undecided = rows["is_saved"].isna()
    left = left_out(
        *(
            (why, int((undecided & (rows["save_group"] == name)).sum()))
            for name, why in ((WITH, OPEN), (WITHOUT, UNDECIDED))
        )
    )
    return Answer(pd.DataFrame(found, columns=COLUMNS), left, tuple(_notes(found)), sql)


def _counted(name: str, rows: pd.DataFrame) -> dict:
    told = rows[rows["is_saved"].notna()]
    saved = told["is_saved"].to_numpy(bool)
    n, n_saved, nothing = len(told), int(saved.sum()), float("nan")
    lo, hi = stats.wilson(n_saved, n)
    has_money = told["currency"].nunique() == 1 and told["currency"].notna().all()
    due = told["arr"].to_numpy(float)
    kept = due * saved
    arr_lo, arr_hi = stats.ratio_of_sums(
        kept.sum(), due.sum(), (kept * kept).sum(), (kept * due).sum(), (due * due).sum(), n
    )
    return {
        "save_group": name, "n_plans": len(rows), "n_decided_accounts": n, "n_saved": n_saved,
        "save_rate": n_saved / n if n else nothing, "save_rate_lo": float(lo), "save_rate_hi": float(hi),
        "currency": told["currency"].iat[0] if has_money else None,
        "arr_decided": due.sum() if has_money else nothing, "arr_saved": kept.sum() if has_money else nothing,
        "arr_save_rate": kept.sum() / due.sum() if has_money and due.sum() else nothing,
        "arr_save_rate_lo": float(np.clip(arr_lo, 0, 1)) if has_money else nothing,
        "arr_save_rate_hi": float(np.clip(arr_hi, 0, 1)) if has_money else nothing,
    }  # fmt: skip


def _notes(found: list[dict]):
    yield (
        "Whom to save is chosen, so the two differ in more than the plan: what goes with a plan need not come of it. Plans count "
        "from the day they were opened, the others from the day the period opened."
    )
    first, second = found
    lo, hi = (
        float(each)
        for each in stats.newcombe(
            first["n_saved"], first["n_decided_accounts"], second["n_saved"], second["n_decided_accounts"]
        )
    )
    if lo == lo:
        gap = 100 * (first["save_rate"] - second["save_rate"])
        yield f"The difference is {gap:+.1f} points (95 %: {100 * lo:+.1f} to {100 * hi:+.1f}, Newcombe)."
