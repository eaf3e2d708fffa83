"""One registry of the answers, for pages and shell alike: a name, the function, and the options a reader can set.

MEASURES   name -> Measure, of every module beside this one
WRITTEN    the tables of the workspace that say how an account stands
SAID       the tables in which people write about accounts
measure    the function of a name, imported when first asked for
reads      the tables of the workspace that an answer depends on
"""

from collections.abc import Callable
from importlib import import_module

from lib.measures.registry import (
    account,
    adoption,
    ahead,
    carrying,
    exceptions,
    forecast,
    funnel,
    health,
    healthbook,
    healthrules,
    levers,
    lives,
    losses,
    outreach,
    plays,
    proof,
    reach,
    renewals,
    risk,
    standing,
)
from lib.measures.registry.options import SAID, WRITTEN, Measure, Option

__all__ = ["MEASURES", "SAID", "WRITTEN", "Measure", "Option", "measure", "reads"]

MEASURES: dict[str, Measure] = {
    **losses.MEASURES, **standing.MEASURES, **adoption.MEASURES, **carrying.MEASURES, **funnel.MEASURES,
    **renewals.MEASURES, **ahead.MEASURES, **forecast.MEASURES, **lives.MEASURES, **health.MEASURES, **healthbook.MEASURES,
    **proof.MEASURES, **risk.MEASURES, **healthrules.MEASURES, **account.MEASURES,
    **outreach.MEASURES,
    **exceptions.MEASURES,
    **plays.MEASURES,
    **reach.MEASURES,
    **levers.MEASURES,
}  # fmt: skip


def measure(name: str) -> Callable:
    """The function of the measure called `name`."""
    module, function = MEASURES[name].path.split(":")
    return getattr(import_module(module), function)


def reads(name: str, *, is_cut_by_states: bool) -> tuple[str, ...]:
    """The tables of the workspace that the answer `name` depends on, of a book that is cut by how accounts stand or is not."""
    return tuple(dict.fromkeys((*MEASURES[name].reads, *(WRITTEN if is_cut_by_states else ()))))
