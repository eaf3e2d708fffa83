"""How the accounts of a book stood on a day and on an earlier one, by their health: what the explorer's answers are counted from.

lay          the temp table health_stood, and the days it is of
Days         the readings that are compared, and their days
COLOURS      of a score, the worst first; none: no score
NEW, GONE    no customer and not on trial on the earlier day; on the day
WHY          why there is no score -> in words
held_by      SQL: what holds a score down, in words
lay_levels   the temp table health_level: the value of a dimension, or of a word of health, of each account that is here
BY_HEALTH    what accounts can be told apart by beside their dimensions
left_out_of  accounts of the book that are not here
arr_cuts     where the bands of ARR begin: quarters of the book, in round numbers
"""

from datetime import date, timedelta
from typing import NamedTuple

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.definitions.health import CONDITIONS
from lib.errors import Refused
from lib.facts import health
from lib.facts.days import day_of
from lib.facts.levels import MOST_LEVELS, OTHER
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on

COLOURS = ("red", "amber", "green", "none")
NEW, GONE = "new", "gone"
WHY = {
    "no profile": "no profile fits their stage and touch model",
    "a part": "a part is not known, and the rules want all",
    "too little": "too little of the weight is known",
}
BY_HEALTH = ("profile", "stage", "touch")
SINCE_EVER = "nobody knows since when they are customers"
NOT_HERE = "no customers on the day, nor on trial"
NEVER_HERE = "no customers on either day, nor on trial"

_AT_MOST = {name: f"case when part.{name} then rules.{name}_at_most end" for name in CONDITIONS}
held_by = " ".join(
    [
        "case when score.is_held then case least(" + ", ".join(_AT_MOST.values()) + ")",
        *(f"when {at_most} then '{CONDITIONS[name]}'" for name, at_most in _AT_MOST.items()),
        "end end",
    ]
)
_DAYS = """select
    (select max(reading) from reading_days($as_of, $n_weeks) where day <= $day::date) as now,
    (select max(day) from reading_days($as_of, $n_weeks) where day <= $day::date) as day,
    (select max(reading) from reading_days($as_of, $n_weeks) where day <= $since::date) as before,
    (select max(day) from reading_days($as_of, $n_weeks) where day <= $since::date) as since,
    (select min(day) from reading_days($as_of, $n_weeks)) as first_day"""
_STOOD = f"""with told as (
    select
        reading._account, reading.reading, reading.is_trial, reading.is_pending,
        coalesce(reading.arr, 0)::decimal(18, 2) as arr,
        reading.renews_on, reading.day,
        reading.began_on is null and not reading.is_since_ever as is_undated,
        case when reading.is_trial then 'trial' else reading.stage end as stage,
        part.touch, score.rule, score.profile, coalesce(score.is_renewing, false) as is_renewing, score.known_share,
        score.health_score::double as health_score, coalesce(score.colour, 'none') as colour,
        {held_by} as held_by,
        case
            when score.health_score is not null then null
            when score.profile is null then 'no profile'
            when rules.null_rule = 'none' then 'a part'
            else 'too little'
        end as why_no_score
    from health_reading as reading
    semi join book on book._account = reading._account
    left join health_score as score on score._account = reading._account and score.reading = reading.reading
    left join health_part as part on part._account = reading._account and part.reading = reading.reading
    left join health_rule as rules on rules.rule = part.rule
    where reading.reading in ($now, $before)
),
today as (from told where reading = $now),
before as (from told where reading = $before)
select
    coalesce(today._account, before._account) as _account,
    today._account is not null as is_here,
    coalesce(today.is_undated, before.is_undated) as is_undated,
    coalesce(before.colour, '{NEW}') as from_colour,
    coalesce(today.colour, '{GONE}') as to_colour,
    before.health_score as health_score_before, today.health_score as health_score,
    before.arr as arr_then, today.arr as arr,
    before.rule as rule_then, today.rule as rule,
    before.profile as profile_then, today.profile as profile,
    before.is_renewing as was_renewing, today.is_renewing as is_renewing,
    before.held_by as held_then, today.held_by as held_by,
    today.is_trial, today.stage, today.touch, today.known_share, today.why_no_score, today.renews_on,
    case
        when today._account is null then null
        when today.is_pending then 'in grace'
        when today.renews_on is null then 'none'
        else coalesce(list_filter($windows::integer[], lambda w: today.renews_on - today.day <= w)[1]::varchar || ' days', 'later')
    end as renewal_window,
    case when today.arr > 0 then len(list_filter($cuts::double[], lambda cut: today.arr >= cut)) + 1 else 0 end as arr_band
from today
full join before on before._account = today._account"""
_CUTS = """select
    quantile_disc(arr::double, [0.25, 0.5, 0.75])
from health_reading as reading
semi join book on book._account = reading._account
where reading = $now and arr > 0"""

