"""Renewals ahead where fewer seats are used than were bought: what a customer that cuts its seats to what it uses would take away.

right_sizing   the accounts, one row each and renewal day, sorted, searched and paged; `n_rows` of them in all
COLUMNS        of the answer, whatever the options
SORTS          name -> SQL of the order
"""

from datetime import date

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.ahead import sized

COLUMNS = [
    "account", "name", "csm", "segment", "renews_on", "days_to_renewal", "notice_by", "seats", "n_active_people", "n_assigned",
    "seats_used_rate", "seats_needed", "seats_over", "currency", "arr_due", "arr_exposed", "n_rows",
]  # fmt: skip
SORTS = {
    "exposed": "arr_exposed desc nulls last, seats_over desc", "renewal": "renews_on, arr_exposed desc nulls last",
    "least": "seats_used_rate, arr_exposed desc nulls last", "account": "coalesce(name, ours.account)",
}  # fmt: skip
_LISTED = """select
    ours.account, ours.name, ours.csm, ours.segment, renews_on, renews_on - $as_of::date as days_to_renewal, notice_by,
    seats::bigint as seats, n_active as n_active_people, n_assigned, seats_used_rate, seats_needed::bigint as seats_needed,
    seats_over::bigint as seats_over, currency, arr_due::double as arr_due, arr_exposed::double as arr_exposed,
    count(*) over () as n_rows
from sized_renewal
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = sized_renewal._account
where is_over and ($quarter::date is null or (renews_on >= $quarter::date and renews_on < $quarter::date + interval 3 month))
  and (contains(lower(ours.account), $search::varchar) or coalesce(contains(lower(ours.name), $search::varchar), false))
order by {sort}, ours.account, renews_on, currency
limit $limit offset $offset"""


def right_sizing(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    use: str = "active",
    within_days: int | None = None,
    quarter: date | str | None = None,
    sort: str = "exposed",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Accounts that renew within `within_days` and use less than sizing_below of their seats; rows `offset` to `offset + limit`.

    use       active: people with use in the last four full weeks; assigned: people with an open login
    quarter   those alone that renew in the three months from this day

    seats are all the account's live ones, since use cannot be told apart by product. seats_needed are those used and cushion_share
    more; arr_exposed is the share of the others of arr_due, which is that of the terms with seats that end on the day.
    """
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    opens_on = day_of(quarter or None)
    laid, left = sized.lay(con, book, definitions, use, within_days)
    sql = _LISTED.format(sort=SORTS[sort])
    asked = {"as_of": book.as_of, "quarter": opens_on, "search": search.lower(), "limit": limit, "offset": offset}
    rows = con.execute(sql, asked).df()
    return Answer(rows[COLUMNS], left, sized.notes(con, book, definitions, use, within_days), f"{laid};\n\n{sql}")
