"""Health scores laid on a cursor: of every account at the end of every week, and on the day itself.

lay       the views below, over all accounts: join them to `book` or `scope`
red       lays health_red: who is red on some days
detail    lays health_contribution: what each part adds, of the accounts and readings in the temp table health_asked
outcomes  lays health_outcome: which readings a loss came after, and when
parameters  the values that relations over readings bind
made_of   what readings and what was written are made of: part of a key of what is made of them
WRITTEN   the written tables they read

health_reading   what is known of an account at a reading (health_reading.sql)
health_part      the points of its parts, in their order; empty where a part is not known
health_score     what they add up to, by the weights of its profile
health_rule, health_part_of, health_weight   the rules (healthrules.py)

A snapshot never changes: readings are kept beside it for a day and the words they depend on, points for the bands as well,
scores for the weights as well. So another weight costs a sum over points, and another band a look at the readings.
"""

from datetime import date

import duckdb

from lib.definitions import Definitions
from lib.definitions.health import Health
from lib.facts import healthrules, journey, renewals
from lib.facts.shelf import Shelf, name_of
from lib.store import relations
from lib.store.dimensions import StoredDimension, read_catalogue

WRITTEN = ("sentiment", "touch", "cancel_request", "save_plan")
MOST_KEPT, MANY_READINGS = 3, 2_000_000
READINGS = Shelf("health_reading", most=MOST_KEPT, many=MANY_READINGS)
POINTS = Shelf("health_part", most=MOST_KEPT + 1, many=MANY_READINGS)
SCORES = Shelf("health_score", most=MOST_KEPT + 2, many=MANY_READINGS)
REDS = Shelf("health_red", most=4 * MOST_KEPT, many=MANY_READINGS)
_OF_DAYS = [
    Shelf(*each.names, most=2 * MOST_KEPT, many=MANY_READINGS, of="day_") for each in (READINGS, POINTS, SCORES)
]
_READINGS = (
    "from health_reading_on($as_of, $n_weeks, $grace_days, $high_value, $ticket_days, $survey_days, $champion_days)"
)
_HIGH_VALUE = """
select feature
from core.feature
where case when len($named::varchar[]) > 0 then list_contains($named::varchar[], feature) else level = 'advanced' end
order by feature
"""
_SAID = " union all ".join(
    f"select coalesce(bit_xor(hash(written)), 0)::varchar from written_{name} as written" for name in WRITTEN
)
_RED = """
create or replace table {table} as
select _account, day from health_score where colour = 'red' and reading = (select max(reading) from health_score)
"""
_OUTCOME = """
create or replace temp table health_outcome as
select
    reading._account, reading.reading, reading.day,
    case when spell.ending in ('lapsed', 'cancelled') then spell.ended_on end as lost_on,
    spell.ending,
    $as_of::date - $grace_days::integer as decided_to
from health_reading as reading
join customer_spell as spell
    on spell._account = reading._account and spell.began_on <= reading.day and coalesce(spell.ended_on > reading.day, true)
where not reading.is_trial and not reading.is_pending
"""


def lay(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions, *, is_of_day: bool = False) -> None:
    """Readings, points and scores up to `as_of`; a second call puts those of another day, or by other rules, in their place.

    is_of_day   the week before and the day alone, at a tenth of the work
    """
    words, spans = definitions.health, definitions.health.spans()
    readings, points, scores = _OF_DAYS if is_of_day else (READINGS, POINTS, SCORES)
    for name, rows in healthrules.tables(spans).items():
        con.register(f"{name}_rows", rows)
        con.execute(f"create or replace temp table {name} as from {name}_rows")
        con.unregister(f"{name}_rows")
    bound = parameters(con, as_of, definitions) | ({"n_weeks": 1} if is_of_day else {})
    read = {name: bound[name] for name in bound if f"${name}" in _READINGS}
    of_readings = name_of(read, definitions.journey)
    readings.lay(con, of_readings, lambda name, table: _read(con, table, read, definitions))
    columns = _columns(con, words)
    sql = healthrules.points(spans, columns)
    of_points = name_of(
        of_readings, _said(con), sql, [(*span[:2], span[2].high_touch, span[2].renewal_days) for span in spans]
    )
    asked = {name: value for name, value in bound.items() if f"${name}" in sql}
    points.lay(con, of_points, lambda name, table: con.execute(f"create or replace table {table} as {sql}", asked))
    summed = healthrules.scores(healthrules.most_parts(spans))
    of_scores = name_of(of_points, spans)
    scores.lay(con, of_scores, lambda name, table: con.execute(f"create or replace table {table} as {summed}"))


