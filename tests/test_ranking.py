"""lib.ranking by hand, against loops over pairs and scipy, and how often its intervals hold what was planted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from lib import ranking, stats

BANDS = np.array([-0.5, 0.3, 1.0, 1.8])


def rows(n_happened, n_others, auc, dice):
    """Scores of two normal laws whose AUC is this, and outcomes."""
    happened = np.arange(n_happened + n_others) < n_happened
    return dice.normal(size=len(happened)) + np.sqrt(2) * ndtri(auc) * happened, happened


def accounts(n, rate, auc, dice, kept=0.8):
    """Scores, outcomes and accounts of accounts seen on up to twelve days each: a loss shows on the last three of them."""
    days = dice.integers(1, 13, n)
    at = np.repeat(np.arange(n), days)
    left = np.concatenate([np.arange(each)[::-1] for each in days])
    happened = (dice.random(n) < rate)[at] & (left < 3)
    noise = np.sqrt(kept) * dice.normal(size=n)[at] + np.sqrt(1 - kept) * dice.normal(size=len(at))
    return noise + np.sqrt(2) * ndtri(auc) * happened, happened, at


def by_pairs(scores, happened, cluster):
    """AUCs of (S, N) scores and their covariance, pair by pair and cluster by cluster, as Obuchowski writes them down."""
    hits, others = np.flatnonzero(happened), np.flatnonzero(~happened)
    right = np.array([[[float(s[i] > s[j]) + (s[i] == s[j]) / 2 for j in others] for i in hits] for s in scores])
    aucs, (m, n) = right.mean(axis=(1, 2)), (len(hits), len(others))
    names = np.unique(cluster)
    x = np.array([[(r.mean(1) - a)[cluster[hits] == k].sum() for k in names] for r, a in zip(right, aucs, strict=True)])
    y = np.array(
        [[(r.mean(0) - a)[cluster[others] == k].sum() for k in names] for r, a in zip(right, aucs, strict=True)]
    )
    i, i_10, i_01 = len(names), len(set(cluster[hits])), len(set(cluster[others]))
    s_10, s_01, s_11 = i_10 / (i_10 - 1) / m * x @ x.T, i_01 / (i_01 - 1) / n * y @ y.T, i / (i - 1) * x @ y.T
    return aucs, s_10 / m + s_01 / n + (s_11 + s_11.T) / (m * n)


# --- how well a score ranks


def test_seven_rows_by_hand():
    """0.9, 0.6, 0.4 against 0.7, 0.4, 0.1, 0.1: right are 4 + 3 + 2.5 of 12 pairs.

    placements 1, 0.75, 0.625 and 1/3, 5/6, 1, 1; their variances 7/192 and 43/432; error^2 = 7/576 + 43/1728 = 1/27
    degrees (1/27)^2 / ((7/576)^2 / 2 + (43/1728)^2 / 3) = 4.894, and four: t = 2.266
    trials = (2 x 19/24 x 5/24 + 1) / (2/27 + 4 (1/3 + 1/4) / 12) = 4.9526
    Wilson: (0.79167 + 0.51839) / 2.03679 = 0.64320, -+ sqrt(5.1348 (0.03330 + 0.05234)) / 2.03679 = 0.32558
    """
    found = ranking.auc_of([0.9, 0.7, 0.6, 0.4, 0.4, 0.1, 0.1], [1, 0, 1, 1, 0, 0, 0])
    assert found.auc == pytest.approx(9.5 / 12) and found.error**2 == pytest.approx(1 / 27)
    assert (found.n_happened, found.n_others, found.n_clusters) == (3, 4, 7)
    assert (found.lo, found.hi) == pytest.approx((0.64320 - 0.32558, 0.64320 + 0.32558), abs=2e-4)


drawn = st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4), st.booleans(), st.integers(0, 5)), min_size=4, max_size=40)  # fmt: skip


def taken(each) -> tuple[np.ndarray, ...]:
    a, b, happened, cluster = (np.array(column) for column in zip(*each, strict=True))
    return a, b, happened.astype(bool), cluster


@given(drawn)
@settings(max_examples=50)
def test_it_is_the_statistic_of_mann_and_whitney_and_the_test_of_brunner_and_munzel(each):
    from scipy.stats import brunnermunzel, mannwhitneyu

    score, _, happened, _ = taken(each)
    found = ranking.auc_of(score, happened)
    if 0 < happened.sum() < len(happened):
        theirs = mannwhitneyu(score[happened], score[~happened]).statistic
        assert found.auc == pytest.approx(theirs / happened.sum() / (~happened).sum())
        if found.error > 0:
            test = brunnermunzel(score[~happened], score[happened])
            assert (found.auc - 0.5) / found.error == pytest.approx(test.statistic, abs=1e-9)
    else:
        assert np.isnan([found.auc, found.lo, found.hi, found.error]).all()


@given(drawn, st.booleans())
@settings(max_examples=50)
def test_errors_are_those_of_loops_over_pairs(each, is_clustered):
    a, b, happened, cluster = taken(each)
    cluster = cluster if is_clustered else np.arange(len(a))
    if min(len(set(cluster[happened])), len(set(cluster[~happened]))) < 2:
        return
    aucs, covariance = by_pairs([a, b], happened, cluster)
    given_clusters = (cluster,) if is_clustered else ()
    found = ranking.auc_difference_of(a, b, happened, *given_clusters)
    for one, auc, variance in zip((found.auc_a, found.auc_b), aucs, np.diag(covariance), strict=True):
        assert one.auc == pytest.approx(auc)
        assert np.nan_to_num(one.error) == pytest.approx(np.sqrt(max(variance, 0)), abs=1e-7)
    assert found.difference == pytest.approx(aucs[0] - aucs[1])
    apart = max(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], 0)
    assert np.nan_to_num(found.error) == pytest.approx(np.sqrt(apart), abs=1e-7)


@given(drawn)
@settings(max_examples=50)
def test_what_must_not_matter_does_not(each):
    score, _, happened, cluster = taken(each)
    found = ranking.auc_of(score, happened, cluster)

    def same(other, **changed):
        for name in ("auc", "lo", "hi", "error"):
            assert getattr(other, name) == pytest.approx(changed.get(name, getattr(found, name)), abs=1e-9, nan_ok=True)

    order = np.random.default_rng(len(each)).permutation(len(score))
    same(ranking.auc_of(score[order], happened[order], cluster[order]))
    same(ranking.auc_of(np.exp(score / 3.0), happened, cluster))  # a rising transformation
    same(ranking.auc_of(score, happened, 100 - 7 * cluster))  # clusters by other names
    same(ranking.auc_of(*(np.repeat(column, 3) for column in (score, happened, cluster))))  # each row thrice is no more
    flipped = {"auc": 1 - found.auc, "lo": 1 - found.hi, "hi": 1 - found.lo}
    same(ranking.auc_of(-score, happened, cluster), **flipped)
    same(ranking.auc_of(score, ~happened, cluster), **flipped)
    unknown = [np.append(score, np.nan), np.append(happened, True), np.append(cluster, 99)]
    same(ranking.auc_of(*unknown))
    if not np.isnan(found.auc):
        assert 0 <= found.lo <= found.auc <= found.hi <= 1


def test_a_second_store_of_the_same_accounts_halves_the_variance():
    score, happened, cluster = accounts(200, 0.3, 0.8, np.random.default_rng(1))
    once = ranking.auc_of(score, happened, cluster)
    twice = ranking.auc_of(np.tile(score, 2), np.tile(happened, 2), np.concatenate([cluster, cluster + 1_000]))
    assert twice.auc == pytest.approx(once.auc) and twice.error == pytest.approx(once.error / np.sqrt(2), rel=0.01)
    assert twice.n_clusters == 2 * once.n_clusters == 400


def test_where_all_pairs_are_ranked_rightly_the_interval_has_a_length():
    """Newcombe's interval (2006, method 5) of 10 and 10 begins at 0.80; of a hundred each no more than 4 % can be wrong."""
    found = ranking.auc_of(np.arange(20), np.arange(20) >= 10)
    assert found.auc == found.hi == 1 and 0.65 < found.lo < 0.85 and np.isnan(found.error)
    many = ranking.auc_of(np.arange(200), np.arange(200) >= 100)
    assert 0.94 < many.lo < 0.985
    near = ranking.auc_of(np.where(np.arange(200) == 100, 98.5, np.arange(200)), np.arange(200) >= 100)
    assert near.auc == pytest.approx(0.9999)  # one wrong pair in 10,000
    assert near.lo == pytest.approx(many.lo, abs=0.002)
    one = ranking.auc_of([1, 2, 3, 4, 9], [0, 0, 0, 0, 1])
    assert one.auc == 1 and one.lo < 0.5
    few = ranking.auc_of(np.tile([1, 2], 50), np.tile([0, 1], 50), np.repeat([1, 2], 50))
    assert few.auc == 1 and few.lo < 0.5  # a hundred rows of two accounts are two


