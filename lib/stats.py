"""Intervals, survival curves, tests: arrays in, arrays out.

wilson    interval of a proportion
"""

import numpy as np


def wilson(k, n, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson score interval of k of n: (lo, hi) in [0, 1], NaN where n = 0.

    Wilson 1927; second check: statsmodels proportion_confint(method="wilson").
    """
    from scipy.special import ndtri

    k, n = np.asarray(k, float), np.asarray(n, float)
    z2 = ndtri(0.5 + level / 2) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = k / n
        centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (rate * (1 - rate) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
