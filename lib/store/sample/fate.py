"""Who is lost, when and how; and what happens to an account on the way that changes its chances.

Fate   one block: the day of loss, how it ends, what use looks like before, champion gone, seats cut, plan changed
draw   a block, month by month of each account's contract

A year's chance of loss is spread over the twelve months of a contract: most of it sits on the renewal day, the rest is
cancellation between renewals. Multiplying the year's chance by a lift therefore multiplies what is lost in the year.
"""

from dataclasses import dataclass

import numpy as np

from lib.store.sample import dice, truths
from lib.store.sample.company import LABELS, Accounts
from lib.store.sample.days import (
    AFTER,
    FIRST,
    FIRST_SALE,
    HIDDEN_MONTHS,
    MONTHS_SOLD,
    NEVER,
    OPENING_DAYS,
    add_months,
)

AT_RENEWAL = 0.70  # of a year's chance sits on the renewal day
MID_TERM_YEAR = 0.30  # the rest; all there is in a year of a longer contract that holds no renewal
HIGHEST_CHANCE = 0.85
REPLANNED = 0.09  # of accounts change plan at one of their renewals


@dataclass(frozen=True)
class Fate:
    lost_on: np.ndarray  # NEVER if kept; may lie past the last day, where nobody knows of it yet
    is_lapse: np.ndarray  # ends with its term; otherwise cancelled in the middle
    style: np.ndarray  # code into truths.STYLES, -1 if kept
    champion_left_on: np.ndarray
    right_sized_on: np.ndarray  # the renewal at which unused seats go
    replanned_on: np.ndarray  # the renewal at which the plan changes
    plan_after: np.ndarray
    gone_on: np.ndarray  # exclusive end of everything recorded: loss, end of a trial, or the end of the record


def draw(seed: int, block: int, accounts: Accounts, *, planted: bool = True) -> Fate:
    rng = dice.stream(seed, block, "fate")
    sold = accounts.sells_on < NEVER
    months = np.arange(MONTHS_SOLD + HIDDEN_MONTHS)
    opens = add_months(np.where(sold, accounts.sells_on, FIRST_SALE)[:, None], months)  # of each contract month
    term = accounts.term[:, None]
    is_renewal = (months > 0) & (term > 0) & (months % np.maximum(term, 1) == 0)
    can_change = is_renewal & (term >= 12) & sold[:, None]
    replanned_on = _at_one_renewal(rng, opens, can_change, REPLANNED)
    plan_after = _other_plan(rng, accounts.codes["plan"])
    right_sized_on = _right_sized(rng, accounts, opens, can_change)
    champion_left_on = _champion_left(rng, accounts)

    if planted:
        hazard = _hazard(accounts, opens, replanned_on, plan_after, right_sized_on, champion_left_on)
    else:
        hazard = np.full(opens.shape, -np.log1p(-truths.BASE_OF_ALL))
    hazard *= _month_weights(term, months, is_renewal)
    ends = (rng.random(hazard.shape) < -np.expm1(-hazard)) & (opens < AFTER + 31 * HIDDEN_MONTHS) & sold[:, None]
    is_lost, at = ends.any(axis=1), ends.argmax(axis=1)
    row = np.arange(len(accounts))
    is_lapse = is_renewal[row, at]
    day_within = np.where(is_lapse, 0, rng.integers(1, 28, len(row))).astype("m8[D]")
    lost_on = np.where(is_lost, opens[row, at] + day_within, NEVER)
    trial_ends = accounts.started_on + accounts.trial_days.astype("m8[D]")
    gone_on = np.minimum(np.where(sold, lost_on, trial_ends), AFTER)
    return Fate(  # what was to happen on a day past the end does not
        lost_on=lost_on,
        is_lapse=is_lapse & is_lost,
        style=_styles(rng, accounts, is_lost, planted),
        champion_left_on=np.where(champion_left_on < gone_on, champion_left_on, NEVER),
        right_sized_on=np.where(right_sized_on < gone_on, right_sized_on, NEVER),
        replanned_on=np.where(replanned_on < gone_on, replanned_on, NEVER),
        plan_after=plan_after,
        gone_on=gone_on,
    )