def test_the_same_for_all_ranks_nobody():
    found = ranking.auc_of(np.ones(50), np.arange(50) < 20)
    assert found.auc == 0.5 and found.lo < 0.5 < found.hi


INDEPENDENT = [(5, 100), (10, 10), (10, 300), (40, 400)]


def held(n_draws, n_happened, n_others, auc, *, banded) -> np.ndarray:
    """Of so many draws, how often the interval began above, held, or ended below what was planted."""
    dice, found = np.random.default_rng(1), []
    shift = np.sqrt(2) * ndtri(auc)
    edges = np.concatenate([[-np.inf], BANDS, [np.inf]])
    of_others, of_hits = np.diff(ndtr(edges)), np.diff(ndtr(edges - shift))
    planted = of_hits @ (np.cumsum(of_others) - of_others / 2) if banded else auc
    for _ in range(n_draws):
        score, happened = rows(n_happened, n_others, auc, dice)
        each = ranking.auc_of(np.digitize(score, BANDS) if banded else score, happened)
        found.append((planted < each.lo, each.lo <= planted <= each.hi, planted > each.hi))
    return np.mean(found, axis=0)


@pytest.mark.parametrize("banded", [False, True], ids=["score", "bands"])
@pytest.mark.parametrize("auc", [0.5, 0.8, 0.95])
def test_the_interval_holds_what_was_planted(auc, banded):
    for n_happened, n_others in INDEPENDENT[1:]:
        _, inside, _ = held(150, n_happened, n_others, auc, banded=banded)
        assert inside >= 0.92


