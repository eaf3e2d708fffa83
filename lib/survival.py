"""How long until something happens, where not all has happened yet: arrays in, arrays out.

Survival             a curve of the share still there, as steps
curve_of             the curve from counts per day: how many ended then, how many were last seen then
kaplan_meier         the same from one duration each
survival_at          the share still there after a time
quantile_interval    the first time by which a share have gone, with its interval; median_survival, median_interval: of a half
restricted_mean      the time had until a day, and its standard error; mean_influence: what each contributes to it
greenwood            standard error of a curve at each of its steps
log_log              interval of a share still there, given its standard error
Incidence            the share to which it has happened, where something else can come first
aalen_johansen       the same from counts per day
incidence_at         that share by a day, with its interval
logrank_of, logrank  do groups survive alike? From counts per day, and from one duration each

Counts per day are what a group by gives: a million accounts are as many rows as there are days. Days may come in any order and
more than once. Who was last seen on a day could have ended on it. `n_late` are those who had that age when they were first
followed (left truncation): they are at risk after it alone. Counts may be sums of weights. Second checks, in
tests/test_survival.py: scipy and statsmodels.
"""

from dataclasses import dataclass

import numpy as np

from lib.stats import wilson

FLAT = 1e-9  # groups add up to all, so one direction has no variance but that of rounding, which must not count
ROUNDING = 1e-12  # a curve that falls by tenths is at a half when it is this near
NO_VARIANCE = 1e-15  # less is what rounding leaves of running sums: one of ten million has 1e-14


@dataclass(frozen=True)
class Survival:
    """A survival curve as steps: at `times[i]` the share still there falls to `share[i]`; `n_at_risk[i]` were there before."""

    times: np.ndarray
    share: np.ndarray
    n_at_risk: np.ndarray
    n_events: np.ndarray


@dataclass(frozen=True)
class Incidence:
    """The share to which it has happened, by each of the `times` at which anybody ended or was last seen.

    rate     by that time, out of all
    error    its standard error
    waiting  the share to which neither has happened by then
    n_seen   whose state on that day is known: ended, or still followed
    """

    times: np.ndarray
    rate: np.ndarray
    error: np.ndarray
    waiting: np.ndarray
    n_seen: np.ndarray


def curve_of(times, n_events, n_others, n_late=None) -> Survival:
    """Product-limit survival from counts: at each of (T,) times `n_events` ended, and `n_others` were last seen (censored).

    Kaplan and Meier 1958; `n_late` as Lynden-Bell 1971. Second checks: scipy.stats.ecdf on CensoredData, and statsmodels
    SurvfuncRight.
    """
    times, (n_events, n_others, n_late) = _by_time(times, n_events, n_others, _none_of(n_events, n_late))
    n_at_risk, is_step = _at_risk(n_events + n_others, n_late), n_events > 0
    share = np.cumprod(1 - n_events[is_step] / n_at_risk[is_step])
    return Survival(times[is_step], share, n_at_risk[is_step], n_events[is_step])


def kaplan_meier(durations, observed) -> Survival:
    """Product-limit survival of (N,) durations; `observed` is False where the end was not seen (censored)."""
    observed = np.asarray(observed, bool)
    return curve_of(durations, observed, ~observed)


def survival_at(curve: Survival, times) -> np.ndarray:
    """P(T > t): the share still there after each of `times`."""
    steps = np.concatenate([[1.0], curve.share])
    return steps[np.searchsorted(curve.times, np.asarray(times, float), side="right")]


def quantile_interval(curve: Survival, share: float, level: float = 0.95) -> tuple[float, float, float]:
    """The first time by which `share` have gone, and its interval: where the curve and its log-log band are that low.

    NaN where they never are. Brookmeyer and Crowley 1982; second check: statsmodels SurvfuncRight.quantile_ci(share,
    method="cloglog").
    """
    lo, hi = log_log(curve.share, greenwood(curve), level)
    first = [curve.times[each <= 1 - share + ROUNDING] for each in (curve.share, lo, hi)]
    time, low, high = (float(times[0]) if len(times) else np.nan for times in first)
    return time, low, high


def median_interval(curve: Survival, level: float = 0.95) -> tuple[float, float, float]:
    """The median and its interval, as quantile_interval has them."""
    return quantile_interval(curve, 0.5, level)


def median_survival(curve: Survival) -> float:
    """The first time by which half are gone; NaN where the curve does not fall that far."""
    return quantile_interval(curve, 0.5)[0]


def restricted_mean(curve: Survival, until: float) -> tuple[float, float]:
    """The mean time had by `until`, the area below the curve, and its standard error.

    Irwin 1949; the error as Greenwood's: the root of the sum of (area after the step)^2 d / (n (n - d)).
    """
    steps, areas = _areas(curve, until)
    terms = areas[1:] ** 2 * _spread(curve.n_events, curve.n_at_risk)[: len(steps)]
    return float(areas[0]), float(np.sqrt(terms.sum()))


