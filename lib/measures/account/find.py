"""Accounts by name or id, for a box to choose from.

account_find   those whose id or name holds the text, exact ones first
COLUMNS        of the answer
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer

COLUMNS = ["account", "name", "segment", "csm", "n_rows"]
MOST = 50
_SQL = """
select
    account, name, segment::varchar as segment, csm::varchar as csm, count(*) over () as n_rows
from scope
where contains(lower(account), lower($search)) or contains(lower(name), lower($search))
order by lower(account) = lower($search) or lower(name) = lower($search) desc, starts_with(lower(name), lower($search)) desc,
    lower(name) nulls last, account
limit $limit
"""


def account_find(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, search: str = "", limit: int = MOST
) -> Answer:
    """Accounts of the viewer, those that have left too, whose id or name holds `search`: `n_rows` in all, at most `limit`."""
    if limit < 0:
        raise Refused(f"A list has no negative rows; {limit} were asked for.")
    rows = con.execute(_SQL, {"search": search, "limit": min(limit, MOST)}).df()
    return Answer(rows[COLUMNS], sql=_SQL.strip())
