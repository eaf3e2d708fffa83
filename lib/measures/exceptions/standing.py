"""The exceptions of the book on a day, with what was done about them and whether they wait.

lay     the view exception_here: a row per exception of the rules that are on, of accounts of the book
STATES  the states, and all of them
NEW_DAYS  an exception is new for so many days from the day on which it is told
STANDING  the shelf of what a scope holds
"""

from datetime import date

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import exceptionqueue, exceptions
from lib.facts.days import day_of
from lib.facts.shelf import Shelf, name_of
from lib.facts.standing import TERMS, parameters

STATES = (*exceptions.STATES, "all")
NEW_DAYS = 7
MANY_EXCEPTIONS = 2_000_000
STANDING = Shelf("exception_standing", most=3, many=MANY_EXCEPTIONS)
_STANDING = f"""select
    found.place, found._account, found.person, found.rule, found.began_on, found.ended_on,
    coalesce(found.value, found.began_value) as value,
    found.state, found.snoozed_until, found.reason, found.acted_on, found.acted_by, found.owner, account.csm::varchar as csm,
    case when term.is_live or term.is_pending then term.arr::double end as arr, term.renews_on, term.days_to_renewal,
    list_contains($good::integer[], found.place) as is_good,
    exception_waits(found.state, told.told_on, found.acted_on, begun.started_on, found.owner, csm) as is_waiting,
    case when not is_waiting then coalesce(told.told_on, found.began_on) end as told_on,
    found.state = 'open' and not is_waiting and coalesce(told_on > $as_of::date - {NEW_DAYS}, false) as is_new,
    coalesce(term.arr, 0)::double * pow(2, -greatest(coalesce(term.days_to_renewal, 365), 0) / $renewing_days::double) as weight
from {exceptions.ON} as found
join scope as account on account._account = found._account
join {TERMS} as term on term._account = found._account
join exception_told as told
    on told.place = found.place and told._account = found._account and told.person is not distinct from found.person
    and told.began_on = found.began_on
left join (
    select place, _account, person, began_on, min(started_on) as started_on
    from play_run_on($as_of)
    group by place, _account, person, began_on
) as begun
    on begun.place = found.place and begun._account = found._account and begun.person is not distinct from found.person
    and begun.began_on = found.began_on"""
_HERE = """create or replace temp view exception_here as
select standing.*, account.account, account.name
from exception_standing as standing
join book as account on account._account = standing._account"""
_SEEN = """select count(*), coalesce(bit_xor(hash(_account)), 0)::varchar from scope
union all
select count(*), coalesce(bit_xor(hash(written)), 0)::varchar from written_exception_act as written
union all
select count(*), coalesce(bit_xor(hash(written)), 0)::varchar from written_task as written where play is not null"""


def lay(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, on: date | str | None
) -> tuple[date, str]:
    """The view; gives the day by which a snooze is over, and the statements. What the scope holds is kept beside the snapshot:
    another filter costs a look at it."""
    words, day = definitions.exceptions, day_of(on) or book.as_of
    key = name_of(exceptions.made_of(con, book.as_of, definitions), day, con.execute(_SEEN).fetchall())

    def make(name: str, table: str) -> None:
        exceptions.lay(con, book.as_of, definitions)
        exceptionqueue.lay(con, book.as_of, definitions)
        good = [place for place, rule in enumerate(words.on()) if rule.is_good]
        asked = {"on": day, "good": good, "renewing_days": words.renewing_days}
        bound = parameters(_STANDING, book.as_of, definitions) | asked
        con.execute(f"create or replace table {table} as {_STANDING}", bound)

    STANDING.lay(con, key, make)
    con.execute(_HERE)
    return day, f"{exceptionqueue.SQL};\n\n{_STANDING};\n\n{_HERE}"
