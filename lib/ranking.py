"""How well does a score rank? Arrays in, arrays out. lib/calibration.py asks whether a chance means what it says.

Auc                 how often whom it happens to scores above whom it does not, with its interval
auc_of              the same from scores and outcomes, of rows or of clusters of them
AucDifference       of two scores over the same rows
auc_difference_of   the same, with its interval and p
Flagged             how many of the flagged it happened to, and how many of those it happened to were flagged
flagged_of          the same from flags and outcomes
known_rows          the rows that have a score

A high score says that it is likely. Outcomes are yes or no. Rows without a score (NaN) are left out. `cluster` is a whole
number per row: rows of one account seen on several days are chance together. Second checks, in tests/test_ranking.py: scipy,
loops over pairs, and how often the intervals hold what was planted.
"""

from dataclasses import dataclass

import numpy as np

from lib.stats import rate_ratio, wilson, wilson_of_clusters

COINS = 4  # clusters of a score no better than a coin's, which count towards the error of any
NO_ERROR = 1e-12  # a standard error below this is what rounding leaves of none


@dataclass(frozen=True)
class Auc:
    """The chance that one to whom it happened scores above one to whom it did not, ties as half; 0.5 is a coin's.

    error  its standard error; NaN where it cannot be told: all pairs are ranked alike, or a side is of one cluster
    n_happened, n_others, n_clusters  what it is made of; all of it is NaN where one side has nobody
    """

    auc: float
    lo: float
    hi: float
    error: float
    n_happened: int
    n_others: int
    n_clusters: int


@dataclass(frozen=True)
class AucDifference:
    """auc_a - auc_b of two scores over the same rows, `error` as DeLong has it; p is two-sided, of no difference. NaN where one
    side has nobody.
    """

    difference: float
    lo: float
    hi: float
    error: float
    p: float
    auc_a: Auc
    auc_b: Auc


@dataclass(frozen=True)
class Flagged:
    """precision: of the flagged, to how many it happened; recall: of those it happened to, how many were flagged.

    lift  precision / base_rate, the share of all it happened to: 1 is a flag at random. What has no n is NaN
    """

    precision: float
    precision_lo: float
    precision_hi: float
    recall: float
    recall_lo: float
    recall_hi: float
    base_rate: float
    lift: float
    lift_lo: float
    lift_hi: float
    n: int
    n_flagged: int
    n_happened: int
    n_both: int


def auc_of(score, outcome, cluster=None, level: float = 0.95) -> Auc:
    """Mann and Whitney's share of pairs ranked rightly.

    The error is DeLong's (1988), of clusters Obuchowski's (1997), which is the same where each row is its own. The interval is
    Wilson's of as many trials as have that error, by Student's t with the degrees of Brunner and Munzel 2000. A few rows that
    happen to be placed alike would tell of no error at all, so four clusters of a coin's score count towards it: the interval
    holds where all pairs are ranked rightly, of a handful of rows, and of scores of two or three values, where that of the
    log-odds by the same error does not (tests/test_ranking.py). Second checks: scipy.stats.brunnermunzel and mannwhitneyu.
    """
    (score,), happened, at = known_rows((score,), outcome, cluster)
    return _auc(_placements(_ranks(score), happened), happened, at, level)