@pytest.mark.slow
@pytest.mark.parametrize("banded", [False, True], ids=["score", "bands"])
@pytest.mark.parametrize("auc", [0.5, 0.8, 0.95])
@pytest.mark.parametrize(("n_happened", "n_others"), [(3, 30), *INDEPENDENT])
def test_the_interval_holds_what_was_planted_in_many_draws(auc, banded, n_happened, n_others):
    below, inside, above = held(4_000, n_happened, n_others, auc, banded=banded)
    assert inside > 0.94 and below < 0.035 and above < 0.035
    if n_happened == 40:
        assert inside < 0.985  # and it is no longer than it must be


def held_in_clusters(n_draws, n, rate, auc) -> tuple[float, float]:
    """How often what was planted is held, of clusters, and if their rows were taken for independent ones."""
    planted = ranking.auc_of(*accounts(40_000, rate, auc, np.random.default_rng(7))[:2]).auc
    dice, found = np.random.default_rng(1), []
    for _ in range(n_draws):
        score, happened, cluster = accounts(n, rate, auc, dice)
        if happened.any():
            each, naive = ranking.auc_of(score, happened, cluster), ranking.auc_of(score, happened)
            found.append((each.lo <= planted <= each.hi, naive.lo <= planted <= naive.hi))
    return tuple(np.mean(found, axis=0))


@pytest.mark.parametrize("auc", [0.5, 0.8])
def test_the_interval_of_accounts_seen_on_many_days_holds_what_was_planted(auc):
    inside, naive = held_in_clusters(250, 60, 0.2, auc)
    assert inside >= 0.93 and naive < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("auc", [0.5, 0.8, 0.95])
@pytest.mark.parametrize(("n", "rate"), [(15, 0.3), (60, 0.2), (400, 0.05), (400, 0.2)])
def test_the_interval_of_accounts_holds_what_was_planted_in_many_draws(auc, n, rate):
    inside, _ = held_in_clusters(2_000, n, rate, auc)
    assert inside > 0.935


@pytest.mark.slow
def test_a_million_rows_take_about_a_second():
    import time

    dice = np.random.default_rng(1)
    score, happened, cluster = (
        dice.normal(size=1_000_000),
        dice.random(1_000_000) < 0.05,
        dice.integers(0, 10**5, 10**6),
    )
    began = time.perf_counter()
    ranking.auc_of(score, happened, cluster)
    assert time.perf_counter() - began < 3


