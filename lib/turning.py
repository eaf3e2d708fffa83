"""When a series fell, and when one will reach a level: arrays in, arrays out.

Fall, falls            the split of weeks after which a series is lowest against before, and whether that is more than chance
Reach                  weeks until a level is reached, and their interval
along_drift            of a stock that gains by and by, such as seats in use
along_line             of a flow about a straight line, such as calls a week
"""

from dataclasses import dataclass

import numpy as np

LEAST_WEEKS = 3  # on either side of a split
_WHOLE = 1 / 12  # the variance of rounding to whole numbers: a row of equal counts is known no better


@dataclass(frozen=True)
class Fall:
    """Of N series the split `at` (weeks before it), the mean before and after, and p; `alike`: how alike next weeks are."""

    at: np.ndarray
    before: np.ndarray
    after: np.ndarray
    p: np.ndarray
    alike: float


@dataclass(frozen=True)
class Reach:
    """Weeks from now, and their interval: 0 where it is reached already, inf where the level is not reached."""

    weeks: np.ndarray
    lo: np.ndarray
    hi: np.ndarray


def falls(y) -> Fall:
    """The largest fall of each of (N, T) series at one split: the largest of the t of two means, of all splits in turn.

    p is one-sided by Student's t, times the number of splits that were tried (Bonferroni), so that searching is paid for. Weeks
    that are like the week before say less than as many weeks would: t is divided by sqrt((1 + r) / (1 - r)), r being the
    correlation of a week with the next about the two means, of all series together (a week of two means less is put back).
    Second check: scipy.stats.ttest_ind at the split; and how often p is small where nothing fell, in tests/test_turning.py.
    """
    from scipy.special import stdtr

    y = np.asarray(y, float)
    n, weeks = y.shape
    split = np.arange(LEAST_WEEKS, weeks - LEAST_WEEKS + 1)
    if not n or not len(split):
        nothing = np.full(n, np.nan)
        return Fall(np.zeros(n, int), nothing, nothing, nothing, 0.0)
    so_far = y.cumsum(axis=1)[:, split - 1]
    before, after = so_far / split, (y.sum(axis=1)[:, None] - so_far) / (weeks - split)
    within = (y**2).sum(axis=1)[:, None] - split * before**2 - (weeks - split) * after**2
    variance = np.maximum(within / (weeks - 2), _WHOLE)
    t = (before - after) / np.sqrt(variance * (1 / split + 1 / (weeks - split)))
    row, best = np.arange(n), t.argmax(axis=1)
    at, m_1, m_2 = split[best], before[row, best], after[row, best]
    rest = y - np.where(np.arange(weeks) < at[:, None], m_1[:, None], m_2[:, None])
    spread = (rest**2).sum()
    r = (rest[:, 1:] * rest[:, :-1]).sum() / spread + 2 / weeks if spread > 0 else 0.0
    r = float(np.clip(r, 0, 0.9))
    honest = t[row, best] * np.sqrt((1 - r) / (1 + r))
    return Fall(at, m_1, m_2, np.minimum(1, len(split) * stdtr(weeks - 2, -honest)), r)


def along_drift(lacks, gain, spread, n_weeks: int, level: float = 0.95) -> Reach:
    """Until a stock that `lacks` so much has it: `gain` a week is the mean of n_weeks weeks, `spread` their standard deviation.

    A walk with drift: after h weeks it has gained h x gain, give or take t spread sqrt(h + h^2 / n_weeks), which knows that the
    gain is itself an estimate. The interval is from when the upper bound reaches the level to when the lower one does.
    """
    from scipy.special import stdtrit

    lacks, gain = np.asarray(lacks, float), np.asarray(gain, float)
    c2 = (stdtrit(n_weeks - 1, 0.5 + level / 2) * np.asarray(spread, float)) ** 2
    lo, hi = _bounds(gain**2 - c2 / n_weeks, -(2 * lacks * gain + c2), lacks**2, gain)
    return _reach(lacks, gain, lo, hi)


def along_line(lacks, slope, spread, n_weeks: int, n_recent: int, level: float = 0.95) -> Reach:
    """Until the mean of the last n_recent of n_weeks weeks has risen by `lacks`, at the `slope` of a line through all.

    `spread` is the standard deviation of weeks about the line. After h weeks the mean is known give or take
    t spread sqrt(1 / n_recent + 2 h x / S + h^2 / S), x being where the recent weeks lie and S the sum of squares of weeks about
    their middle: both the mean and the slope are estimates, from some of the same weeks.
    """
    from scipy.special import stdtrit

    lacks, slope = np.asarray(lacks, float), np.asarray(slope, float)
    squares, at = (n_weeks**3 - n_weeks) / 12, (n_weeks - n_recent) / 2
    c2 = (stdtrit(n_weeks - 2, 0.5 + level / 2) * np.asarray(spread, float)) ** 2
    c = lacks**2 - c2 / n_recent
    lo, hi = _bounds(slope**2 - c2 / squares, -2 * (lacks * slope + c2 * at / squares), c, slope)
    return _reach(lacks, slope, np.where(c < 0, 0, lo), hi)


def _bounds(a, b, c, gain) -> tuple[np.ndarray, np.ndarray]:
    """When the upper and the lower bound reach the level: the roots of a h^2 + b h + c; inf where one never does."""
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(
            np.maximum(b**2 - 4 * a * c, 0)
        )  # below 0 by rounding alone: at lacks / gain the line itself is there
        first, second = (-b - root) / (2 * a), (-b + root) / (2 * a)
        small, large = np.minimum(first, second), np.maximum(first, second)
        is_flat = np.abs(a) < 1e-12
        lo = np.where(is_flat, -c / b, np.where(a > 0, small, large))
        hi = np.where((a > 0) & (gain > 0) & ~is_flat, large, np.inf)
    return np.where(lo > 0, lo, np.inf), np.where(hi > 0, hi, np.inf)


def _reach(lacks, gain, lo, hi) -> Reach:
    with np.errstate(divide="ignore", invalid="ignore"):
        weeks = np.where(gain > 0, lacks / gain, np.inf)
    is_there = lacks <= 0
    return Reach(*(np.where(is_there, 0.0, each) for each in (weeks, np.minimum(lo, weeks), np.maximum(hi, weeks))))
