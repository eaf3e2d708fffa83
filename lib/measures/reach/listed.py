"""A page of the accounts behind a figure, of rows that were laid.

listed   the rows of a temp table that a condition holds of, with what is known of each account
SORTS    name -> SQL of the order, of every list
"""

from collections.abc import Mapping, Sequence

import duckdb

from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer

SORTS = {"arr": "rows.arr desc nulls last", "account": "coalesce(ours.name, ours.account)"}
_ABOUT = {"account", "name", "csm", "segment", "tier"}
_LISTED = """select {fields}, count(*) over () as n_rows
from {table} as rows
join (
    select
        _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment, tier::varchar as tier
    from book
) as ours on ours._account = rows._account
where {condition}
  and (not $is_cut or rows.level is not distinct from $level::varchar)
  and (contains(lower(ours.account), $search::varchar) or coalesce(contains(lower(ours.name), $search::varchar), false))
order by {order}, ours.account
limit $limit offset $offset"""


def listed(
    con: duckdb.DuckDBPyConnection,
    laid: str,
    table: str,
    columns: Sequence[str],
    condition: str,
    asked: Mapping[str, object],
    sorts: Mapping[str, str] = SORTS,
    notes: tuple[str, ...] = (),
) -> Answer:
    """`columns` of the rows of `table` (laid by the SQL `laid`) that `condition` holds of, SQL of ours.

    asked   level (None: not cut by it; empty: without a value), sort, search, limit, offset
    """
    if asked["sort"] not in sorts:
        raise Refused(f"There is no order {asked['sort']!r}; choose from {', '.join(sorts)}.")
    check_page(asked["limit"], asked["offset"])
    fields = ", ".join(f"{'ours' if name in _ABOUT else 'rows'}.{name}" for name in columns if name != "n_rows")
    sql = _LISTED.format(fields=fields, table=table, condition=condition, order=sorts[asked["sort"]])
    bound = {
        "is_cut": asked["level"] is not None, "level": asked["level"] or None, "search": asked["search"].lower(),
        "limit": asked["limit"], "offset": asked["offset"],
    }  # fmt: skip
    return Answer(con.execute(sql, bound).df()[list(columns)], notes=notes, sql=f"{laid};\n\n{sql}")
