"""Whether campaigns reached their goal: of those written to, of those held out, and the difference.

campaign_goals   a row per campaign that wrote to somebody, or held somebody out, by the day; the latest letters first
COLUMNS          of the answer, whatever the options
"""

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import numpy as np
import pandas as pd

from lib import effects
from lib.book import Book
from lib.definitions import Definitions
from lib.effects import UNTOLD, Effect
from lib.facts.goalread import BY_WEEK, NOW_ONLY, TOUCHED
from lib.measures import Answer, left_out
from lib.measures.outreach import goalrows
from lib.measures.outreach.goalrows import MOST_DAYS, Goal
from lib.stats import wilson_of_clusters

COLUMNS = [
    "campaign", "goal_said", "goal_verdict", "goal_untold", "first_letter_on", "last_letter_on", "n_sent_to", "n_goal_before",
    "n_goal_early", "n_goal_by_now", "n_goal_unread", "n_goal_counted", "n_goal_met", "met_rate", "met_rate_lo", "met_rate_hi",
    "n_held_out", "n_held_out_before", "n_held_out_early", "n_held_out_unread", "n_held_out_counted", "n_held_out_met",
    "held_out_met_rate", "held_out_met_rate_lo", "held_out_met_rate_hi", "n_goal_compared", "n_compared_met", "goal_effect",
    "goal_effect_lo", "goal_effect_hi", "goal_smallest", "goal_p_value", "goal_q_value",
]  # fmt: skip
NOBODY_HELD = "nobody was held out"
NO_GOAL = (
    "people written to by campaigns whose goal is not known: no ready one, no audience's, or about what you do not see"
)
OTHER_DAYS = (
    f"people written to, or held out, on other days than the {MOST_DAYS} of a campaign on which its goal is read"
)
NOT_KNOWN = "people of whom the data cannot tell on the days in question whether the goal held"
_COMPARED = """select play, _account, side <> 'held' as is_with, state = 'met' as is_met
from goal_row
where state in ('met', 'not met') and (side = 'held' or is_drawn)
order by play, _account, person, side"""


