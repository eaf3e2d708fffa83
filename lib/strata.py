"""Two groups compared within strata, so that like is compared with like: arrays in, arrays out.

Pooled            what the strata say together, one value per comparison
mantel_haenszel   difference of two rates, their odds ratio and the test that there is none, over all strata

A subject of its own beside lib/stats.py. Second check in tests/test_strata.py: statsmodels StratifiedTable.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pooled:
    """What the strata say together. Arrays of one value per comparison; NaN where no stratum holds both groups.

    difference   rate of the first group - rate of the second, within strata
    odds_ratio   odds of the first group / odds of the second
    p            two-sided, of no association in any stratum
    """

    difference: np.ndarray
    difference_lo: np.ndarray
    difference_hi: np.ndarray
    odds_ratio: np.ndarray
    odds_ratio_lo: np.ndarray
    odds_ratio_hi: np.ndarray
    p: np.ndarray


def mantel_haenszel(k_1, n_1, k_2, n_2, level: float = 0.95) -> Pooled:
    """k_1 of n_1 against k_2 of n_2 in each stratum, the last axis; any axes before it are separate comparisons.

    The difference is Mantel and Haenszel's with the interval of Klingenberg 2014: those differences that lie within z standard
    errors by Sato's variance (1989) *at* that difference. It holds for few large strata and for many small ones alike. The
    odds ratio has Robins, Breslow and Greenland's variance of its logarithm (1986); p is by Cochran 1954 and Mantel and
    Haenszel 1959, without a continuity correction.
    """
    from scipy.special import chdtrc, ndtri

    k_1, n_1, k_2, n_2 = np.broadcast_arrays(*(np.asarray(each, float) for each in (k_1, n_1, k_2, n_2)))
    z, n = ndtri(0.5 + level / 2), n_1 + n_2
    by = np.where((n_1 > 0) & (n_2 > 0), 1 / np.maximum(n, 1), 0.0)  # a stratum of one group alone compares nothing
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = (n_1 * n_2 * by).sum(-1)
        difference = ((k_1 * n_2 - k_2 * n_1) * by).sum(-1) / weight
        per_point = (n_1**2 * k_2 - n_2**2 * k_1 + n_1 * n_2 * (n_2 - n_1) / 2) * by**2
        at_zero = (k_1 * (n_2 - k_2) + k_2 * (n_1 - k_1)) * by / 2
        middle = difference + z**2 / 2 * per_point.sum(-1) / weight**2
        half = np.sqrt(np.maximum(middle**2 - difference**2 + z**2 * at_zero.sum(-1) / weight**2, 0))
        odds, odds_lo, odds_hi = _odds(k_1, n_1 - k_1, k_2, n_2 - k_2, by, z)
        k = k_1 + k_2
        beyond = ((k_1 - n_1 * k * np.where(by > 0, by, 0)) * (by > 0)).sum(-1)
        variance = (n_1 * n_2 * k * (n - k) * by**2 / np.maximum(n - 1, 1)).sum(-1)
        p = np.where(weight > 0, np.where(variance > 0, chdtrc(1, beyond**2 / variance), 1.0), np.nan)
    lo, hi = np.maximum(middle - half, -1), np.minimum(middle + half, 1)
    return Pooled(difference, lo, hi, odds, odds_lo, odds_hi, p)


def _odds(a, b, c, d, by, z) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pooled odds ratio of the tables [[a, b], [c, d]] and its interval; NaN where it is 0 or has no end."""
    for_it, against, alike, apart = a * d * by, b * c * by, (a + d) * by, (b + c) * by
    top, bottom = for_it.sum(-1), against.sum(-1)
    ratio = np.where((top > 0) & (bottom > 0), top / bottom, np.nan)
    spread = (
        (alike * for_it).sum(-1) / (2 * top**2)
        + (alike * against + apart * for_it).sum(-1) / (2 * top * bottom)
        + (apart * against).sum(-1) / (2 * bottom**2)
    )
    by_z = np.exp(z * np.sqrt(spread))
    return ratio, ratio / by_z, ratio * by_z
