"""The exceptions of the book on a day, with what was done about them and whether they wait.

lay     the temp table exception_here: a row per exception of the rules that are on, of accounts of the book
STATES  the states, and all of them
NEW_DAYS  an exception is new for so many days from the day on which it is told
READS   the written tables that exceptions depend on
"""

from datetime import date

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import exceptionqueue, exceptions
from lib.facts.days import day_of
from lib.facts.standing import TERMS, parameters

STATES = (*exceptions.STATES, "all")
NEW_DAYS = 7
_HERE = f"""create or replace temp table exception_here as
select
    found.place, found._account, found.person, found.rule, found.began_on, found.ended_on,
    coalesce(found.value, found.began_value) as value,
    found.state, found.snoozed_until, found.reason, found.acted_on, found.acted_by,
    found.owner, account.account, account.name, account.csm::varchar as csm,
    case when term.is_live or term.is_pending then term.arr::double end as arr, term.renews_on, term.days_to_renewal,
    list_contains($good::integer[], found.place) as is_good,
    found.state = 'open' and told.told_on is null and found.acted_on is null and found.owner is not distinct from csm as is_waiting,
    case when not is_waiting then coalesce(told.told_on, found.began_on) end as told_on,
    found.state = 'open' and not is_waiting and coalesce(told_on > $as_of::date - {NEW_DAYS}, false) as is_new,
    coalesce(term.arr, 0)::double * pow(2, -greatest(coalesce(term.days_to_renewal, 365), 0) / $renewing_days::double) as weight
from {exceptions.ON} as found
join book as account on account._account = found._account
join {TERMS} as term on term._account = found._account
join exception_told as told
    on told.place = found.place and told._account = found._account and told.person is not distinct from found.person
    and told.began_on = found.began_on"""


def lay(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, on: date | str | None
) -> tuple[date, str]:
    """The temp table; gives the day by which a snooze is over, and the statements."""
    words, day = definitions.exceptions, day_of(on) or book.as_of
    exceptions.lay(con, book.as_of, definitions)
    exceptionqueue.lay(con, book.as_of, definitions)
    good = [place for place, rule in enumerate(words.on()) if rule.is_good]
    asked = {"on": day, "good": good, "renewing_days": words.renewing_days}
    con.execute(_HERE, parameters(_HERE, book.as_of, definitions) | asked)
    return day, f"{exceptionqueue.SQL};\n\n{_HERE}"
