"""What is ahead of those who have been in a stage for some days and are in it still, by what became of their peers.

chance_after      the chance to complete it within so many days from then, with its interval
remaining_after   the days that half of them will need yet, had nobody exited

Both from curves of all peers, of which those after a day are those of who was still there: Bayes' rule. For (D,) days at once.
"""

import numpy as np

from lib import stats, survival
from lib.measures.funnel.stays import Stays
from lib.survival import ROUNDING, Survival


def chance_after(peers: Stays, days, ahead: float, level: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of who is still in the stage after each of `days`: the share that complete it in the next `ahead` ones, (rate, lo, hi).

    (F(t + h) - F(t)) / S(t), F of those who complete where exits compete (Aalen and Johansen 1978), S of those still inside. The
    error is that of aalen_johansen, of peers still there after `t` alone: what it sums is homogeneous, so running sums over all
    peers give it of any day. Log-log interval; Wilson's where all or none complete. NaN where no peer was seen after `t`, or none
    as long as `t + h` while some were still inside. Second check: aalen_johansen of those peers, and a simulation.
    """
    days = np.asarray(days, float)
    times, (completed, exited, inside) = _by_day(peers)
    if not len(times):
        return tuple(np.full(days.shape, np.nan) for _ in range(3))
    ended = completed + exited
    n = (ended + inside)[::-1].cumsum()[::-1]
    left = n - ended
    still = np.concatenate([[1.0], np.cumprod(left / n)])
    before = still[:-1]
    done = np.cumsum(before * completed / n)
    a = np.where(left > 0, ended / (n * np.where(left > 0, left, 1)), 0)
    b, c = before * completed / n**2, before**2 * completed * (n - completed) / n**3
    start, end = np.searchsorted(times, days, side="right"), np.searchsorted(times, days + ahead, side="right")

    def between(values: np.ndarray) -> np.ndarray:
        """Sums over the times after each day, up to those ahead."""
        until = np.concatenate([[0.0], np.cumsum(values)])
        return until[end] - until[start]

    by_end = np.concatenate([[0.0], done])[end]
    sums = [between(each) for each in (a, a * done, a * done**2, b, b * done, c)]
    variance = sums[0] * by_end**2 - 2 * sums[1] * by_end + sums[2] - 2 * (sums[3] * by_end - sums[4]) + sums[5]
    is_seen = (start < len(times)) & (still[start] > ROUNDING)
    is_seen &= (days + ahead <= times[-1]) | (still[-1] <= ROUNDING)
    there = np.where(is_seen, still[start], 1.0)
    rate, error = between(before * completed / n) / there, np.sqrt(np.maximum(variance, 0)) / there
    last_seen = np.concatenate([[0.0], np.cumsum(inside)])
    at = np.minimum(np.searchsorted(times, days + ahead), len(times) - 1)
    known = n[np.minimum(start, len(times) - 1)] - (last_seen[at] - last_seen[np.minimum(start, at)])
    low, high = survival.log_log(np.where(rate > 1 - ROUNDING, 0, 1 - rate), error, level)
    none_or_all = stats.wilson(np.round(rate) * known, known, level)
    lo, hi = np.where(np.isnan(low), none_or_all[0], 1 - high), np.where(np.isnan(low), none_or_all[1], 1 - low)
    return tuple(np.where(is_seen, each, np.nan) for each in (rate, lo, hi))


def remaining_after(dwell: Survival, days) -> np.ndarray:
    """The days from each of `days` by which half of those still in the stage then have completed it; NaN where they never have."""
    days = np.asarray(days, float)
    if not len(dwell.times):
        return np.full(days.shape, np.nan)
    half = survival.survival_at(dwell, days) / 2
    at = np.searchsorted(-dwell.share, -half - ROUNDING)
    remaining = dwell.times[np.minimum(at, len(dwell.times) - 1)] - days
    return np.where((at < len(dwell.times)) & (half > ROUNDING), remaining, np.nan)


def _by_day(peers: Stays) -> tuple[np.ndarray, np.ndarray]:
    """The days of stays, in order and once each, and the (3, T) counts of completed, exited, inside."""
    times, at = np.unique(peers.days, return_inverse=True)
    counts = (peers.completed, peers.exited, peers.inside)
    return times, np.array([np.bincount(at, each, len(times)) for each in counts])
