"""How many become so in time, of people who may leave before: Aalen-Johansen curves, chances and shares with their intervals.

Incidence   the curve of a group, day by day
Estimate    a share with its interval
incidence   the curve from days, what happened, and who belongs together
CENSORED, BECAME, LEFT   what can have happened at the end of the days seen

What people of one account do goes together, so nobody is taken for an independent witness: every figure's error is that of
sums over accounts of what each person adds to it (the infinitesimal jackknife; Ying and Wei 1994 for Kaplan-Meier, here of
the Aalen-Johansen curve; the same numbers as a bootstrap over accounts, without drawing). Second checks, in tests/test_loyalty.py:
statsmodels CumIncidenceRight, scipy.stats.ecdf, Greenwood where each is an account of their own, and such a bootstrap.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lib import stats, survival

CENSORED, BECAME, LEFT = 0, 1, 2


@dataclass(frozen=True)
class Estimate:
    """A share and its 95 % interval; all NaN where there is nobody to tell of."""

    value: float
    lo: float
    hi: float


NOTHING = Estimate(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Incidence:
    """A group followed from day 0 for `horizon` days at most. Arrays have one value a day, 0 to horizon.

    share      became so by that day, leaving counted: who leaves before never does
    waiting    neither became so nor left by that day
    n_at_risk  seen on that day, and neither before it
    n_became   became so by that day, as counted
    n_beyond   seen after the horizon, and neither by then
    table      (horizon + 1, 3): people by the last day they were seen, and how that ended
    cells      (N,) for each person: where their days and end stand in the table of influence
    cluster    (N,) for each person: the number of their account
    """

    share: np.ndarray
    waiting: np.ndarray
    n_at_risk: np.ndarray
    n_became: np.ndarray
    n_beyond: int
    table: np.ndarray
    cells: np.ndarray
    cluster: np.ndarray

    @property
    def horizon(self) -> int:
        return len(self.share) - 1

    @cached_property
    def _influence(self) -> tuple[np.ndarray, np.ndarray]:
        """What one more person of each cell would add to `waiting` and to `share`, on each day: two (days, cells)."""
        return _influence(self.table)

    def by(self, day: int) -> Estimate:
        """The share that became so by `day`."""
        if not self.n_at_risk[0]:
            return NOTHING
        return self._interval(self.share[day], self._influence[1][day], self.n_at_risk[0])

    def chance(self, day: int, until: int) -> Estimate:
        """Of those still waiting after `day`, the share that becomes so by the day `until`."""
        n = self.n_waiting(day)
        if not n or self.waiting[day] <= 0:
            return NOTHING
        of_waiting, of_share = self._influence
        value = (self.share[until] - self.share[day]) / self.waiting[day]
        slope = (of_share[until] - of_share[day] - value * of_waiting[day]) / self.waiting[day]
        return self._interval(value, slope, n)

    def made(self, day: int, until: int) -> Estimate:
        """Of those who become so by `until`, the share that did by `day`."""
        if self.share[until] <= 0:
            return NOTHING
        value = self.share[day] / self.share[until]
        of_share = self._influence[1]
        return self._interval(
            value, (of_share[day] - value * of_share[until]) / self.share[until], self.n_became[until]
        )

    def n_waiting(self, day: int) -> int:
        """Those seen after `day` who had neither become so nor left by it."""
        return int(self.n_at_risk[day + 1]) if day < self.horizon else self.n_beyond

    def error(self, slope: np.ndarray) -> float:
        """Standard error of a figure, given what a person of each cell adds to it."""
        sums = np.bincount(self.cluster, weights=slope[self.cells])
        n = np.count_nonzero(np.bincount(self.cluster))
        return float(np.sqrt(np.sum(sums**2) * n / max(n - 1, 1)))

    def band(self, days) -> tuple[np.ndarray, np.ndarray]:
        """(lo, hi) of the share by each of `days`: of what is left, by log-log."""
        error = [self.error(self._influence[1][day]) for day in days]
        lo, hi = survival.log_log(1 - self.share[list(days)], error)
        return 1 - hi, 1 - lo

    def _interval(self, value: float, slope: np.ndarray, n: float) -> Estimate:
        """Wilson's of as many independent people as would have this error (Korn and Graubard 1998); of n where it is 0."""
        value, variance = float(np.clip(value, 0, 1)), self.error(slope) ** 2
        effective = value * (1 - value) / variance if variance > 1e-18 and 0 < value < 1 else n
        lo, hi = stats.wilson(value * effective, effective)
        return Estimate(value, float(lo), float(hi))


def incidence(days, ended, cluster, horizon: int) -> Incidence:
    """The curve of (N,) people: whole `days` seen, how they `ended` (CENSORED, BECAME, LEFT), the number of their account.

    What happens on the same day as somebody is lost from sight is seen.
    """
    days, ended, cluster = np.asarray(days, int), np.asarray(ended, int), np.asarray(cluster, int)
    ended, n_beyond = np.where(days > horizon, CENSORED, ended), int(np.count_nonzero(days > horizon))
    days = np.minimum(days, horizon)
    cells = days * 3 + ended
    table = np.bincount(cells, minlength=3 * (horizon + 1)).reshape(-1, 3).astype(float)
    waiting, share = _curves(table)
    at_risk = table.sum(axis=1)[::-1].cumsum()[::-1]
    _, numbers = np.unique(cluster, return_inverse=True)
    return Incidence(share, waiting, at_risk, table[:, BECAME].cumsum(), n_beyond, table, cells, numbers)


def _curves(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Aalen and Johansen 1978, from counts by day and end: waiting, and the share that became so."""
    at_risk = table.sum(axis=1)[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        became, gone = (np.where(at_risk > 0, each / at_risk, 0) for each in (table[:, BECAME], table[:, LEFT]))
    waiting = np.cumprod(1 - became - gone)
    before = np.concatenate([[1.0], waiting[:-1]])
    return waiting, np.cumsum(before * became)


def _influence(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes of `_curves` in the count of each cell: (days, cells) of waiting and of share."""
    n_days = len(table)
    at_risk = table.sum(axis=1)[::-1].cumsum()[::-1]
    ended = table[:, BECAME] + table[:, LEFT]
    waiting, _ = _curves(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(at_risk > ended, 1 / (at_risk - ended), 0)
        hazard, became = (np.where(at_risk > 0, each / at_risk, 0) for each in (ended, table[:, BECAME]))
        one = np.where(at_risk > 0, 1 / at_risk, 0)
    day = np.arange(n_days)
    until = np.minimum(
        day[:, None], day[None, :]
    )  # by day of the figure, day of the cell: how long they count as at risk
    is_past = day[:, None] >= day[None, :]
    lived, gone = np.cumsum(hazard * left)[until], np.where(is_past, left[None, :], 0)
    of_waiting = np.stack([lived, lived - gone, lived - gone], axis=2) * waiting[:, None, None]
    before = np.concatenate([np.zeros((1, n_days, 3)), of_waiting[:-1]])
    still = np.concatenate([[1.0], waiting[:-1]])
    at_risk_then = np.cumsum(still * became * one)[until][:, :, None]
    of_share = np.cumsum(before * became[:, None, None], axis=0) - at_risk_then
    of_share[:, :, BECAME] += np.where(is_past, (still * one)[None, :], 0)
    return of_waiting.reshape(n_days, -1), of_share.reshape(n_days, -1)
