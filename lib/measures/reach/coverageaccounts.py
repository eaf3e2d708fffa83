"""The customers behind coverage.

coverage_accounts   a row per customer, by ARR; `n_rows` of them in all
COLUMNS             of the answer, whatever the options
WHICH               name -> SQL of which are listed
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer
from lib.measures.reach import covered
from lib.measures.reach.levels import check_cut
from lib.measures.reach.listed import SORTS as _SORTS
from lib.measures.reach.listed import listed

COLUMNS = [
    "account", "name", "csm", "segment", "tier", "touch_model", "coverage_state", "arr", "every_days", "days_since_met",
    "reached_last_on", "renews_on", "n_rows",
]  # fmt: skip
_ASKED = ", ".join(f"'{state}'" for state in covered.ASKED)
WHICH = {
    "all": "true", "to meet": f"coverage_state in ({_ASKED})",
    "behind": f"coverage_state in ('{covered.LATE}', '{covered.UNMANAGED}')",
    **{state: f"coverage_state = '{state}'" for state in covered.STATES},
}  # fmt: skip
SORTS = _SORTS | {
    "longest": "days_since_met - every_days desc nulls first, rows.arr desc nulls last",
    "renewal": "rows.renews_on nulls last, rows.arr desc nulls last",
}


def coverage_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    which: str = "behind",
    by: str | None = None,
    level: str | None = None,
    sort: str = "arr",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """What `coverage` counts: those behind (the default), those to meet, or those of one state; of one value of a dimension."""
    if which not in WHICH:
        raise Refused(f"There is no choice {which!r}; choose from {', '.join(WHICH)}.")
    check_cut(by, level)
    laid = covered.lay(con, definitions, book.as_of, by=by)
    asked = {"level": level, "sort": sort, "search": search, "limit": limit, "offset": offset}
    return listed(con, laid, "coverage_row", COLUMNS, WHICH[which], asked, SORTS)
