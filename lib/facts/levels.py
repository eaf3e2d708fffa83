"""Levels: the values of a dimension that a base tells apart, as codes that fit a byte.

kept_values     the values that stay levels of their own
levelled        codes of values to codes of levels
levelled_like   the same, with the levels of another base
"""

from dataclasses import dataclass

import numpy as np

from lib.store.dimensions import StoredDimension

MISSING = None  # the level of an account that has no value: its own level, shown as "missing"
OTHER = "all other values"  # the level that gathers the values past the most common ones
UNKNOWN = 255  # the code of a value that the base it is compared with does not have
CHUNK = 1 << 17  # accounts at a time when counting: what is made meanwhile stays in the processor's cache
MOST_LEVELS = 30  # values a dimension keeps, "other" and missing included


@dataclass(frozen=True)
class Dimension:
    """One dimension of a base: its name and its levels; `codes` of the base point into `levels`."""

    name: str
    levels: tuple[str | None, ...]  # display values; MISSING (None) is a level of its own where it occurs


def kept_values(dimension: StoredDimension, counts: np.ndarray) -> np.ndarray:
    """Codes of the values that stay levels of their own, given the accounts of each; the others gather in OTHER."""
    present = np.flatnonzero(counts[: len(dimension.values)])
    if len(present) <= MOST_LEVELS - 1:
        return present
    return np.sort(present[np.argsort(-counts[present], kind="stable")[: MOST_LEVELS - 2]])


def levelled(dimension: StoredDimension, raw: np.ndarray) -> tuple[Dimension, np.ndarray]:
    """Codes of all values to codes of the levels kept: the most common, "other", missing; levels nobody has are dropped."""
    n_values = len(dimension.values)
    counts = sum(np.bincount(raw[at : at + CHUNK], minlength=n_values + 1) for at in range(0, len(raw) or 1, CHUNK))
    kept = kept_values(dimension, counts)
    levels: list[str | None] = [dimension.values[i] for i in kept]
    lookup = np.zeros(n_values + 1, np.uint8)
    if np.count_nonzero(counts[:n_values]) > len(kept):
        lookup[:] = len(levels)
        levels.append(OTHER)
    lookup[kept] = np.arange(len(kept))
    lookup[n_values] = len(levels)
    if counts[n_values]:
        levels.append(MISSING)
    return Dimension(dimension.name, tuple(levels)), _looked_up(lookup, raw)


def levelled_like(dimension: StoredDimension, raw: np.ndarray, to: Dimension) -> np.ndarray:
    at = {value: code for code, value in enumerate(to.levels)}
    otherwise = at.get(OTHER, UNKNOWN)
    of_value = [at.get(value, otherwise) for value in dimension.values]
    return _looked_up(np.array([*of_value, at.get(MISSING, UNKNOWN)], np.uint8), raw)


def _looked_up(lookup: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """lookup[raw] as bytes; the codes themselves where every value stays the level it is."""
    is_same = raw.dtype == np.uint8 and np.array_equal(lookup, np.arange(len(lookup)))
    return np.asarray(raw) if is_same else lookup[raw]
