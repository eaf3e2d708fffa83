"""The customers behind a share of reach.

reach_accounts   a row per customer, by ARR; `n_rows` of them in all
COLUMNS          of the answer, whatever the options
WHICH            name -> SQL of which are listed
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer
from lib.measures.reach import touched
from lib.measures.reach.levels import check_cut
from lib.measures.reach.listed import SORTS as _SORTS
from lib.measures.reach.listed import listed

COLUMNS = [
    "account", "name", "csm", "segment", "tier", "reach_state", "arr", "reached_last_on", "touched_last_on", "n_touches",
    "n_human_touches", "n_proactive_touches", "n_rows",
]  # fmt: skip
WHICH = {
    "all": "true", **{state: f"reach_state = '{state}'" for state in touched.STATES}, "digital": "is_digital",
    "touched": "n_touches > 0", "proactive": "n_proactive_touches > 0", "reactive": "n_told_touches > n_proactive_touches",
}  # fmt: skip
SORTS = _SORTS | {"longest": "touched_last_on nulls first, rows.arr desc nulls last"}


def reach_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    which: str = "all",
    by: str | None = None,
    level: str | None = None,
    days: int | None = None,
    sort: str = "arr",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """What `reach` counts: all customers on the day, or those of one of its shares; of one value of a dimension, or of all."""
    if which not in WHICH:
        raise Refused(f"There is no choice {which!r}; choose from {', '.join(WHICH)}.")
    check_cut(by, level)
    laid = touched.lay(con, book, definitions, days, by)
    asked = {"level": level, "sort": sort, "search": search, "limit": limit, "offset": offset}
    return listed(con, laid, "reach_row", COLUMNS, WHICH[which], asked, SORTS)
