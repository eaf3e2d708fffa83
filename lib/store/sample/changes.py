"""What changed about an account on the way: its CSM, its tier, its plan; and who looks after it now.

Changes          one block: both values of each field and the day between them
draw             a block
account_table    the accounts as they are on the last day
history_table    a spell for each value of a field that changed
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lib.store.sample import arrow, dice, names
from lib.store.sample.company import LABELS, Accounts
from lib.store.sample.days import AFTER, NEVER
from lib.store.sample.fate import Fate

TIERS = ("Tier 1", "Tier 2", "Tier 3")
_TIER_FROM = (45_000, 12_000)  # ARR at the start
_ACCOUNTS_PER_CSM = 80
_ACCOUNTS_PER_EXECUTIVE = 200
_BOOKS, _EXECUTIVES = 13, 5  # room in the numbering of a block
_CSM_CHANGES, _TIER_CHANGES = 0.24, 0.08


@dataclass(frozen=True)
class Changes:
    """Values before and after; the day is NEVER where nothing changed."""

    csm: np.ndarray  # codes into staff
    csm_after: np.ndarray
    csm_on: np.ndarray
    executive: np.ndarray
    tier: np.ndarray
    tier_after: np.ndarray
    tier_on: np.ndarray
    staff: pa.Array  # names of this block's CSMs, then of its account executives

    def csm_at(self, account: np.ndarray, day: np.ndarray) -> np.ndarray:
        return np.where(day >= self.csm_on[account], self.csm_after[account], self.csm[account])


def draw(seed: int, block: int, accounts: Accounts, fate: Fate) -> Changes:
    rng = dice.stream(seed, block, "changes")
    n = len(accounts)
    n_csm, n_executives = max(2, round(n / _ACCOUNTS_PER_CSM)), max(1, round(n / _ACCOUNTS_PER_EXECUTIVE))
    csm = _books(rng, accounts.codes["region"], n_csm)
    handed_to = (csm + rng.integers(1, n_csm, n)) % n_csm
    tier = np.searchsorted(-np.array(_TIER_FROM), -accounts.arr, side="right")
    moved = np.clip(tier + np.where(rng.random(n) < 0.5, 1, -1), 0, len(TIERS) - 1)
    # numbered from the far end of the names, so that no CSM and executive share one
    executives = names.STAFF_ROOM - 1 - (block * _EXECUTIVES + np.arange(n_executives))
    return Changes(
        csm=csm,
        csm_after=handed_to,
        csm_on=_change_day(rng, accounts, fate, _CSM_CHANGES),
        executive=n_csm + _books(rng, accounts.codes["segment"], n_executives),
        tier=tier,
        tier_after=moved,
        tier_on=np.where(moved != tier, _change_day(rng, accounts, fate, _TIER_CHANGES), NEVER),
        staff=names.staff_names(np.concatenate([block * _BOOKS + np.arange(n_csm), executives]), seed),
    )


def _books(rng: np.random.Generator, by: np.ndarray, n_books: int) -> np.ndarray:
    """Books of equal size, each from one part of `by` as far as it goes."""
    rank = np.empty(len(by), np.int64)
    rank[np.lexsort((rng.random(len(by)), by))] = np.arange(len(by))
    return rank * n_books // len(by)


def _change_day(rng: np.random.Generator, accounts: Accounts, fate: Fate, share: float) -> np.ndarray:
    """For a share of accounts a day well inside their life; the short-lived keep what they have."""
    opens, closes = accounts.started_on + 60, np.minimum(fate.gone_on, AFTER) - 7
    day = dice.day_between(rng, opens, closes)
    return np.where((rng.random(len(day)) < share) & (closes > opens), day, NEVER)


def account_table(seed: int, block: int, accounts: Accounts, fate: Fate, changes: Changes) -> pa.Table:
    rng = dice.stream(seed, block, "account")
    n = len(accounts)
    now = {
        "plan": np.where(fate.replanned_on < NEVER, fate.plan_after, accounts.codes["plan"]),
        "tier": np.where(changes.tier_on < NEVER, changes.tier_after, changes.tier),
        "csm": np.where(changes.csm_on < NEVER, changes.csm_after, changes.csm),
    }
    dimensions = {name: arrow.labels(LABELS[name], codes) for name, codes in accounts.codes.items()}
    return arrow.table(
        "account",
        dimensions
        | {
            "account": accounts.ids,
            "name": names.company_names(accounts.number, seed),
            "csm": arrow.labels(changes.staff, now["csm"]),
            "account_executive": arrow.labels(changes.staff, changes.executive),
            "plan": arrow.labels(LABELS["plan"], now["plan"]),
            "tier": arrow.labels(TIERS, now["tier"]),
            "employees": accounts.employees,
            "started_on": accounts.started_on,
            "acquisition_cost": _acquisition_cost(rng, accounts),
            "parent": arrow.labels(accounts.ids, _parents(rng, n)),
            "url": arrow.linked("accounts", accounts.ids),
        },
        extra=("lead_source", "onboarding_package"),
    )


def _acquisition_cost(rng: np.random.Generator, accounts: Accounts) -> np.ndarray:
    share_of_arr = np.array([1.1, 0.8, 0.7, 0.6, 0.35])[accounts.codes["channel"]]
    cost = np.maximum(accounts.arr * share_of_arr * rng.lognormal(0, 0.4, len(accounts)), 80)
    return np.where(rng.random(len(accounts)) < 0.06, np.nan, cost)  # not every deal has its cost on file


def _parents(rng: np.random.Generator, n: int) -> np.ndarray:
    """One account in sixteen belongs to one of the heads: the first of every forty, which belong to nobody."""
    heads = np.arange(0, n, 40)
    owned = (rng.random(n) < 1 / 16) & (np.arange(n) % 40 != 0)
    return np.where(owned, heads[rng.integers(0, len(heads), n)], -1)


def history_table(accounts: Accounts, fate: Fate, changes: Changes) -> pa.Table:
    fields = (
        ("csm", changes.staff, changes.csm, changes.csm_after, changes.csm_on),
        ("tier", pa.array(TIERS), changes.tier, changes.tier_after, changes.tier_on),
        ("plan", pa.array(LABELS["plan"]), accounts.codes["plan"], fate.plan_after, fate.replanned_on),
    )
    return pa.concat_tables(_spells(accounts, *field) for field in fields)


def _spells(accounts: Accounts, field: str, values: pa.Array, before, after, on: np.ndarray) -> pa.Table:
    changed = np.flatnonzero(on < NEVER)
    twice, second = np.repeat(changed, 2), np.tile([False, True], len(changed))
    return arrow.table(
        "account_history",
        {
            "account": accounts.ids.take(pa.array(twice)),
            "field": pa.array([field], pa.string()).take(pa.array(np.zeros(len(twice), np.int64))),
            "from_on": np.where(second, on[twice], accounts.started_on[twice]),
            "until_on": arrow.days(np.where(second, NEVER, on[twice])),
            "value": arrow.labels(values, np.where(second, after[twice], before[twice])),
        },
    )
