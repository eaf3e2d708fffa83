"""The people that a revenue lever found: evangelists to enrol, or those who are held up.

lever_people   one row per person, sorted, searched and paged; `n_rows` of them in all
COLUMNS        of the answer, whatever the options
SORTS          name -> SQL of the order
WHICH          name -> SQL: whom to enrol, those not now, or all
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.levers.found import Scene, lay

COLUMNS = [
    "account", "name", "csm", "person", "person_name", "role", "lever_why", "n_times", "person_nps", "colour", "why_not_now",
    "renews_on", "n_rows",
]  # fmt: skip
SORTS = {"most": "n_times desc", "account": "coalesce(name, account)", "person": "coalesce(person_name, person)"}
WHICH = {"now": "why_not_now is null", "apart": "why_not_now is not null", "all": "true"}
_SQL = """with place as (
    select _account, person, need, string_agg(barrier_name, ', ' order by n_times desc, barrier_name) as named
    from lever_place
    group by _account, person, need
),
found as (
    select
        person._account, person.person, sum(n_times)::bigint as n_times, max(person_nps) as person_nps,
        max(health_colour) as colour, max(why_not) as why_not_now,
        string_agg(case person.need when 'login' then 'login and nothing else' when 'loops' then 'loops with help'
            when 'unfinished' then 'guided processes unfinished' else coalesce(said.name, person.need) end
            || coalesce(': ' || place.named, ''), '; ' order by person.need
        ) as lever_why
    from lever_person as person
    left join core.feature as said on said.feature = person.need
    left join place on place._account = person._account and place.person = person.person and place.need = person.need
    where ($need = '' or person.need = $need)
      and ($barrier = '' or (person._account, person.person, person.need) in (
          select (_account, person, need) from lever_place where barrier = $barrier
      ))
    group by person._account, person.person
),
listed as (
    select
        ground.account, ground.name, ground.csm, found.person, person.name as person_name, person.role,
        found.* exclude (_account, person),
        ground.renews_on
    from found
    join lever_ground as ground on ground._account = found._account
    left join core.person as person on person.account = ground.account and person.person = found.person
)
select *, count(*) over () as n_rows
from listed
where {which} and ($search = '' or contains(lower(account), $search) or coalesce(contains(lower(name), $search), false)
    or coalesce(contains(lower(person_name), $search), false))
order by {order}, account, person
limit $limit offset $offset"""


def lever_people(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    lever: str = "evangelists",
    need: str = "",
    barrier: str = "",
    which: str = "now",
    sort: str = "most",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The people of the book's accounts that a lever found, rows `offset` to `offset + limit`; levers of accounts alone find none.

    barrier   those held up at one task or process, as `barrier_features` names it
    which     of evangelists: now (can be enrolled), apart (not now, and why), all
    """
    for name, value, known in (("order", sort, SORTS), ("choice", which, WHICH)):
        if value not in known:
            raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")
    check_page(limit, offset)
    found = lay(Scene(con, book, definitions), lever)
    sql = _SQL.format(which=WHICH[which], order=SORTS[sort])
    rows = con.execute(
        sql, {"need": need, "barrier": barrier, "search": search.lower(), "limit": limit, "offset": offset}
    ).df()
    return Answer(rows[COLUMNS], left_out(*found.left), (found.finding, *found.notes), f"{found.sql}\n\n{sql}")
