"""Stays in the stages of a journey, counted by their days and how they ended; and what the curves say of them.

Stays       so many of so many days completed, exited or are still inside; curves and quantiles
SPELLS      SQL of the stays of the book's accounts up to a day, each with the level of a dimension when it began
spells      the steps of a statement up to those stays
logrank     do groups of stays last alike?
stages_of   the stages in force of the journeys asked, exits aside
are_named   which of them may be spoken of
stays       rows of days, how they ended, and how many, as Stays
levels_of   the levels that were counted, the most common first
WHOLE       the name of the way from the first stage to the last, which stands at place 0

Stays begun on the last day one sees are counted, and in no curve: nothing is seen of them yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import duckdb
import numpy as np
import pandas as pd

from lib import survival
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.levels import MOST_LEVELS, OTHER
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on
from lib.survival import Incidence, Survival

WHOLE = "whole journey"
TODAY = "came in on the day itself: nothing is seen of them yet"
NO_STAGE = "have come to no stage of their journey"

SPELLS = """{name} as materialized (
    select spell._account, journey, place, is_last, expected_days, entered_on, exited_on, days, ending, {level} as level
    from journey_spell_on($as_of, $grace_days) as spell
    join book as account on account._account = spell._account
)"""
_TOLD_APART = f"""told_apart as (
    select level
    from every_stay
    where level is not null
    group by level
    qualify count(*) over () < {MOST_LEVELS} or row_number() over (order by count(*) desc, level) < {MOST_LEVELS - 1}
)"""
_TOLD_BEFORE = """told_apart as (
    select unnest($levels::varchar[]) as level
)"""
_LEVELLED = f"""stay as (
    select * replace (case when level is null or level in (from told_apart) then level else '{OTHER}' end as level)
    from every_stay
)"""
_STAGES = """
select journey, place, stage, expected_days, is_optional, is_known
from journey_stage
where not is_exit
order by journey, place
"""


@dataclass(frozen=True)
class Stays:
    """Stays of `days`, which may come more than once: so many of them completed, exited, or are still inside."""

    days: np.ndarray
    completed: np.ndarray
    exited: np.ndarray
    inside: np.ndarray

    @property
    def n(self) -> float:
        """All of them."""
        return float(self.completed.sum() + self.exited.sum() + self.inside.sum())

    @property
    def longest(self) -> float:
        """The days of the longest; NaN where there is none."""
        return float(self.days.max()) if len(self.days) else np.nan

    @cached_property
    def dwell(self) -> Survival:
        """How long it takes to complete: exits and those still inside are last seen when they are."""
        return survival.curve_of(self.days, self.completed, self.exited + self.inside)

    @cached_property
    def conversion(self) -> Incidence:
        """The share that complete, by days: who exits never does."""
        return survival.aalen_johansen(self.days, self.completed, self.exited, self.inside)

    @cached_property
    def exits(self) -> Incidence:
        """The share that exit, by days: who completes does not."""
        return survival.aalen_johansen(self.days, self.exited, self.completed, self.inside)

    @cached_property
    def finishing(self) -> Incidence:
        """The share that complete, by days, had nobody exited: what `dwell` leaves, with intervals."""
        return survival.aalen_johansen(self.days, self.completed, 0 * self.exited, self.exited + self.inside)

    def quantile(self, share: float) -> float:
        """The days by which `share` have completed, had nobody exited; NaN where so many have not yet."""
        return survival.quantile_interval(self.dwell, share)[0]

    def is_longer_than(self, days: float, level: float) -> bool:
        """Whether half need more than `days` beyond chance: the lower bound of the median says so.

        Where the curve never falls so far that it has one, the share that completed by then says it.
        """
        lo = survival.quantile_interval(self.dwell, 0.5, level)[1]
        if not np.isnan(lo):
            return lo > days
        return bool(survival.incidence_at(self.finishing, [days], level)[2][0] < 0.5)


def stays(counted: pd.DataFrame) -> Stays:
    """Rows of days, ending and n as Stays."""
    ending, n = counted["ending"].to_numpy(object), counted["n"].to_numpy(float)
    ended = (np.where(ending == each, n, 0.0) for each in ("completed", "exited", "inside"))
    return Stays(counted["days"].to_numpy(float), *ended)


def logrank(groups: Sequence[Stays]) -> float:
    """p of the log-rank test that all groups take as long to complete; NaN where there are not two to compare."""
    if len(groups) < 2:
        return np.nan
    days = np.concatenate([each.days for each in groups])
    completed, others = np.zeros((2, len(groups), len(days)))
    at = 0
    for row, each in enumerate(groups):
        own = slice(at, at := at + len(each.days))
        completed[row, own], others[row, own] = each.completed, each.exited + each.inside
    return survival.logrank_of(days, completed, others)[2]


def spells(con: duckdb.DuckDBPyConnection, by: str | None, *, are_told: bool = False) -> str:
    """Steps of a statement up to `stay`: the stays up to $as_of of the book's accounts.

    Levels past the most common ones are OTHER; `are_told` where those that are not are bound as $levels.
    """
    if not by:
        return SPELLS.format(name="stay", level="null::varchar")
    level = value_on(find_dimension(read_catalogue(con), by), "spell.entered_on")
    told_apart = _TOLD_BEFORE if are_told else _TOLD_APART
    return ",\n".join((SPELLS.format(name="every_stay", level=level), told_apart, _LEVELLED))


def stages_of(con: duckdb.DuckDBPyConnection, journey: str | None) -> pd.DataFrame:
    """The stages in force: journey, place, stage, expected_days (NaN where none), is_optional, is_known (can the
    data tell that anybody came to it?); of `journey` alone if asked.

    Raises Refused for a journey there is none of.
    """
    stages = con.execute(_STAGES).df()
    stages["expected_days"] = stages["expected_days"].astype(float).replace(0.0, np.nan)
    if journey is not None:
        if journey not in set(stages["journey"]):
            named = [each for each in stages["journey"].unique() if each]
            raise Refused(
                f"There is no such journey: there are {', '.join(named)}, and that of all others, without a name."
                if named
                else "There is no such journey: all accounts are on one, without a name."
            )
        stages = stages[stages["journey"] == journey]
    return stages


def are_named(stages: pd.DataFrame, reached: set[tuple[str, int]], definitions: Definitions) -> pd.Series:
    """Which of the stages may be spoken of: those of the definitions, and those that accounts of the book came to."""
    defined = {each.stage.casefold() for each in definitions.journey.stages}
    return pd.Series(
        [
            row.stage.casefold() in defined or (row.journey, row.place) in reached
            for row in stages.itertuples(index=False)
        ],
        index=stages.index,
        dtype=bool,
    )


def levels_of(counted: pd.DataFrame) -> list[str | None]:
    """The levels of counted stays, those of most first; None is missing, in the column as well."""
    counted["level"] = counted["level"].astype(object).where(counted["level"].notna(), None)
    n = counted.groupby("level", dropna=False)["n"].sum().sort_index().sort_values(ascending=False, kind="stable")
    return [None if level != level else level for level in n.index]
