"""Whom campaigns wrote to, or held out, and whether the goal of each was met.

lay        the temp table goal_row, a row per campaign and person (or account); the campaigns, and what they leave open
Laid       that
Goal       what a campaign is after
MOST_DAYS  the days of letters of one campaign on which its goal is read
STATES     what became of somebody

The rule of time. Somebody counts from their first letter of the campaign, who is held out from the day of the draw. The goal is
read on the day before, and again effect_days later. Of whom it holds before is taken out: nothing was left to be reached. Whose
days are not over is too early to tell, met or not: to count those who met it sooner, and not the others, would make every young
campaign a success. Who is held out and gets a letter after all counts as held out; who got one before the draw, as written to,
and is not compared.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions, piece
from lib.definitions.campaigns import Campaign
from lib.definitions.conditions import KINDS, Condition, said
from lib.errors import Refused
from lib.facts import goalread

MOST_DAYS = 12
STATES = ("met", "not met", "before", "too early", "not read")
_PEOPLE = """create or replace temp table goal_person as
with letter as (
    select touch.play, touch._account, coalesce(touch.person, '') as person, min(real_occurred_at::date) as written_on
    from touch_on($as_of) as touch
    semi join book on book._account = touch._account
    where touch.kind = 'campaign' and nullif(trim(touch.play), '') is not null
    group by all
),
drawn as (
    select
        said.name as play, ours._account, coalesce(said.person, '') as person,
        arg_max(said.is_held, (said.real_drawn_on, said.made_at)) as is_held, min(said.real_drawn_on) as drawn_on
    from written_hold_out as said
    join book as ours on ours.account = said.account
    where said.kind = 'campaign' and said.drawn_on::date <= $as_of::date
    group by all
)
select
    coalesce(letter.play, drawn.play) as play,
    coalesce(letter._account, drawn._account) as _account,
    coalesce(letter.person, drawn.person) as person,
    drawn_on is not null and coalesce(written_on >= drawn_on, true) as is_drawn,
    case
        when is_drawn and drawn.is_held then 'held'
        when written_on is not null then 'written'
        else 'not sent'
    end as side,
    if(side = 'held', drawn_on, coalesce(written_on, drawn_on)) as from_on
from letter
full join drawn on drawn.play = letter.play and drawn._account = letter._account and drawn.person = letter.person"""
_READINGS = """create or replace temp table goal_reading as
with placed as (
    select
        goal_person.*, ours.account, meant.goal, meant.read_until,
        goal_person.from_on + $effect_days::integer as over_on,
        least(goal_person.from_on - 1, meant.read_until) as before_on,
        coalesce(before_on >= meant.read_from, false) as is_known
    from goal_person
    join campaign_goal as meant on meant.play = goal_person.play
    join book as ours on ours._account = goal_person._account
),
ranked as (
    select
        play, from_on,
        row_number() over (partition by play order by any_value(over_on <= read_until) desc, count(*) desc, from_on desc) as place
    from placed
    where is_known
    group by play, from_on
)
select
    placed.* exclude (read_until), least(over_on, read_until) as last_on, coalesce(over_on <= read_until, false) as is_over,
    coalesce(ranked.place <= $most_days::integer, false) as is_read
from placed
left join ranked on ranked.play = placed.play and ranked.from_on = placed.from_on and placed.is_known"""
_ASKED = """create or replace temp table goal_asked as
select distinct goal, account, nullif(person, '') as person, unnest([before_on, last_on]) as read_on
from goal_reading
where is_read"""
_ROWS = """create or replace temp table goal_row as
select
    reading.play, reading._account, nullif(reading.person, '') as person, reading.side, reading.from_on, reading.over_on,
    reading.is_drawn, reading.is_known,
    later.goal is not null and sooner.goal is null as is_met_by_now,
    case
        when not is_read then 'not read'
        when sooner.goal is not null then 'before'
        when not is_over then 'too early'
        when later.goal is not null then 'met'
        else 'not met'
    end as state
from goal_reading as reading
left join goal_held as sooner
    on sooner.goal = reading.goal and sooner.account = reading.account and coalesce(sooner.person, '') = reading.person
    and sooner.read_on = reading.before_on
left join goal_held as later
    on later.goal = reading.goal and later.account = reading.account and coalesce(later.person, '') = reading.person
    and later.read_on = reading.last_on"""
_KEPT = "select campaign from written_audience where campaign is not null order by changed_at, id"
_FEATURES = "select feature, coalesce(any_value(name), feature) from core.feature group by feature"
_KNOWN = """select case $kind
    when 'feature' then
        exists (from core.feature where feature = $value)
        or exists (from usage.usage_feature_week where feature = $value and account in (select account from scope))
    when 'stage' then exists (from stage_on($as_of) where stage = $value)
    else exists (
        from core.person where $value in (role, buying_role) and person.account in (select account from scope)
    )