def campaign_goals(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Of the people (or accounts) a campaign wrote to by the book's day: of how many its goal held before the letter, of how many
    it is too early to tell, and of how many of the others it holds effect_days after it (goalrows has the rule of time).

    Rates with Wilson's interval, the people of an account together. Where some were held out: those drawn to be written to less
    those held out (Newcombe, as accounts widen it), beyond chance among all campaigns or not (Benjamini and Hochberg, the alpha
    of the hot-spots). Where nobody was, before and after alone tell no effect.
    """
    laid = goalrows.lay(con, book, definitions)
    rows, compared = goalrows.rows(con), con.execute(_COMPARED).df()
    plays = sorted(set(rows["play"]))
    found = [_effect(compared[compared["play"] == play]) for play in plays]
    least = definitions.reach.least_accounts
    is_told = [min(each.n_with, each.n_without) >= least for each in found]
    q, verdicts = effects.verdicts(found, is_told, definitions.hotspots.alpha)
    table = pd.DataFrame(
        [
            _row(play, laid.goals[play], rows[rows["play"] == play], *each, least)
            for play, *each in zip(plays, found, q, verdicts, strict=True)
        ],
        columns=COLUMNS,
    )
    unread = rows[rows["state"] == "not read"].groupby("is_known")["n"].sum()
    apart = left_out(
        (NO_GOAL, laid.n_without),
        (OTHER_DAYS, int(unread.get(True, 0))),
        (NOT_KNOWN, int(unread.get(False, 0))),
    )
    table = table.sort_values(["last_letter_on", "campaign"], ascending=[False, True], kind="stable")
    notes = tuple(_notes(list(laid.goals.values()), sum(is_told), definitions)) if plays else ()
    return Answer(table.reset_index(drop=True), apart, notes, laid.sql)


def _effect(rows: pd.DataFrame) -> Effect:
    return effects.held_out(rows["is_met"], rows["is_with"], rows["_account"])


def _row(play: str, goal: Goal, rows: pd.DataFrame, effect: Effect, q: float, verdict: str, least: int) -> dict:
    written, held = (rows[rows["side"] == each] for each in ("written", "held"))
    n, n_held = (
        each.groupby("state")["n"].sum().reindex(goalrows.STATES, fill_value=0).astype(int) for each in (written, held)
    )
    sent = written if len(written) else held
    return {
        "campaign": play, "goal_said": goal.said, "goal_verdict": verdict,
        "goal_untold": _why(goal, {"all": n_held.sum(), **n_held}, effect, verdict, least),
        "first_letter_on": sent["first_on"].min(), "last_letter_on": sent["last_on"].max(),
        "n_sent_to": n.sum(), "n_goal_before": n["before"], "n_goal_early": n["too early"], "n_goal_unread": n["not read"],
        "n_goal_by_now": int(written.loc[written["state"] == "too early", "n_by_now"].sum()),
        "n_goal_counted": n["met"] + n["not met"], "n_goal_met": n["met"], **_rate("met_rate", written),
        "n_held_out": n_held.sum(), "n_held_out_before": n_held["before"], "n_held_out_early": n_held["too early"],
        "n_held_out_unread": n_held["not read"], "n_held_out_counted": n_held["met"] + n_held["not met"],
        "n_held_out_met": n_held["met"],
        **_rate("held_out_met_rate", held), "n_goal_compared": int(effect.n_with) if n_held.sum() else 0,
        "n_compared_met": int(effect.came_with) if n_held.sum() else 0, "goal_effect": effect.difference,
        "goal_effect_lo": effect.lo, "goal_effect_hi": effect.hi, "goal_smallest": effect.smallest,
        "goal_p_value": effect.p, "goal_q_value": q,
    }  # fmt: skip


def _rate(name: str, rows: pd.DataFrame) -> dict[str, float]:
    """The share that met it of those who are counted, and its interval."""
    counted = rows[rows["state"].isin(["met", "not met"])]
    n = counted.groupby("_account")["n"].sum()
    k = counted[counted["state"] == "met"].groupby("_account")["n"].sum().reindex(n.index, fill_value=0)
    lo, hi = wilson_of_clusters(k, n) if len(n) else (np.nan, np.nan)
    if len(n) and np.isnan(lo):  # of two accounts nothing is known
        lo, hi = 0.0, 1.0
    return {name: k.sum() / n.sum() if len(n) else np.nan, f"{name}_lo": lo, f"{name}_hi": hi}


def _why(goal: Goal, n_held: Mapping[str, int], effect: Effect, verdict: str, least: int) -> str:
    """Why it cannot be told; empty where it can."""
    if verdict != UNTOLD:
        return ""
    if not goal.is_told:
        return "the data does not tell the goal of past days"
    if not n_held["all"]:
        return NOBODY_HELD
    if not min(effect.n_with, effect.n_without):
        return "too early" if n_held["too early"] and not effect.n_without else "nobody on one side is counted"
    if min(effect.n_with, effect.n_without) < least:
        return f"fewer than {least} on a side"
    if effect.lo > 0 or effect.hi < 0:
        return "not beyond chance among all campaigns"
    return "no effect there can be would have been seen" if np.isnan(effect.smallest) else "not beyond chance"


def _notes(goals: Sequence[Goal], n_told: int, definitions: Definitions) -> Iterator[str]:
    days = definitions.reach.effect_days
    yield (
        f"The goal is read on the day before somebody's first letter (the draw, of who is held out) and again {days} days after. "
        f"Only those whose {days} days are over are counted; who meets it sooner waits for the others."
    )
    if n_told:
        yield (
            f"{n_told:,} with a hold-out {'has' if n_told == 1 else 'have'} people enough to be told; of those said to help or "
            f"to harm, {definitions.hotspots.alpha * 100:g} % at most are expected to be chance."
        )
    asked = {each.condition.condition for each in goals}
    if asked & set(BY_WEEK):
        yield "Features and log-ins are known by the week: use before the letter in its very week counts as after it."
    if asked & set(NOW_ONLY):
        yield "Roles are known as they are now alone, so that a goal about them is not read."
    if asked & set(TOUCHED):
        yield "A letter is a contact: a goal of being contacted is met by the letter itself."
