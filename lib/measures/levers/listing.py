"""The accounts that a revenue lever found, what is the matter, and when it began or will come.

lever_accounts   one row per account, sorted, searched and paged; `n_rows` of them in all
COLUMNS          of the answer, whatever the options
SORTS            name -> SQL of the order
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.levers.found import Scene, lay
from lib.measures.levers.worth import lay_stake
from lib.measures.registry import measure

COLUMNS = [
    "account", "name", "csm", "segment", "plan", "lever_why", "currency", "stake_arr", "renews_on", "days_to_renewal",
    "lever_since_on", "level_before", "level_now", "level_rate", "crosses_rate", "crosses_on", "crosses_lo_on", "crosses_hi_on",
    "n_touched", "q_value", "convert_rate", "n_rows",
]  # fmt: skip
SORTS = {
    "arr": "stake_arr desc nulls last", "newest": "lever_since_on desc nulls last", 
    "nearest": "crosses_on nulls last, level_rate desc nulls last",
    "most": "level_rate desc nulls last", "renewal": "renews_on nulls last", "chance": "convert_rate nulls last",
    "account": "coalesce(ground.name, ground.account)",
}  # fmt: skip
_SQL = """with own as (
    select *, row_number() over (partition by _account order by level_rate desc nulls last, need) as place
    from lever_account
    where ($need = '' or need = $need)
      and ($barrier = '' or (_account, need) in (select (_account, need) from lever_place where barrier = $barrier))
),
found as (
    select
        _account, string_agg(why, '; ' order by place) as lever_why, min(since_on) as lever_since_on, max(n_touched) as n_touched,
        min(q_value) as q_value, any_value(level_before) filter (where place = 1) as level_before,
        any_value(level_now) filter (where place = 1) as level_now, 
        any_value(level_rate) filter (where place = 1) as level_rate,
        any_value(crosses_share) filter (where place = 1) as crosses_rate, 
        any_value(crosses_on) filter (where place = 1) as crosses_on,
        any_value(crosses_lo_on) filter (where place = 1) as crosses_lo_on,
        any_value(crosses_hi_on) filter (where place = 1) as crosses_hi_on
    from own
    group by _account
),
worth as (
    select _account, arg_max(currency, arr) as currency, max(arr)::double as stake_arr from lever_stake group by _account
)
select
    ground.account, ground.name, ground.csm, ground.segment, ground.plan, found.*, worth.currency, worth.stake_arr,
    ground.renews_on, ground.days_to_renewal, chance.convert_rate, count(*) over () as n_rows
from found
join lever_ground as ground on ground._account = found._account
left join worth on worth._account = found._account
left join lever_chance as chance on chance.account = ground.account
where $search = '' or contains(lower(ground.account), $search) or coalesce(contains(lower(ground.name), $search), false)
order by {order}, stake_arr desc nulls last, ground.account
limit $limit offset $offset"""


def lever_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    lever: str = "trials",
    need: str = "",
    barrier: str = "",
    sort: str = "arr",
    search: str = "",
    chances: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts of the book that a lever found, rows `offset` to `offset + limit`.

    need      those with one matter alone, as `lever_parts` names it
    barrier   those with people held up at one task or process, as `barrier_features` names it
    chances   with the chance of each trial to convert, as `trial_odds` tells it: that takes longer

    Of an account with several matters level and days are those of the most pressing. ARR is in the currency most of it comes in;
    of trials it is what the like bought first.
    """
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    scene = Scene(con, book, definitions)
    found = lay(scene, lever)
    lay_stake(scene, lever)
    _lay_chances(scene, chances and lever == "trials")
    sql = _SQL.format(order=SORTS[sort])
    rows = con.execute(
        sql, {"need": need, "barrier": barrier, "search": search.lower(), "limit": limit, "offset": offset}
    ).df()
    return Answer(rows[COLUMNS], left_out(*found.left), (found.finding, *found.notes), f"{found.sql}\n\n{sql}")


def _lay_chances(scene: Scene, is_asked: bool) -> None:
    """The chances of trials, as the page of health tells them."""
    if is_asked:
        asked = measure("trial_odds")(scene.con, scene.book, scene.definitions).table[["account", "convert_rate"]]
    else:
        asked = pd.DataFrame({"account": [], "convert_rate": []})
    scene.con.register("chance_rows", asked.reset_index(drop=True))
    scene.con.execute(
        "create or replace temp table lever_chance as "
        "select account::varchar as account, convert_rate::double as convert_rate from chance_rows"
    )
    scene.con.unregister("chance_rows")