def auc_difference_of(score_a, score_b, outcome, cluster=None, level: float = 0.95) -> AucDifference:
    """Whether score a ranks better than score b, of the same rows: paired, by DeLong 1988, of clusters by Obuchowski 1997.

    The interval is the hybrid of the two scores' own by how they go together (Zou 2007), of which few clusters tell little. p is
    below 1 - level just where the interval leaves zero out. Two scores that rank alike differ by nothing.
    """
    from scipy.special import stdtr, stdtrit

    (score_a, score_b), happened, at = known_rows((score_a, score_b), outcome, cluster)
    ranks = _ranks(score_a), _ranks(score_b)
    placed = [_placements(each, happened) for each in ranks]
    a, b = (_auc(each, happened, at, level) for each in placed)
    if np.isnan(a.auc):
        return AucDifference(*(np.nan,) * 5, a, b)
    if np.array_equal(*ranks):
        return AucDifference(0.0, 0.0, 0.0, 0.0, 1.0, a, b)
    error, freedom, known = _error(placed[0] - placed[1], happened, at)
    together = 0.0
    if a.error > 0 and b.error > 0:
        together = (a.error**2 + b.error**2 - np.nan_to_num(error) ** 2) / (2 * a.error * b.error) * known / (known + 1)
    below, above = (
        float(np.sqrt(max(x**2 + y**2 - 2 * together * x * y, 0)))
        for x, y in ((a.auc - a.lo, b.hi - b.auc), (a.hi - a.auc, b.auc - b.lo))
    )
    difference, towards_zero = a.auc - b.auc, below if a.auc > b.auc else above
    t = stdtrit(freedom + COINS, 0.5 + level / 2) * abs(difference) / towards_zero
    p = float(2 * stdtr(freedom + COINS, -t))
    return AucDifference(difference, max(difference - below, -1.0), min(difference + above, 1.0), error, p, a, b)


def flagged_of(is_flagged, outcome, cluster=None, level: float = 0.95) -> Flagged:
    """Precision and recall with Wilson's intervals, and lift: precision / base rate.

    Of as many flagged the lift is 1 / (share flagged + share not flagged / ratio) where the ratio is that of the rates of the
    flagged and the others; its interval is carried over from the ratio's (stats.rate_ratio), so it holds at none and at all.
    Without clusters each row counts for itself. Of clusters precision and recall have the interval of stats.wilson_of_clusters, and
    the logarithm of the lift one by linearisation over them; of none of the flagged its end is that of the precision.
    """
    flagged, happened = np.asarray(is_flagged, bool), np.asarray(outcome, bool)
    n, (n_flagged, n_happened, n_both) = (
        len(happened),
        (int(np.sum(each)) for each in (flagged, happened, flagged & happened)),
    )
    counts = np.array([n_both, n_both, n_happened]), np.array([n_flagged, n_happened, n])
    with np.errstate(divide="ignore", invalid="ignore"):
        precision, recall, base_rate = (float(each) for each in np.divide(*counts))
        (lo, recall_lo, _), (hi, recall_hi, _) = (each.tolist() for each in wilson(*counts, level))
        share = np.float64(n_flagged) / n
        ratio = np.array(rate_ratio(n_both, n_flagged, n_happened - n_both, n - n_flagged, level))
        lift = np.float64(precision) / base_rate
        bounds = 1 / (share + (1 - share) / ratio) if share < 1 else np.ones(2)
    lift_lo, lift_hi = np.where(np.isnan(lift), np.nan, bounds).tolist()
    if cluster is not None:
        (lo, hi), (recall_lo, recall_hi), (lift_lo, lift_hi) = _of_clusters(flagged, happened, cluster, level)
    of_flag = (precision, lo, hi, recall, recall_lo, recall_hi, base_rate, float(lift), lift_lo, lift_hi)
    return Flagged(*of_flag, n, n_flagged, n_happened, n_both)


def _of_clusters(flagged: np.ndarray, happened: np.ndarray, cluster, level: float) -> list[tuple[float, float]]:
    """The intervals of precision, recall and lift, where rows of a cluster are chance together."""
    from scipy.special import stdtrit

    at = np.unique(np.asarray(cluster), return_inverse=True)[1]
    both, of_flag, hits, rows = (np.bincount(at, each) for each in (flagged & happened, flagged, happened, at >= 0))
    precision, recall = (wilson_of_clusters(both, among, level) for among in (of_flag, hits))
    n_clusters, n_both, n_flagged, n_hits, n = len(rows), both.sum(), of_flag.sum(), hits.sum(), rows.sum()
    if not n_flagged or not n_hits:
        return [precision, recall, (np.nan, np.nan)]
    if not n_both:
        return [precision, recall, (0.0, precision[1] * n / n_hits)]
    off = both / n_both - of_flag / n_flagged - hits / n_hits + rows / n
    fewest = min(np.count_nonzero(of_flag), np.count_nonzero(hits))
    error = np.sqrt((off**2).sum() * n_clusters / max(n_clusters - 1, 1))
    by = np.exp(stdtrit(max(fewest - 1, 1), 0.5 + level / 2) * error)
    lift = n_both / n_flagged / (n_hits / n)
    return [precision, recall, (lift / by, min(lift * by, n / n_hits))]


