"""Every exception of some accounts: open ones first, then those that are over, the newest first; each with its play.

account_exceptions   one row per exception, and per play that was started for it
ONLY                 which rows `only` keeps
COLUMNS              of the answer, whatever the options
"""

from collections.abc import Sequence
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
    "account", "name", "csm", "exception_rule", "person", "person_name", "exception_state", "exception_began_on",
    "exception_ended_on", "said_then", "said_now", "exception_owner", "account_executive", "touch", "snoozed_until", "act_reason",
    "is_good_news", "is_waiting", "play", "play_aim", "play_started_on", "n_tasks", "n_tasks_done", "check_on", "check_result",
    "n_rows",
]  # fmt: skip
ONLY = {
    "all": "true",
    "open": "exception_state = 'open'",
    "standing": "exception_state in ('open', 'snoozed')",
    "past": "exception_state in ('done', 'gone')",
}


def account_exceptions(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    accounts: Sequence[str] | None = None,
    only: str = "all",
    on: date | str | None = None,
    owner: Sequence[str] | None = None,
    whose: Sequence[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of the exceptions of the book's `accounts` (all of them by default); n_rows in all.

    only   all; open; standing: open or snoozed; past: done, or gone by itself
    on     the day by which a snooze is over; by default the book's
    owner, whose   as of my_exceptions

    said_then and said_now are the value of what the rule is told by, on its first day and, while it lasts, on the book's day.
    What a play is, and when a play counts as recovered, play_runs says.
    """
    if only not in ONLY:
        raise Refused(f"There is no selection {only!r}; choose from {', '.join(ONLY)}.")
    check_page(limit, offset)
    plays.lay(con, book.as_of, definitions, is_whole=True)
    sql = (
        f"{EXCEPTION}select *, count(*) over () as n_rows\nfrom exception\n"
        f"where {ONLY[only]} and ($accounts::varchar[] is null or list_contains($accounts::varchar[], account))\n"
        "order by\n    list_position(['open', 'snoozed'], exception_state) nulls last,\n"
        "    coalesce(exception_ended_on, exception_began_on) desc, weight desc nulls last,\n"
        "    account, exception_rule, person nulls first, play\nlimit $limit offset $offset"
    )
    bound = {"accounts": None if accounts is None else list(accounts), "limit": limit, "offset": offset}
    names = {"owner": owner, "whose": whose}
    table = con.execute(sql, asked(sql, book, definitions, day_of(on) or book.as_of, **names) | bound).df()
    return Answer(said(table)[COLUMNS], sql=sql)
