"""Intervals, survival curves, tests: arrays in, arrays out.

wilson               interval of a proportion
kaplan_meier         the share still there after a time, with unfinished ones censored
survival_at, median_survival
logrank              do groups survive alike?
benjamini_hochberg   q-values of a long list of tests

Thin over scipy and statsmodels; each is the other's check in tests/test_stats.py.
"""

from dataclasses import dataclass

import numpy as np


def wilson(k, n, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson score interval of k of n: (lo, hi) in [0, 1], NaN where n = 0.

    Wilson 1927; second check: statsmodels proportion_confint(method="wilson").
    """
    from scipy.special import ndtri

    k, n = np.asarray(k, float), np.asarray(n, float)
    z2 = ndtri(0.5 + level / 2) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = k / n
        centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (rate * (1 - rate) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


@dataclass(frozen=True)
class Survival:
    """A survival curve as steps: at `times[i]` the share still there falls to `share[i]`; `n_at_risk[i]` were there before."""

    times: np.ndarray
    share: np.ndarray
    n_at_risk: np.ndarray
    n_events: np.ndarray


def kaplan_meier(durations, observed) -> Survival:
    """Product-limit survival of (N,) durations; `observed` is False where the end was not seen (censored).

    Kaplan and Meier 1958, by statsmodels SurvfuncRight; second check: scipy.stats.ecdf on CensoredData.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    durations, observed = np.asarray(durations, float), np.asarray(observed, bool)
    if not observed.any():
        nothing = np.empty(0)
        return Survival(nothing, nothing, nothing, nothing)
    curve = SurvfuncRight(durations, observed)
    return Survival(curve.surv_times, curve.surv_prob, curve.n_risk, curve.n_events)


def survival_at(curve: Survival, times) -> np.ndarray:
    """P(T > t): the share still there after each of `times`."""
    steps = np.concatenate([[1.0], curve.share])
    return steps[np.searchsorted(curve.times, np.asarray(times, float), side="right")]


def median_survival(curve: Survival) -> float:
    """The first time by which half are gone; NaN where the curve does not fall that far."""
    gone = np.flatnonzero(curve.share <= 0.5)
    return float(curve.times[gone[0]]) if len(gone) else float("nan")


def logrank(durations, observed, group) -> tuple[float, int, float]:
    """Log-rank test that all groups survive alike: (chi-squared, degrees of freedom, p).

    Mantel 1966, by statsmodels survdiff; second check: scipy.stats.logrank for two groups.
    """
    from statsmodels.duration.survfunc import survdiff

    group = np.asarray(group)
    chi2, p = survdiff(np.asarray(durations, float), np.asarray(observed, bool), group)
    return float(chi2), len(np.unique(group)) - 1, float(p)


def benjamini_hochberg(p) -> np.ndarray:
    """q-values of (N,) p-values: reject q <= 5 % and one in twenty of those rejected is expected to be false.

    Benjamini and Hochberg 1995, by scipy; second check: statsmodels multipletests. NaN stays NaN and does not count.
    """
    from scipy.stats import false_discovery_control

    p = np.asarray(p, float)
    q = np.full(p.shape, np.nan)
    known = ~np.isnan(p)
    if known.any():
        q[known] = false_discovery_control(p[known])
    return q