# --- two scores


def two(n_happened, n_others, a, b, alike, dice):
    """Two scores over the same rows, whose noise goes together."""
    one, happened = rows(n_happened, n_others, 0.5, dice)
    other = alike * one + np.sqrt(1 - alike**2) * dice.normal(size=len(one))
    return one + np.sqrt(2) * ndtri(a) * happened, other + np.sqrt(2) * ndtri(b) * happened, happened


@given(drawn)
@settings(max_examples=50)
def test_a_difference_turns_round_with_its_scores(each):
    a, b, happened, cluster = taken(each)
    one, other = ranking.auc_difference_of(a, b, happened, cluster), ranking.auc_difference_of(b, a, happened, cluster)
    assert (one.difference, one.lo, one.hi) == pytest.approx((-other.difference, -other.hi, -other.lo), nan_ok=True)
    assert one.p == pytest.approx(other.p, nan_ok=True)
    if not np.isnan(one.difference):
        assert -1 <= one.lo <= one.difference <= one.hi <= 1 and 0 <= one.p <= 1
        assert (one.p < 0.05) == (one.lo > 0 or one.hi < 0) or one.p == pytest.approx(0.05)


def test_the_same_ranking_is_no_different_and_unknown_rows_are_in_neither():
    a, _, happened = two(20, 60, 0.8, 0.7, 0.5, np.random.default_rng(1))
    same = ranking.auc_difference_of(a, np.exp(a), happened)
    assert (same.difference, same.lo, same.hi, same.p) == (0, 0, 0, 1)
    half = np.where(np.arange(80) % 2, a, np.nan)
    found = ranking.auc_difference_of(a, half, happened)
    assert found.p == 1 and found.auc_a == found.auc_b and found.auc_a.n_clusters == 40
    assert np.isnan(ranking.auc_difference_of(a, -a, np.ones(80)).p)


def test_a_perfect_score_differs_from_its_opposite_as_far_as_few_rows_tell():
    happened = np.arange(24) >= 12
    found = ranking.auc_difference_of(np.arange(24), -np.arange(24), happened)
    assert (found.difference, found.hi) == (1, 1) and 0.4 < found.lo < 1 and found.p < 0.01
    few = ranking.auc_difference_of([1, 2], [2, 1], [False, True])
    assert few.difference == 1 and few.lo < 0 and few.p > 0.05


def test_of_many_rows_a_difference_is_delongs_and_its_level_is_that_of_p():
    a, b, happened = two(4_000, 8_000, 0.8, 0.79, 0.8, np.random.default_rng(1))
    found = ranking.auc_difference_of(a, b, happened)
    assert (found.difference - found.lo, found.hi - found.difference) == pytest.approx(
        (1.96 * found.error, 1.96 * found.error), rel=0.03
    )
    assert found.p == pytest.approx(2 * ndtr(-found.difference / found.error), rel=0.2) and 0 < found.p < 0.05
    at_zero = ranking.auc_difference_of(a, b, happened, level=1 - found.p)
    assert at_zero.lo == pytest.approx(0, abs=0.02 * found.error)


def told(n_draws, n_happened, n_others, a, b, alike) -> tuple[float, float]:
    """How often the interval holds the difference, and how often p is below 5 %."""
    dice, found = np.random.default_rng(1), []
    for _ in range(n_draws):
        each = ranking.auc_difference_of(*two(n_happened, n_others, a, b, alike, dice))
        assert (each.p < 0.05) == (each.lo > 0 or each.hi < 0)
        found.append((each.lo <= a - b <= each.hi, each.p < 0.05))
    return tuple(np.mean(found, axis=0))


@pytest.mark.parametrize(("a", "b", "alike"), [(0.8, 0.8, 0.8), (0.8, 0.65, 0.0), (0.95, 0.85, 0.8)])
def test_the_interval_of_a_difference_holds_what_was_planted(a, b, alike):
    inside, is_told = told(250, 20, 200, a, b, alike)
    assert inside >= 0.93
    assert is_told > 0.3 if a > b else is_told < 0.07


def test_of_five_losses_little_is_told_of_how_two_scores_go_together():
    _, is_told = told(400, 5, 100, 0.5, 0.5, 0.8)
    assert is_told < 0.04  # by their correlation as it is seen it would be twice that


