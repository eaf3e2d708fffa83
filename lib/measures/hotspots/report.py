"""The finds of a scan as a table for people: rates with intervals, comparisons, what is at stake, and a second opinion.

report             (Base, Scan, previous Base) -> one tidy row per find, COLUMNS whatever the base
detectable_lift    the smallest lift a base of this size could have shown
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from lib import stats
from lib.facts.base import Base
from lib.measures.hotspots.cube import CHUNK, Cell, members
from lib.measures.hotspots.scan import Find, Scan
from lib.stats import log_tail_count, log_tail_pearson3

FIRM = 0.01  # p_adjusted below this is firm, above it tentative
PRIOR = 4.0  # gamma(4, 4): observed / expected is near 1, give or take a half
POWER = 0.80
HELD_ALPHA = 0.05

COLUMNS = {
    "segment": object,
    "depth": int,
    "n": int,
    "n_lost": int,
    "churn_rate": float,
    "churn_rate_lo": float,
    "churn_rate_hi": float,
    "rest_n": int,
    "rest_rate": float,
    "overall_rate": float,
    "parent": object,
    "parent_n": int,
    "parent_rate": float,
    "lift": float,
    "lift_vs_parent": float,
    "lift_vs_overall": float,
    "adjusted_lift": float,
    "adjusted_odds": float,
    "shrunk_lift": float,
    "shrunk_lift_lo": float,
    "shrunk_lift_hi": float,
    "excess_lost": float,
    "excess_lost_lo": float,
    "excess_lost_hi": float,
    "excess_lost_vs_parent": float,
    "arr": float,
    "arr_lost": float,
    "excess_arr": float,
    "excess_arr_vs_parent": float,
    "share_of_lost": float,
    "share_of_arr_lost": float,
    "p_adjusted": float,
    "confidence": object,
    "held": object,
    "aliases": object,
    "is_listed": bool,
}


@dataclass(frozen=True)
class _Tally:
    """Accounts and ARR of any cell, the empty one for the whole base. The lost accounts stand apart: they are few."""

    base: Base
    lost: np.ndarray  # rows of the lost accounts

    @cached_property
    def _codes_lost(self) -> list[np.ndarray]:
        return [code[self.lost] for code in self.base.codes]

    @cached_property
    def _arr_lost(self) -> np.ndarray:
        return self.base.arr[self.lost]

    def rate(self, cell: Cell) -> float:
        """The churn rate alone."""
        return _ratio(*(float(np.count_nonzero(members(codes, cell))) for codes in (self._codes_lost, self.base.codes)))

    def of(self, cell: Cell) -> np.ndarray:
        """float64 (4,): accounts, accounts lost, ARR, ARR lost."""
        inside, gone = members(self.base.codes, cell), members(self._codes_lost, cell)
        money = (np.nan, np.nan) if self.base.arr is None else (_sum(self.base.arr, inside), _sum(self._arr_lost, gone))
        return np.array([np.count_nonzero(inside), np.count_nonzero(gone), *money], float)


def report(base: Base, scan: Scan, previous: Base | None = None) -> pd.DataFrame:
    """One row per find, listed ones first, then by what is at stake: excess_lost, or excess_arr where ARR was searched.

    previous  the same levels a period earlier, of at least the dimensions found, for the column `held`; None leaves it None
    """
    tally = _Tally(base, np.flatnonzero(base.lost))
    everyone = tally.of(()) if scan.finds else None
    rows = [_row(base, scan, find, tally, everyone, previous) for find in scan.finds]
    table = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in COLUMNS.items()})
    stake = "excess_lost" if scan.weight == "accounts" else "excess_arr"
    return table.sort_values(["is_listed", stake], ascending=False, kind="stable", ignore_index=True)


def detectable_lift(
    n_base: int,
    base_rate: float,
    n_cell,
    depth: int,
    n_tested_at_depth: int,
    *,
    n_depths: int = 3,
    alpha: float = 0.05,
    power: float = POWER,
) -> np.ndarray:
    """The smallest lift over the rest at which a segment of `n_cell` accounts is found with this power; NaN if none.

    base_rate is that of the whole base. A segment is found when its p-value is below alpha / (n_depths x
    n_tested_at_depth), where the search goes n_depths deep, at least as deep as the segment. Vectorised over n_cell.
    Check: binomial simulation (tests/test_hotspot_report.py).
    """
    from scipy.special import betaincinv

    n_cell = np.asarray(n_cell, float)
    if not 0 < base_rate < 1:
        return np.full_like(n_cell, np.nan)
    threshold = np.log(alpha / (max(n_depths, depth) * max(n_tested_at_depth, 1)))
    needed = np.ceil(_least_significant(n_cell, base_rate, n_base, threshold))
    is_possible = (needed <= n_cell) & (n_cell < n_base)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = betaincinv(needed, n_cell - needed + 1, power)  # where P(binomial(n_cell, rate) >= needed) = power
        rest_rate = (n_base * base_rate - n_cell * rate) / (n_base - n_cell)
        return np.where(is_possible & (rest_rate > 0), rate / rest_rate, np.nan)


def _least_significant(n_cell, base_rate: float, n_base: int, threshold: float) -> np.ndarray:
    """The number lost (not rounded) at which a cell's tail reaches the threshold; above n_cell where none does."""
    expected, variance = n_cell * base_rate, n_cell * base_rate * (1 - base_rate) * (1 - n_cell / n_base)
    low, high = expected, n_cell + 1
    for _ in range(40):
        middle = (low + high) / 2
        is_reached = log_tail_count(np.minimum(middle, n_cell), expected, n_cell, variance) <= threshold
        low, high = np.where(is_reached, low, middle), np.where(is_reached, middle, high)
    return high


