"""Customers when the period opened, whether a person of the team had met them in the days before, and what came in the period.

lay      the temp table engaged_row; gives the SQL
FIGURES  what may come: name -> the column that says it, and those it can come to
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import base, renewals
from lib.measures.reach import alike
from lib.measures.reach.levels import level_of

FIGURES = {
    "kept": ("kept", "true"),
    "expanded": ("expanded", "true"),
    "advocates": ("is_new_advocate", "not was_advocate"),
}
_SQL = """create or replace temp table engaged_row as
with met as (
    select _account, max(real_occurred_at)::date as reached_last_on
    from touch_on($opens_on)
    where is_human and occurred_at < $opens_on::date and occurred_at >= $opens_on::date - $reach_days::integer
    group by _account
),
known as (
    select coalesce(min(occurred_at) < $opens_on::date - $reach_days::integer + 1, false) as are_touches_known
    from touch_on($opens_on)
),
spoke as (
    select spell._account, spell.reached_on as spoke_on
    from stage_spell($as_of) as spell
    join (select journey, max(place) as place from journey_stage where not is_exit group by journey) as final
        on final.place = spell.place
    join account_journey() as mine on mine._account = spell._account and mine.journey = final.journey
    where final.place > 1
    union all
    select _account, answered_on
    from core.survey
    where kind = 'nps' and score >= $promoter_from::integer and answered_on <= $as_of::date
),
advocate as (
    select _account, min(spoke_on) as advocate_on from spoke group by _account
),
bought as (
    select _account, min(moved_on) as bought_on
    from arr_move
    where lever in ('upsell', 'cross_sell') and moved_on >= $opens_on::date and moved_on < $closes_on::date
    group by _account
),
last_reading as (
    select max(reading) as reading from health_reading where day <= $opens_on::date - $reach_days::integer
)
select
    account._account, {level} as level, outcome.arr::double as arr,
    reached_last_on, reached_last_on is not null as is_engaged, known.are_touches_known,
    not outcome.had_outcome as kept,
    bought_on, bought_on is not null as expanded,
    advocate_on, coalesce(advocate_on < $opens_on::date, false) as was_advocate,
    coalesce(advocate_on >= $opens_on::date and advocate_on < $closes_on::date, false) as is_new_advocate,
    case when before._account is not null then {stratum} else 0 end as stratum
from book as account
join outcome_lost($opens_on, $closes_on, $as_of, $grace_days) as outcome on outcome._account = account._account
cross join known
left join last_reading on true
left join health_reading as before on before._account = account._account and before.reading = last_reading.reading
left join health_score as score on score._account = before._account and score.reading = before.reading
left join met on met._account = account._account
left join advocate on advocate._account = account._account
left join bought on bought._account = account._account
where outcome.had_outcome is not null"""


def lay(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, by: str | None = None) -> str:
    """A row per customer when the period opened whose outcome is decided.

    is_engaged    a two-way contact with a person in the reach_days before the period
    was_advocate  spoke for you before: came to the last stage of its journey, or a person of it answered as a promoter
    stratum       who is like whom (alike.py), as of the day before those reach_days began; 0 of who was no customer then
    """
    alike.lay_readings(con, book, definitions)
    renewals.lay(con, book.as_of, definitions)
    sql = _SQL.format(
        level=level_of(con, by, "$opens_on::date"),
        stratum=alike.stratum_of(con, "$closes_on::date - 1").replace("\n", "\n    "),
    )
    asked = {
        "reach_days": definitions.reach.reach_days, "promoter_from": definitions.voice.promoter_from,
    }  # fmt: skip
    con.execute(sql, base.parameters(sql, book, definitions) | asked)
    return sql
