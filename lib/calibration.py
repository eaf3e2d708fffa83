"""Does a chance mean what it says? Arrays in, arrays out. lib/ranking.py asks how well it ranks.

Calibration      by how much chances are too bold or too timid, too high or too low
calibration_of   the same from chances and outcomes, of rows or of clusters of them
Reliability      chances in bins, beside what came
reliability_of   the same from chances and outcomes
Stability        whether two counts over the same bins are alike
stability_of     the population stability index of the two

Outcomes are yes or no. Rows without a chance (NaN) are left out. `cluster` is a whole number per row: rows of one account seen
on several days are chance together. Second checks, in tests/test_calibration.py: statsmodels, and how often the intervals hold
what was planted.
"""

from dataclasses import dataclass

import numpy as np

from lib.ranking import known_rows
from lib.stats import wilson, wilson_of_clusters

LEAST_CHANCE = 1e-6  # a chance of none counts as this, or nothing could ever mend its log-odds; a certain one likewise
NONE_OF_A_BIN = 0.5  # rows that an empty bin counts as
NO_SPREAD = 1e-24  # a sum of squares below this is what rounding leaves of none
FLAT = 1e12  # a covariance whose axes differ by this much has one axis
MOST_STEPS, NEAR = 50, 1e-10


@dataclass(frozen=True)
class Calibration:
    """Log-odds of what came = intercept + slope x log-odds of what was said: 0 and 1 where chances mean what they say.

    slope      below 1: chances are too bold; above: too timid. NaN, as `intercept`, where there is none to find: all had the
               same chance or the same outcome, or some chance parts all to whom it happened from all others
    p          of chances that mean what they say: intercept 0 and slope 1 together; NaN where clusters are too few to tell
    expected   the sum of chances, beside the number it happened to; ratio = observed / expected, NaN where none was expected
    """

    slope: float
    slope_lo: float
    slope_hi: float
    intercept: float
    intercept_lo: float
    intercept_hi: float
    p: float
    expected: float
    observed: int
    ratio: float
    ratio_lo: float
    ratio_hi: float
    n: int
    n_clusters: int


@dataclass(frozen=True)
class Reliability:
    """Of each bin: the mean chance and the least and most, the share it happened to with its interval, and how many they are."""

    chance: np.ndarray
    least: np.ndarray
    most: np.ndarray
    rate: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    n: np.ndarray
    n_happened: np.ndarray


@dataclass(frozen=True)
class Stability:
    """index: 0 where shares are the same, and `parts` its sum by bin; NaN where one of the two has nobody.

    by_chance  what the index stays below in 95 of 100 draws where nothing has changed
    p          of an index as large by chance
    """

    index: float
    parts: np.ndarray
    by_chance: float
    p: float
    n_before: int
    n_now: int


def calibration_of(chance, outcome, cluster=None, level: float = 0.95) -> Calibration:
    """Cox's logistic recalibration (1958), and in the large: observed / expected.

    Wald's intervals by Student's t, of clusters from the sandwich of their sums (Liang and Zeger 1986) with a degree less than
    the clusters it happened in, or did not, whichever are fewer. That of the ratio is of its logarithm, by linearisation over rows
    or clusters; where that has no error, or it happened to none or to all, Wilson's of the share it happened to, by the expected
    share. Second check: statsmodels GLM, cov_type="cluster".
    """
    from scipy.special import fdtrc, stdtrit

    (chance,), happened, at = known_rows((chance,), outcome, cluster)
    n, n_clusters = len(chance), len(np.bincount(at))
    freedom = max(n - 2 if cluster is None else _fewest(happened, at) - 1, 1)
    t = stdtrit(freedom, 0.5 + level / 2)
    line, covariance = _line(_log_odds(chance), happened, None if cluster is None else at)
    half, off, p = t * np.sqrt(np.diag(covariance)), line - (0, 1), np.nan
    if np.isfinite(half).all() and np.linalg.cond(covariance) < FLAT:
        p = float(fdtrc(2, freedom, off @ np.linalg.solve(covariance, off) / 2))
    bounds = [float(each[k]) for k in (1, 0) for each in (line, line - half, line + half)]
    in_the_large = _ratio(chance, happened, at, t, level)
    return Calibration(*bounds, p, float(chance.sum()), int(happened.sum()), *in_the_large, n, n_clusters)


