"""Weights of parts learned from who was lost: arrays in, arrays out.

Learned   what a set of readings teaches of its parts
learn     ridge logistic regression whose weights are none below 0
whole     strengths as whole numbers that add up
"""

from dataclasses import dataclass

import numpy as np

from lib import odds

PRIOR = 3.0  # log-odds that 100 points of a part move, as a rule, before any data is seen
CLEAR = 1.96  # standard errors past which a part goes the wrong way, and not by chance


@dataclass(frozen=True)
class Learned:
    """Of each part: strength, the log-odds of a loss that 100 points take off, 0 at least; whether more points clearly go with
    more losses instead."""

    strength: np.ndarray
    is_wrong_way: np.ndarray


def learn(points: np.ndarray, is_lost: np.ndarray, beside: np.ndarray, n_accounts: int) -> Learned:
    """What parts (rows, parts) of 0 to 100 points, NaN where not known, say of losses, `beside` (rows, others) held equal.

    The most likely strengths under normal priors of PRIOR, none below 0: a part whose points go with losses gets 0. Not known is
    as on average. A part goes the wrong way where without that bound its coefficient (lib.odds) is past CLEAR of its error, made
    wider by the rows an account has. Second check: scipy's SLSQP on the same function (tests/test_healthrules.py).
    """
    from scipy.optimize import minimize

    design = _filled(points) / -100
    others = np.hstack([np.ones((len(points), 1)), beside - beside.mean(axis=0)])
    columns, n = np.hstack([others, design]), others.shape[1]
    held = np.r_[1e-4, np.full(columns.shape[1] - 1, PRIOR**-2)]  # the intercept may be anything
    y = is_lost.astype(float)

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        log_odds = columns @ at
        chance = 1 / (1 + np.exp(-np.clip(log_odds, -35, 35)))
        value = np.logaddexp(0, log_odds).sum() - y @ log_odds + 0.5 * (held * at**2).sum()
        return value / len(y), (columns.T @ (chance - y) + held * at) / len(y)

    start = np.zeros(columns.shape[1])
    rate = np.clip(y.mean(), 1e-3, 1 - 1e-3)
    start[0] = np.log(rate / (1 - rate))
    bounds = [(None, None)] * n + [(0, None)] * design.shape[1]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500, "ftol": 1e-12})
    free = odds.fit(np.hstack([points, beside]), y)
    error = np.sqrt(np.diag(free.covariance)) * np.sqrt(max(len(y) / max(n_accounts, 1), 1))
    z = (free.coefficients / error)[1 : 1 + points.shape[1]]
    strength = np.where(found.x[n:] < 1e-6, 0.0, found.x[n:])
    return Learned(strength, (strength == 0) & (z > CLEAR))


def whole(strength: np.ndarray, total: int = 100) -> np.ndarray:
    """The strengths as whole numbers that add up to `total`, by largest remainders; all 0 where they are."""
    if not strength.sum() > 0:
        return np.zeros(len(strength))
    exact = total * strength / strength.sum()
    floor = np.floor(exact)
    left = round(total - floor.sum())
    order = np.argsort(-(exact - floor), kind="stable")
    floor[order[:left]] += 1
    return floor


def _filled(points: np.ndarray) -> np.ndarray:
    """Points with the mean of the column where they are not known, less the mean."""
    known = ~np.isnan(points)
    centre = np.where(known, points, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, points - centre, 0.0)
