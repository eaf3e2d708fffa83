"""The renewals behind a tenth of what accounts had before.

tenth_accounts   a row per renewal that was decided, sorted and paged; `n_rows` of them in all
COLUMNS          of the answer, whatever the options
SORTS            name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.ahead import before
from lib.store.tables import quote

COLUMNS = [
    "account", "name", "csm", "segment", "renews_on", "trait_value", "tenth", "is_renewed", "currency", "arr_due", "arr_kept",
    "n_rows",
]  # fmt: skip
SORTS = {
    "lost": "is_renewed, arr_due desc nulls last", "value": "trait_value, arr_due desc nulls last",
    "arr": "arr_due desc nulls last",
    "account": "coalesce(name, ours.account)",
}  # fmt: skip
_VALUES = """select row_number() over () as number, decided._account, decided.renews_on, {trait}::double as trait_value
from decided_renewal as decided
join trait_reading as reading on reading._account = decided._account and reading.reads_on = decided.reads_on
where not (is_pending or is_ahead) and coalesce(tenure_days > 0, true) and {trait} is not null"""
_LISTED = """select
    ours.account, ours.name, ours.csm, ours.segment, decided.renews_on, trait_value, tenth, is_renewed, currency,
    arr_due::double as arr_due, arr_kept::double as arr_kept, count(*) over () as n_rows
from told_tenth
join decided_renewal as decided on decided._account = told_tenth._account and decided.renews_on = told_tenth.renews_on
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = told_tenth._account
where $tenth::integer is null or tenth = $tenth::integer
order by {sort}, ours.account, decided.renews_on
limit $limit offset $offset"""


def tenth_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    trait: str = "seats_active_rate",
    tenth: int | None = None,
    lead_days: int | None = None,
    sort: str = "lost",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The renewals that `renewal_deciles` counts in a tenth of a trait, or in all; rows `offset` to `offset + limit`."""
    if trait not in before.TRAITS:
        raise Refused(f"There is no such trait; choose from {', '.join(before.TRAITS)}.")
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    before.lay(con, book, definitions, lead_days)
    values = _VALUES.format(trait=f"reading.{quote(trait)}")
    told = con.execute(values).df()
    con.register("told_tenth", told.assign(tenth=before.tenths(told["trait_value"].to_numpy(float))))
    sql = _LISTED.format(sort=SORTS[sort])
    found = con.execute(sql, {"tenth": tenth, "limit": limit, "offset": offset}).df()
    con.unregister("told_tenth")
    return Answer(found[COLUMNS], sql=f"{before.SQL};\n\n{values};\n\n{sql}")
