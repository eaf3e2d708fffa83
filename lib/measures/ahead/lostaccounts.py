"""The contracts behind a reason for loss.

loss_accounts   a row per line lost, sorted, searched and paged; `n_rows` of them in all
COLUMNS         of the answer, whatever the options
SORTS           name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.ahead import lossreasons

COLUMNS = [
    "account", "name", "csm", "segment", "renewal_line", "lost_on", "renewal_ending", "lost_reason", "currency", "lost_arr",
    "n_rows",
]  # fmt: skip
SORTS = {
    "arr": "lost_arr desc nulls last", "newest": "lost_on desc, lost_arr desc nulls last",
    "reason": "lost_reason, lost_arr desc nulls last",
    "account": "coalesce(name, ours.account)",
}  # fmt: skip
_LISTED = """select
    ours.account, ours.name, ours.csm, ours.segment, line as renewal_line, lost_on, outcome as renewal_ending, lost_reason,
    currency, arr::double as lost_arr, count(*) over () as n_rows
from lost_line
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = lost_line._account
where ($reason::varchar is null or lost_reason = $reason::varchar)
  and (contains(lower(ours.account), $search::varchar) or coalesce(contains(lower(ours.name), $search::varchar), false))
order by {sort}, ours.account, lost_on, line
limit $limit offset $offset"""


def loss_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    reason: str | None = None,
    sort: str = "arr",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Lines that lapsed or were cancelled in the period, of one reason or of all; rows `offset` to `offset + limit`."""
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    lossreasons.lay(con, book, definitions)
    sql = _LISTED.format(sort=SORTS[sort])
    asked = {"reason": reason or None, "search": search.lower(), "limit": limit, "offset": offset}
    return Answer(con.execute(sql, asked).df()[COLUMNS], sql=f"{lossreasons.SQL};\n\n{sql}")
