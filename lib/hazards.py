"""To whom does something happen sooner? Hazard ratios from counts per day: arrays in, arrays out.

Hazards   the ratios, with their intervals
cox_of    of a proportional hazards model within strata

A subject of its own beside lib/survival.py. Second checks, in tests/test_hazards.py: statsmodels PHReg, and the likelihood
written down term by term and maximised by scipy.
"""

from dataclasses import dataclass

import numpy as np

MOST_STEPS = 50
NEAR = 1e-10  # where a step would gain less than half of this in likelihood is its top
ROUNDING = 1e-12  # of a likelihood, as a share of it
FLAT = 1e-9  # a direction of this little information, beside the most there is, is not told by the data


@dataclass(frozen=True)
class Hazards:
    """How many times as often it happens per unit of each covariate. Arrays of one value per covariate; NaN where none can be told.

    log_ratio  the logarithm, and `error` its standard error
    ratio      with `lo` and `hi`
    p          two-sided, of no difference (Wald)
    """

    log_ratio: np.ndarray
    error: np.ndarray
    ratio: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    p: np.ndarray


def cox_of(times, n_events, n_others, covariates, stratum, level: float = 0.95) -> Hazards:
    """Cox's model from counts: in each of R rows `n_events` and `n_others` (last seen) at a time, with the same (R, P) covariates.

    Accounts are compared within a stratum alone. Cox 1972, tied days as Efron 1977 has them, by Newton's method. A million
    accounts that share their days and covariates are few rows. A covariate of which the data does not tell is NaN: one that
    does not vary within any stratum, or to whose accounts nothing happened.
    """
    from scipy.special import ndtr, ndtri

    covariates = np.asarray(covariates, float)
    slopes = np.zeros(covariates.shape[1] if covariates.ndim == 2 else 1)
    if not np.any(n_events):
        return Hazards(*(np.full(len(slopes), np.nan) for _ in range(6)))
    ties = _ties(times, n_events, n_others, covariates.reshape(-1, len(slopes)), stratum)
    likelihood, gradient, information = _at(slopes, ties)
    for _ in range(MOST_STEPS):
        step = np.linalg.pinv(information, FLAT, hermitian=True) @ gradient
        if gradient @ step < NEAR:
            break
        found = _at(slopes + step, ties)
        while not found[0] > likelihood - ROUNDING * abs(likelihood):  # too far: half of it
            step = step / 2
            found = _at(slopes + step, ties)
        slopes, (likelihood, gradient, information) = slopes + step, found
    scale, axes = np.linalg.eigh(information)
    is_flat = scale <= FLAT * max(scale.max(initial=0), 1e-300)
    is_told = (axes[:, is_flat] ** 2).sum(1) < 1e-6
    error = np.sqrt(np.diag(np.linalg.pinv(information, FLAT, hermitian=True)))
    slopes, error = (np.where(is_told, each, np.nan) for each in (slopes, error))
    half = ndtri(0.5 + level / 2) * error
    with np.errstate(over="ignore"):
        ratio, lo, hi = np.exp(slopes), np.exp(slopes - half), np.exp(slopes + half)
        p = 2 * ndtr(-np.abs(slopes) / error)
    return Hazards(slopes, error, ratio, lo, hi, p)


@dataclass(frozen=True)
class _Ties:
    """The R rows in order of stratum and day, and the K strata and days, on some of which something happened."""

    products: np.ndarray  # (1 + P + P (P + 1) / 2, R): one, the covariates without their means, and their products
    n_events: np.ndarray  # (R,)
    n: np.ndarray  # (R,)
    starts: np.ndarray  # (K,): where each stratum and day begins among the rows
    ends: np.ndarray  # (K,): the number of the day before which its stratum's days are over
    is_step: np.ndarray  # (K,): something happened
    tied: np.ndarray  # (E,): the step of each event
    share: np.ndarray  # (E,): how much of those tied with it count as gone, by Efron


def _ties(times, n_events, n_others, covariates, stratum) -> _Ties:
    order = np.lexsort((np.asarray(times), np.asarray(stratum)))
    n_events, n_others, times, stratum = (np.asarray(each)[order] for each in (n_events, n_others, times, stratum))
    n_events = n_events.astype(float)
    n = n_events + n_others
    x = (covariates - np.average(covariates[order], axis=0, weights=n))[order].T
    one, other = np.triu_indices(len(x))
    is_new_stratum = np.append(True, stratum[1:] != stratum[:-1])
    starts = np.flatnonzero(is_new_stratum | np.append(True, times[1:] != times[:-1]))
    first = np.append(np.flatnonzero(is_new_stratum[starts]), len(starts))
    ends = np.repeat(first[1:], np.diff(first))
    counts = np.add.reduceat(n_events, starts)
    is_step = counts > 0
    counts = counts[is_step].astype(int)
    tied = np.repeat(np.arange(len(counts)), counts)
    before = np.arange(len(tied)) - np.repeat(np.cumsum(counts) - counts, counts)
    products = np.concatenate([np.ones((1, len(n))), x, x[one] * x[other]])
    return _Ties(products, n_events, n, starts, ends, is_step, tied, before / counts[tied])


def _at(slopes: np.ndarray, ties: _Ties) -> tuple[float, np.ndarray, np.ndarray]:
    """The partial log-likelihood at these slopes, its gradient and its information (the negative of its second derivatives)."""
    x = ties.products[1 : len(slopes) + 1]
    along = slopes @ x
    with np.errstate(over="ignore", invalid="ignore"):
        weighted = ties.products * np.exp(along)
        tied = np.add.reduceat(weighted * ties.n_events, ties.starts, axis=1)[:, ties.is_step]
        on_day = np.add.reduceat(weighted * ties.n, ties.starts, axis=1)
        later = np.concatenate([on_day[:, ::-1].cumsum(axis=1)[:, ::-1], np.zeros((len(on_day), 1))], axis=1)
        at_risk = (later[:, :-1] - later[:, ties.ends])[:, ties.is_step]
        left = at_risk[0, ties.tied] - ties.share * tied[0, ties.tied]
        likelihood = float(along @ ties.n_events - np.log(left).sum())
        a, b, aa, ab, bb = (  # by step, summed over those tied there: 1, their share, and the squares, by what was left
            np.bincount(ties.tied, each)
            for each in (1 / left, ties.share / left, 1 / left**2, ties.share / left**2, (ties.share / left) ** 2)
        )
        gained = at_risk @ a - tied @ b
        s, d = at_risk[1 : len(slopes) + 1], tied[1 : len(slopes) + 1]
        crossed = (s * ab) @ d.T
        squares = (s * aa) @ s.T - crossed - crossed.T + (d * bb) @ d.T
    return likelihood, x @ ties.n_events - gained[1 : len(slopes) + 1], _square(gained[len(slopes) + 1 :]) - squares


def _square(upper: np.ndarray) -> np.ndarray:
    """The symmetric matrix of its upper triangle, row by row."""
    size = int(np.sqrt(2 * len(upper)))
    whole = np.zeros((size, size))
    whole[np.triu_indices(size)] = upper
    return whole + np.triu(whole, 1).T
