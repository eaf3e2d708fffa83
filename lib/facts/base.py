"""The customer base of one question: a row per account at risk, its outcome, and its dimensions as small codes."""
from dataclasses import dataclass

import numpy as np

MISSING = None  # the level of an account that has no value: its own level, shown as "missing"
OTHER = "other"  # the level that gathers the values past the most common ones


@dataclass(frozen=True)
class Dimension:
    """One dimension of a base: its name and its levels; `codes` of the base point into `levels`."""

    name: str
    levels: tuple[str | None, ...]  # display values; MISSING (None) is a level of its own where it occurs


@dataclass(frozen=True)
class Base:
    """A base of N accounts at risk, ready to be counted.

    dimensions  D of them
    codes       D arrays of uint8, each (N,)
    lost        bool (N,): had the outcome
    arr         float64 (N,): ARR on the opening day, 0 where unknown; None where the data has no money
    stratum     uint8 (N,): tenure band, so that like is compared with like; None where the data has no ages
    strata      labels of the bands
    """

    dimensions: tuple[Dimension, ...]
    codes: tuple[np.ndarray, ...]
    lost: np.ndarray
    arr: np.ndarray | None = None
    stratum: np.ndarray | None = None
    strata: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lost)
