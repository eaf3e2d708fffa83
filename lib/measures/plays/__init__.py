"""Exceptions as work: what is open of a book, all of some accounts, the plays that were started, and what is new since a day.

listing   `my_exceptions`: one row per account with open exceptions, in the order in which they need somebody
story     `account_exceptions`: every exception of some accounts, with its play
runs      `play_runs`: one row per started play, and whether the metric recovered
digest    `digest`: what is new since yesterday
EXCEPTION SQL: the exceptions of the book with their plays and money, as a named step `exception`
asked     what a statement over it binds
said      the columns of an answer that are said in words
exception_said   an exception in a few words
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.facts import plays, standing
from lib.facts.exceptionsaid import said as value_said

EXCEPTION = f"""with exception as (
    select
        account.account, account.name, account.csm::varchar as csm, played.rule as exception_rule, played.person,
        person.name as person_name, played.state as exception_state, played.began_on as exception_began_on,
        played.ended_on as exception_ended_on, played.fact, played.began_value, played.value as value_now,
        played.owner as exception_owner, played.account_executive, played.touch, played.snoozed_until,
        played.reason as act_reason, played.is_good as is_good_news, played.play, played.aim as play_aim,
        played.started_on as play_started_on, played.n_tasks, played.n_tasks_done, played.check_on, played.check_result,
        played.has_left, case when term.is_live or term.is_pending then term.arr::double end as arr, term.renews_on,
        term.days_to_renewal,
        exception_waits(played.state, told.told_on, played.acted_on, played.started_on, played.owner, account.csm::varchar)
            as is_waiting,
        case when not is_waiting then coalesce(told.told_on, played.began_on) end as told_on,
        coalesce(term.arr, 0)::double * pow(2, -greatest(coalesce(term.days_to_renewal, 365), 0) / $near_days::double) as weight
    from book as account
    join {plays.PLAYED} as played on played._account = account._account
    join {standing.TERMS} as term on term._account = account._account
    join exception_told as told
        on told.place = played.place and told._account = played._account and told.person is not distinct from played.person
        and told.began_on = played.began_on
    left join core.person as person on person.account = account.account and person.person = played.person
    where is_one_of($owners::varchar[], played.owner)
      and (is_one_of($whose::varchar[], account.csm::varchar) or is_one_of($whose::varchar[], played.owner))
)
"""


def asked(
    sql: str,
    book: Book,
    definitions: Definitions,
    on: date,
    *,
    owner: Sequence[str] | None = None,
    whose: Sequence[str] | None = None,
) -> dict:
    """The values that `sql` over EXCEPTION binds. owner: exceptions of these people alone, whom each was handed over to, else the
    account's CSM; whose: those of the accounts of these CSMs, and those of others that were handed over to them."""
    near = {"near_days": definitions.exceptions.renewing_days}
    names = {"owners": None if owner is None else list(owner), "whose": None if whose is None else list(whose)}
    return standing.parameters(sql, book.as_of, definitions) | plays.bound(book.as_of, on, definitions) | near | names


def said(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the values of its facts in words: said_then on the first day, said_now on the day asked about."""
    then = [value_said(fact, value) for fact, value in zip(table["fact"], table["began_value"], strict=True)]
    now = [value_said(fact, value) for fact, value in zip(table["fact"], table["value_now"], strict=True)]
    return table.assign(said_then=then, said_now=now)


def exception_said(row: dict) -> str:
    """Key user left: Ann Lee, since 3 Oct 2026."""
    person = row["person_name"] if isinstance(row["person_name"], str) else row["person"]
    who = f": {person}" if isinstance(person, str) else ""
    return f"{row['exception_rule']}{who}, since {say_day(pd.Timestamp(row['exception_began_on']).date())}"