@pytest.mark.slow
@pytest.mark.parametrize(("n_happened", "n_others"), [(5, 100), (10, 10), (30, 300)])
@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (0.8, 0.8), (0.8, 0.65), (0.95, 0.85)])
@pytest.mark.parametrize("alike", [0.0, 0.8])
def test_the_interval_of_a_difference_holds_what_was_planted_in_many_draws(n_happened, n_others, a, b, alike):
    inside, is_told = told(3_000, n_happened, n_others, a, b, alike)
    assert inside > 0.93 and (a > b or is_told < 0.07)
    if (n_happened, a, b, alike) == (30, 0.8, 0.65, 0.8):
        assert is_told > 0.95


# --- flags


def test_a_flag_by_hand():
    """20 flagged of 100, 12 of them lost; 20 lost in all: precision 12 / 20, recall 12 / 20, lift 0.6 / 0.2."""
    flagged = np.arange(100) < 20
    happened = (np.arange(100) < 12) | (np.arange(100) >= 92)
    found = ranking.flagged_of(flagged, happened)
    assert (found.precision, found.recall, found.base_rate, found.lift) == pytest.approx((0.6, 0.6, 0.2, 3.0))
    assert (found.n, found.n_flagged, found.n_happened, found.n_both) == (100, 20, 20, 12)
    wilson = tuple(float(each) for each in stats.wilson(12, 20))
    assert (found.precision_lo, found.precision_hi) == (found.recall_lo, found.recall_hi) == pytest.approx(wilson)
    lo, hi = stats.rate_ratio(12, 20, 8, 80)  # the lift of as many flagged is a rising function of this ratio
    assert (found.lift_lo, found.lift_hi) == pytest.approx((1 / (0.2 + 0.8 / lo), 1 / (0.2 + 0.8 / hi)))
    assert found.lift == pytest.approx(1 / (0.2 + 0.8 / (0.6 / 0.1)))


def test_flags_on_none_all_and_nobody():
    none = ranking.flagged_of([0, 0, 0], [1, 0, 0])
    assert np.isnan([none.precision, none.precision_hi, none.lift, none.lift_lo]).all() and none.recall == 0
    everybody = ranking.flagged_of([1, 1, 1], [1, 0, 0])
    assert (everybody.lift, everybody.lift_lo, everybody.lift_hi, everybody.recall) == (1, 1, 1, 1)
    unharmed = ranking.flagged_of([1, 0, 0], [0, 0, 0])
    assert unharmed.precision == 0 and np.isnan([unharmed.recall, unharmed.lift, unharmed.lift_hi]).all()
    nobody = ranking.flagged_of([], [])
    assert nobody.n == 0 and np.isnan([nobody.precision, nobody.recall, nobody.base_rate, nobody.lift]).all()
    exact = ranking.flagged_of([1, 1, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0])
    assert (
        exact.lift == exact.lift_hi == 4 and 1 < exact.lift_lo < 4
    )  # no flag of a quarter can do better than four times


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
@settings(max_examples=50)
def test_bounds_of_a_flag_hold_what_is_seen(each):
    flagged, happened = (np.array(column) for column in zip(*each, strict=True))
    found = ranking.flagged_of(flagged, happened)
    for name, most in (("precision", 1), ("recall", 1), ("lift", len(flagged) / max(flagged.sum(), 1))):
        value, lo, hi = (getattr(found, name + end) for end in ("", "_lo", "_hi"))
        assert np.isnan([value, lo, hi]).all() or -1e-9 <= lo - 1e-9 <= value <= hi + 1e-9 <= most + 2e-9


@pytest.mark.parametrize(("n", "n_flagged", "rate", "rest"), [(100, 10, 0.3, 0.1), (500, 25, 0.6, 0.02), (1_000, 20, 0.2, 0.2)])  # fmt: skip
def test_the_interval_of_a_lift_holds_what_was_planted(n, n_flagged, rate, rest):
    dice, flagged, found = np.random.default_rng(3), np.arange(n) < n_flagged, []
    planted = rate / np.where(flagged, rate, rest).mean()
    for _ in range(400):
        each = ranking.flagged_of(flagged, dice.random(n) < np.where(flagged, rate, rest))
        found.append(each.lift_lo <= planted <= each.lift_hi)
    assert 0.93 <= np.mean(found) <= 0.985
