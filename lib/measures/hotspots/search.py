"""What one search runs over: the accounts with their weights and strata, the tested cells and their sums.

weights_of   each account's weight
strata       each account's stratum
prepare      count the cube, choose the cells to test: (Search, Groups before anything is found)
"""

from dataclasses import dataclass, replace

import numpy as np

from lib.errors import Refused
from lib.facts.base import Base
from lib.measures.hotspots.cube import Cell, Plan
from lib.measures.hotspots.groups import Groups, Weighing, start
from lib.measures.hotspots.inside import Tested
from lib.measures.hotspots.model import Expectation
from lib.stats import log_tail_count, log_tail_pearson3

EFFECTIVE_N = 50  # (sum m)^2 / sum m^2 a cell's ARR must spread over: a few big accounts are not a segment


@dataclass(frozen=True)
class Search:
    """What stays the same through one scan; arrays run over the T tested cells.

    tested    which they are
    sums      float64 (powers, T) of the weight; sums[0] is the number of accounts
    n_lost    accounts lost
    observed  weight lost
    price     log of the number of tests a find at this depth is charged for
    n_cells   cells that hold any account, tested or not
    """

    weighing: Weighing
    tested: Tested
    sums: np.ndarray
    n_lost: np.ndarray
    observed: np.ndarray
    price: np.ndarray
    alpha: float
    min_lift: float
    n_cells: int
    tested_by_depth: tuple[int, ...]

    def only(self, cells) -> "Search":
        return replace(
            self,
            tested=replace(self.tested, positions=self.tested.positions[cells]),
            sums=self.sums[:, cells],
            n_lost=self.n_lost[cells],
            observed=self.observed[cells],
            price=self.price[cells],
        )

    def log_tail(self, expectation: Expectation) -> np.ndarray:
        """log p of each cell, not yet corrected for the number of tests."""
        if self.weighing.weight is None:
            return log_tail_count(self.observed, expectation.expected, self.sums[0], expectation.variance)
        return log_tail_pearson3(self.observed - expectation.expected, expectation.variance, expectation.skewness)

    def surplus(self, expectation: Expectation) -> np.ndarray:
        """By how much, in logs, each cell's adjusted p-value is below alpha."""
        return np.log(self.alpha) - self.price - self.log_tail(expectation)

    def may_surprise(self, expectation: Expectation) -> np.ndarray:
        """bool (T,): False where no surplus is possible, told without a tail; most cells are far from it.

        Of counts z^2 <= 2 (observed - expected)^2 / variance, for a relative entropy is at most chi-square, and
        -log Phi(-z) <= z^2 / 2 + z + 1.
        """
        if self.weighing.weight is not None:
            return np.ones(len(self.price), bool)
        excess = np.maximum(self.observed - expectation.expected, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            half = np.nan_to_num(excess**2 / expectation.variance)
        return half + np.sqrt(2 * half) + 1 >= self.price - np.log(self.alpha)

    def cell(self, at: int) -> Cell:
        return self.weighing.plan.name(int(self.tested.positions[at]))


def weights_of(base: Base, weight: str) -> tuple[float, np.ndarray | None]:
    """(ARR of the mean account, each account's multiple of it); (1, None) to count accounts."""
    if weight == "accounts":
        return 1.0, None
    if weight != "arr":
        raise ValueError(f"weight is 'accounts' or 'arr', not {weight!r}")
    if base.arr is None:
        raise Refused("This data has no ARR, so lost ARR cannot be searched. Import ARR, or search lost accounts.")
    arr = np.maximum(base.arr, 0)  # a credit balance is no share of the base
    unit = float(arr.mean()) if len(arr) else 0.0
    return unit, arr / unit if unit else arr


def strata(base: Base) -> tuple[np.ndarray, int]:
    """(stratum of each account, number of strata), empty bands closed up. 16 bits: twice a stratum must fit too."""
    if base.stratum is None:
        return np.zeros(len(base), np.uint16), 1
    present = np.bincount(base.stratum) > 0
    return (np.cumsum(present) - 1).astype(np.uint16)[base.stratum], int(present.sum())


def prepare(
    weighing: Weighing, stratum: np.ndarray, n_strata: int, min_n: int, alpha: float, min_lift: float
) -> tuple[Search, Groups]:
    """Count every cell once, by stratum and outcome, and keep those worth a test."""
    cube = weighing.plan
    counts = weighing.count(2 * stratum + weighing.lost, 2 * n_strata)
    counts = counts.reshape(len(counts), n_strata, 2, cube.n_cells)
    by_stratum, lost = counts.sum(axis=2), counts[:, :, 1]
    n_lost, lost = lost[0].sum(axis=0), lost[min(1, len(lost) - 1)]
    sums = by_stratum.sum(axis=1)

    tested = _test_set(cube, sums, weighing, min_n)
    depths = cube.n_dimensions[tested]
    by_depth = np.bincount(depths, minlength=cube.depth + 1)
    price = np.log(cube.depth * by_depth[depths])  # an equal share of alpha to each depth, then to each of its cells
    search = Search(
        weighing,
        Tested(cube, tested),
        sums[:, tested],
        n_lost[tested],
        lost.sum(axis=0)[tested],
        price,
        alpha,
        min_lift,
        n_cells=int((sums[0] > 0).sum()),
        tested_by_depth=tuple(by_depth[1:].tolist()),
    )
    everyone = slice(0, cube.levels[0])  # the levels of any one dimension add up to the base
    groups = start(
        stratum, by_stratum[:, :, everyone].sum(axis=2), lost[:, everyone].sum(axis=1), by_stratum[:, :, tested]
    )
    return search, groups


def _test_set(cube: Plan, sums: np.ndarray, weighing: Weighing, min_n: int) -> np.ndarray:
    """Positions of the cells worth a test: enough accounts inside and outside, and not a parent by a longer name."""
    n, n_all = sums[0], len(weighing.lost)
    is_tested = (n >= min_n) & (n_all - n >= min_n)
    if weighing.weight is not None:
        for m, m2 in ((sums[1], sums[2]), (weighing.weight.sum() - sums[1], (weighing.weight**2).sum() - sums[2])):
            is_tested &= m**2 >= EFFECTIVE_N * m2
    tested = np.flatnonzero(is_tested)
    parents = cube.parents[tested]
    is_a_parent = (parents >= 0) & (n[parents] == n[tested][:, None])
    return tested[~is_a_parent.any(axis=1)]
