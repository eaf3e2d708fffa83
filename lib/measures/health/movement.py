"""Who moved from which colour to which: a row per colour then and colour now, with the ARR of both days.

health_movement   every pair that occurs, the worst of today first
COLUMNS           of the answer, whatever the options
"""

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer, left_out
from lib.measures.health import stood

COLUMNS = ["from_colour", "to_colour", "n_accounts", "arr_then", "arr"]
_SQL = """select
    from_colour, to_colour, count(*) as n_accounts,
    coalesce(sum(arr_then), 0)::double as arr_then, coalesce(sum(arr), 0)::double as arr
from health_stood
where not is_undated
group by from_colour, to_colour
order by list_position($states::varchar[], to_colour), list_position($states::varchar[], from_colour)"""


def health_movement(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    since: str | None = None,
    day: str | None = None,
) -> Answer:
    """Accounts by their colour on an earlier day and on the day.

    since   the earlier day (default: movement_days before the day)

    Who was no customer then, nor on trial, is `new`; who is none on the day is `gone`; `none` has no score. So the rows but those
    of `new` add up to the book then, in accounts and in arr_then, and the rows but those of `gone` to the book of the day, in
    accounts and in arr.
    """
    days, sql = stood.lay(con, book, definitions, day=day, since=since)
    check(days)
    table = con.execute(_SQL, {"states": [*stood.COLOURS, stood.NEW, stood.GONE]}).df()[COLUMNS]
    out = left_out(*stood.left_out_of(con, is_movement=True))
    return Answer(table, out, (said(days),), f"{sql};\n\n{_SQL}")


def check(days: stood.Days) -> None:
    """Raises Refused where there were no scores yet on the earlier day."""
    if days.since is None:
        raise Refused(f"Scores begin on {say_day(days.first_day)}; choose a later day to compare with.")


def said(days: stood.Days) -> str:
    """Which days are compared."""
    return f"From {say_day(days.since)} to {say_day(days.day)}."
