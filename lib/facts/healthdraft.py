"""Rules of health that are tried: read from a text, and scored beside those in force, of the same readings of the same accounts.

read       definitions with a draft in the place of their section; refuses in words what is no section
alone      definitions whose rules held of every week: those before them are left out
from_day   definitions with a draft in force of weeks that end on a day or later, and what was before it as it was
now        lays draft_now: every account of the book on the day, by both rules
past       lays draft_past and draft_weeks: what both said before losses, and where none came
landmarks  lays health_landmark: every fourth Sunday of every account whose coming HORIZON days are decided
SQL_NOW, SQL_PAST   the statements of both, to be shown

In the past both are read as if each had held of every week, also where other rules did: one is weighed against the other.
"""

import json
from dataclasses import replace
from datetime import date

import duckdb

from lib.definitions import Definitions, made_of
from lib.definitions.health import Earlier
from lib.errors import Refused
from lib.facts import health

HORIZON = 90  # days after a landmark in which a loss counts
LONGEST = 200_000  # letters of a draft that are read
_SOURCE = "The draft"
_NOW_OF = """
create or replace temp table {name} as
select
    book._account, reading.arr::decimal(18, 2) as arr, score.profile, score.health_score::double as score, score.colour,
    score.is_held, score.known_share
from book
join health_reading as reading on reading._account = book._account and reading.day = $as_of::date
join health_score as score on score._account = book._account and score.reading = reading.reading
"""
_NOW = """
create or replace temp table draft_now as
select
    was._account, was.arr, was.profile as profile_before, would.profile, was.score as score_before, would.score,
    was.colour as colour_before, would.colour, was.is_held as is_held_before, would.is_held,
    was.known_share as known_before, would.known_share as known
from draft_was as was
join draft_would as would using (_account)
"""
_LANDMARKS = f"""
create or replace temp table health_landmark as
select
    outcome._account, outcome.reading, outcome.day, outcome.lost_on,
    coalesce(outcome.lost_on <= outcome.day + {HORIZON}, false) as is_lost
from health_outcome as outcome
where
    outcome.reading < $n_weeks and outcome.reading % 4 = ($n_weeks - 1) % 4
    and outcome.day + {HORIZON} <= outcome.decided_to
"""
_PAST_OF = """
create or replace temp table {name} as
select landmark._account, landmark.reading, landmark.is_lost, score.health_score::double as score, score.colour = 'red' as is_red
from book
join health_landmark as landmark on landmark._account = book._account
join health_score as score on score._account = book._account and score.reading = landmark.reading
where landmark.day >= $opens_on::date and landmark.day < $closes_on::date and score.health_score is not null
"""
_PAST = """
create or replace temp table draft_past as
select
    was._account, was.reading, was.is_lost, was.score as score_before, would.score,
    was.is_red as is_red_before, would.is_red
from draft_was as was
join draft_would as would using (_account, reading)
"""
_WEEKS_OF = """
create or replace temp table {name} as
select
    outcome._account, outcome.reading, outcome.day, outcome.lost_on, score.colour = 'red' as is_red,
    score.health_score is not null as is_scored
from book
join health_outcome as outcome on outcome._account = book._account
join health_score as score on score._account = book._account and score.reading = outcome.reading
where outcome.lost_on >= $opens_on::date and outcome.lost_on < $closes_on::date
"""
_WEEKS = """
create or replace temp table draft_weeks as
select
    was._account, was.reading, was.day, was.lost_on, was.is_red as is_red_before, would.is_red,
    was.is_scored and would.is_scored as is_scored
from weeks_was as was
join weeks_would as would using (_account, reading)
"""
SQL_NOW = f"{_NOW_OF.format(name='draft_was / draft_would')};{_NOW}"
SQL_PAST = ";".join(
    (
        _LANDMARKS,
        _PAST_OF.format(name="draft_was / draft_would"),
        _WEEKS_OF.format(name="weeks_was / weeks_would"),
        _PAST,
        _WEEKS,
    )
)


def read(definitions: Definitions, draft: str) -> Definitions:
    """The definitions with the [health] section of `draft`, a JSON text, in force throughout; an empty one changes nothing."""
    if not draft.strip():
        return alone(definitions)
    if len(draft) > LONGEST:
        raise Refused(f"{_SOURCE} has {len(draft):,} letters; at most {LONGEST:,} are read.")
    try:
        section = json.loads(draft, parse_int=float, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{_SOURCE} cannot be read as JSON: {error}.") from error
    if not isinstance(section, dict):
        raise Refused(f"{_SOURCE} must be a section: {{key: value, ...}} as [health] of the definitions has it.")
    return made_of({**definitions.words(), "health": {**section, "earlier": []}}, _SOURCE)


def alone(definitions: Definitions) -> Definitions:
    """The definitions with the rules in force alone, as of every week."""
    return replace(definitions, health=replace(definitions.health, earlier=()))


def from_day(definitions: Definitions, draft: Definitions, day: date) -> Definitions:
    """The definitions with the rules of `draft` in force of weeks that end on `day` or later; weeks before keep theirs.

    What came into force on that day, or later, has held of no week before it: the draft takes its place. Rules that held up to
    the day and are taken up again go on.
    """
    earlier, rules = list(definitions.health.earlier), draft.health.as_rules()
    if rules == definitions.health.as_rules():
        return definitions
    if not earlier or earlier[-1].until < day.isoformat():
        earlier.append(Earlier(day.isoformat(), definitions.health.as_rules()))
    elif earlier[-1].rules == rules:
        earlier.pop()
    return replace(definitions, health=replace(draft.health, earlier=tuple(earlier)))


def now(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions, draft: Definitions) -> None:
    """The temp table draft_now: of every account of the book with a reading on the day arr, profile, score and colour by both.

    What is laid on the cursor afterwards are the scores of the draft.
    """
    for name, each in (("draft_was", definitions), ("draft_would", draft)):
        health.lay(con, as_of, alone(each))
        con.execute(_NOW_OF.format(name=name), {"as_of": as_of})
    con.execute(_NOW)


def past(
    con: duckdb.DuckDBPyConnection, days: tuple[date, date, date], definitions: Definitions, draft: Definitions
) -> None:
    """The temp tables draft_past, of the landmarks within a period, and draft_weeks, of the readings of who was lost in it.

    days   (as_of, opens_on, closes_on). Both tables have only what both rules have readings of
    """
    as_of, *period = days
    bound = dict(zip(("opens_on", "closes_on"), period, strict=True))
    for at, each in (("was", definitions), ("would", draft)):
        health.lay(con, as_of, alone(each))
        if at == "was":
            landmarks(con, as_of, definitions)
        con.execute(_PAST_OF.format(name=f"draft_{at}"), bound)
        con.execute(_WEEKS_OF.format(name=f"weeks_{at}"), bound)
    con.execute(_PAST)
    con.execute(_WEEKS)


def landmarks(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> None:
    """The temp table health_landmark, after health.lay: readings of customers, every fourth week, and whether a loss came."""
    health.outcomes(con, as_of, definitions)
    con.execute(_LANDMARKS, {"n_weeks": definitions.health.history_weeks})


def _no_number(said: str) -> float:
    raise ValueError(f"{said} is no number")
