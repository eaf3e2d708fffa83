"""What the tested cells hold of accounts that all lie in one cell.

Tested              the cells that are tested, by their levels
Tested.inside       the smaller cube that tells accounts of one cell apart, and where each tested cell is in it
Projection.count    accounts of that cell, or sums of their weights, in every tested cell

Accounts of one cell share its levels, so its dimensions need not be counted again: a tested cell with another level
holds none of them, one with the same level holds what it holds without that dimension.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from lib.measures.hotspots.cube import NO_LEVEL, UNWEIGHTED, Cell, Dims, Plan, count, plan


@dataclass(frozen=True)
class Projection:
    """The accounts of one cell by the dimensions it leaves open.

    rest  the cube of those dimensions
    dims  which they are, in the whole cube
    at    int (T,): where the cell's part of each tested cell is in `rest`; n_cells for all of the cell, + 1 for nothing
    """

    rest: Plan
    dims: Dims
    at: np.ndarray

    def count(self, codes, group: np.ndarray, n_groups: int, weights=UNWEIGHTED) -> np.ndarray:
        """The accounts given, all of the one cell, in every tested cell: (weights, n_groups, T); arguments as of `count`."""
        everyone = np.array([np.bincount(group, weight, n_groups) for weight in weights])[:, :, None]
        parts = [everyone, np.zeros_like(everyone)]
        if self.dims:
            parts.insert(0, count(self.rest, [codes[d] for d in self.dims], group, n_groups, weights))
        return np.concatenate(parts, axis=2)[:, :, self.at]


@dataclass(frozen=True)
class Tested:
    """The tested cells of a cube, at `positions` (T,) of its flat vector."""

    plan: Plan
    positions: np.ndarray

    @cached_property
    def _subset(self) -> np.ndarray:
        return self.plan.subsets_at(self.positions)

    @cached_property
    def _levels(self) -> np.ndarray:
        return self.plan.level[:, self.positions]

    def inside(self, cell: Cell) -> Projection:
        rest, dims, starts, strides = _without(self.plan, tuple(d for d, _ in cell))
        at = starts[self._subset]
        for d, stride in zip(dims, strides, strict=True):
            at += stride[self._subset] * self._levels[d]
        for d, level in cell:
            own = self._levels[d]
            at[(own != level) & (own != NO_LEVEL)] = rest.n_cells + 1
        return Projection(rest, dims, at)


@lru_cache(maxsize=256)
def _without(whole: Plan, fixed: Dims) -> tuple[Plan, Dims, np.ndarray, np.ndarray]:
    """The plan of the dimensions that are not fixed, which they are, and what is left in it of each subset of `whole`.

    That is where its cells begin (int32), n_cells where no dimension is left, and the strides of each dimension.
    """
    dims = tuple(d for d in range(len(whole.levels)) if d not in fixed)
    rest = plan(tuple(whole.levels[d] for d in dims), whole.depth)
    name = {d: i for i, d in enumerate(dims)}
    left = (tuple(name[d] for d in subset if d in name) for subset in whole.subsets)
    subset = np.array([rest.subset_of.get(dims_left, len(rest.subsets)) for dims_left in left])
    strides = np.append(rest.strides, np.zeros((len(dims), 1), np.int32), axis=1)
    return rest, dims, np.array(rest.starts, np.int32)[subset], strides[:, subset]
