"""Renewals ahead where fewer seats are used than were bought, by fiscal quarter.

sizing_quarters   a row per quarter and currency
COLUMNS           of the answer, whatever the options
"""

import duckdb

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.ahead import sized

COLUMNS = [
    "quarter_opens_on", "quarter_closes_on", "currency", "n_renewals", "n_over", "over_rate", "over_rate_lo", "over_rate_hi",
    "seats", "seats_over", "arr_due", "arr_exposed",
]  # fmt: skip
_QUARTERS = """with placed as (
    select
        *,
        (
            date_trunc('month', renews_on) - to_months(((month(renews_on) - $first_month + 12) % 3)::integer)
        )::date as quarter_opens_on
    from sized_renewal
    where why_not is null
)
select
    quarter_opens_on, (quarter_opens_on + interval 3 month)::date as quarter_closes_on, currency,
    count(*) as n_renewals, count(*) filter (where is_over) as n_over,
    coalesce(sum(seats) filter (where is_over), 0)::bigint as seats,
    coalesce(sum(seats_over) filter (where is_over), 0)::bigint as seats_over,
    sum(arr_due)::double as arr_due,
    coalesce(sum(arr_exposed) filter (where is_over), 0)::double as arr_exposed
from placed
group by quarter_opens_on, currency
order by quarter_opens_on, currency"""


def sizing_quarters(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    use: str = "active",
    within_days: int | None = None,
) -> Answer:
    """What `right_sizing` lists, added up by fiscal quarter and currency; n_renewals are all that could be held against use."""
    laid, left = sized.lay(con, book, definitions, use, within_days)
    rows = con.execute(_QUARTERS, {"first_month": definitions.calendar.fiscal_year_starts_in}).df()
    lo, hi = stats.wilson(rows["n_over"], rows["n_renewals"])
    table = rows.assign(over_rate=rows["n_over"] / rows["n_renewals"], over_rate_lo=lo, over_rate_hi=hi)
    return Answer(
        table[COLUMNS], left, sized.notes(con, book, definitions, use, within_days), f"{laid};\n\n{_QUARTERS}"
    )