def _row(base: Base, scan: Scan, find: Find, tally: _Tally, everyone: np.ndarray, previous: Base | None) -> dict:
    cell, parent = tally.of(find.cell), _best_parent(find.cell, tally)
    rest, in_parent = everyone - cell, tally.of(parent) if parent else everyone
    n, n_lost, arr, arr_lost = cell
    rate, rest_rate, overall_rate, parent_rate = (_ratio(t[1], t[0]) for t in (cell, rest, everyone, in_parent))
    rest_arr_rate, parent_arr_rate = (_ratio(t[3], t[2]) for t in (rest, in_parent))
    lo, hi = (float(x) for x in stats.wilson(n_lost, n))
    excess_lo, excess_hi = _difference(cell, rest)
    shrunk, shrunk_lo, shrunk_hi = _shrunk_lift(find, n if scan.weight == "accounts" else arr)
    return {
        "segment": _segment(base, find.cell),
        "depth": len(find.cell),
        "n": n,
        "n_lost": n_lost,
        "churn_rate": rate,
        "churn_rate_lo": lo,
        "churn_rate_hi": hi,
        "rest_n": rest[0],
        "rest_rate": rest_rate,
        "overall_rate": overall_rate,
        "parent": _segment(base, parent),
        "parent_n": in_parent[0],
        "parent_rate": parent_rate,
        "lift": _ratio(rate, rest_rate),
        "lift_vs_parent": _ratio(rate, parent_rate),
        "lift_vs_overall": _ratio(rate, overall_rate),
        "adjusted_lift": find.adjusted_lift,
        "adjusted_odds": find.adjusted_odds,
        "shrunk_lift": shrunk,
        "shrunk_lift_lo": shrunk_lo,
        "shrunk_lift_hi": shrunk_hi,
        "excess_lost": n_lost - n * rest_rate,
        "excess_lost_lo": n * excess_lo,
        "excess_lost_hi": n * excess_hi,
        "excess_lost_vs_parent": n_lost - n * parent_rate,
        "arr": arr,
        "arr_lost": arr_lost,
        "excess_arr": arr_lost - arr * rest_arr_rate,
        "excess_arr_vs_parent": arr_lost - arr * parent_arr_rate,
        "share_of_lost": _ratio(n_lost, everyone[1]),
        "share_of_arr_lost": _ratio(arr_lost, everyone[3]),
        "p_adjusted": find.p_adjusted,
        "confidence": "firm" if find.p_adjusted < FIRM else "tentative",
        "held": None if previous is None else _held(previous, scan, _same_cell(base, previous, find.cell), cell, rest),
        "aliases": [_segment(base, alias) for alias in find.aliases],
        "is_listed": find.is_listed and _beats(cell, in_parent, scan.weight),
    }


def _sum(amount: np.ndarray, of: np.ndarray) -> float:
    """The amount of some accounts, given as bool (N,), chunk by chunk: a product of the whole would copy all of them."""
    chunks = (slice(start, start + CHUNK) for start in range(0, len(of), CHUNK))
    return float(sum(amount[rows] @ of[rows] for rows in chunks))