_LEVELS = """with valued as (
    select stood._account, {value} as value
    from health_stood as stood
    join book as account on account._account = stood._account
    where stood.is_here
),
told_apart as (
    select value
    from valued
    where value is not null
    group by value
    qualify count(*) over () < {most} or row_number() over (order by count(*) desc, value) < {most} - 1
)
select _account, case when value is null or value in (from told_apart) then value else '{other}' end as level
from valued"""
_COUNTS = """select
    (select count(*) from book), count(*) filter (where is_here), count(*), count(*) filter (where is_undated)
from health_stood"""


class Days(NamedTuple):
    """The reading of the day and its day, the earlier one and its day (empty where scores begin later), and the first of all."""

    now: int
    day: date
    before: int | None
    since: date | None
    first_day: date


def lay(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    day: str | date | None = None,
    since: str | date | None = None,
) -> tuple[Days, str]:
    """The temp table health_stood, a row per account of the book that is here on the day or was on the earlier one; and the SQL.

    The readings are the last ones up to the day and up to the earlier one. arr_band counts from 1, the smallest; 0: no ARR.
    """
    health.lay(con, book.as_of, definitions)
    days = _days(con, book, definitions, day, since)
    bound = {
        "now": days.now,
        "before": -1 if days.before is None else days.before,
        "windows": [int(each) for each in definitions.standing.renewal_windows_days],
        "cuts": arr_cuts(con, days.now),
    }
    con.execute(f"create or replace temp table health_stood as {_STOOD}", bound)
    return days, _STOOD


def arr_cuts(con: duckdb.DuckDBPyConnection, reading: int) -> list[float]:
    """Where the bands of ARR begin: quarters of the book's accounts with ARR, in two figures; fewer where they are alike."""
    ((quarters,),) = con.execute(_CUTS, {"now": reading}).fetchall()
    return sorted({0.0, *(float(f"{each:.2g}") for each in quarters or ())})[1:]


def lay_levels(con: duckdb.DuckDBPyConnection, by: str | None, day: date) -> str:
    """The temp table health_level, after `lay`: the value by which each account that is here is told apart, as it was on the day.

    The most common values stay what they are, the others gather in OTHER. Gives the SQL.
    """
    if by is None:
        value = "null::varchar"
    elif by in BY_HEALTH:
        value = f"stood.{by}"
    else:
        value = value_on(find_dimension(read_catalogue(con), by), "$day::date")
    sql = _LEVELS.format(value=value, most=MOST_LEVELS, other=OTHER)
    con.execute(f"create or replace temp table health_level as {sql}", {"day": day} if "$day" in value else {})
    return sql


def left_out_of(con: duckdb.DuckDBPyConnection, *, is_movement: bool = False) -> list[tuple[str, int]]:
    """Who of the book is not counted, after `lay`: (reason, n). Of a movement who was here on neither day, and the undated."""
    n_book, n_here, n_either, n_undated = con.execute(_COUNTS).fetchall()[0]
    if is_movement:
        return [(NEVER_HERE, n_book - n_either), (SINCE_EVER, n_undated)]
    return [(NOT_HERE, n_book - n_here)]


def _days(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    day: str | date | None,
    since: str | date | None,
) -> Days:
    on = day_of(day or None) or book.as_of
    earlier = day_of(since or None) or on - timedelta(days=definitions.health.movement_days)
    if on > book.as_of:
        raise Refused(f"Scores are known up to {say_day(book.as_of)}; {say_day(on)} is later.")
    if earlier >= on:
        raise Refused(f"since is a day before {say_day(on)}; {say_day(earlier)} is not.")
    bound = {"as_of": book.as_of, "n_weeks": definitions.health.history_weeks, "day": on, "since": earlier}
    ((now, day_now, before, since_day, first),) = con.execute(_DAYS, bound).fetchall()
    if now is None:
        raise Refused(f"Scores begin on {say_day(first)}; {say_day(on)} is before.")
    return Days(now, day_now, before, since_day, first)