def mean_influence(curve: Survival, until: float, times, is_event, entered=0.0) -> np.ndarray:
    """By how much a unit of weight at each of (N,) times moves the restricted mean, whether it ended then or was last seen.

    Of weights w they add up to nothing, and the root of the sum of (w x influence)^2 is the standard error of the mean whose
    curve was made of those weights, whatever they have to do with the end (the infinitesimal jackknife).
    """
    steps, areas = _areas(curve, until)
    n, ended = curve.n_at_risk[: len(steps)], curve.n_events[: len(steps)]
    with np.errstate(divide="ignore", invalid="ignore"):
        at_step = np.where(n - ended > ROUNDING * n, areas[1:] / (n - ended), 0)
    gained = np.concatenate([[0.0], np.cumsum(at_step * ended / n)])
    times = np.asarray(times, float)
    until_end, before = (np.searchsorted(steps, each, side="right") for each in (times, np.asarray(entered, float)))
    is_step = np.asarray(is_event, bool) & (times < until)
    lost = np.where(is_step, np.append(at_step, 0)[np.searchsorted(steps, times)], 0)
    return gained[until_end] - gained[before] - lost


def greenwood(curve: Survival) -> np.ndarray:
    """Standard error of the share still there after each step; 0 where nobody is left.

    Greenwood 1926: share x sqrt(sum of d / (n (n - d))). Second check: statsmodels SurvfuncRight.surv_prob_se.
    """
    return curve.share * np.sqrt(np.cumsum(_spread(curve.n_events, curve.n_at_risk)))


