"""For how much of what is due past renewals renewed: drawn from those of about the same size.

Worth   ratios of ARR renewed to ARR due, by size, and how much whole quarters differ
learn   the ratios of renewals that renewed
"""

from dataclasses import dataclass

import numpy as np

_MOST_GROUPS, _LEAST = 10, 100  # of sizes; of renewals in one of them


@dataclass(frozen=True)
class Worth:
    """ratios: in groups of rising size, one after another from `first`; edges: the sizes between them. shock: in logarithms."""

    ratios: np.ndarray
    first: np.ndarray
    edges: np.ndarray
    shock: float

    def group_of(self, arr_due: np.ndarray) -> np.ndarray:
        """The group of each size."""
        return np.searchsorted(self.edges, arr_due, side="left")

    def draw(self, rng: np.random.Generator, group: np.ndarray, n: int) -> np.ndarray:
        """(groups given, n) ratios, each of its group."""
        first, length = self.first[group][:, None], np.diff(self.first)[group][:, None]
        return self.ratios[first + (rng.random((len(group), n), np.float32) * length * 0.999999).astype(np.int32)]


def learn(arr_due: np.ndarray, arr_renewed: np.ndarray, quarter: np.ndarray, is_recent: np.ndarray) -> Worth:
    """Of renewals that renewed: ratios of the recent ones; how whole quarters differ beyond chance, of all."""
    ratio = arr_renewed / arr_due
    recent = is_recent if is_recent.sum() >= _LEAST else np.ones(len(ratio), bool)
    if not len(ratio):
        return Worth(np.ones(1, np.float32), np.array([0, 1]), np.zeros(0), 0.0)
    order = np.argsort(arr_due[recent], kind="stable")
    sizes, ratios = arr_due[recent][order], ratio[recent][order].astype(np.float32)
    n_groups = int(np.clip(len(sizes) // _LEAST, 1, _MOST_GROUPS))
    edges = np.unique(sizes[[len(sizes) * each // n_groups - 1 for each in range(1, n_groups)]])
    first = np.r_[0, np.searchsorted(sizes, edges, side="right"), len(sizes)]
    if first[-1] == first[-2]:
        edges, first = edges[:-1], np.delete(first, -2)
    return Worth(ratios, first.astype(np.int64), edges, _between(arr_due, arr_renewed, quarter))


def _between(arr_due: np.ndarray, arr_renewed: np.ndarray, quarter: np.ndarray) -> float:
    """The standard deviation of quarters' ratios (sum renewed / sum due) beyond what their accounts differ by; moments."""
    due, renewed, n = np.bincount(quarter, arr_due), np.bincount(quarter, arr_renewed), np.bincount(quarter)
    is_there = n > 1
    if is_there.sum() < 3:
        return 0.0
    ratio = renewed / np.where(due > 0, due, 1)
    miss = np.bincount(quarter, (arr_renewed - ratio[quarter] * arr_due) ** 2) / np.where(due > 0, due, 1) ** 2
    return float(np.sqrt(max(np.var(ratio[is_there], ddof=1) - miss[is_there].mean(), 0.0)))
