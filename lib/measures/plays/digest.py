"""What is new since yesterday: for a mail in the morning.

digest    one row per piece of news, by kinds, the most at stake first
NEWS      the kinds, in the order in which they are read -> in words
COLUMNS   of the answer, whatever the options
"""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import plays, standing
from lib.facts.days import day_of
from lib.measures import Answer
from lib.measures.plays import EXCEPTION, asked, said
from lib.measures.registry import measure

COLUMNS = [
    "news", "account", "name", "csm", "title", "person", "person_name", "detail", "happened_on", "due_on", "days_overdue", "owner",
    "is_good_news", "arr", "n_rows",
]  # fmt: skip
NEWS = {
    "overdue": "Overdue",
    "due": "Due today",
    "new": "New exceptions",
    "again": "Open again: the snooze is over",
    "deadline": "Renewals to decide within 14 days",
    "gone": "Gone by themselves",
}
DEADLINE_DAYS = 14
_MOVED = f"""{EXCEPTION},
slept as (  -- what was snoozed on the day before
    select played.rule, account.account, played.person, played.began_on, played.snoozed_until
    from exception_on($as_of, $on_before) as played
    join book as account on account._account = played._account
    where played.state = 'snoozed'
)
select
    case
        when exception_state = 'gone' then 'gone'
        when slept.account is not null then 'again'
        else 'new'
    end as news,
    exception.*, exception_rule as title, exception_owner as owner,
    coalesce(exception_ended_on, slept.snoozed_until, told_on) as happened_on
from exception
left join slept
    on slept.rule = exception_rule and slept.account = exception.account and slept.person is not distinct from exception.person
    and slept.began_on = exception_began_on
where (exception_state = 'gone' and exception_ended_on > $since::date)
   or (exception_state = 'open' and (told_on > $since::date or slept.account is not null))
order by weight desc, exception.account, title, exception.person nulls first, play
"""
_DUE = f"""
select
    'deadline' as news, account.account, account.name, account.csm::varchar as csm,
    case when term.notice_by >= $on::date then 'Notice by' else 'Renews' end as title,
    case when term.notice_by >= $on::date then least(term.notice_by, term.renews_on) else term.renews_on end as due_on,
    term.renews_on, account.csm::varchar as owner, term.arr::double as arr
from book as account
join {standing.TERMS} as term on term._account = account._account
where due_on between $on::date and $on::date + $deadline_days::integer and term.notice <> 'notice given'
    and is_one_of($whose::varchar[], account.csm::varchar)
order by due_on, arr desc nulls last, account.account
"""


def digest(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    since: date | str | None = None,
    on: date | str | None = None,
    whose: Sequence[str] | None = None,
) -> Answer:
    """What is new of the book's accounts, a row each; n_rows of them in all.

    since   the day up to which everything was told before; by default the day before the book's
    on      the day it is read on, by which work is due and a snooze is over; by default the book's
    whose   of the accounts of these CSMs, and of others what was handed over to them

    new: exceptions that are open and are told since (they began, or their turn came: new_per_week); gone: over by themselves since;
    again: snoozed when `since` was told, and open by now. overdue and due: open work of the accounts, as in the work list.
    deadline: the notice, else the renewal, falls within 14 days from `on`, and no notice is given. Nothing is remembered of
    earlier digests: the same data on the same day say the same.
    """
    today = day_of(on) or book.as_of
    known_to = day_of(since) or book.as_of - timedelta(days=1)
    if known_to > book.as_of:
        raise Refused(f"Nothing is known after {say_day(book.as_of)}; “since” must not be later than that.")
    plays.lay(con, book.as_of, definitions)
    bound = {"since": known_to, "on_before": today - (book.as_of - known_to)}
    moved = said(con.execute(_MOVED, asked(_MOVED, book, definitions, today, whose=whose) | bound).df())
    moved = moved.assign(detail=list(map(_known, moved.to_dict("records"))))
    moved = moved.drop_duplicates(["news", "account", "title", "person"])
    terms = standing.parameters(_DUE, book.as_of, definitions) | {"on": today, "deadline_days": DEADLINE_DAYS}
    terms["whose"] = None if whose is None else list(whose)
    due = con.execute(_DUE, terms).df()
    days = zip(due["title"], due["renews_on"], strict=True)
    due["detail"] = [f"renews on {say_day(day.date())}" if title == "Notice by" else None for title, day in days]
    work, sql = _work(con, book, definitions, today, whose)
    found = pd.concat([each.reindex(columns=COLUMNS) for each in (work, moved, due)], ignore_index=True)
    found["place"] = found["news"].map(list(NEWS).index)
    found = found.sort_values("place", kind="stable", ignore_index=True).assign(n_rows=len(found))
    found["is_good_news"] = found["is_good_news"].eq(True)
    for name in ("happened_on", "due_on"):
        found[name] = pd.to_datetime(found[name])
    note = (
        f"What is new since {say_day(known_to)}, by the data to {say_day(book.as_of)}; what is due by {say_day(today)}."
    )
    return Answer(found[COLUMNS], notes=(note,), sql="\n\n".join([_MOVED, _DUE, f"-- work:\n{sql}"]))


def _known(row: dict) -> str:
    """What is known of an exception: what it is told by while it lasts, and how it ended."""
    began = f"since {say_day(row['exception_began_on'].date())}"
    if row["news"] == "gone":
        return f"{began}; the account was lost" if row["has_left"] else began
    return row["said_now"] or row["said_then"]


def _work(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, day: date, whose: Sequence[str] | None
) -> tuple[pd.DataFrame, str]:
    """What is overdue, and what is due on the day: asked of the work list, so that it is counted in one place."""
    found = measure("worklist")(con, book, definitions, on=day, only="open", whose=whose)
    work = found.table[found.table["due_on"].notna()]
    work = work[pd.to_datetime(work["due_on"]).dt.date <= day]
    roles = work["task_role"].where(work["task_role"] != work["owner"])  # support is its own owner
    parts = zip(work["play"], roles, strict=True)
    return work.assign(
        news=["overdue" if late > 0 else "due" for late in work["days_overdue"]],
        detail=[", ".join(part for part in pair if isinstance(part, str)) or None for pair in parts],
    ), found.sql
