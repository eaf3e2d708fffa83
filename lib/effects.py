"""What came of those who got something, against those who did not: arrays in, arrays out.

Effect            one comparison: both rates, the difference, the smallest that would have been seen
held_out          against those held out by chance
adjusted          against others alike, within strata, where nobody was held out
comparable        whose stratum holds both sides
smallest_visible  the least difference that groups of this size would have shown
verdicts          helps, harms or cannot tell yet, of several effects together
HELPS, HARMS, UNTOLD   what is said of an effect

Each row of an array is one of those compared; rows of a cluster (the people of an account, the weeks of one) are chance together.
Thin over lib/stats.py and lib/strata.py. Second checks and how often the intervals hold what was planted: tests/test_effects.py.
"""

from dataclasses import dataclass

import numpy as np

from lib import stats, strata

HELPS, HARMS, UNTOLD = "helps", "harms", "cannot tell yet"
FEW = 10  # with fewer that came, or did not, clusters cannot say that their rows are less alike than chance has it
_FURTHEST = 8.0  # standard errors: past this a level cannot be told from 1


@dataclass(frozen=True)
class Effect:
    """One comparison. Rates and ends are NaN where a side is empty.

    n_with, came_with         those who got it, and of how many what is good came; n_without, came_without: of the others
    rate_with, rate_without   the shares of whom it came (adjusted: as often of each stratum, by the weights of the difference)
    difference                of the rates, those with it less the others (adjusted: within strata); lo, hi its interval
    p                         two-sided, that there is none
    design                    by how much the clusters widen the variance (Kish 1965)
    smallest                  the least rise that would have been seen in four of five cases; NaN where not even the highest would
    """

    n_with: float
    came_with: float
    n_without: float
    came_without: float
    rate_with: float
    rate_without: float
    difference: float
    lo: float
    hi: float
    p: float
    design: float
    smallest: float


def held_out(came, is_with, cluster, level: float = 0.95) -> Effect:
    """Those with it against those held out by chance: the difference of two rates by Newcombe 1998 (method 10).

    Where clusters hold several rows its Wilson intervals are as of so many fewer rows as the clusters make them worth: by the
    variance of the difference by linearisation, both sides of a cluster together, and Student's t with a degree less than
    clusters. Second check: statsmodels OLS with cov_type="cluster"; of clusters of one row, confint_proportions_2indep.
    """
    came, is_with = np.asarray(came, float), np.asarray(is_with, bool)
    cluster = _numbered(cluster)
    n, k = _sides(np.ones(len(came)), is_with), _sides(came, is_with)
    if not n.all():
        return _nothing(n, k)
    rate = k / n
    usual = (rate * (1 - rate) / n).sum()
    pulls = (came - rate[is_with.astype(int)]) * np.where(is_with, 1, -1) / n[is_with.astype(int)]
    design, degrees = _design(pulls, cluster, usual)
    if min(k.min(), (n - k).min()) < FEW:
        design = max(design, 1.0)
    lo, hi = stats.newcombe(k[1], n[1], k[0], n[0], _widened(level, design, degrees))
    together = k.sum() / n.sum()
    spread = together * (1 - together) * (1 / n).sum()
    z = (rate[1] - rate[0]) / np.sqrt(spread) if spread > 0 else 0.0
    seen = smallest_visible(rate[0], n[1] / design, n[0] / design, level)
    p = _p(z, design, degrees)
    return Effect(n[1], k[1], n[0], k[0], rate[1], rate[0], rate[1] - rate[0], float(lo), float(hi), p, design, seen)


def adjusted(came, is_with, stratum, cluster, level: float = 0.95) -> Effect:
    """Those with it against others of their stratum: Mantel and Haenszel's difference, Klingenberg's interval (2014).

    It is the least-squares effect with a constant for every stratum, so no model of the outcome can be wrong; whom a stratum has
    nobody to compare with is left out of n. Clusters widen the interval by the variance of that regression, robust to them, its
    residuals divided by the root of 1 - leverage (MacKinnon and White 1985), never below Sato's (1989); Student's t with a degree
    less than clusters that have it. Second check: statsmodels OLS with a dummy for every stratum, and lib/strata.py.
    """
    own = comparable(is_with, stratum)
    if not own.any():
        return _nothing(np.zeros(2), np.zeros(2))
    came, is_with = np.asarray(came, float)[own], np.asarray(is_with, bool)[own]
    stratum, cluster = (_numbered(np.asarray(each)[own]) for each in (stratum, cluster))
    n_1, n_all, k_1, k_all = (np.bincount(stratum, each) for each in (is_with, None, came * is_with, came))
    apart = is_with - (n_1 / n_all)[stratum]
    weight = (apart * apart).sum()
    difference = (apart * came).sum() / weight
    residual = came - (k_all / n_all)[stratum] - difference * apart
    leverage = np.minimum(1 / n_all[stratum] + apart * apart / weight, 1 - 1e-9)
    n_0, k_0 = n_all - n_1, k_all - k_1
    usual = _sato(n_1, n_0, k_1, k_0, difference) / weight**2
    design, degrees = _design(apart * residual / np.sqrt(1 - leverage) / weight, cluster, usual)
    design, degrees = max(design, 1.0), min(degrees, max(np.count_nonzero(np.bincount(cluster[is_with])) - 1, 1))
    pooled = strata.mantel_haenszel(k_1, n_1, k_0, n_0, _widened(level, design, degrees))
    k, n = np.array([k_0.sum(), k_1.sum()]), np.array([n_0.sum(), n_1.sum()])
    without = ((n_1 * n_0 / (n_1 + n_0)) * (k_0 / n_0)).sum() / weight  # the others' rate, as often of each stratum
    others = 1 / max(1 / weight - 1 / n[1], 1e-12)  # so many of them, in one stratum, would tell as much
    seen = smallest_visible(without, n[1] / design, others / design, level)
    from scipy.special import ndtri

    p = _p(float(ndtri(float(pooled.p) / 2)), design, degrees)
    lo, hi = float(pooled.difference_lo), float(pooled.difference_hi)
    return Effect(n[1], k[1], n[0], k[0], without + difference, without, difference, lo, hi, p, design, seen)