def _hazard(accounts, opens, replanned_on, plan_after, right_sized_on, champion_left_on) -> np.ndarray:
    """The hazard of a whole year, for every account and contract month."""
    steady = np.where(accounts.stage_days[:, 0] > truths.SLOW_ONBOARDING["days"], truths.SLOW_ONBOARDING["lift"], 1.0)
    for used, lift in zip(accounts.carrying.T, truths.CARRYING_FEATURES.values(), strict=True):
        steady = steady * np.where(used, lift, 1.0)
    by_year = np.empty((len(accounts), len(OPENING_DAYS)))
    for year, opening in enumerate(OPENING_DAYS):
        plan = np.where(replanned_on <= opening, plan_after, accounts.codes["plan"])

        def is_value(dimension: str, value: str, plan=plan) -> np.ndarray:
            return plan == LABELS["plan"].index(value) if dimension == "plan" else accounts.is_value(dimension, value)

        too_many_seats = accounts.is_over_provisioned & (right_sized_on > opening)
        lift = steady * truths.hot_spot_lift(is_value, opening)
        lift = lift * np.where(too_many_seats, truths.OVER_PROVISIONED["lift"], 1.0)
        by_year[:, year] = -np.log1p(-np.minimum(truths.BASE * lift, HIGHEST_CHANCE))
    year = (opens.astype("M8[M]") - FIRST_SALE.astype("M8[M]")).astype(np.int64) // 12
    hazard = np.take_along_axis(by_year, np.minimum(year, len(OPENING_DAYS) - 1), axis=1)
    left = champion_left_on[:, None]
    without = (opens >= left) & (opens < left + truths.CHAMPION_LEFT["days"])
    return hazard * np.where(without, truths.CHAMPION_LEFT["lift"], 1.0)


def _month_weights(term: np.ndarray, months: np.ndarray, is_renewal: np.ndarray) -> np.ndarray:
    between = MID_TERM_YEAR / 11
    return np.where(term <= 1, 1 / 12, np.where(is_renewal, AT_RENEWAL, between)) * np.ones(months.shape)


def _at_one_renewal(rng, opens, is_renewal, share: float) -> np.ndarray:
    """For a share of the accounts, the day of one of their renewals inside the two years; NEVER otherwise."""
    weight = rng.random(opens.shape) * (is_renewal & (opens >= FIRST) & (opens < AFTER))
    at = weight.argmax(axis=1)
    row = np.arange(len(opens))
    return np.where((rng.random(len(row)) < share) & (weight[row, at] > 0), opens[row, at], NEVER)


def _right_sized(rng, accounts: Accounts, opens, is_renewal) -> np.ndarray:
    cut = is_renewal & (opens >= FIRST) & (rng.random(opens.shape) < truths.OVER_PROVISIONED["right_sized"])
    first = opens[np.arange(len(opens)), cut.argmax(axis=1)]
    return np.where(cut.any(axis=1) & accounts.is_over_provisioned, first, NEVER)


def _other_plan(rng, plan: np.ndarray) -> np.ndarray:
    up = np.where(rng.random(len(plan)) < 0.7, 1, -1)
    moved = plan + up
    return np.where((moved < 0) | (moved > 3), plan - up, moved)


def _champion_left(rng, accounts: Accounts) -> np.ndarray:
    """Champions go at an even rate all through an account's life; one in ten accounts never had one."""
    n = len(accounts)
    has_champion = (rng.random(n) < truths.CHAMPION_LEFT["share"]) & ~accounts.is_api_only
    stays = rng.exponential(365 / truths.CHAMPION_LEFT["leaves_per_year"], n)
    has_champion &= (stays < 3_650) & (accounts.sells_on < NEVER)
    return np.where(has_champion, accounts.started_on + 30 + stays.astype(np.int64).astype("m8[D]"), NEVER)


def _styles(rng, accounts: Accounts, is_lost: np.ndarray, planted: bool) -> np.ndarray:
    style = dice.pick(rng, truths.STYLE_WEIGHTS if planted else (0.0, 0.0, 1.0), len(accounts))
    style = np.where(accounts.is_heavy & planted, truths.STYLES.index("heavy"), style)
    return np.where(is_lost, style, -1)