def _best_parent(cell: Cell, tally: _Tally) -> Cell:
    """The parent with the highest churn rate; the whole base is the parent of a single value."""
    parents = [cell[:i] + cell[i + 1 :] for i in range(len(cell))]
    return parents[0] if len(parents) == 1 else max(parents, key=tally.rate)


def _beats(cell: np.ndarray, parent: np.ndarray, weight: str) -> bool:
    """Whether the cell loses a greater share than its best parent: a name that adds a value must add something."""
    of, lost = (0, 1) if weight == "accounts" else (2, 3)
    return _ratio(cell[lost], cell[of]) > _ratio(parent[lost], parent[of])


def _segment(base: Base, cell: Cell) -> dict[str, str | None]:
    """A cell in words: dimension name -> display value of the level, None for missing."""
    return {base.dimensions[d].name: base.dimensions[d].levels[level] for d, level in cell}


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _difference(cell: np.ndarray, rest: np.ndarray) -> tuple[float, float]:
    """95 % interval of the cell's rate less the rest's: Newcombe's hybrid of two Wilson intervals (1998, method 10).

    Second check: statsmodels confint_proportions_2indep(method="newcomb").
    """
    rates = [_ratio(t[1], t[0]) for t in (cell, rest)]
    (lo, hi), (rest_lo, rest_hi) = (stats.wilson(t[1], t[0]) for t in (cell, rest))
    difference = rates[0] - rates[1]
    below = np.hypot(rates[0] - lo, rest_hi - rates[1])
    above = np.hypot(hi - rates[0], rates[1] - rest_lo)
    return float(difference - below), float(difference + above)


def _shrunk_lift(find: Find, size: float) -> tuple[float, float, float]:
    """Mean and 95 % interval of observed / expected under a gamma(4, 4) prior, counted in effective accounts."""
    from scipy.special import gammaincinv

    unit = find.effective_n / size
    shape, rate = find.observed * unit + PRIOR, find.expected * unit + PRIOR
    return shape / rate, float(gammaincinv(shape, 0.025) / rate), float(gammaincinv(shape, 0.975) / rate)


def _same_cell(base: Base, other: Base, cell: Cell) -> Cell:
    """A cell of `base` as `other` numbers its dimensions; their levels are the same."""
    place = {dimension.name: d for d, dimension in enumerate(other.dimensions)}
    return tuple((place[base.dimensions[d].name], level) for d, level in cell)


def _held(previous: Base, scan: Scan, before: Cell, cell: np.ndarray, rest: np.ndarray) -> str:
    """Did the cell exceed its rest in the previous period too: "yes", "no", or "too few" to have shown this lift."""
    from scipy.special import log_ndtr, ndtri

    by_arr = scan.weight == "arr"
    if len(previous) == 0 or (by_arr and previous.arr is None):
        return "too few"
    weight = np.maximum(previous.arr, 0) if by_arr else np.ones(len(previous))
    inside = members(previous.codes, before)
    size, lost, all_size = weight[inside].sum(), weight[inside & previous.lost].sum(), weight.sum()
    if not 0 < size < all_size or not previous.lost.any():
        return "too few"

    rate = weight[previous.lost].sum() / all_size
    leverage = size / all_size
    contrast = weight * (inside - leverage)
    variance = rate * (1 - rate) * (contrast**2).sum()
    if by_arr:
        third = rate * (1 - rate) * (1 - 2 * rate) * (contrast**3).sum()
        log_p = log_tail_pearson3(np.array(lost - rate * size), variance, np.array(third / variance**1.5))
    else:
        log_p = log_tail_count(lost, rate * size, size, variance)
    if log_p <= np.log(HELD_ALPHA):
        return "yes"

    money = 2 * by_arr
    lift = _ratio(_ratio(cell[money + 1], cell[money]), _ratio(rest[money + 1], rest[money]))
    rest_rate = rate / (1 + (lift - 1) * leverage)  # what the same lift would mean at that period's level
    gain = size * (1 - leverage) * (lift - 1) * rest_rate
    power = np.exp(log_ndtr(gain / np.sqrt(variance) + ndtri(HELD_ALPHA)))
    return "no" if power >= POWER else "too few"