def comparable(is_with, stratum) -> np.ndarray:
    """Of each row, whether its stratum holds both those with it and others: whom `adjusted` compares."""
    is_with, stratum = np.asarray(is_with, bool), _numbered(stratum)
    n, n_1 = np.bincount(stratum), np.bincount(stratum, is_with)
    return ((n_1 > 0) & (n_1 < n))[stratum]


def smallest_visible(rate: float, n_with: float, n_without: float, level: float = 0.95, power: float = 0.8) -> float:
    """The least rise above `rate` that a two-sided test at this level finds with this power; NaN where not even 100 % would.

    By the normal law, the variance pooled where there is none (Fleiss, Levin and Paik 2003, 4.6), by bisection. Second check:
    statsmodels power_proportions_2indep.
    """
    from scipy.special import ndtri

    z_level, z_power = ndtri(0.5 + level / 2), ndtri(power)

    def lacks(rise: float) -> float:
        higher = rate + rise
        together = (n_with * higher + n_without * rate) / (n_with + n_without)
        none = np.sqrt(max(together * (1 - together), 0) * (1 / n_with + 1 / n_without))
        some = np.sqrt(max(higher * (1 - higher), 0) / n_with + max(rate * (1 - rate), 0) / n_without)
        return z_level * none + z_power * some - rise

    low, high = 0.0, 1 - rate
    if not (n_with > 0 and n_without > 0) or not lacks(high) <= 0:
        return np.nan
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if lacks(middle) > 0 else (low, middle)
    return high


def verdicts(effects, is_told, alpha: float = 0.05) -> tuple[np.ndarray, list[str]]:
    """q-values over all effects that are told, and what is said of each: beyond chance among all of them, or not.

    Benjamini and Hochberg 1995: of those said to help or to harm, a share of alpha at most is expected to be chance.
    """
    q = stats.benjamini_hochberg([each.p if told else np.nan for each, told in zip(effects, is_told, strict=True)])
    said = [
        HELPS if each <= alpha and effect.lo > 0 else HARMS if each <= alpha and effect.hi < 0 else UNTOLD
        for each, effect in zip(q, effects, strict=True)
    ]
    return q, said


def _numbered(values) -> np.ndarray:
    """Whole numbers from 0, the same where the values are; by hashing, since rows may be many."""
    from pandas import factorize

    return factorize(np.asarray(values))[0]


def _sides(values: np.ndarray, is_with: np.ndarray) -> np.ndarray:
    """Sums of those without, and of those with."""
    return np.bincount(is_with.astype(int), values, 2)


def _nothing(n: np.ndarray, k: np.ndarray) -> Effect:
    return Effect(n[1], k[1], n[0], k[0], *[np.nan] * 6, 1.0, np.nan)


def _design(pulls: np.ndarray, cluster: np.ndarray, usual: float) -> tuple[float, float]:
    """The variance of a sum of pulls, of which those of a cluster are chance together, against the usual one; its degrees."""
    n_clusters = int(cluster.max()) + 1
    if n_clusters == len(pulls):
        return 1.0, np.inf
    by_cluster = np.bincount(cluster, pulls)
    variance = (by_cluster**2).sum() * n_clusters / max(n_clusters - 1, 1)
    design = variance / usual if usual > 0 and n_clusters > 1 else len(pulls) / n_clusters
    return max(float(design), 1e-3), max(n_clusters - 1, 1)


def _sato(n_1, n_0, k_1, k_0, difference: float) -> float:
    """Sato's variance (1989) of the weighted difference, before it is divided by the square of the weights."""
    n = n_1 + n_0
    per_point = (n_1**2 * k_0 - n_0**2 * k_1 + n_1 * n_0 * (n_0 - n_1) / 2) / n**2
    at_zero = (k_1 * (n_0 - k_0) + k_0 * (n_1 - k_1)) / n / 2
    return float(difference * per_point.sum() + at_zero.sum())


def _widened(level: float, design: float, degrees: float) -> float:
    """The level whose normal interval is as wide as Student's at `level`, of as many fewer rows as the design says."""
    from scipy.special import ndtr

    return float(1 - 2 * ndtr(-min(_quantile(level, degrees) * np.sqrt(design), _FURTHEST)))


def _quantile(level: float, degrees: float) -> float:
    from scipy.special import ndtri, stdtrit

    return float(ndtri(0.5 + level / 2) if np.isinf(degrees) else stdtrit(degrees, 0.5 + level / 2))


def _p(z: float, design: float, degrees: float) -> float:
    from scipy.special import ndtr, stdtr

    t = -abs(z) / np.sqrt(design)
    return float(2 * (ndtr(t) if np.isinf(degrees) else stdtr(degrees, t)))
