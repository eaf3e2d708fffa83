"""What the score said before losses, counted: the sentence that leads the proof.

health_losses   a row of all accounts lost in the period, and one of each level
COLUMNS         of the answer, whatever the options
"""

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.health import losses
from lib.measures.health.losses import COLOURS
from lib.stats import wilson

_AT = ("before", "final")
COLUMNS = [
    "is_whole", "proof_level", "n_proof_losses", *(f"n_{colour}_{at}" for at in _AT for colour in COLOURS), "n_held_before",
    "warned_rate", "warned_rate_lo", "warned_rate_hi", "false_green_rate", "false_green_rate_lo", "false_green_rate_hi",
    "n_red_at_end", "lead_p50_days", "lost_arr_then", "green_arr_then",
]  # fmt: skip
_COUNTED = "select level, colour_before, colour_final, is_held_before, lead_days, arr from proof_loss"


def health_losses(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: str | None = None
) -> Answer:
    """Accounts lost in the period by their colour proof_days before, and final_days before; each adds up to all of them.

    by   stage, touch, profile, or a dimension: a row for each of its values as of the loss as well

    n_held_before: of those red before, the ones an override held there, as a notice or a request to cancel does: what the customer
    said itself foretold nothing. lead_p50_days: of those red at the last reading, the median of days red without a break.
    """
    sql = losses.lay(con, book, definitions, by)
    rows = con.execute(_COUNTED).df()
    found = [_counted(rows, True, None)] if len(rows) else []
    if by:
        level = rows["level"].astype(object).where(rows["level"].notna(), None)
        counts = (
            level.value_counts(dropna=False).sort_index(na_position="last").sort_values(ascending=False, kind="stable")
        )
        for each in counts.index:
            own = level.isna() if pd.isna(each) else level == each
            found.append(_counted(rows[own], False, None if pd.isna(each) else each))
    table = pd.DataFrame(found, columns=COLUMNS)
    return Answer(table, losses.left(con, book, definitions), (), f"{sql};\n\n{_COUNTED}")


def _counted(rows: pd.DataFrame, is_whole: bool, level: str | None) -> dict:
    n, lead = len(rows), rows["lead_days"][rows["lead_days"] > 0]
    said = {"is_whole": is_whole, "proof_level": level, "n_proof_losses": n}
    said |= {f"n_{colour}_{at}": int((rows[f"colour_{at}"] == colour).sum()) for at in _AT for colour in COLOURS}
    said["n_held_before"] = int((rows["is_held_before"].astype(bool) & (rows["colour_before"] == "red")).sum())
    for name, k in (("warned_rate", said["n_red_before"]), ("false_green_rate", said["n_green_final"])):
        lo, hi = wilson(k, n)
        said |= {name: k / n, f"{name}_lo": float(lo), f"{name}_hi": float(hi)}
    return said | {
        "n_red_at_end": len(lead), "lead_p50_days": float(lead.median()) if len(lead) else np.nan,
        "lost_arr_then": rows["arr"].sum(), "green_arr_then": rows["arr"][rows["colour_final"] == "green"].sum(),
    }  # fmt: skip
