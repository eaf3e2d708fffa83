"""What a revenue lever found, by what is the matter: a kind of need, the week a fall began, a feature.

lever_parts   a row per matter and currency
COLUMNS       of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.facts.days import day_of
from lib.measures import Answer
from lib.measures.levers.found import NEEDS, Scene, lay
from lib.measures.levers.worth import lay_stake

COLUMNS = [
    "revenue_lever",
    "need",
    "need_said",
    "n_found_accounts",
    "n_found_people",
    "currency",
    "n_stake_accounts",
    "stake_arr",
]
_SQL = """with found as (
    select need, count(distinct _account) as n_found_accounts from lever_account group by need
),
people as (
    select need, count(distinct (_account, person)) as n from lever_person where why_not is null group by need
),
paying as (
    select need, currency, count(distinct own._account) as n_stake_accounts, sum(arr)::double as arr
    from (select distinct _account, need from lever_account) as own
    join lever_stake as stake on stake._account = own._account and arr > 0
    group by need, currency
)
select
    found.need, coalesce(said.name, found.need) as need_said, n_found_accounts, coalesce(people.n, 0) as n_found_people,
    coalesce(currency, '') as currency, coalesce(n_stake_accounts, 0) as n_stake_accounts, coalesce(paying.arr, 0) as stake_arr
from found
left join people on people.need = found.need
left join paying on paying.need = found.need
left join core.feature as said on said.feature = found.need and $is_by_feature
order by found.need, stake_arr desc, currency"""


def lever_parts(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, lever: str = "trials"
) -> Answer:
    """A row per matter and currency, in their order: needs as they are told, weeks as they come, features by how many have them.

    An account may be with several, so accounts do not add up. n_found_accounts and n_found_people are of the matter, whatever the
    currency.
    """
    scene = Scene(con, book, definitions)
    found = lay(scene, lever)
    lay_stake(scene, lever)
    by_feature = lever in ("evangelists", "pricing")
    rows = con.execute(_SQL, {"is_by_feature": by_feature}).df().assign(revenue_lever=lever)
    if lever in NEEDS:
        place = {need: at for at, need in enumerate(NEEDS[lever])}
        rows = rows.assign(need_said=rows["need"].map(NEEDS[lever])).sort_values(
            "need", key=lambda each: each.map(place), kind="stable"
        )
    elif lever == "declining":
        rows = rows.assign(need_said=[f"week of {say_day(day_of(each))}" for each in rows["need"]])
    else:
        rows = rows.sort_values(
            ["n_found_people", "n_found_accounts", "need"], ascending=[False, False, True], kind="stable"
        )
    return Answer(pd.DataFrame(rows[COLUMNS]).reset_index(drop=True), notes=found.notes, sql=f"{found.sql}\n\n{_SQL}")
