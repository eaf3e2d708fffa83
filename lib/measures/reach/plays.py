"""Plays and campaigns, and what came after: who was touched, who was not yet, and who was held out by chance.

compare    an effect for every play and campaign, with the rows it is counted from
Compared   them
OUTCOMES   what may come, in words
HELD, ALIKE   how it was compared

The rule of time. Days of comparison are the Sundays of the period. An account counts with a play on the Sunday of the week of its
first touch; on the same Sunday every customer that the play had not touched by then stands against it, those that it touches later
too: who is left untouched to the end is not known on the day. Both are customers on that Sunday, what comes is counted from it for
effect_days, and what they are alike in is read a week before it. So nobody has days in which it could not be lost, and nothing
after the touch chooses whom it is compared with. Rows of an account are chance together.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from lib import effects
from lib.book import Book
from lib.definitions import Definitions
from lib.effects import Effect
from lib.errors import Refused
from lib.measures.reach import alike

OUTCOMES = {"kept": "still a customer", "expanded": "bought more", "used": "used it in the last four weeks"}
HELD, ALIKE = "hold-out", "adjusted"
FAR = 10**6
_ROWS = """create or replace temp table compared_row as
with used as (
    select distinct ours._account, week + 7 * later as closes_on
    from usage.usage_week
    join (select _account, account from book) as ours on ours.account = usage_week.account
    cross join (select unnest([1, 2, 3, 4]) as later)
    where n_events > 0 and week + 7 <= $as_of::date + 1
),
bought as (
    select distinct _account, moved_on from arr_move where lever in ('upsell', 'cross_sell')
),
landmark as (
    select outcome._account, outcome.reading, outcome.day, outcome.lost_on
    from health_outcome as outcome
    where outcome.day >= $opens_on::date and outcome.day < $closes_on::date and isodow(outcome.day) = 7
      and outcome.day + $effect_days::integer <= decided_to
)
select
    landmark._account, (landmark.day - $opens_on::date)::integer as day, landmark.day as read_on,
    {stratum} as stratum,
    coalesce(landmark.lost_on > landmark.day + $effect_days::integer, true) as kept,
    exists (
        from bought where bought._account = landmark._account and moved_on > landmark.day
            and moved_on <= landmark.day + $effect_days::integer
    ) as expanded,
    used._account is not null as used
from landmark
join book as account on account._account = landmark._account
join health_reading as before on before._account = landmark._account and before.reading + 1 = landmark.reading
left join health_score as score on score._account = before._account and score.reading = before.reading
left join used
    on used._account = landmark._account and used.closes_on = date_trunc('week', landmark.day + $effect_days::integer + 1)::date
order by landmark.day, landmark._account"""
_FIRST = """select touch.play, touch._account, (min(occurred_at)::date - $opens_on::date)::integer as first_on
from touch_on($as_of) as touch
semi join book on book._account = touch._account
where nullif(trim(play), '') is not null
group by touch.play, touch._account"""
_SPENT = """select
    touch.play, count(*) as n_touches, bool_and(is_digital) as is_campaign,
    count(distinct touch._account) as n_touched_accounts,
    sum(coalesce(list_extract($hours::double[], list_position($kinds::varchar[], lower(trim(touch.kind)))), $other_hours::double))
        as hours_spent
from touch_on($as_of) as touch
semi join book on book._account = touch._account
where nullif(trim(play), '') is not null and occurred_at >= $opens_on::date and occurred_at < $closes_on::date
group by touch.play"""
_HELD = """create or replace temp table held_row as
with drawn as (
    select
        ours._account, ours.account, nullif(said.person, '') as person, said.name as play, said.kind as draw_kind,
        bool_or(said.is_held) as is_held, min(said.drawn_on::date) as drawn_on
    from written_hold_out as said
    join (select _account, account from book) as ours on ours.account = said.account
    where said.drawn_on::date <= $as_of::date
    group by all
)
select
    drawn.*,
    drawn_on + $effect_days::integer <= $as_of::date - case when person is null then $grace_days::integer else 0 end as is_decided,
    case when person is null then
        coalesce(not (spell.ending in ('lapsed', 'cancelled') and spell.ended_on <= drawn_on + $effect_days::integer), true)
    end as kept,
    case when person is null then exists (
        from arr_move where arr_move._account = drawn._account and lever in ('upsell', 'cross_sell') and moved_on > drawn_on
            and moved_on <= drawn_on + $effect_days::integer
    ) end as expanded,
    case when person is null then exists (
        from usage.usage_week as used where used.account = drawn.account and n_events > 0
            and week > drawn_on + $effect_days::integer - 34 and week + 6 <= drawn_on + $effect_days::integer
    ) else exists (
        from usage.usage_person_week as used where used.account = drawn.account and used.person = drawn.person and n_events > 0
            and week > drawn_on and week + 6 <= drawn_on + $effect_days::integer
    ) end as used
from drawn
join customer_spell as spell
    on spell._account = drawn._account and spell.began_on <= drawn_on and coalesce(spell.ended_on > drawn_on, true)
