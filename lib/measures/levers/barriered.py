"""Where people are held up: the tasks they go round with help, and the guided processes they leave.

barrier_features   a row per task or process and currency
COLUMNS            of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.levers.found import Scene, lay
from lib.measures.levers.worth import lay_stake

COLUMNS = [
    "need", "barrier", "barrier_name", "n_people_using", "n_people_held", "held_rate", "held_rate_lo", "held_rate_hi",
    "n_held_times", "n_found_accounts", "n_found_people", "currency", "n_stake_accounts", "stake_arr",
]  # fmt: skip
_SQL = """with span as (
    select date_trunc('week', $as_of::date + 1)::date as closes_on
),
used as (
    select place.need, place.barrier, any_value(place.barrier_name) as barrier_name, ground._account, used.person
    from usage.usage_person_feature_week as used
    join barrier_feature() as place on place.feature = used.feature and place.role in ('task', 'begins')
    join lever_ground as ground on ground.account = used.account and ground.is_customer
    left join core.person as person on person.account = used.account and person.person = used.person
    cross join span
    where week >= closes_on - 7 * $barrier_weeks::integer and week < closes_on
      and coalesce(person.deactivated_on > $as_of::date, true)
    group by place.need, place.barrier, ground._account, used.person
),
place as (
    select
        used.need, used.barrier, any_value(used.barrier_name) as barrier_name, count(*) as n_people_using,
        count(met.n_times) as n_people_held, coalesce(sum(met.n_times), 0)::bigint as n_held_times
    from used
    left join lever_met as met
        on met._account = used._account and met.person = used.person and met.need = used.need and met.barrier = used.barrier
    group by used.need, used.barrier
),
found as (
    select need, barrier, count(distinct _account) as n_found_accounts, count(distinct (_account, person)) as n_found_people
    from lever_place
    group by need, barrier
),
paying as (
    select need, barrier, currency, count(*) as n_stake_accounts, sum(arr)::double as stake_arr
    from (select distinct _account, need, barrier from lever_place) as own
    join lever_stake as stake on stake._account = own._account and arr > 0
    group by need, barrier, currency
)
select
    place.*, coalesce(n_found_accounts, 0) as n_found_accounts, coalesce(n_found_people, 0) as n_found_people,
    coalesce(currency, '') as currency, coalesce(n_stake_accounts, 0) as n_stake_accounts, coalesce(stake_arr, 0) as stake_arr
from place
left join found on found.need = place.need and found.barrier = place.barrier
left join paying on paying.need = place.need and paying.barrier = place.barrier
order by n_people_held / n_people_using desc, place.need, place.barrier, stake_arr desc, currency"""


def barrier_features(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """A row per task or guided process and currency, the worst first: of the customers' people who used or began it, those held up.

    Over barrier_weeks. A loop is of the task it comes from and goes back to; a process is left as often as it was begun less
    finished, each process for itself. n_people_held met it once or more (Wilson's interval); n_found_accounts and n_found_people
    are of those whom the lever lists, and stake_arr what these pay in the currency. An account may be held up at several, so they
    do not add up.
    """
    scene = Scene(con, book, definitions)
    found = lay(scene, "barriers")
    lay_stake(scene, "barriers")
    rows = scene.run(_SQL).df()
    lo, hi = stats.wilson(rows["n_people_held"], rows["n_people_using"])
    table = rows.assign(held_rate=rows["n_people_held"] / rows["n_people_using"], held_rate_lo=lo, held_rate_hi=hi)
    return Answer(pd.DataFrame(table[COLUMNS]), notes=found.notes, sql=f"{found.sql}\n\n{_SQL}")
