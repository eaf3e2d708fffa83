"""The error of a KPI's change between two days, mostly of the same accounts.

changed        figures with the interval and the p of their change since the next of the days
ratio_change   interval and p of the change of sum k / sum n
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np


def changed(found: Mapping[tuple, object], sums: Mapping[tuple, object]) -> dict[tuple, object]:
    """The figures of `found`, (nth day, segment, KPI) -> Figure, with the interval and the p of their change since day nth + 1.

    `sums`   the sums each is of, and those over the accounts of both days
    """
    keys = [key for key in found if (key[0] + 1, *key[1:]) in found]
    now, was = [sums[key] for key in keys], [sums[(key[0] + 1, *key[1:])] for key in keys]
    own = ("k", "n", "kk", "kn", "nn")
    both = np.nan_to_num(_columns(now, "kk_was", "kn_was", "nk_was", "nn_was"))
    n_rows = [each.n_accounts + other.n_accounts - each.n_both for each, other in zip(now, was, strict=True)]
    changes = ratio_change(_columns(now, *own), _columns(was, *own), both, n_rows)
    with_changes = {
        key: replace(found[key], change_lo=float(lo), change_hi=float(hi), change_p=float(p))
        for key, lo, hi, p in zip(keys, *changes, strict=True)
    }
    return {**found, **with_changes}


def ratio_change(now, was, both, n_rows, level: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """sum k / sum n on a day less the same on an earlier one: (lo, hi, two-sided p); NaN under two rows or without a ratio.

    `now`, `was`: sums of k, n, kk, kn, nn; `both`: sums over rows of both days of kk, kn, nk, nn, the first letter of now.
    Rows are chance and count with what they add to either day, so that what an account has on both cancels; n_rows of them.
    Linearised as in lib.stats.ratio_of_sums. Second check: the same row by row, in tests/test_kpis.py.
    """
    from scipy.special import stdtr, stdtrit

    (k, n, *own), (k_was, n_was, *own_was) = ([np.asarray(each, float) for each in sums] for sums in (now, was))
    kk, kn, nk, nn = (np.asarray(each, float) for each in both)
    n_rows = np.asarray(n_rows, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, earlier = k / n, k_was / n_was
        spread = _spread(ratio, *own) / n**2 + _spread(earlier, *own_was) / n_was**2
        spread -= 2 * (kk - earlier * kn - ratio * nk + ratio * earlier * nn) / (n * n_was)
        error = np.sqrt(np.maximum(spread, 0) * n_rows / (n_rows - 1))
        degrees, change = np.maximum(n_rows - 1, 1), ratio - earlier
        p = np.where(change == 0, 1.0, 2 * stdtr(degrees, -np.abs(change) / error))
    half = stdtrit(degrees, 0.5 + level / 2) * error
    is_told = (n_rows > 1) & (n > 0) & (n_was > 0)
    return tuple(np.where(is_told, each, np.nan) for each in (change - half, change + half, p))


def _spread(ratio, kk, kn, nn):
    return kk - 2 * ratio * kn + ratio**2 * nn


def _columns(rows: Sequence, *names: str) -> list[list[float]]:
    return [[np.nan if (value := getattr(row, name)) is None else value for row in rows] for name in names]
