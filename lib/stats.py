"""Intervals and tests: arrays in, arrays out. lib/survival.py has the times until something happens.

wilson               interval of a proportion
wilson_of_clusters   the same where rows of a cluster are chance together
log_tail_count       how surprising a number of lost accounts is: the logarithm of its upper tail
log_tail_pearson3    the same for a skewed sum, such as ARR lost
rate_differs         does a part's rate differ from the rest's? two-sided p
benjamini_hochberg   q-values of a long list of tests
count_z              how many standard errors a number of lost accounts is from the expected one
newcombe             interval of the difference of two rates
rate_ratio           interval of the ratio of two rates
ratio_of_sums        interval of sum k / sum n over accounts
events_per_time      interval of a number of events over a time
poisson_bootstrap    sums drawn anew, for intervals of ratios of money
rank_trend           does an outcome go with the rank of a value? over clusters

Thin over scipy and statsmodels; each is the other's check in tests/test_stats.py.
"""

import numpy as np

DEEP_TAIL = 1e-280  # past this the incomplete gamma function underflows
NEARLY_NORMAL = 1e-4  # a skewness below this changes no tail we could tell apart
NO_SPREAD = 1e-18  # a sum of squares below this is what rounding leaves of none


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


def wilson_of_clusters(k, n, level: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of sum k / sum n where a cluster has k of its n rows: as of so many trials as have the same error.

    The error is that of a ratio by linearisation (Cochran 1977, 6.5), by Student's t with a degree less than clusters, its trials
    those of Korn and Graubard 1998; no more than rows. Where all clusters are alike in share there is no error to tell: a cluster
    counts as one trial then. Second check: statsmodels GLM, cov_type="cluster", and how often it holds what was planted.
    """
    from scipy.special import ndtr, stdtrit

    k, n = (np.asarray(each, float) for each in (k, n))
    rows, n_clusters = n.sum(), np.count_nonzero(n)
    if not rows:
        return np.nan, np.nan
    share = k.sum() / rows
    spread = ((k - share * n) ** 2).sum() * n_clusters / max(n_clusters - 1, 1)
    alike = rows**2 / (n * n).sum()
    trials = min(share * (1 - share) * rows**2 / spread, rows) if spread > NO_SPREAD and n_clusters > 1 else alike
    t = stdtrit(max(n_clusters - 1, 1), 0.5 + level / 2)
    lo, hi = wilson(share * trials, trials, 1 - 2 * ndtr(-t))
    return min(float(lo), share), max(float(hi), share)


def benjamini_hochberg(p) -> np.ndarray:
    """q-values of (N,) p-values: reject q <= 5 % and one in twenty of those rejected is expected to be false.

    Benjamini and Hochberg 1995, by scipy; second check: statsmodels multipletests. NaN stays NaN and does not count.
    """
    from scipy.stats import false_discovery_control

    p = np.asarray(p, float)
    q = np.full(p.shape, np.nan)
    known = ~np.isnan(p)
    if known.any():
        q[known] = false_discovery_control(p[known])
    return q


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


def rate_differs(k, n, k_all: float, n_all: float) -> np.ndarray:
    """Two-sided p that k of n, drawn from k_all of n_all, differ from the others; NaN where there are no others.

    Twice the smaller tail by the signed root of the likelihood ratio, with a continuity correction: at or above the exact
    test's. Second check: scipy.stats.fisher_exact.
    """
    k, n = np.asarray(k, float), np.asarray(n, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.float64(k_all) / n_all
        variance = n * rate * (1 - rate) * (n_all - n) / (n_all - 1)
        more = log_tail_count(k, n * rate, n, variance)
        fewer = log_tail_count(n - k, n * (1 - rate), n, variance)
        p = np.minimum(1, 2 * np.exp(np.minimum(more, fewer)))
    return np.where(
        (n > 0) & (n < n_all) & (k_all > 0) & (k_all < n_all), p, np.where((n > 0) & (n < n_all), 1.0, np.nan)
    )


def count_z(lost, expected, n, variance) -> np.ndarray:
    """How many standard errors `lost` is from `expected` of `n`, where chance has this variance; NaN where it has none.

    The normal score of the binomial mid-P tail (Lancaster 1961), scaled from the binomial variance to this one; where the tail
    underflows, the signed root of the likelihood ratio. `lost` need not be whole: the tail runs on between counts. Second
    check: enumeration of Poisson-binomial laws, in tests/test_compare.py.
    """
    from scipy.special import betainc, ndtri, xlogy

    lost, expected, n, variance = np.broadcast_arrays(
        *(np.asarray(each, float) for each in (lost, expected, n, variance))
    )
    kept, none = n - lost, 1e-12  # betainc takes no zero, and is 0 or 1 there
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.clip(expected / n, 0, 1)
        up = (betainc(np.maximum(lost, none), kept + 1, rate) + betainc(lost + 1, np.maximum(kept, none), rate)) / 2
        down = (
            betainc(kept + 1, np.maximum(lost, none), 1 - rate) + betainc(np.maximum(kept, none), lost + 1, 1 - rate)
        ) / 2
        z = np.where(up < down, -ndtri(up), ndtri(down))
        deviance = 2 * (xlogy(lost, lost / expected) + xlogy(kept, kept / (n - expected)))
        root = np.sign(lost - expected) * np.sqrt(np.maximum(deviance, 0))
        z = np.where(np.isfinite(z) & (np.abs(z) < 30), z, root) * np.sqrt(expected * (1 - rate) / variance)
    return np.where((variance > 0) & (expected > 0) & (expected < n), z, np.nan)


def newcombe(k_1, n_1, k_2, n_2, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Interval of the difference k_1 / n_1 - k_2 / n_2 of two independent rates; NaN where one has no n.

    Newcombe 1998, method 10 (hybrid of two Wilson intervals); second check: statsmodels confint_proportions_2indep.
    """
    k_1, n_1, k_2, n_2 = (np.asarray(each, float) for each in (k_1, n_1, k_2, n_2))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate_1, rate_2 = k_1 / n_1, k_2 / n_2
    (lo_1, hi_1), (lo_2, hi_2) = wilson(k_1, n_1, level), wilson(k_2, n_2, level)
    difference = rate_1 - rate_2
    lo = difference - np.sqrt((rate_1 - lo_1) ** 2 + (hi_2 - rate_2) ** 2)
    hi = difference + np.sqrt((hi_1 - rate_1) ** 2 + (rate_2 - lo_2) ** 2)
    return lo, hi


def rate_ratio(k_1, n_1, k_2, n_2, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Interval of the ratio (k_1 / n_1) / (k_2 / n_2) of two independent rates; no end where k_2 = 0, NaN where one has no n.

    Donner and Zou 2012 (hybrid of two Wilson intervals, as Newcombe's): the ratios at which rate_1 - ratio x rate_2 can be zero.
    Second check: statsmodels confint_proportions_2indep(compare="ratio"), and those ratios found by bisection.
    """
    k_1, n_1, k_2, n_2 = (np.asarray(each, float) for each in (k_1, n_1, k_2, n_2))
    (lo_1, hi_1), (lo_2, hi_2) = wilson(k_1, n_1, level), wilson(k_2, n_2, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate_1, rate_2 = k_1 / n_1, k_2 / n_2
        least, most = lo_1 * (2 * rate_1 - lo_1), hi_1 * (2 * rate_1 - hi_1)
        under, over = lo_2 * (2 * rate_2 - lo_2), hi_2 * (2 * rate_2 - hi_2)
        product = rate_1 * rate_2
        lo = least / (product + np.sqrt(np.maximum(product**2 - least * over, 0)))
        hi = (product + np.sqrt(np.maximum(product**2 - most * under, 0))) / under
    is_told = (n_1 > 0) & (n_2 > 0)
    return np.where(is_told, np.where(k_1 > 0, lo, 0), np.nan), np.where(is_told, np.where(k_2 > 0, hi, np.inf), np.nan)


def ratio_of_sums(k, n, kk, kn, nn, n_rows, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Interval of sum k / sum n over rows that are chance, from their sums and sums of products; NaN under two rows.

    The variance of a ratio by linearisation (Cochran 1977, 6.5), Student's t with n_rows - 1 degrees. Of rows with n = 1 it
    is the interval of a mean (second check: scipy.stats.ttest_1samp); else statsmodels OLS with errors clustered by row.
    """
    from scipy.special import stdtrit

    k, n, kk, kn, nn, n_rows = (np.asarray(each, float) for each in (k, n, kk, kn, nn, n_rows))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = k / n
        spread = np.maximum(kk - 2 * ratio * kn + ratio**2 * nn, 0) * n_rows / (n_rows - 1)
        half = stdtrit(np.maximum(n_rows - 1, 1), 0.5 + level / 2) * np.sqrt(spread) / n
    is_told = (n_rows > 1) & (n > 0)
    return np.where(is_told, ratio - half, np.nan), np.where(is_told, ratio + half, np.nan)


def events_per_time(k, time, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Interval of k events over a time, if they come as chance has it: (lo, hi), NaN where there is no time.

    Garwood 1936; second check: scipy.stats.chi2.
    """
    from scipy.special import gammaincinv

    k, time = np.asarray(k, float), np.asarray(time, float)
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        lo = np.where(k > 0, gammaincinv(np.maximum(k, 1), tail), 0) / time
        hi = gammaincinv(k + 1, 1 - tail) / time
    return np.where(time > 0, lo, np.nan), np.where(time > 0, hi, np.nan)


def poisson_bootstrap(values, n_draws: int = 500, seed: int = 1) -> np.ndarray:
    """Column sums of (N, K) values, drawn anew `n_draws` times: each row counts as often as a Poisson variable of mean one says.

    The bootstrap of a sum whose number of rows is itself chance; the same seed gives the same draws.
    """
    from scipy.stats import poisson

    values = np.asarray(values, float)
    dice, sums = np.random.default_rng(seed), np.zeros((n_draws, values.shape[1]))
    times = np.searchsorted(poisson.cdf(np.arange(9), 1), (np.arange(1 << 16) + 0.5) / (1 << 16)).astype(np.float32)
    for at in range(0, len(values), 1 << 14):
        part = values[at : at + (1 << 14)]
        sums += times[dice.integers(0, 1 << 16, (n_draws, len(part)), dtype=np.uint16)] @ part
    return sums


def rank_trend(values, happened, cluster) -> tuple[float, float]:
    """Whether what happened goes with the rank of a value: the correlation of ranks, and its two-sided p; NaN where all are alike.

    The score test of no relation, its variance from sums over clusters (rows of one account), so that an account with many
    rows is no crowd. With a row each it is the robust form of Mann and Whitney's test, its check in tests/test_renewals_deciles.py.
    """
    from scipy.special import ndtr
    from scipy.stats import rankdata

    x, y = rankdata(values), np.asarray(happened, float)
    x, y = x - x.mean(), y - y.mean()
    norm = np.sqrt((x**2).sum() * (y**2).sum())
    if not norm:
        return np.nan, np.nan
    _, at = np.unique(np.asarray(cluster), return_inverse=True)
    sums = np.bincount(at, x * y)
    return float((x * y).sum() / norm), float(2 * ndtr(-abs(sums.sum()) / np.sqrt((sums**2).sum())))
