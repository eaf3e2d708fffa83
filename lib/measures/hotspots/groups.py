"""Accounts sorted into groups that the model cannot tell apart: same stratum, inside the same finds.

Weighing   what is added up: accounts, or their ARR with its square and cube
Groups     the groups, how much each holds and lost, and how much of each lies in every tested cell
start      one group per stratum, before anything is found
split      the groups after one more find: those it cuts are cut in two, by counting its own accounts only
"""

from dataclasses import dataclass, replace

import numpy as np

from lib.measures.hotspots.cube import Cell, Plan, count, members
from lib.measures.hotspots.inside import Tested


@dataclass(frozen=True)
class Weighing:
    """The accounts to be counted, and with which weight.

    codes   D arrays (N,) of level indices
    lost    bool (N,)
    weight  float64 (N,), of mean about 1; None where every account weighs the same
    """

    plan: Plan
    codes: tuple[np.ndarray, ...]
    lost: np.ndarray
    weight: np.ndarray | None = None

    @property
    def powers(self) -> tuple[int, ...]:
        """Powers of the weight that are summed. Power 0 counts accounts; with no weight all powers are the same."""
        return (0,) if self.weight is None else (0, 1, 2, 3)

    def count(self, group, n_groups: int) -> np.ndarray:
        """Sums of each power of the weight in every cell, by group: (powers, n_groups, n_cells)."""
        return count(self.plan, self.codes, group, n_groups, self._powered(slice(None)))

    def count_inside(self, cell: Cell, rows: np.ndarray, group, n_groups: int, tested: Tested) -> np.ndarray:
        """The same sums over accounts of one cell, in the tested cells: (powers, n_groups, T)."""
        part = tested.inside(cell)
        return part.count({d: self.codes[d][rows] for d in part.dims}, group, n_groups, self._powered(rows))

    def total(self, group, n_groups: int, rows=slice(None)) -> np.ndarray:
        """The same sums over all accounts of each group: (powers, n_groups)."""
        return np.stack([np.bincount(group, weight, n_groups).astype(float) for weight in self._powered(rows)])

    def _powered(self, rows) -> list[np.ndarray | None]:
        return [None if power == 0 else self.weight[rows] ** power for power in self.powers]


@dataclass(frozen=True)
class Groups:
    """G groups against T tested cells, with K finds told so far.

    of_account  uint16 (N,): each account's group
    stratum     int (G,)
    inside      bool (G, K): is the group inside the find
    total       float64 (powers, G): sums of the powers of the weight
    lost        float64 (G,): weight lost
    cells       float64 (powers, G, T): the part of `total` in each tested cell
    """

    of_account: np.ndarray
    stratum: np.ndarray
    inside: np.ndarray
    total: np.ndarray
    lost: np.ndarray
    cells: np.ndarray

    def of_power(self, power: int) -> tuple[np.ndarray, np.ndarray]:
        """(total, cells) of one power of the weight; accounts that all weigh 1 have one sum for all powers."""
        at = min(power, len(self.total) - 1)
        return self.total[at], self.cells[at]

    def without(self, find: int) -> "Groups":
        """The same groups with one find no longer told."""
        return replace(self, inside=np.delete(self.inside, find, axis=1))

    def only(self, cells) -> "Groups":
        """The same groups seen from some of the tested cells."""
        return replace(self, cells=self.cells[:, :, cells])


def start(stratum: np.ndarray, total: np.ndarray, lost: np.ndarray, cells: np.ndarray) -> Groups:
    """One group per stratum, before anything is found; arguments as in Groups."""
    n_strata = len(lost)
    return Groups(
        stratum.astype(np.uint16),
        np.arange(n_strata),
        np.zeros((n_strata, 0), bool),
        total.astype(float),
        lost.astype(float),
        cells.astype(float),
    )


def split(groups: Groups, weighing: Weighing, tested: Tested, cell: Cell) -> Groups:
    """The groups once `cell` is told as a find: its column is added to `inside`.

    A group wholly in the find stays; one that it cuts keeps the accounts outside and hands the others to a new group.
    """
    rows = np.flatnonzero(members(weighing.codes, cell))
    n_groups = len(groups.stratum)
    found = np.bincount(groups.of_account[rows], minlength=n_groups)
    is_whole = (found > 0) & (found == groups.total[0])
    cut = np.flatnonzero((found > 0) & ~is_whole)

    part_of = np.full(n_groups, -1, np.int32)
    part_of[cut] = np.arange(len(cut))
    part = part_of[groups.of_account[rows]]
    rows, part = rows[part >= 0], part[part >= 0]
    of_account = groups.of_account.copy()
    of_account[rows] = n_groups + part
    return Groups(
        of_account=of_account,
        stratum=np.concatenate([groups.stratum, groups.stratum[cut]]),
        inside=np.column_stack(
            [np.vstack([groups.inside, groups.inside[cut]]), np.concatenate([is_whole, np.ones(len(cut), bool)])]
        ),
        total=_moved(groups.total, cut, weighing.total(part, len(cut), rows), axis=1),
        lost=_moved(groups.lost, cut, _lost(weighing, part, len(cut), rows), axis=0),
        cells=_moved(groups.cells, cut, weighing.count_inside(cell, rows, part, len(cut), tested), axis=1),
    )


def _moved(sums: np.ndarray, cut: np.ndarray, parts: np.ndarray, axis: int) -> np.ndarray:
    """Sums by group once the groups `cut` have handed their parts to new groups at the end."""
    n_groups = sums.shape[axis]
    moved = np.empty((*sums.shape[:axis], n_groups + len(cut), *sums.shape[axis + 1 :]))
    before = (slice(None),) * axis
    moved[(*before, slice(n_groups))] = sums
    moved[(*before, cut)] -= parts
    moved[(*before, slice(n_groups, None))] = parts
    return moved


def _lost(weighing: Weighing, group, n_groups: int, rows=slice(None)) -> np.ndarray:
    """The weight lost by each group: (n_groups,)."""
    lost = weighing.lost[rows]
    weight = None if weighing.weight is None else weighing.weight[rows][lost]
    return np.bincount(group[lost], weight, n_groups).astype(float)
