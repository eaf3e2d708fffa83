"""The mix of the accounts: what it lets one expect of each of them, fitted on all accounts and without the books.

Mix        the columns of the fit: a coefficient per value of each dimension that is used
mix_of     the columns of some dimensions, without what would give a book away
telling    the values of a dimension that are (nearly) one book's own
Fit        coefficients, and every account's expected rate
fit        a logistic regression with drawn-in coefficients
variance   how far chance may take lost from expected, once the fit has seen the same accounts
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.facts.levels import Dimension

PENALTY = (
    1.0  # on half a coefficient squared: as a normal prior of one unit of log odds, so that a small cell claims little
)
TOLD = 0.7  # share of a book's membership (R squared) a dimension may tell before its values count as that book's own
PILOT = 40_000  # accounts the first steps of a large fit are made on
MOST_STEPS = 60
CLOSE = 1e-10  # of log likelihood: nothing left to gain


@dataclass(frozen=True)
class Mix:
    """The columns of the fit for N accounts.

    used    D dimensions
    codes   D arrays of uint8, each (N,)
    weights D arrays (levels, columns): what an account of a level has in the dimension's columns. A level with a column of
            its own has 1 in it. One that is a book's own has the shares of the other levels: it counts as their average
    left    dimensions left out whole: they tell the books
    hidden  (dimension, values) whose values are a book's own
    """

    used: tuple[Dimension, ...]
    codes: tuple[np.ndarray, ...]
    weights: tuple[np.ndarray, ...]
    left: tuple[str, ...]
    hidden: tuple[tuple[str, tuple[str | None, ...]], ...]


@dataclass(frozen=True)
class Fit:
    """A fit with C columns, the first one the intercept: coefficients (C,), rates (N,), information (C, C) without penalty."""

    coefficients: np.ndarray
    rates: np.ndarray
    information: np.ndarray


def mix_of(dimensions: Sequence[tuple[Dimension, np.ndarray]], books: np.ndarray, n_books: int) -> Mix:
    """The mix of accounts in `books` (N,): codes below `n_books`. Dimensions with one value say nothing and are not named."""
    used, left, hidden = [], [], []
    for dimension, codes in dimensions:
        n_levels = len(dimension.levels)
        if n_levels < 2:
            continue
        own = telling(books, codes, n_books, n_levels)
        if np.count_nonzero(~own) < 2:
            left.append(dimension.name)
            continue
        if own.any():
            hidden.append((dimension.name, tuple(dimension.levels[at] for at in np.flatnonzero(own))))
        used.append((dimension, codes, _weights(codes, own)))
    dimensions_used, codes_used, weights = zip(*used, strict=True) if used else ((), (), ())
    return Mix(dimensions_used, codes_used, weights, tuple(left), tuple(hidden))


def telling(books: np.ndarray, codes: np.ndarray, n_books: int, n_levels: int) -> np.ndarray:
    """bool (levels,): values of a dimension most of whose accounts are in one book that the dimension tells.

    A dimension tells a book when it explains TOLD of the variance of being in it: a region with one CSM tells that CSM, and
    every country tells its region; a region shared by three CSMs tells none of them.
    """
    counts = np.bincount(books.astype(np.int64) * n_levels + codes, minlength=n_books * n_levels)
    counts = counts.reshape(n_books, n_levels).astype(float)
    share = counts.sum(axis=1) / counts.sum()
    of_level = counts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        told = np.nan_to_num(counts**2 / of_level).sum(axis=1) / counts.sum() - share**2
        told = told / (share * (1 - share)) >= TOLD
    return 2 * counts[told].max(axis=0, initial=0) > of_level


def fit(mix: Mix, lost: np.ndarray) -> Fit:
    """The most likely coefficients under the penalty (ridge regression; the intercept is free).

    lost is bool (N,), with some lost and some kept. The intercept being free, expected and lost have one sum; for a value with
    a column of its own, lost - expected = PENALTY x its coefficient. Le Cessie and van Houwelingen 1992, by Newton's method;
    second check: statsmodels' likelihood under the same penalty, in the tests.
    """
    pilot = len(lost) // PILOT
    overall = lost.mean()
    start = np.concatenate([[np.log(overall / (1 - overall))], np.zeros(sum(w.shape[1] for w in mix.weights))])
    if pilot > 1 and 0 < lost[::pilot].sum() < len(lost[::pilot]):
        start = _newton([codes[::pilot] for codes in mix.codes], mix.weights, lost[::pilot], start, 1e-3).coefficients
    return _newton(mix.codes, mix.weights, lost, start, CLOSE)


def variance(mix: Mix, found: Fit, books: np.ndarray, n_books: int) -> tuple[np.ndarray, np.ndarray]:
    """(variance of lost - expected of every book (V,) if the mix is all there is, share of it the values of the mix leave).

    sum p(1-p) over the accounts, less what the fit takes back because it has seen them: with c the book's part of the
    information and A the inverse of the penalised information, V - 2 c'Ac + c'A I A c. Second check: simulation, in the tests.
    The share is 1 where the mix says nothing about who is in the book, and near 0 where it all but names the book.
    """
    spread = found.rates * (1 - found.rates)
    own = np.bincount(books, spread, n_books)
    parts = [own[:, None]]
    for codes, weights in zip(mix.codes, mix.weights, strict=True):
        n_levels = len(weights)
        at = np.bincount(books.astype(np.int64) * n_levels + codes, spread, n_books * n_levels)
        parts.append(at.reshape(n_books, n_levels) @ weights)
    shadow = np.hstack(parts)
    solved = np.linalg.solve(found.information + _penalty(len(found.coefficients)), shadow.T)
    taken = 2 * np.einsum("vc,cv->v", shadow, solved) - np.einsum("cv,cv->v", solved, found.information @ solved)
    left = np.maximum(own - taken, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return left, np.minimum(left / (own * (1 - own / own.sum())), 1)


def _weights(codes: np.ndarray, own: np.ndarray) -> np.ndarray:
    free = np.flatnonzero(~own)
    counts = np.bincount(codes, minlength=len(own))[free]
    weights = np.zeros((len(own), len(free)))
    weights[free, np.arange(len(free))] = 1
    weights[own] = counts / counts.sum()
    return weights


def _newton(codes, weights, lost: np.ndarray, start: np.ndarray, close: float) -> Fit:
    from scipy.special import expit

    coefficients, penalty = start, _penalty(len(start))
    for _ in range(MOST_STEPS):
        rates = expit(_logit(codes, weights, coefficients, len(lost)))
        information = _information(codes, weights, rates * (1 - rates))
        score = _sums(codes, weights, lost - rates) - penalty @ coefficients
        step = np.linalg.solve(information + penalty, score)
        if score @ step < close:
            break
        coefficients = coefficients + step * min(
            1, 4 / np.abs(step).max()
        )  # a full step can overshoot far from the top
    return Fit(coefficients, rates, information)


def _penalty(n_columns: int) -> np.ndarray:
    penalty = np.eye(n_columns) * PENALTY
    penalty[0, 0] = 0
    return penalty


def _logit(codes, weights, coefficients: np.ndarray, n: int) -> np.ndarray:
    logit, at = np.full(n, coefficients[0]), 1
    for each, weight in zip(codes, weights, strict=True):
        logit += (weight @ coefficients[at : at + weight.shape[1]])[each]
        at += weight.shape[1]
    return logit


def _sums(codes, weights, amount: np.ndarray) -> np.ndarray:
    """The columns times `amount`: (C,)."""
    parts = [np.bincount(each, amount, len(weight)) @ weight for each, weight in zip(codes, weights, strict=True)]
    return np.concatenate([[amount.sum()], *parts])


def _information(codes, weights, spread: np.ndarray) -> np.ndarray:
    """The columns times themselves under `spread`: (C, C), from counts of every pair of dimensions."""
    at = np.cumsum([1, *(weight.shape[1] for weight in weights)])
    information = np.empty((at[-1], at[-1]))
    information[0] = information[:, 0] = _sums(codes, weights, spread)
    for i, (first, one) in enumerate(zip(codes, weights, strict=True)):
        here = slice(at[i], at[i + 1])
        information[here, here] = one.T @ (np.bincount(first, spread, len(one))[:, None] * one)
        wide = first.astype(np.int64)
        for j in range(i):
            other = weights[j]
            both = np.bincount(wide * len(other) + codes[j], spread, len(one) * len(other))
            block = one.T @ both.reshape(len(one), len(other)) @ other
            there = slice(at[j], at[j + 1])
            information[here, there], information[there, here] = block, block.T
    return information