where drawn_on >= $opens_on::date and drawn_on < $closes_on::date
order by play, drawn._account, person"""


@dataclass(frozen=True)
class Compared:
    """One play or campaign: how it was compared, the effect, and the rows (compared_row, held_row) of each side, by number."""

    play: str
    play_kind: str  # play, campaign
    method: str
    outcome: str
    effect: Effect
    is_told: bool
    n_first_touched: int
    n_others: int  # accounts, or people held out; one may stand on many Sundays
    with_it: np.ndarray
    without: np.ndarray


def lay(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> str:
    """The temp tables compared_row and held_row: who is compared on which day, and what came; gives the SQL."""
    alike.lay_readings(con, book, definitions)
    rows = _ROWS.format(stratum=alike.stratum_of(con, "landmark.day + $effect_days::integer"))
    for sql in (rows, _HELD):
        con.execute(sql, _bound(sql, book, definitions))
    return f"{rows};\n\n{_HELD};\n\n{_FIRST}"


def spent(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> pd.DataFrame:
    """What each play took in the period: touches, accounts, hours. By play."""
    kinds, hours = definitions.reach.kinds()
    asked = {"kinds": kinds, "hours": hours, "other_hours": definitions.reach.other_hours}
    return con.execute(_SPENT, _bound(_SPENT, book, definitions) | asked).df().set_index("play")


def compare(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, outcome: str, only: str | None = None
) -> list[Compared]:
    """After `lay`: every play and campaign of the book, against its hold-out where one was kept, else against others alike.

    only   one of them
    """
    if outcome not in OUTCOMES:
        raise Refused(f"There is no outcome {outcome!r}; choose from {', '.join(OUTCOMES)}.")
    first = con.execute(_FIRST, _bound(_FIRST, book, definitions)).df()
    rows = con.execute(f"select _account, day, stratum, {outcome} as came from compared_row").fetchnumpy()
    held = con.execute("from held_row").df()
    least = definitions.reach.least_accounts
    until = (book.closes_on - book.opens_on).days
    names = sorted({*first.loc[first["first_on"].between(0, until - 1), "play"], *held["play"]})
    found = []
    for play in names if only is None else [each for each in names if each == only]:
        own = first[first["play"] == play]
        n_new = int(own["first_on"].between(0, until - 1).sum())
        drawn = held[(held["play"] == play) & held["is_decided"]]
        if len(drawn) and drawn["is_held"].nunique() == 2:
            found.append(_held(play, drawn, outcome, least, n_new))
        else:
            kind = held.loc[held["play"] == play, "draw_kind"]
            found.append(_alike(play, kind.iat[0] if len(kind) else "play", own, rows, outcome, least, n_new))
    return found


def _held(play: str, drawn: pd.DataFrame, outcome: str, least: int, n_new: int) -> Compared:
    is_people = drawn["person"].notna().any()
    if is_people:
        drawn, outcome = drawn[drawn["person"].notna()], "used"
    is_with = ~drawn["is_held"].to_numpy(bool)
    effect = effects.held_out(drawn[outcome].astype(bool), is_with, drawn["_account"])
    at = drawn.index.to_numpy()
    is_told = min(effect.n_with, effect.n_without) >= least
    kind = drawn["draw_kind"].iat[0]
    n_others = int(effect.n_without)
    return Compared(play, kind, HELD, outcome, effect, is_told, n_new, n_others, at[is_with], at[~is_with])


def _alike(play: str, kind: str, own: pd.DataFrame, rows: dict, outcome: str, least: int, n_new: int) -> Compared:
    account = np.asarray(rows["_account"])
    first_on = np.full(int(max(account.max(initial=0), own["_account"].max() if len(own) else 0)) + 1, FAR)
    first_on[own["_account"].to_numpy()] = own["first_on"].to_numpy()
    touched, day = first_on[account], np.asarray(rows["day"])
    stratum = np.asarray(rows["stratum"]) + _week(day)
    at = np.flatnonzero(touched > day - 7)
    at = at[effects.comparable(touched[at] <= day[at], stratum[at])]
    is_with = touched[at] <= day[at]
    effect = effects.adjusted(np.asarray(rows["came"])[at], is_with, stratum[at], account[at])
    n_others = np.count_nonzero(np.bincount(account[at[~is_with]]))
    is_told = min(effect.n_with, n_others) >= least
    return Compared(play, kind, ALIKE, outcome, effect, is_told, n_new, n_others, at[is_with], at[~is_with])


def _week(day: np.ndarray) -> np.ndarray:
    """A number that keeps the strata of one day apart from those of others."""
    return day.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def _bound(sql: str, book: Book, definitions: Definitions) -> dict:
    values = {
        "opens_on": book.opens_on, "closes_on": book.closes_on, "as_of": book.as_of,
        "effect_days": definitions.reach.effect_days, "grace_days": definitions.renewals.grace_days,
    }  # fmt: skip
    return {name: value for name, value in values.items() if f"${name}" in sql}