def log_log(share, error, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Interval of a survival by its logarithm's logarithm: (lo, hi) in [0, 1]; NaN where the share is 0 or 1.

    Kalbfleisch and Prentice 1980: share to the power exp(+- z error / (share ln share)). Second check: scipy.stats.ecdf,
    confidence_interval(method="log-log").
    """
    from scipy.special import ndtri

    share, error = np.asarray(share, float), np.asarray(error, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        by = np.exp(ndtri(0.5 + level / 2) * error / np.abs(share * np.log(share)))
        lo, hi = share**by, share ** (1 / by)
    is_inside = (share > 0) & (share < 1)
    return np.where(is_inside, lo, np.nan), np.where(is_inside, hi, np.nan)


def aalen_johansen(times, n_events, n_competing, n_censored, n_late=None) -> Incidence:
    """The share to which the event has happened, from counts at (T,) times: it did, something else did, or last seen.

    Aalen and Johansen 1978. To whom something else happens first it never happens: they stay in what is divided by, where
    censoring them would let them come to it yet. The error is by the delta method with the variance of ends on a day as that
    of a multinomial (Marubini and Valsecchi 1995); where nobody is censored it is that of a proportion. Second checks:
    statsmodels CumIncidenceRight, a loop by hand and a bootstrap.
    """
    late = _none_of(n_events, n_late)
    times, (events, competing, censored, late) = _by_time(times, n_events, n_competing, n_censored, late)
    ended = events + competing
    n = _at_risk(ended + censored, late)
    n_at_start = n[:1]
    n = np.maximum(n, (n <= 0) * 1.0)  # where nobody is at risk nothing happens
    waiting = np.cumprod(1 - ended / n)
    before = np.concatenate([[1.0], waiting[:-1]])
    rate = np.cumsum(before * events / n)
    # var(t) = sum over days j to t of a (I_t - I_j)^2 - 2 b (I_t - I_j) + c, taken apart so that running sums give it
    a, b, c = _spread(ended, n), before * events / n**2, before**2 * events * (n - events) / n**3
    until = [np.cumsum(each) for each in (a, a * rate, a * rate**2, b, b * rate, c)]
    variance = until[0] * rate**2 - 2 * until[1] * rate + until[2] - 2 * (until[3] * rate - until[4]) + until[5]
    return Incidence(
        times,
        rate,
        np.sqrt(np.where(variance > NO_VARIANCE, variance, 0)),
        waiting,
        n_at_start + np.cumsum(late - censored) + censored - late,
    )


def incidence_at(incidence: Incidence, days, level: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The share to which it has happened by each of `days`, with its interval: (rate, lo, hi).

    All NaN after the last day anybody was seen, unless nobody was left then to whom it could happen. The interval is log-log,
    of the share to which it has not happened; where that is all or none, Wilson's of those whose state on the day is known.
    """
    days = np.asarray(days, float)
    if not len(incidence.times):
        return tuple(np.full(days.shape, np.nan) for _ in range(3))
    at = np.searchsorted(incidence.times, days, side="right")
    rate, error = (np.concatenate([[0.0], each])[at] for each in (incidence.rate, incidence.error))
    n = incidence.n_seen[np.minimum(np.searchsorted(incidence.times, days), len(incidence.times) - 1)]
    still = np.where(rate > 1 - ROUNDING, 0, 1 - rate)
    low, high = log_log(still, error, level)
    is_inside = ~np.isnan(low)
    all_or_none = wilson(np.round(rate) * n, n, level)
    lo, hi = np.where(is_inside, 1 - high, all_or_none[0]), np.where(is_inside, 1 - low, all_or_none[1])
    is_seen = (days <= incidence.times[-1]) | (incidence.waiting[-1] <= 0)
    return tuple(np.where(is_seen, each, np.nan) for each in (rate, lo, hi))


def logrank_of(times, n_events, n_others, n_late=None) -> tuple[float, int, float]:
    """Log-rank test that all groups survive alike, from (groups, T) counts at (T,) times: (chi-squared, degrees of freedom, p).

    Mantel 1966. A group that nobody was in, or never while somebody ended, compares nothing and takes no degree; p is NaN where
    fewer than two groups are left. Second checks: statsmodels survdiff; scipy.stats.logrank for two groups.
    """
    from scipy.special import chdtrc

    n_events, n_others = np.atleast_2d(np.asarray(n_events, float)), np.atleast_2d(np.asarray(n_others, float))
    _, counts = _by_time(times, *n_events, *n_others, *np.atleast_2d(_none_of(n_events, n_late)))
    events, others, late = np.split(counts, 3)
    n = _at_risk(events + others, late)
    all_events, everybody = events.sum(0), n.sum(0)
    is_step = (all_events > 0) & (everybody > 1)
    events, n, all_events, everybody = (each[..., is_step] for each in (events, n, all_events, everybody))
    share = n / everybody
    weight = all_events * (everybody - all_events) / (everybody - 1)
    beyond = (events - share * all_events).sum(1)
    variance = np.diag((weight * share).sum(1)) - (weight * share) @ share.T
    is_compared = np.diag(variance) > ROUNDING
    freedom = int(is_compared.sum()) - 1
    if freedom < 1:
        return np.nan, 0, np.nan
    beyond, variance = beyond[is_compared], variance[np.ix_(is_compared, is_compared)]
    scale = np.sqrt(np.diag(variance))  # a group of a few beside one of many is told apart as well
    beyond, variance = beyond / scale, variance / np.outer(scale, scale)
    chi2 = float(beyond @ np.linalg.pinv(variance, FLAT, hermitian=True) @ beyond)
    return chi2, freedom, float(chdtrc(freedom, chi2))


def logrank(durations, observed, group) -> tuple[float, int, float]:
    """Log-rank test that all groups survive alike, of (N,) durations: (chi-squared, degrees of freedom, p)."""
    times, at = np.unique(np.asarray(durations, float), return_inverse=True)
    groups, number = np.unique(np.asarray(group), return_inverse=True)
    observed = np.asarray(observed, bool)
    events, others = np.zeros((2, len(groups), len(times)))
    np.add.at(events, (number[observed], at[observed]), 1)
    np.add.at(others, (number[~observed], at[~observed]), 1)
    return logrank_of(times, events, others)


def _by_time(times, *counts) -> tuple[np.ndarray, np.ndarray]:
    """The times at which anything was counted, in order and once each, and the (C, T) counts at them."""
    counts = np.stack([np.asarray(each, float) for each in counts])
    is_counted = counts.any(axis=0)
    times, at = np.unique(np.asarray(times, float)[is_counted], return_inverse=True)
    return times, np.stack([np.bincount(at, each, len(times)) for each in counts[:, is_counted]])


def _at_risk(gone: np.ndarray, late: np.ndarray) -> np.ndarray:
    """How many are there at each time: to be seen for the last time then or later, and followed before."""
    return (gone - late)[..., ::-1].cumsum(axis=-1)[..., ::-1]


def _none_of(n_events, n_late) -> np.ndarray:
    return np.zeros_like(np.asarray(n_events, float)) if n_late is None else np.asarray(n_late, float)


def _areas(curve: Survival, until: float) -> tuple[np.ndarray, np.ndarray]:
    """The steps before `until`, and the area below the curve from 0 and from each of them up to it."""
    steps = curve.times[curve.times < until]
    edges = np.concatenate([[0.0], steps, [max(until, 0.0)]])
    parts = np.concatenate([[1.0], curve.share[: len(steps)]]) * np.diff(edges)
    return steps, parts[::-1].cumsum()[::-1]


def _spread(ended: np.ndarray, n_at_risk: np.ndarray) -> np.ndarray:
    """Greenwood's term of each step, d / (n (n - d)); 0 where nobody is left."""
    left = n_at_risk - ended
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(left > 0, ended / (n_at_risk * left), 0)
