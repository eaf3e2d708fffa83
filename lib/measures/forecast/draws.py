"""What may come of renewals ahead, drawn many times over: who renews, and for how much.

Ahead      the renewals: their odds, what they are worth, and what they are added up by
Sums       what was drawn, by cell: accounts and ARR renewed, its base, what is added and what is taken off
simulate   draws of all of it
between    the mean of draws and the bounds of the middle share of them
"""

from dataclasses import dataclass

import numpy as np

from lib.measures.forecast.worth import Worth
from lib.odds import Odds

N_DRAWS, N_DRAWS_OF_MANY = 1_000, 500
_MANY = 8_000
_AT_ONCE = 3_000_000  # renewals times draws held in memory


@dataclass(frozen=True)
class Ahead:
    """(n,) arrays in order of `cell`. `lead` says by which odds; times: how often it must renew by then, 0 where it is signed.

    shift     of the log-odds of the first of them
    account   renewals of one account share their luck
    period    quarters share their shock; cells of one quarter have one of their own besides
    arr_due   what is due; arr_signed what is signed in its place, NaN where nothing is
    """

    columns: np.ndarray
    lead: np.ndarray
    shift: np.ndarray
    times: np.ndarray
    account: np.ndarray
    period: np.ndarray
    cell: np.ndarray
    arr_due: np.ndarray
    arr_signed: np.ndarray


@dataclass(frozen=True)
class Sums:
    """(cells, draws) each."""

    accounts: np.ndarray
    arr: np.ndarray
    base: np.ndarray
    upsell: np.ndarray
    downsell: np.ndarray


def simulate(
    ahead: Ahead, odds: dict[int, Odds], worth: Worth, shocks: tuple[float, float], n_cells: int, seed: int = 7
) -> Sums:
    """Three things are drawn anew each time: what the coefficients may be as well; what befalls a whole quarter (shocks[0], and of
    what renews its worth) and a cell of it (shocks[1]); and each account's own luck, with how much it renews for."""
    rng = np.random.default_rng(seed)
    n = len(ahead.cell)
    n_draws = N_DRAWS if n < _MANY else N_DRAWS_OF_MANY
    found = np.zeros((4, n_cells, n_draws))
    if not n:
        return Sums(*found, found[0])
    first = np.flatnonzero(np.r_[True, ahead.cell[1:] != ahead.cell[:-1]])
    own = np.unique(ahead.account, return_inverse=True)[1]
    designs = {lead: (np.flatnonzero(ahead.lead == lead), each) for lead, each in odds.items()}
    designs = {
        lead: (at, each.design(ahead.columns[at]).astype(np.float32), each) for lead, (at, each) in designs.items()
    }
    again, is_signed = np.flatnonzero(ahead.times > 1), ahead.times == 0
    group, n_periods = worth.group_of(ahead.arr_due), int(ahead.period.max()) + 1
    step = max(1, _AT_ONCE // n)
    for at in range(0, n_draws, step):
        size = min(step, n_draws - at)
        log_odds = np.repeat(ahead.shift.astype(np.float32)[:, None], size, axis=1)
        for rows, design, each in designs.values():
            log_odds[rows] += design @ each.draws(rng, size).astype(np.float32)
        log_odds += (shocks[0] * rng.standard_normal((n_periods, size), np.float32))[ahead.period]
        log_odds += (shocks[1] * rng.standard_normal((n_cells, size), np.float32))[ahead.cell]
        chance = _chance(log_odds)
        chance[again] *= _chance(log_odds[again] - ahead.shift[again, None]) ** (ahead.times[again, None] - 1)
        chance[is_signed] = 1
        is_renewed = rng.random((int(own.max()) + 1, size), np.float32)[own] < chance
        ratio = (
            worth.draw(rng, group, size)
            * np.exp(worth.shock * rng.standard_normal((n_periods, size), np.float32))[ahead.period]
        )
        renewed = np.where(
            np.isnan(ahead.arr_signed)[:, None], ahead.arr_due[:, None] * ratio, ahead.arr_signed[:, None]
        )
        renewed, due = renewed * is_renewed, ahead.arr_due[:, None] * is_renewed
        for place, values in enumerate((is_renewed, renewed, np.minimum(renewed, due), due)):
            found[place][ahead.cell[first], at : at + size] = np.add.reduceat(values, first, axis=0, dtype=float)
    accounts, arr, base, due = found
    return Sums(accounts, arr, base, arr - base, due - base)


def _chance(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))


def between(draws: np.ndarray) -> dict[str, np.ndarray]:
    """Of (cells, draws): expected, and the bounds within which 8 of 10 draws are, and half of them."""
    lo, lo50, hi50, hi = np.quantile(draws, [0.1, 0.25, 0.75, 0.9], axis=1)
    return {"expected": draws.mean(axis=1), "lo": lo, "hi": hi, "lo50": lo50, "hi50": hi50}
