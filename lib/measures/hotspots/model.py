"""What the strata and the finds told so far lead to expect in every cell, and how surprising the rest of it is.

fit_logit       coefficients of a logistic regression on grouped data
expected_rates  each group's expected loss rate, with accounts in two crossing finds expected on the higher scale
expect          expected loss of every tested cell, with the variance and skewness of what is not explained
"""

from dataclasses import dataclass

import numpy as np

from lib.measures.hotspots.groups import Groups

WORTH_THREADS = 2_000_000  # multiplications from which BLAS is the quicker one, found by trial
TINY = 1e-9  # keeps rates off 0 and 1, and the information matrix invertible where a column has run off to infinity


@dataclass(frozen=True)
class Expectation:
    """Per tested cell (T,), in the weight's unit.

    expected          sum of expected rates
    unexplained_share share of the cell's own information that strata and finds leave unexplained, 0 to 1
    information       information on one more coefficient, for this cell: (observed - expected) / information is
                      one step towards its log odds ratio
    variance          of observed - expected, after the fit
    skewness          of the same
    """

    expected: np.ndarray
    unexplained_share: np.ndarray
    information: np.ndarray
    variance: np.ndarray
    skewness: np.ndarray

    def only(self, cells) -> "Expectation":
        """The same for some of the tested cells."""
        return Expectation(
            self.expected[cells],
            self.unexplained_share[cells],
            self.information[cells],
            self.variance[cells],
            self.skewness[cells],
        )


def fit_logit(design: np.ndarray, size: np.ndarray, lost: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Coefficients (C,) by Newton's method (iteratively reweighted least squares).

    design (G, C), size and lost (G,) of each group; second check: statsmodels GLM(family=Binomial()).
    Where a find lost every account or none, its coefficient runs to infinity; the fit stops when it no longer matters.
    """
    coefficients = start.astype(float)
    for _ in range(50):
        rate = _rate_of(design @ coefficients)
        score = design.T @ (lost - size * rate)
        step = np.linalg.solve(_information(design, size * rate * (1 - rate)), score)
        coefficients += step * min(1, 4 / max(np.abs(step).max(), TINY))  # a full step can overshoot far from the top
        if score @ step < 1e-6:  # in units of log likelihood; the step just taken has squared the error
            break
    return coefficients


def expected_rates(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """(rates (G,), log odds ratios of the finds (K,)) from the fit of strata and finds.

    Of an account in two finds neither of which holds the other, "as bad as the two together" has two readings: odds
    multiply, or rates multiply. Their crossing is news only if it is worse than both, so the higher one is expected.
    """
    size, _ = groups.of_power(1)
    design = _design(groups)
    n_strata = design.shape[1] - groups.inside.shape[1]
    coefficients = fit_logit(design, size, groups.lost, _first_guess(groups, n_strata, size))
    of_stratum, of_find = coefficients[:n_strata][groups.stratum], coefficients[n_strata:]
    by_odds = _rate_of(of_stratum + groups.inside @ of_find)

    background = of_stratum[:, None] + of_find @ _holds(groups)  # where each find starts from: the finds that hold it
    ratio = _rate_of(background + of_find) / _rate_of(background)
    by_rates = _rate_of(of_stratum) * np.prod(np.where(groups.inside, ratio, 1), axis=1)
    return np.clip(np.maximum(by_odds, by_rates), TINY, 1 - TINY), of_find


def expect(groups: Groups, rates: np.ndarray) -> Expectation:
    """What is expected in every tested cell, and how far chance may take it from there once the model is fitted.

    A cell's own column is regressed on those of the model; what is left of it carries the score test. With leverage h
    of an account, variance = sum p(1-p) m^2 (x - h)^2 and the third moment = sum p(1-p)(1-2p) m^3 (x - h)^3.
    """
    spread = rates * (1 - rates)
    total, cells = groups.of_power(1)
    basis = _orthonormal(_design(groups), spread * total)
    sums = _product(np.vstack([rates, spread, spread * basis.T]), cells)  # one pass over the cells for all three
    expected, whole, shadow = sums[0], sums[1], sums[2:]  # shadow: each cell's coordinates on the model's columns
    information = np.maximum(whole - (shadow**2).sum(axis=0), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(information / whole)
    if len(groups.total) == 1:  # all accounts weigh the same: variance is information, and the tail needs no skewness
        return Expectation(expected, share, information, information, np.zeros_like(information))

    leverage = _product(basis, shadow)
    variance = _moment(spread, *groups.of_power(2), leverage, 2)
    third = _moment(spread * (1 - 2 * rates), *groups.of_power(3), leverage, 3)
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = np.nan_to_num(third / variance**1.5)
    return Expectation(expected, share, information, variance, skewness)


def _moment(factor, total, cells, leverage, power: int) -> np.ndarray:
    """sum over accounts of factor x weight^power x (inside the cell - leverage)^power, for every cell: (T,)."""
    outside = total[:, None] - cells
    return (factor[:, None] * (cells * (1 - leverage) ** power + outside * (-leverage) ** power)).sum(axis=0)


def _design(groups: Groups) -> np.ndarray:
    """One 0/1 column per stratum and per find: (G, strata + K)."""
    strata = groups.stratum[:, None] == np.arange(groups.stratum.max() + 1)
    return np.column_stack([strata, groups.inside]).astype(float)


def _first_guess(groups: Groups, n_strata: int, size: np.ndarray) -> np.ndarray:
    """Each stratum's log odds outside all finds, and each find's against them: close where finds overlap little."""
    kept, outside = size - groups.lost, ~groups.inside.any(axis=1)
    of_stratum = _log_odds(*(np.bincount(groups.stratum, outside * amount, n_strata) for amount in (groups.lost, kept)))
    of_finds = _log_odds(groups.lost @ groups.inside, kept @ groups.inside)
    return np.concatenate([of_stratum, of_finds - _log_odds(groups.lost @ outside, kept @ outside)])


def _log_odds(lost, kept) -> np.ndarray:
    """Kept finite by half an account each way."""
    return np.log((lost + 0.5) / (kept + 0.5))


def _holds(groups: Groups) -> np.ndarray:
    """float (K, K): 1 where the first find holds every account of the second."""
    inside = groups.inside
    holds = (inside[:, :, None] | ~inside[:, None, :]).all(axis=0)
    np.fill_diagonal(holds, False)
    return holds.astype(float)


def _information(design: np.ndarray, weight: np.ndarray) -> np.ndarray:
    information = design.T @ (weight[:, None] * design)
    diagonal = np.einsum("ii->i", information)
    diagonal += TINY * (diagonal + TINY)
    return information


def _orthonormal(design: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The model's columns made orthonormal under the weights: (G, C)."""
    factor = np.linalg.cholesky(_information(design, weight))
    return np.linalg.solve(factor, design.T).T


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Matrix product; small ones without BLAS, whose threads cost more than they bring there."""
    n_steps = left.shape[0] * right.size
    return left @ right if n_steps > WORTH_THREADS else np.einsum("ij,jk->ik", left, right)


def _rate_of(logit: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return expit(logit)
