"""What came of plays and campaigns, beyond chance among all of them, and what they took.

play_effects   a row per play and campaign of the period, those that help first
COLUMNS        of the answer, whatever the options
"""

import duckdb
import numpy as np
import pandas as pd

from lib import effects
from lib.book import Book
from lib.definitions import Definitions
from lib.effects import HARMS, HELPS, UNTOLD
from lib.measures import Answer, left_out
from lib.measures.reach import alike, plays
from lib.measures.reach.plays import HELD, Compared

COLUMNS = [
    "play", "play_kind", "compared_by", "effect_outcome", "effect_verdict", "effect", "effect_lo", "effect_hi", "smallest_effect",
    "with_it_rate", "others_rate", "n_first_touched", "n_with_it", "n_came_with_it", "n_others", "effect_p_value",
    "effect_q_value", "n_play_touches", "n_play_accounts", "hours_spent", "hours_an_account", "untold_because",
]  # fmt: skip
_PLACE = {HELPS: 0, HARMS: 1, UNTOLD: 2}
NOT_YET = "accounts first touched by a play in the period that are not compared: what came is not known yet, or nobody is alike"
CAVEAT = (
    "Where nobody was held out, accounts touched are compared with others alike in {alike}, not touched by then: whom to touch is "
    "chosen, for reasons the data may not hold, so that what goes with a play need not come of it. A hold-out would tell."
)


def play_effects(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, outcome: str = "kept"
) -> Answer:
    """A row per play and campaign that touched an account for the first time in the period, or was drawn in it.

    outcome   kept: still a customer effect_days later; expanded: bought more by then; used: used it in the last four weeks of them

    Against those held out by chance where a hold-out was kept (people: whether they used it, clustered by account; Newcombe), else
    adjusted (lib/measures/reach/plays.py has the rule of time). It helps or harms where Benjamini and Hochberg's q over all plays
    is at most the alpha of the hot-spots and the interval leaves out 0; smallest_effect would have been seen in four of five cases.
    Fewer than least_accounts on a side: cannot tell yet, and no part of the family.
    """
    sql = plays.lay(con, book, definitions)
    compared = plays.compare(con, book, definitions, outcome)
    q, said = effects.verdicts(
        [each.effect for each in compared], [each.is_told for each in compared], definitions.hotspots.alpha
    )
    took = plays.spent(con, book, definitions)
    table = pd.DataFrame(
        [_row(*each, took, definitions) for each in zip(compared, q, said, strict=True)], columns=COLUMNS
    )
    by = table["effect_verdict"].map(_PLACE), -table["effect"].fillna(-9).astype(float)
    table = table.assign(place=by[0], by=by[1]).sort_values(["place", "by", "play"], kind="stable")[COLUMNS]
    n_left = sum(each.n_first_touched - each.effect.n_with for each in compared if each.method != HELD)
    return Answer(
        table.reset_index(drop=True), left_out((NOT_YET, int(n_left))), tuple(_notes(compared, definitions)), sql
    )


def _row(each: Compared, q: float, said: str, took: pd.DataFrame, definitions: Definitions) -> dict:
    effect, is_alike = each.effect, each.method != HELD
    cost = took.loc[each.play] if each.play in took.index else None
    n_touches, n_accounts, hours = (
        (int(cost["n_touches"]), int(cost["n_touched_accounts"]), float(cost["hours_spent"]))
        if cost is not None
        else (0, 0, 0.0)
    )
    is_campaign = is_alike and cost is not None and bool(cost["is_campaign"])
    return {
        "play": each.play, "play_kind": "campaign" if is_campaign else each.play_kind, "compared_by": each.method,
        "effect_outcome": each.outcome, "effect_verdict": said, "effect": effect.difference, "effect_lo": effect.lo,
        "effect_hi": effect.hi, "smallest_effect": effect.smallest, "with_it_rate": effect.rate_with,
        "others_rate": effect.rate_without, "n_first_touched": each.n_first_touched, "n_with_it": int(effect.n_with),
        "n_came_with_it": int(effect.came_with), "n_others": each.n_others, "effect_p_value": effect.p, "effect_q_value": q,
        "n_play_touches": n_touches, "n_play_accounts": n_accounts, "hours_spent": hours,
        "hours_an_account": hours / n_accounts if n_accounts else np.nan, "untold_because": _why(each, said, definitions),
    }  # fmt: skip


def _why(each: Compared, said: str, definitions: Definitions) -> str:
    """Why it cannot be told; empty where it can."""
    if said != UNTOLD:
        return ""
    if not each.is_told:
        return f"fewer than {definitions.reach.least_accounts} accounts on a side"
    if each.effect.lo > 0 or each.effect.hi < 0:
        return "not beyond chance among all plays"
    if np.isnan(each.effect.smallest):
        return "no effect there can be would have been seen"
    return "not beyond chance"


def _notes(compared: list[Compared], definitions: Definitions):
    n_told = sum(each.is_told for each in compared)
    yield (
        f"{n_told:,} of {len(compared):,} plays and campaigns have accounts enough to be told; of those said to help or to harm, "
        f"{definitions.hotspots.alpha * 100:g} % at most are expected to be chance. What comes is counted for "
        f"{definitions.reach.effect_days} days."
    )
    if any(each.method != HELD for each in compared):
        yield CAVEAT.format(alike=alike.NAMES)
