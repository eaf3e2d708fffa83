"""How unlikely a cell's losses are: logarithms of one-sided upper tails, arrays in, arrays out.

log_tail_count       number of lost accounts in a cell (signed root of the likelihood ratio)
log_tail_pearson3    a skewed sum, such as the ARR lost in a cell

A normal tail will not do: at ten expected losses it is anti-conservative by one and a half orders of magnitude at
p = 1e-5, and more for money. The exact hypergeometric tail takes a thousand times as long for a whole cube.
"""

import numpy as np

DEEP_TAIL = 1e-280  # past this the incomplete gamma function underflows
NEARLY_NORMAL = 1e-4  # a skewness below this changes no tail we could tell apart


def log_tail_count(lost, expected, n, variance) -> np.ndarray:
    """log P(count >= lost) where `expected` of n were due with that variance; never far below where lost <= expected.

    z = sign(o - E) sqrt(2 [o ln(o/E) + (n-o) ln((n-o)/(n-E))]) sqrt(E (1 - E/n) / variance), with o = lost - 1/2.
    Second check: scipy.stats.hypergeom.logsf(lost - 1, N, K, n) where expected = nK/N, from which this errs by at most
    half an order of magnitude down to 1e-8, to the safe side.
    """
    from scipy.special import log_ndtr, xlogy

    observed = np.maximum(lost - 0.5, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = 2 * (xlogy(observed, observed / expected) + xlogy(n - observed, (n - observed) / (n - expected)))
        z = np.sign(observed - expected) * np.sqrt(np.maximum(deviance, 0) * expected * (1 - expected / n) / variance)
    return log_ndtr(-np.nan_to_num(z))


def log_tail_pearson3(excess, variance, skewness) -> np.ndarray:
    """log P(sum - its expectation >= excess) for a sum of this variance and skewness, by a Pearson type III law.

    A gamma variable of shape k = 4 / skewness^2, shifted and scaled. Skewed to the left the normal tail is the heavier
    one and is used. Second check: scipy.stats.pearson3.logsf(excess / sqrt(variance), skewness).
    """
    from scipy.special import gammaincc, log_ndtr, xlogy

    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.nan_to_num(excess / np.sqrt(variance))
        shape = 4 / np.maximum(skewness, NEARLY_NORMAL) ** 2
        x = np.maximum(shape + t * np.sqrt(shape), 0)
        tail = gammaincc(shape, x)
        root = np.sign(t) * np.sqrt(np.maximum(2 * (x - shape - xlogy(shape, x / shape)), 0))
    # Deep in the tail the same law's signed root stands in: right to a factor, and it does not underflow.
    log_tail = np.where(tail > DEEP_TAIL, np.log(np.maximum(tail, DEEP_TAIL)), log_ndtr(-root))
    return np.where(skewness > NEARLY_NORMAL, log_tail, log_ndtr(-t))
