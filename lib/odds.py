"""Odds of a yes-or-no outcome, by logistic regression whose coefficients are held near zero: arrays in, arrays out.

Odds     what was learnt: coefficients of standardised columns, and how sure they are
fit      the most likely coefficients, by Newton's method, and the spread of those that are about as likely
clustered  how sure they are where rows of a group, such as an account on many days, are chance together
shock    how much whole groups differ for no reason that the columns know, in log-odds
"""

from dataclasses import dataclass

import numpy as np

PRIOR = 0.5  # a column's coefficient, per standard deviation, is within this of zero as a rule, before any data is seen
_LEAST_SCALE = (
    0.15  # what hardly ever differs is held as if it did: a flag of one in a thousand is no licence for any coefficient
)
_INTERCEPT = 10.0  # the intercept may be anything
_ROUNDS, _HALVINGS, _CLOSE = 40, 30, 1e-4
_OWN_WORTH = 4  # groups that the shock known beforehand counts as


@dataclass(frozen=True)
class Odds:
    """Coefficients, the intercept first, and their covariance; centre and scale of the columns they are of."""

    coefficients: np.ndarray
    covariance: np.ndarray
    centre: np.ndarray
    scale: np.ndarray

    def design(self, columns: np.ndarray) -> np.ndarray:
        """The columns as they are multiplied, a one first; what is not known (NaN) is as on average."""
        with np.errstate(invalid="ignore"):
            standard = np.nan_to_num((columns - self.centre) / self.scale)
        return np.hstack([np.ones((len(columns), 1)), standard])

    def log_odds(self, columns: np.ndarray) -> np.ndarray:
        """The log-odds of each row."""
        return self.design(columns) @ self.coefficients

    def draws(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """(coefficients, n) of what the coefficients may be as well."""
        root = np.linalg.cholesky(self.covariance)
        return self.coefficients[:, None] + root @ rng.standard_normal((len(root), n))

    def spread(self, columns: np.ndarray) -> np.ndarray:
        """The standard error of each row's log-odds."""
        design = self.design(columns)
        return np.sqrt(np.einsum("ij,jk,ik->i", design, self.covariance, design))


def fit(columns: np.ndarray, outcome: np.ndarray, prior: float = PRIOR) -> Odds:
    """Maximum a posteriori under normal priors (ridge), with Laplace's approximation of the posterior.

    Second check: scipy.optimize on the same posterior. A column that is the same in every row has no say.
    """
    centre, scale = _moments(columns)
    odds = Odds(np.zeros(columns.shape[1] + 1), np.eye(columns.shape[1] + 1), centre, scale)
    design = odds.design(columns)
    held = np.r_[_INTERCEPT, np.full(columns.shape[1], prior)] ** -2.0
    beta = np.zeros(len(held))
    rate = np.clip(outcome.mean(), 0.001, 0.999)
    beta[0] = np.log(rate / (1 - rate))
    for _ in range(_ROUNDS):
        chance = _chance(design @ beta)
        curve = design.T @ (design * (chance * (1 - chance))[:, None]) + np.diag(held)
        step = np.linalg.solve(curve, design.T @ (outcome - chance) - held * beta)
        beta = beta + _no_too_far(step, beta, design, outcome, held)
        if np.abs(step).max() < _CLOSE:
            break
    return Odds(beta, np.linalg.inv(curve), centre, scale)


def clustered(odds: Odds, columns: np.ndarray, outcome: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The covariance of the coefficients where each group counts as one (a sandwich).

    Second check: statsmodels, in tests/test_prediction.py.
    """
    design = odds.design(columns)
    place = np.unique(group, return_inverse=True)[1]
    n = int(place.max()) + 1
    residual = outcome - _chance(design @ odds.coefficients)
    score = np.column_stack([np.bincount(place, each * residual, n) for each in design.T])
    return odds.covariance @ (score.T @ score) @ odds.covariance * (n / max(n - 1, 1))


def shock(outcome: np.ndarray, chance: np.ndarray, group: np.ndarray, usual: float, n_fitted: int = 1) -> float:
    """The standard deviation of what whole groups add to the log-odds: by how much their sums miss beyond chance.

    Moments: a group's miss has variance V + V^2 s^2, V the variance by chance. `usual`, known beforehand, counts as four groups;
    n_fitted of the groups' misses were fitted away.
    """
    expected = np.bincount(group, chance)
    variance = np.bincount(group, chance * (1 - chance))
    is_there = variance > 0
    miss, variance = (np.bincount(group, outcome) - expected)[is_there], variance[is_there]
    n_free = len(variance) - n_fitted
    if n_free < 1:
        return usual
    beyond = (miss**2).sum() * len(variance) / n_free - variance.sum()
    seen = max(beyond / (variance**2).sum(), 0.0)
    return float(np.sqrt((n_free * seen + _OWN_WORTH * usual**2) / (n_free + _OWN_WORTH)))


def _no_too_far(
    step: np.ndarray, beta: np.ndarray, design: np.ndarray, outcome: np.ndarray, held: np.ndarray
) -> np.ndarray:
    """The step, halved until it makes what was seen more likely; nothing where no part of it does."""

    def likely(at: np.ndarray) -> float:
        log_odds = design @ at
        return outcome @ log_odds - np.logaddexp(0, log_odds).sum() - 0.5 * (held * at**2).sum()

    before = likely(beta)
    for _ in range(_HALVINGS):
        if likely(beta + step) >= before:
            return step
        step = step / 2
    return np.zeros_like(step)


def _moments(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = ~np.isnan(columns)
    n = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, columns, 0).sum(axis=0) / n
    scale = np.sqrt((np.where(known, columns - centre, 0) ** 2).sum(axis=0) / n)
    return centre, np.where(scale > 1e-9, np.maximum(scale, _LEAST_SCALE), np.inf)


def _chance(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(log_odds, -35, 35)))
