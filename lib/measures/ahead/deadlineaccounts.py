"""The accounts whose deadline for notice lies ahead.

notice_accounts   a row per renewal, the nearest deadline first; searched and paged, `n_rows` of them in all
COLUMNS           of the answer, whatever the options
SORTS             name -> SQL of the order
"""

from datetime import date

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.ahead import deadlines

COLUMNS = [
    "account", "name", "csm", "segment", "notice_by", "days_to_notice", "renews_on", "has_asked", "currency", "arr_due", "n_rows",
]  # fmt: skip
SORTS = {
    "deadline": "notice_by, arr_due desc nulls last", "arr": "arr_due desc nulls last", "account": "coalesce(name, ours.account)",
}  # fmt: skip
_LISTED = """select
    ours.account, ours.name, ours.csm, ours.segment, notice_by, notice_by - $as_of::date as days_to_notice, renews_on, has_asked,
    currency, arr_due::double as arr_due, count(*) over () as n_rows
from notice_ahead
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = notice_ahead._account
where not has_notice and notice_by >= $as_of::date and notice_by <= $as_of::date + $within_days::integer
  and ($week::date is null or date_trunc('week', notice_by)::date = date_trunc('week', $week::date)::date)
  and (contains(lower(ours.account), $search::varchar) or coalesce(contains(lower(ours.name), $search::varchar), false))
order by {sort}, ours.account, renews_on, currency
limit $limit offset $offset"""


def notice_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    within_days: int | None = None,
    week: date | str | None = None,
    sort: str = "deadline",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """What `notice_deadlines` counts, of the week of a day or of all; rows `offset` to `offset + limit`."""
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    within, (n_noticed, n_unknown) = deadlines.lay(con, book, definitions, within_days)
    sql = _LISTED.format(sort=SORTS[sort])
    asked = {
        "as_of": book.as_of, "within_days": within, "week": day_of(week or None), "search": search.lower(),
        "limit": limit, "offset": offset,
    }  # fmt: skip
    left = left_out((deadlines.NOTICE, n_noticed), (deadlines.NO_DEADLINE, n_unknown))
    return Answer(con.execute(sql, asked).df()[COLUMNS], left, sql=f"{deadlines.SQL};\n\n{sql}")