end"""


@dataclass(frozen=True)
class Goal:
    """What a campaign is after: the condition, its feature filled in; in words; whether some past day tells it."""

    condition: Condition
    said: str
    is_told: bool


@dataclass(frozen=True)
class Laid:
    """The campaigns by the name of their letters, and whom campaigns wrote to whose goal is not known; the SQL."""

    goals: Mapping[str, Goal]
    n_without: int
    sql: str


def lay(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, only: str | None = None) -> Laid:
    """The rows of every campaign of the book by the day, or of one of them."""
    con.execute(_PEOPLE, {"as_of": book.as_of})
    found = con.execute(
        "select play, count(*) filter (where side = 'written') from goal_person group by play"
    ).fetchall()
    conditions = dict(_goals(con, [play for play, _ in found], book, definitions))
    n_without = sum(n for play, n in found if play not in conditions)
    chosen = sorted(play for play in conditions if only is None or play == only)
    spans = {play: goalread.span(con, conditions[play], book.as_of) for play in chosen}
    con.register("campaign_goal", _table(chosen, spans))
    asked = {"effect_days": definitions.reach.effect_days, "most_days": MOST_DAYS}
    try:
        con.execute(_READINGS, asked)
    finally:
        con.unregister("campaign_goal")
    con.execute(_ASKED)
    goalread.lay(con, [conditions[play] for play in chosen], definitions)
    con.execute(_ROWS)
    names = dict(con.execute(_FEATURES).fetchall())
    goals = {play: Goal(conditions[play], _said(conditions[play], names), spans[play] is not None) for play in chosen}
    return Laid(goals, n_without, ";\n\n".join((_PEOPLE, _READINGS, _ASKED, _ROWS)))


def _table(plays: Sequence[str], spans: Mapping[str, object]) -> object:
    import pyarrow as pa

    first, last = ([spans[play][at] if spans[play] else None for play in plays] for at in (0, 1))
    kinds = (plays, pa.string()), (list(range(len(plays))), pa.int32()), (first, pa.date32()), (last, pa.date32())
    return pa.table(
        {name: pa.array(*kind) for name, kind in zip(("play", "goal", "read_from", "read_until"), kinds, strict=True)}
    )


def _goals(
    con: duckdb.DuckDBPyConnection, plays: Sequence[str], book: Book, definitions: Definitions
) -> Iterator[tuple[str, Condition]]:
    """The goal of each that has one: of the audiences' letters, the last changed last; the ready ones' last of all."""
    wanted, kept = set(plays), {}
    for (text,) in con.execute(_KEPT).fetchall():
        campaign = _kept(text)
        play = campaign.play(campaign.feature) if campaign else ""
        if play in wanted:
            kept[play] = _filled(campaign, campaign.feature)
    yield from ((play, goal) for play, goal in kept.items() if _is_ours(con, goal, book))
    for each in definitions.campaigns.ready:
        if not each.needs_feature:
            yield from ((play, _filled(each, each.feature)) for play in plays if play == each.play(each.feature))
        else:
            begins = f"{each.campaign}: "
            about = [play.removeprefix(begins) for play in plays if play.startswith(begins)]
            yield from ((begins + feature, _filled(each, feature)) for feature in about if feature)


def _kept(text: str) -> Campaign | None:
    """The campaign that an audience keeps; None for none, or one that cannot be sent any more."""
    try:
        words = json.loads(text)
        return piece(Campaign, words, "The letter") if words else None
    except (ValueError, Refused):
        return None


def _filled(campaign: Campaign, feature: str) -> Condition:
    """Its goal, with the feature that is meant where it names none."""
    goal = campaign.goal
    return replace(goal, feature=feature) if KINDS[goal.condition].shape == "feature" and not goal.feature else goal


def _is_ours(con: duckdb.DuckDBPyConnection, goal: Condition, book: Book) -> bool:
    """Whether whatever a colleague's goal names is known to somebody of the scope: it is told to nobody else."""
    kind = KINDS[goal.condition]
    named = [goal.feature] if kind.shape == "feature" else [] if kind.values else goal.values
    asked = ({"kind": goal.condition, "value": value, "as_of": book.as_of} for value in named)
    return bool(named or kind.shape != "feature") and all(con.execute(_KNOWN, each).fetchall()[0][0] for each in asked)


def _said(goal: Condition, names: Mapping[str, str]) -> str:
    return said(replace(goal, feature=""), names.get(goal.feature, goal.feature)) if goal.feature else said(goal)


def rows(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """After `lay`: how many of each account are of which side and state, by campaign."""
    return con.execute(
        "select play, side, state, _account, is_drawn, is_known, count(*) as n, count(*) filter (where is_met_by_now) as n_by_now, "
        "min(from_on) as first_on, max(from_on) as last_on from goal_row group by all order by all"
    ).df()