def red(con: duckdb.DuckDBPyConnection, definitions: Definitions, *days: date) -> None:
    """The view health_red, by which accounts are at risk (risk.sql): those that are red, by the score of each of `days`."""
    said, found = _said(con), []
    for day in days:
        key = name_of(day, definitions.hash, said)
        REDS.lay(con, key, lambda name, table, day=day: _reds(con, table, day, definitions))
        found.append(REDS.table("health_red", key))
    con.execute(f"create or replace temp view health_red as {' union all '.join(f'from {table}' for table in found)}")


def detail(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> None:
    """The temp table health_contribution, after `lay`: a row per account and reading of health_asked and part with a weight."""
    words = definitions.health
    sql = healthrules.contributions(words.spans(), _columns(con, words))
    bound = parameters(con, as_of, definitions)
    asked = {name: value for name, value in bound.items() if f"${name}" in sql}
    con.execute(f"create or replace temp table health_contribution as {sql}", asked)


def outcomes(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> None:
    """The temp table health_outcome, after `lay`: of every reading of a customer (no trial, none in grace) the day it was lost.

    What comes within h days of a reading is known where day + h <= decided_to: by then the grace days of its ends were over.
    """
    renewals.lay(con, as_of, definitions)
    con.execute(_OUTCOME, {"as_of": as_of, "grace_days": definitions.renewals.grace_days})


def made_of(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> tuple:
    """The same again wherever readings and what the team wrote are the same."""
    return parameters(con, as_of, definitions), definitions.journey, _said(con)


def parameters(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> dict:
    """The values that relations over readings bind."""
    words = definitions.health
    named = list(definitions.adoption.high_value_features)
    high_value = [feature for (feature,) in con.execute(_HIGH_VALUE, {"named": named}).fetchall()]
    return {
        "as_of": as_of, "n_weeks": words.history_weeks, "grace_days": definitions.renewals.grace_days, "high_value": high_value,
        "ticket_days": definitions.voice.ticket_days, "survey_days": definitions.voice.survey_days,
        "champion_days": words.champion_days,
        "said_days": definitions.corners.said_days, "least_active": definitions.standing.least_active,
    }  # fmt: skip


def _reds(con: duckdb.DuckDBPyConnection, table: str, day: date, definitions: Definitions) -> None:
    lay(con, day, definitions, is_of_day=True)
    con.execute(_RED.format(table=table))


def _said(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Names what the team wrote and no other: part of every key that depends on it."""
    return con.execute(_SAID).fetchall()


def _read(con: duckdb.DuckDBPyConnection, table: str, bound: dict, definitions: Definitions) -> None:
    """Readings of all accounts, whoever asks: on a cursor of their own, whose scope is everybody."""
    with con.cursor() as whole:
        whole.execute(f"set search_path = '{relations.PATH}'")
        whole.execute("create temp view scope as from core.account")
        journey.lay(whole, read_catalogue(whole), definitions.journey, bound["as_of"])
        whole.execute(f"create or replace table {table} as {_READINGS}", bound)


def _columns(con: duckdb.DuckDBPyConnection, words: Health) -> dict[str, StoredDimension]:
    """The columns of accounts that parts are told by, as far as the data has them; numbers as they were given, not in bands."""
    asked = {part.of for _, _, rules in words.spans() for part in rules.parts if part.of}
    if not asked:
        return {}
    there = {name for (name,) in con.execute("select column_name from (describe core.account)").fetchall()}
    found = {}
    for name in asked:
        for each in read_catalogue(con):
            if each.answers_to(name):
                column = each.name if each.name in there else each.column
                found[name] = StoredDimension(each.name, column, each.kind, (), (), False, each.has_history)
    return found