def known_rows(scores, outcome, cluster) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Scores and outcomes of the rows that have all of them, and the number of each row's cluster, from 0 without a gap."""
    scores = [np.asarray(each, float) for each in scores]
    is_known = ~np.isnan(scores).any(axis=0)
    scores, happened = [each[is_known] for each in scores], np.asarray(outcome, bool)[is_known]
    if cluster is None:
        return scores, happened, np.arange(len(happened))
    return scores, happened, np.unique(np.asarray(cluster)[is_known], return_inverse=True)[1]


def _ranks(score: np.ndarray) -> np.ndarray:
    """The place of each row's score among the scores there are, ties together."""
    return np.unique(score, return_inverse=True)[1]


def _placements(ranks: np.ndarray, happened: np.ndarray) -> np.ndarray:
    """Of each row, the share of the other side that it is ranked rightly against, ties as half."""
    hits, others = np.bincount(ranks, happened), np.bincount(ranks, ~happened)
    with np.errstate(invalid="ignore"):
        over = (np.cumsum(others) - others / 2) / others.sum()
        under = 1 - (np.cumsum(hits) - hits / 2) / hits.sum()
    return np.where(happened, over[ranks], under[ranks])


def _auc(placements: np.ndarray, happened: np.ndarray, at: np.ndarray, level: float) -> Auc:
    from scipy.special import ndtr, stdtrit

    sides = [np.bincount(at, each) for each in (happened, ~happened)]
    n_happened, n_others = n = [int(each.sum()) for each in sides]
    if not all(n):
        return Auc(*(np.nan,) * 4, n_happened, n_others, len(sides[0]))
    auc = float(placements[happened].mean())
    error, freedom, known = _error(placements, happened, at)
    of_coin = sum((each**2).sum() / each.sum() ** 2 for each in sides) / 12  # a coin's placements are even from 0 to 1
    trials = (known * auc * (1 - auc) + COINS / 4) / (known * np.nan_to_num(error) ** 2 + COINS * of_coin)
    t = stdtrit(freedom + COINS, 0.5 + level / 2)
    lo, hi = wilson(auc * trials, trials, 1 - 2 * ndtr(-t))
    return Auc(auc, min(float(lo), auc), max(float(hi), auc), error, n_happened, n_others, len(sides[0]))


def _error(placements: np.ndarray, happened: np.ndarray, at: np.ndarray) -> tuple[float, float, int]:
    """The standard error of the mean of placements, NaN where it has none; its degrees of freedom; those of the smaller side."""
    beyond = placements - placements[happened].mean()
    sides = [np.bincount(at, each) for each in (happened, ~happened)]
    n = [np.count_nonzero(each) for each in sides]
    known = min(n) - 1
    if not known:
        return np.nan, known, known
    x, y = (np.bincount(at, beyond * of) / each.sum() for of, each in zip((happened, ~happened), sides, strict=True))
    of_x, of_y = (k / (k - 1) * (each**2).sum() for k, each in zip(n, (x, y), strict=True))
    error = float(np.sqrt(max(of_x + of_y + 2 * len(x) / (len(x) - 1) * (x @ y), 0)))
    if error <= NO_ERROR:
        return np.nan, known, known
    return error, float((of_x + of_y) ** 2 / (of_x**2 / (n[0] - 1) + of_y**2 / (n[1] - 1))), known
