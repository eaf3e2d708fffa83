"""Open exceptions of the accounts of the book: one row per account, those with most at stake and the nearest renewal first.

my_exceptions   the accounts with an open exception
COLUMNS         of the answer, whatever the options
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import plays
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.plays import EXCEPTION, asked, exception_said

COLUMNS = [
    "account", "name", "csm", "exceptions", "n_exceptions", "n_started", "n_tasks", "n_tasks_done", "newest_on", "exception_owner",
    "arr", "renews_on", "days_to_renewal", "n_rows",
]  # fmt: skip
_SQL = f"""{EXCEPTION},
mine as (
    select * from exception
    where exception_state = 'open'
)
select
    account, name, csm,
    list({{'exception_rule': exception_rule, 'person': person, 'person_name': person_name,
        'exception_began_on': exception_began_on}}
         order by is_good_news, told_on desc, exception_rule, person) as exceptions,
    count(*) as n_exceptions, count(play_started_on) as n_started,
    sum(n_tasks)::bigint as n_tasks, sum(n_tasks_done)::bigint as n_tasks_done, max(told_on) as newest_on,
    string_agg(distinct exception_owner, ', ' order by exception_owner) as exception_owner,
    any_value(arr) as arr, any_value(renews_on) as renews_on, any_value(days_to_renewal) as days_to_renewal,
    count(*) over () as n_rows
from mine
where not is_waiting
group by account, name, csm
order by bool_and(is_good_news), any_value(weight) desc, any_value(arr) desc nulls last, account
limit $limit offset $offset
"""
_WAITING = f"{EXCEPTION}select count(*) from exception where is_waiting"


def my_exceptions(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    on: date | str | None = None,
    owner: Sequence[str] | None = None,
    whose: Sequence[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of the book's accounts with open exceptions; n_rows of them in all.

    on      the day by which a snooze is over; by default the book's
    owner   exceptions of these people, whatever the case: whom they were handed over to, else the account's CSM
    whose   those of the accounts of these CSMs, and of other accounts those that were handed over to them

    Their order is that of `exceptions`: ARR, halved for every renewing_days that the renewal is away, most first; accounts with
    good news alone come last. New ones above new_per_week of a CSM wait, and are left out (lib/facts/exceptionqueue.py).
    `exceptions` says each, bad news first, then the newest.
    """
    check_page(limit, offset)
    day = day_of(on) or book.as_of
    plays.lay(con, book.as_of, definitions)
    bound = asked(_SQL, book, definitions, day, owner=owner, whose=whose)
    table = con.execute(_SQL, bound | {"limit": limit, "offset": offset}).df()
    ((n_waiting,),) = con.execute(_WAITING, bound).fetchall()
    table["exceptions"] = [[exception_said(one) for one in each] for each in table["exceptions"]]
    return Answer(table[COLUMNS], left_out(("new, and waiting for the next week", n_waiting)), sql=_SQL)
