"""Accounts that renew flat, again and again: neither more nor less, and nobody asks.

flat_renewers   a row per account, line and currency, sorted, searched and paged; `n_rows` of them in all
COLUMNS         of the answer, whatever the options
SORTS           name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.facts.paging import check_page
from lib.measures import Answer

COLUMNS = [
    "account", "name", "csm", "segment", "renewal_line", "n_flat", "flat_since_on", "renews_on", "days_to_renewal", "currency",
    "arr_due", "n_rows",
]  # fmt: skip
SORTS = {
    "times": "n_flat desc, arr_due desc nulls last", "arr": "arr_due desc nulls last",
    "renewal": "renews_on nulls last, arr_due desc nulls last",
    "account": "coalesce(name, ours.account)",
}  # fmt: skip
_SQL = """with decided as (
    select
        _account, line, currency, renews_on, outcome = 'renewed_flat' and is_arr_known as is_flat,
        row_number() over (partition by _account, line, currency order by renews_on desc) as place
    from renewal
    where is_due and outcome in ('renewed_flat', 'renewed_up', 'renewed_down', 'lapsed') and _account in (select _account from book)
),
last_moved as (
    select _account, line, currency, min(place) filter (where not is_flat) as place from decided group by _account, line, currency
),
run as (
    select decided._account, decided.line, decided.currency, count(*) as n_flat, min(renews_on) as flat_since_on
    from decided
    join last_moved
        on last_moved._account = decided._account and last_moved.line = decided.line and last_moved.currency = decided.currency
    where decided.place < coalesce(last_moved.place, decided.place + 1)
    group by decided._account, decided.line, decided.currency
),
live as (
    select
        _account, line, currency, sum(arr) as arr, min(ended_on) filter (where ending = 'upcoming') as renews_on
    from renewal_term
    where has_counted and counts_until is null
    group by _account, line, currency
)
select
    ours.account, ours.name, ours.csm, ours.segment, run.line as renewal_line, n_flat, flat_since_on, live.renews_on,
    live.renews_on - $as_of::date as days_to_renewal, run.currency, live.arr::double as arr_due, count(*) over () as n_rows
from run
join live on live._account = run._account and live.line = run.line and live.currency = run.currency
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = run._account
where n_flat >= $times
  and (contains(lower(ours.account), $search::varchar) or coalesce(contains(lower(ours.name), $search::varchar), false))
order by {sort}, ours.account, run.line, run.currency
limit $limit offset $offset"""


def flat_renewers(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    times: int | None = None,
    sort: str = "times",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Lines still live whose last `times` renewals or more were all flat, whenever those were; rows `offset` to `offset + limit`.

    Flat is to the cent. A renewal of which the ARR is not known before or after breaks the row; arr_due is what is live now.
    """
    wanted = definitions.renewals_ahead.flat_times if times is None else times
    if wanted < 1:
        raise Refused(f"Renewals in a row are 1 or more; {wanted} were asked for.")
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    renewals.lay(con, book.as_of, definitions)
    sql = _SQL.format(sort=SORTS[sort])
    asked = {"as_of": book.as_of, "times": wanted, "search": search.lower(), "limit": limit, "offset": offset}
    found = con.execute(sql, asked).df()
    n = int(found["n_rows"].iat[0]) if len(found) else 0
    many = "renewal" if wanted == 1 else f"{wanted} renewals"
    note = f"{n:,} live lines were flat at their last {many} or more." if len(found) or not offset else ""
    return Answer(found[COLUMNS], notes=(note,) if note else (), sql=sql)
