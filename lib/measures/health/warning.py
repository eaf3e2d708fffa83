"""Days of warning: for how long accounts were red, without a break, to their last reading before the loss.

health_warning  a row per bin of days
COLUMNS         of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.health import losses
from lib.measures.health.losses import LEAD

COLUMNS = ["lead", "n_proof_losses", "lost_arr_then"]
_COUNTED = "select lead_days, arr from proof_loss"


def health_warning(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Accounts lost in the period by the days for which they were red, without a break, to their last reading before the loss."""
    sql = losses.lay(con, book, definitions)
    rows, found = con.execute(_COUNTED).df(), []
    for name, (first, until) in LEAD.items() if len(rows) else ():
        own = rows[(rows["lead_days"] >= first) & (rows["lead_days"] < until)]
        found.append({"lead": name, "n_proof_losses": len(own), "lost_arr_then": own["arr"].sum()})
    table = pd.DataFrame(found, columns=COLUMNS)
    return Answer(table, losses.left(con, book, definitions), (), f"{sql};\n\n{_COUNTED}")
