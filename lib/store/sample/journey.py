"""How far accounts came: stages reached, and outcomes they bought for.

milestone_table  the day each stage was reached; Onboarding is reached with the first subscription
goal_table       outcomes promised, due and reached
"""

import numpy as np
import pyarrow as pa

from lib.store.sample import arrow, dice, truths
from lib.store.sample.company import Accounts
from lib.store.sample.days import AFTER, LAST, NEVER
from lib.store.sample.fate import Fate

STAGES = (*truths.DWELL, "Advocacy")
GOALS = ("Save reporting time", "Consolidate tools", "Grow revenue", "Reduce errors", "Meet rules", "Go live faster")
_ADVOCATES = 0.6  # of accounts could ever speak for us


def milestone_table(seed: int, block: int, accounts: Accounts, fate: Fate) -> pa.Table:
    rng = dice.stream(seed, block, "journey")
    days = np.concatenate([np.zeros((len(accounts), 1), np.int64), np.cumsum(accounts.stage_days, axis=1)], axis=1)
    sold = accounts.sells_on <= LAST
    reached_on = np.where(sold, accounts.sells_on, LAST)[:, None] + days.astype("m8[D]")
    reached = sold[:, None] & (reached_on < fate.gone_on[:, None])
    reached[:, -1] &= rng.random(len(accounts)) < _ADVOCATES
    account, stage = np.nonzero(reached)
    return arrow.table(
        "milestone",
        {
            "account": accounts.ids.take(pa.array(account)),
            "stage": arrow.labels(STAGES, stage),
            "reached_on": reached_on[account, stage],
        },
    )


def goal_table(seed: int, block: int, accounts: Accounts, fate: Fate) -> pa.Table:
    """One or two outcomes an account, promised at the sale; about half are reached, later by slow starters."""
    rng = dice.stream(seed, block, "goals")
    sold = accounts.sells_on <= LAST
    account, place = dice.counted(np.where(sold, 1 + (rng.random(len(accounts)) < 0.4), 0))
    n = len(account)
    promised_on = accounts.sells_on[account] + (20 * place).astype("m8[D]")
    due_on = promised_on + rng.choice([90, 180, 270], n).astype("m8[D]")
    slow = accounts.stage_days[account, :3].sum(axis=1) / sum(list(truths.DWELL.values())[:3])
    reached_on = promised_on + np.ceil(150 * slow * rng.lognormal(0, 0.4, n)).astype(np.int64).astype("m8[D]")
    reached_on = np.where((rng.random(n) < 0.7) & (reached_on < fate.gone_on[account]), reached_on, NEVER)
    known = np.flatnonzero(promised_on < np.minimum(fate.gone_on[account], AFTER))
    ids = arrow.coded("G", accounts.number[account[known]] * 10 + place[known], 8)
    return arrow.table(
        "goal",
        {
            "goal": ids,
            "account": accounts.ids.take(pa.array(account[known])),
            "category": arrow.labels(GOALS, rng.integers(0, len(GOALS), len(known))),
            "promised_on": promised_on[known],
            "due_on": due_on[known],
            "reached_on": arrow.days(reached_on[known]),
            "value": np.round(accounts.arr[account[known]] * rng.uniform(0.5, 3, len(known)), -2),
        },
    )
