"""The accounts behind every figure of a trial.

exception_trial_accounts   a row per account, paged
COLUMNS                    of the answer, whatever the options
WHICH                      which of them, in words
"""

from collections.abc import Sequence

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.facts.standing import TERMS, parameters
from lib.measures import Answer
from lib.measures.exceptions import tried

COLUMNS = [
    "account", "name", "csm", "arr", "person", "person_name", "fired_on", "n_times_fired", "trial_outcome", "trial_lost_on", 
    "warned_on", "warning_days", "n_rows",
]  # fmt: skip
WHICH = {
    "told": "fired_on is not null",
    "judged": "outcome in ('lost', 'stayed')",
    "right": "outcome = 'lost'",
    "stayed": "outcome = 'stayed'",
    "pending": "outcome = 'pending'",
    "lost": "lost_on is not null",
    "warned": "warned_on is not null",
    "missed": "lost_on is not null and warned_on is null",
    "open": "trial._account in (select _account from trial_spell where place = 0)",
}
_SQL = """with trial as (
    from trial_account
    union all by name
    select distinct _account from trial_spell where place = 0 and _account not in (select _account from trial_account)
),
shared as (
    select distinct own._account
    from (from trial_spell where place = 0) as own
    join (from trial_spell where place = $place::integer) as other
        on other._account = own._account and coalesce(other.ended_on > own.began_on, true)
        and coalesce(own.ended_on > other.began_on, true)
)
select
    account.account, account.name, account.csm::varchar as csm,
    case when term.is_live or term.is_pending then term.arr::double end as arr,
    trial.person, person.name as person_name, fired_on, n_times as n_times_fired, outcome as trial_outcome,
    coalesce(lost_after_on, lost_on) as trial_lost_on, warned_on, lead_days as warning_days, count(*) over () as n_rows
from trial
join book as account on account._account = trial._account
join {terms} as term on term._account = trial._account
left join core.person as person on person.account = account.account and person.person = trial.person
where {which}
    and ($place::integer is null or trial._account in (from shared))
    and ($day::date is null or trial._account in (select _account from trial_spell where place = 0 and began_on = $day::date))
order by term.arr desc nulls last, account.account
limit $limit offset $offset"""


def exception_trial_accounts(
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
    which: str = "told",
    shared_with: str | None = None,
    fired_day: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of the accounts a trial counts; n_rows in all. Other options: as exception_trial.

    which        told: began in the last try_days; judged, right (lost within judge_days), stayed, pending; lost, warned (lost after
                 one), missed; open: with one that lasted on any of these days
    shared_with  those with an exception of that rule at the same time
    fired_day    those with one that began on that day
    """
    if which not in WHICH:
        raise Refused(f"There is no selection {which!r}; choose from {', '.join(WHICH)}.")
    check_page(limit, offset)
    day = day_of(fired_day)
    found = tried.lay(con, book, definitions, rule, fact, test, enter, leave, among, for_days)
    places = {each.rule: place for place, each in enumerate(found.others, 1)}
    if shared_with is not None and shared_with not in places:
        raise Refused(f"No other rule {shared_with!r} is on; those that are: {', '.join(places) or 'none'}.")
    sql = _SQL.format(which=WHICH[which], terms=TERMS)
    asked = {"place": places.get(shared_with), "day": day, "limit": limit, "offset": offset}
    table = con.execute(sql, parameters(sql, book.as_of, definitions) | asked).df()
    return Answer(table[COLUMNS], sql=f"{tried.SQL};\n\n{sql}")
