"""The funnel: how far from expected a book may be by chance and ordinary differences, before it stands out.

ordinary_spread  how much books differ beyond chance, the few extreme ones aside
z_scores         standard errors from expected, the spread allowed for
limits           the control limits of a book's ratio
curve            the same limits as curves over the expected number, for the picture
"""

import numpy as np
import pandas as pd

from lib import stats

WINSORISED = 0.1  # of the z-scores at each end are drawn in before the spread is measured
LEFT_OF_NORMAL = 0.6787  # mean square of a standard normal variable so drawn in
FEW_BOOKS = 10  # fewer cannot tell an ordinary difference from an extreme one
WARNING, ACTION = 0.95, 0.998  # the two limits of funnel plots: 2 and 3 standard errors


def ordinary_spread(z: np.ndarray, se: np.ndarray) -> float:
    """Standard deviation of the books' ratios that is not chance: tau, from (B,) z-scores and standard errors of the ratios.

    The additive (random-effects) model of Spiegelhalter 2005 (Qual Saf Health Care 14:347): winsorised z, its mean square phi
    measured against the normal's, and the moment estimate of DerSimonian and Laird 1986. 0 for fewer than FEW_BOOKS. Second
    check: the spread put into simulated books, in the tests.
    """
    if len(z) < FEW_BOOKS:
        return 0.0
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    phi = np.mean(np.clip(z, low, high) ** 2) / LEFT_OF_NORMAL
    weight = 1 / se**2
    excess = len(z) * (phi - 1) / (weight.sum() - (weight**2).sum() / weight.sum())
    return float(np.sqrt(max(excess, 0)))


def z_scores(lost, expected, n, variance, spread: float = 0.0) -> np.ndarray:
    """(B,) z-scores of lost against expected; NaN where chance leaves nothing open."""
    z = stats.count_z(lost, expected, n, variance)
    return z / _widening(expected, variance, spread)


def limits(expected, n, variance, spread: float, level: float) -> tuple[np.ndarray, np.ndarray]:
    """(lo, hi) of the ratio lost / expected inside which a share `level` of books like this lie; NaN where z is.

    The z-scores turned round: a book is beyond its limit exactly when its z-score is. Kept within 0 and n / expected.
    """
    from scipy.special import ndtri

    expected, n = np.asarray(expected, float), np.asarray(n, float)
    reach = ndtri(0.5 + level / 2) * _widening(expected, variance, spread)
    nothing_open = np.isnan(stats.count_z(expected, expected, n, variance))
    ends = []
    for inner, outer, sign in ((expected, np.zeros_like(expected), -1), (expected, n, 1)):
        never = sign * stats.count_z(outer, expected, n, variance) <= reach  # not even with none lost, or all
        inner, outer = np.where(never, outer, inner), outer.copy()
        for _ in range(36):  # halvings; z rises with the number lost
            middle = (inner + outer) / 2
            is_inside = sign * stats.count_z(middle, expected, n, variance) < reach
            inner, outer = np.where(is_inside, middle, inner), np.where(is_inside, outer, middle)
        with np.errstate(divide="ignore", invalid="ignore"):
            ends.append(np.where(nothing_open, np.nan, inner / expected))
    return ends[0], ends[1]


def curve(table: pd.DataFrame, n_points: int = 160) -> pd.DataFrame:
    """Limits of books of average mix, for the picture: expected_lost from small to the largest book's, and the four limits.

    Columns: expected_lost, limit_95_lo, limit_95_hi, limit_998_lo, limit_998_hi. Empty where no row has limits.
    A row's own limits differ a little, as its mix does. Second check: the rows' own limits, in the tests.
    """
    known = table[(table["expected_lost"] > 0) & table["ratio_se"].notna()]
    if known.empty:
        return pd.DataFrame(columns=["expected_lost", *LIMITS], dtype=float)
    expected, all_expected = known["expected_lost"].to_numpy(float), table["expected_lost"].sum()
    variance = (known["ratio_se"].to_numpy(float) * expected) ** 2
    per_expected = variance.sum() / (expected * (1 - expected / all_expected)).sum()
    x = np.geomspace(min(0.5, expected.max() / 4), expected.max() * 1.04, n_points)
    n = x * table["n"].sum() / all_expected
    of_curve = per_expected * x * np.maximum(1 - x / all_expected, 1e-9)  # a book is a part of what it is compared with
    return pd.DataFrame({"expected_lost": x, **named_limits(x, n, of_curve, float(known["ordinary_spread"].iloc[0]))})


LIMITS = ("limit_95_lo", "limit_95_hi", "limit_998_lo", "limit_998_hi")


def named_limits(expected, n, variance, spread: float) -> dict[str, np.ndarray]:
    """The four limits by the names of their columns."""
    pairs = [limits(expected, n, variance, spread, level) for level in (WARNING, ACTION)]
    return dict(zip(LIMITS, (end for pair in pairs for end in pair), strict=True))


def _widening(expected, variance, spread: float) -> np.ndarray:
    """How many times wider than by chance alone the limits are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(1 + (spread * np.asarray(expected, float)) ** 2 / np.asarray(variance, float))
