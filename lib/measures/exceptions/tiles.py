"""How many have left the path: accounts with open exceptions, what they are worth, what is new, what waits.

exception_tiles   a row for each figure
COLUMNS           of the answer, whatever the options
TILES             the figures
"""

from datetime import date

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.exceptions import standing

COLUMNS = ["exception_figure", "n_exceptions", "n_exception_accounts", "arr"]
TILES = ("open", "new", "waiting", "snoozed")
_SQL = """with figure as (
    select 'open' as figure, * from exception_here where state = 'open' and not is_waiting
    union all
    select 'new', * from exception_here where is_new
    union all
    select 'waiting', * from exception_here where is_waiting
    union all
    select 'snoozed', * from exception_here where state = 'snoozed'
),
by_account as (
    select figure, account, count(*) as n, any_value(arr) as arr from figure group by figure, account
),
counted as (
    select figure, sum(n)::bigint as n_exceptions, count(*) as n_exception_accounts, coalesce(sum(arr), 0)::double as arr
    from by_account
    group by figure
)
select
    named.figure as exception_figure, coalesce(n_exceptions, 0) as n_exceptions,
    coalesce(n_exception_accounts, 0) as n_exception_accounts, coalesce(arr, 0) as arr
from (select unnest(['open', 'new', 'waiting', 'snoozed']) as figure, unnest(range(4)) as place) as named
left join counted on counted.figure = named.figure
order by place"""


def exception_tiles(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, on: date | str | None = None
) -> Answer:
    """Exceptions and accounts of the book: open (told, not done, not snoozed), new (told in the last week), waiting, snoozed.

    on   the day by which a snooze is over; by default the book's
    """
    _, laid = standing.lay(con, book, definitions, on)
    return Answer(con.execute(_SQL).df()[COLUMNS], sql=f"{laid};\n\n{_SQL}")
