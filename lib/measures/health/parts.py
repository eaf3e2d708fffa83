"""What one account's score is made of, on a day and on an earlier one: the columns of a waterfall.

health_parts   a row per part that is known on either day, and per override that holds the score down
COLUMNS        of the answer
OVERRIDE       the fact of a row that is an override
"""

from datetime import date

import duckdb
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.facts import health
from lib.measures import Answer, left_out
from lib.measures.health.readings import Days, days_of
from lib.measures.health.sayings import CAP, VALUE

COLUMNS = [
    "day", "day_before", "part", "fact", "of", "value", "value_said", "points", "weight_share", "contribution",
    "value_before", "value_said_before",
    "points_before", "weight_share_before", "contribution_before", "contribution_change",
]  # fmt: skip
OVERRIDE = "override"
_ASKED = """create or replace temp table health_asked as
select _account, reading
from health_score
where _account in (select _account from scope where account = $account) and reading in ($reading, $before)"""
_PIECE = f"""create or replace temp table health_piece as
with score as (
    select *, reading = $reading as is_now from health_score join health_asked using (_account, reading)
),
cap as (
    select score.is_now, added_score, health_score, is_held, {CAP} as cap
    from score
    join health_part as part on part._account = score._account and part.reading = score.reading
    join health_rule as rules on rules.rule = score.rule
),
piece as (
    select
        score.is_now, place, part, fact, "of", value, {VALUE} as value_said, points, share as weight_share,
        case when score.health_score is not null then contribution end as contribution
    from health_contribution as piece
    join score on score.reading = piece.reading
    union all
    select
        is_now, 1000 + cap.place, cap.said, '{OVERRIDE}', '', cap.at_most, format('at most {{:g}}', cap.at_most), null, null,
        round(health_score - added_score, 3)
    from cap
    where is_held
)
from piece"""
_SQL = f"""with has as (
    select
        bool_or(reading = $reading and health_score is not null) as is_scored,
        bool_or(reading = $before and health_score is not null) as was_scored
    from health_score
    join health_asked using (_account, reading)
),
now as (from health_piece where is_now),
before as (from health_piece where not is_now),
paired as (
    select
        part, fact, "of", coalesce(now.place, before.place) as place,
        now.value, now.value_said, now.points, now.weight_share,
        case when is_scored then coalesce(now.contribution, 0) end::double as contribution,
        before.value as value_before, before.value_said as value_said_before, before.points as points_before,
        before.weight_share as weight_share_before,
        case when was_scored then coalesce(before.contribution, 0) end::double as contribution_before
    from now
    full join before using (part, fact, "of")
    cross join has
)
select *, round(contribution - contribution_before, 3) as contribution_change
from paired
where points is not null or points_before is not null or fact = '{OVERRIDE}'
order by place, part, fact, "of\""""
_UNKNOWN = """select part, is_now
from health_piece
where points is null and fact <> 'override'
order by not is_now, place"""
_PROFILES = """select reading, profile, rule, from_day
from health_score
join health_asked using (_account, reading)
join health_rule using (rule)"""


def health_parts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    account: str = "",
    day: date | str | None = None,
    since: date | str | None = None,
) -> Answer:
    """What the parts of an account's score give on a day, and gave on an earlier one; the book's filters do not count.

    day     the last reading up to it counts (default: the as-of day); since: the earlier day (default: movement_days before)

    Contributions add up to the score of their day, and their changes to its change, whatever became of the profile or the rules
    meanwhile: a part that came or left counts 0 on the other side. They are empty where the account has no score. Parts of the
    profile that are not known are left out, and named.
    """
    days = days_of(con, book, definitions, day, since)
    con.execute(_ASKED, {"account": account, "reading": days.reading, "before": days.before})
    health.detail(con, book.as_of, definitions)
    con.execute(_PIECE, {"reading": days.reading})
    table = con.execute(_SQL, {"reading": days.reading, "before": days.before}).df()
    unknown = con.execute(_UNKNOWN).fetchall()
    found = []
    for day_read, parts in (
        (days.day, [p for p, now in unknown if now]),
        (days.day_before, [p for p, now in unknown if not now]),
    ):
        found += [(f"not known on {say_day(day_read)}: {', '.join(parts)}", len(parts))] if parts else []
    return Answer(
        table.assign(day=pd.Timestamp(days.day), day_before=pd.Timestamp(days.day_before))[COLUMNS],
        left_out(*found),
        tuple(_notes(con, days)),
        f"{_PIECE};\n\n{_SQL}",
    )


def _notes(con: duckdb.DuckDBPyConnection, days: Days):
    """Which days are compared, and whether the same rules and weights hold of both."""
    stood = {reading: rest for reading, *rest in con.execute(_PROFILES).fetchall()}
    now, before = stood.get(days.reading), stood.get(days.before)
    if now is None:
        yield f"The account is no customer on {say_day(days.day)}, nor on trial: it has no score."
        return
    if before is None:
        said = say_day(days.day_before) if days.day_before else "the earlier day"
        yield f"There is no score of {said}: nothing is compared."
        return
    yield f"Scores of {say_day(days.day)}, compared with {say_day(days.day_before)}."
    if now[0] != before[0]:
        yield f"The profile was {before[0] or 'none'}, and is {now[0] or 'none'}: other parts count, with other weights."
    if now[1] != before[1]:
        yield f"Other rules hold from {say_day(now[2])} on."
