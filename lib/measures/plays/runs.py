"""Plays that were started, and whether the metric came back: the closing check of each.

play_runs   one row per started play, those to look at first
RESULTS     what the check can say -> in words
COLUMNS     of the answer, whatever the options
"""

from datetime import date

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import plays
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.plays import EXCEPTION, asked, said

COLUMNS = [
    "account", "name", "csm", "exception_rule", "person", "person_name", "play", "play_aim", "exception_owner", "play_started_on",
    "n_tasks", "n_tasks_done", "exception_began_on", "exception_state", "exception_ended_on", "said_then", "said_now", "check_on",
    "check_result", "arr", "n_rows",
]  # fmt: skip
RESULTS = {
    "still open": "the check was due, and it is not over",
    "not due yet": "not over yet, and the check is still to come",
    "recovered": "over by the day of the check",
    "recovered late": "over, after the day of the check",
    "left": "over because the account was lost",
}


def play_runs(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    result: str = "",
    on: date | str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of the plays that were started for accounts of the book; n_rows of them in all.

    result   those of one result of the check, a name of RESULTS
    on       the day by which a snooze is over; by default the book's

    A play is started with its first task, for the exception that lasts on that day; check_on is its check_days later. By the
    book's day it has recovered where the exception was over by then, for whatever reason but the account's loss: that it went
    along with the play does not say that the play did it.
    """
    if result and result not in RESULTS:
        raise Refused(f"There is no result {result!r} of a play; choose from {', '.join(RESULTS)}.")
    check_page(limit, offset)
    plays.lay(con, book.as_of, definitions, is_whole=True)
    sql = (
        f"{EXCEPTION}select *, count(*) over () as n_rows\nfrom exception\n"
        "where play_started_on is not null and ($result = '' or check_result = $result)\n"
        "order by list_position($results::varchar[], check_result), check_on, weight desc nulls last,\n"
        "    account, exception_rule, person, play\nlimit $limit offset $offset"
    )
    bound = {"result": result, "results": list(RESULTS), "limit": limit, "offset": offset}
    table = con.execute(sql, asked(sql, book, definitions, day_of(on) or book.as_of) | bound).df()
    return Answer(said(table)[COLUMNS], sql=sql)
