"""The customers behind the tail: how they were covered when the period opened, and who was lost.

tail_accounts   a row per customer, by ARR; `n_rows` of them in all
COLUMNS         of the answer, whatever the options
STATES, WHICH   which are listed
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer
from lib.measures.reach import covered, tail
from lib.measures.reach.listed import listed

COLUMNS = [
    "account", "name", "csm", "csm_then", "segment", "tier", "touch_model", "coverage_then", "arr_then", "is_lost",
    "days_since_met", "reached_last_on", "n_rows",
]  # fmt: skip
_BEHIND = f"coverage_state in ('{covered.LATE}', '{covered.UNMANAGED}')"
STATES = {"all": "true", "behind": _BEHIND, **{state: f"coverage_state = '{state}'" for state in covered.STATES}}
WHICH = {"all": "is_lost is not null", "lost": "is_lost", "kept": "not is_lost"}
SORTS = {
    "arr": "rows.arr_then desc nulls last", "account": "coalesce(ours.name, ours.account)",
    "longest": "days_since_met desc nulls first, rows.arr_then desc nulls last",
}  # fmt: skip
_TABLE = "(select *, coverage_state as coverage_then from tail_row)"


def tail_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    state: str = "behind",
    which: str = "all",
    sort: str = "arr",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """What `coverage_tail` counts: those not met in time (the default), or of another state; all, lost or kept in the period."""
    for asked, known in ((state, STATES), (which, WHICH)):
        if asked not in known:
            raise Refused(f"There is no choice {asked!r}; choose from {', '.join(known)}.")
    laid = tail.lay(con, book, definitions)
    asked = {"level": None, "sort": sort, "search": search, "limit": limit, "offset": offset}
    return listed(con, laid, _TABLE, COLUMNS, f"({STATES[state]}) and {WHICH[which]}", asked, SORTS)
