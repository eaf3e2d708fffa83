"""How much sales has told us of the accounts of the book: the fields of the hand-over that are filled in, and those missing.

handover   one row per account of the book, the emptiest first
COLUMNS    of the answer, whatever the options
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.handover import FIELDS
from lib.facts.paging import check_page
from lib.measures import Answer

COLUMNS = ["account", "name", "csm", "n_filled", "n_fields", "missing", "changed_by", "changed_at", "n_rows"]

_MISSING = ", ".join(f"case when said.{name} is null then '{name}' end" for name in FIELDS)
_SQL = f"""
select
    account.account, account.name, account.csm::varchar as csm,
    list_filter([{_MISSING}], lambda each: each is not null) as missing,
    {len(FIELDS)} - len(missing) as n_filled,
    {len(FIELDS)} as n_fields,
    said.changed_by, said.changed_at,
    count(*) over () as n_rows
from book as account
left join written_handover as said
    on said.account = account.account and coalesce(said.made_at::date <= getvariable('written_to')::date, true)
order by n_filled, account.account
limit $limit offset $offset
"""


def handover(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Every account of the book: n_filled of n_fields of its hand-over say something, `missing` names the others.

    An account nobody has filled in anything for has n_filled 0. What is there is what it says now: earlier words are not kept.
    """
    check_page(limit, offset)
    table = con.execute(_SQL, {"limit": limit, "offset": offset}).df()
    table["missing"] = [each.tolist() for each in table["missing"]]
    return Answer(table[COLUMNS], sql=_SQL)
