"""A rule tried, day by day: how many exceptions would have begun, and how many were open.

exception_trial_days   a row per day of the last try_days
COLUMNS                of the answer, whatever the options
"""

from collections.abc import Sequence

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.exceptions import tried

COLUMNS = ["trial_day", "n_fired", "n_open_that_day"]
_SQL = """with day as (
    select unnest(generate_series($opens_on::date, $as_of::date, interval 1 day))::date as day
),
step as (
    select greatest(began_on, $opens_on::date) as day, 1 as step, (began_on >= $opens_on::date)::integer as fired
    from trial_spell where place = 0
    union all
    select ended_on, -1, 0 from trial_spell where place = 0 and ended_on is not null
),
summed as (
    select day, sum(step) as step, sum(fired) as n_fired from step group by day
)
select
    day.day as trial_day, coalesce(n_fired, 0)::bigint as n_fired,
    sum(coalesce(step, 0)) over (order by day.day)::bigint as n_open_that_day
from day
left join summed on summed.day = day.day
order by day.day"""


def exception_trial_days(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    rule: str | None = None,
    fact: str | None = None,
    test: str | None = None,
    enter: float | None = None,
    leave: float | None = None,
    among: Sequence[str] | None = None,
    for_days: int | None = None,
) -> Answer:
    """Exceptions that began on the day, and those open at its end; the options are those of exception_trial."""
    found = tried.lay(con, book, definitions, rule, fact, test, enter, leave, among, for_days)
    table = con.execute(_SQL, {"opens_on": found.opens_on, "as_of": book.as_of}).df()
    return Answer(table[COLUMNS], sql=f"{tried.SQL};\n\n{_SQL}")