def reliability_of(chance, outcome, n_bins: int = 10, cluster=None, level: float = 0.95) -> Reliability:
    """Rows by their chance in bins of about equal count, with Wilson's intervals.

    Rows of one chance share the bin that the middle one of them would be in; a bin that so gets none is not there. Without
    clusters each row counts for itself; of clusters the intervals are those of stats.wilson_of_clusters.
    """
    (chance,), happened, of = known_rows((chance,), outcome, cluster)
    values, at, counts = np.unique(chance, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(chance)
    _, first, bin_of = np.unique((middle * n_bins).astype(int), return_index=True, return_inverse=True)
    n, k, expected = (np.bincount(bin_of[at], each, len(first)) for each in (None, happened, chance))
    last = np.append(first[1:], len(values))[: len(first)] - 1
    lo, hi = wilson(k, n, level)
    if cluster is not None:
        rows = [(bin_of[at] == each, happened) for each in range(len(first))]
        found = [wilson_of_clusters(np.bincount(of, own & hit), np.bincount(of, own), level) for own, hit in rows]
        lo, hi = np.array(found).reshape(-1, 2).T
    return Reliability(expected / n, values[first], values[last], k / n, lo, hi, n, k.astype(int))


def stability_of(before, now) -> Stability:
    """Population stability index: the sum of (share now - share before) x ln(share now / share before) over the same bins.

    A bin empty in one of the two counts as half a row there; empty in both, it is left out. Without a change the index is
    chi-squared times 1 / n_before + 1 / n_now, with a degree less than bins (Kullback 1959, divergence J).
    """
    from scipy.special import chdtrc, chdtri

    counts = np.stack([np.asarray(before, float), np.asarray(now, float)])
    n_before, n_now = n = counts.sum(1)
    is_there = counts.any(0)
    filled = np.where(is_there & (counts == 0), NONE_OF_A_BIN, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        was, share = filled / filled.sum(1)[:, None]
        parts = np.where(is_there, (share - was) * np.log(share / was), 0.0)
    index, scale = (parts.sum(), (1 / n).sum()) if n.all() else (np.nan, np.nan)
    freedom = max(np.count_nonzero(is_there) - 1, 1)
    by_chance, p = chdtri(freedom, 0.05) * scale, chdtrc(freedom, index / scale)
    return Stability(float(index), parts, float(by_chance), float(p), int(n_before), int(n_now))


def _fewest(happened: np.ndarray, at: np.ndarray) -> int:
    """How many clusters have one to whom it happened, or one to whom it did not, whichever are fewer."""
    return min(np.count_nonzero(np.bincount(at, each)) for each in (happened, ~happened))


def _log_odds(chance: np.ndarray) -> np.ndarray:
    chance = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return np.log(chance / (1 - chance))


def _line(x: np.ndarray, happened: np.ndarray, at: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Intercept and slope of the log-odds on x, most likely, and their covariance; NaN where they have no end."""
    from scipy.special import expit

    hits, others = x[happened], x[~happened]
    if not len(hits) or not len(others) or others.max() <= hits.min() or hits.max() <= others.min():
        return np.full(2, np.nan), np.full((2, 2), np.nan)
    design, beta = np.stack([np.ones(len(x)), x]), np.zeros(2)

    def likely(at: np.ndarray) -> float:
        return (at @ design[:, happened]).sum() - np.logaddexp(0, at @ design).sum()

    for _ in range(MOST_STEPS):
        chance = expit(beta @ design)
        information, miss = (design * (chance * (1 - chance))) @ design.T, design * (happened - chance)
        step = np.linalg.solve(information, miss.sum(1))
        if miss.sum(1) @ step < NEAR:
            break
        before = likely(beta)
        while likely(beta + step) < before:
            step = step / 2
        beta = beta + step
    covariance = np.linalg.inv(information)
    if at is not None:
        sums = np.stack([np.bincount(at, each) for each in miss])
        n, n_rows = sums.shape[1], len(x)
        few = n / (n - 1) * (n_rows - 1) / (n_rows - 2) if n > 1 else np.nan
        covariance = few * covariance @ sums @ sums.T @ covariance
    return beta, covariance


def _ratio(
    chance: np.ndarray, happened: np.ndarray, at: np.ndarray, t: float, level: float
) -> tuple[float, float, float]:
    """Observed / expected with its interval."""
    observed, expected, n, sizes = happened.sum(), chance.sum(), len(chance), np.bincount(at)
    if not expected:
        return np.nan, np.nan, np.nan
    ratio, k = observed / expected, len(sizes)
    spread = (np.bincount(at, happened - ratio * chance) ** 2).sum() * k / max(k - 1, 1)
    if k > 1 and 0 < observed < n and spread > NO_SPREAD:
        by = np.exp(t * np.sqrt(spread) / observed)
        return float(ratio), float(ratio / by), float(min(ratio * by, n / expected))
    trials = n**2 / (sizes**2).sum()
    lo, hi = wilson(observed / n * trials, trials, level)
    return float(ratio), float(lo * n / expected), float(hi * n / expected)
