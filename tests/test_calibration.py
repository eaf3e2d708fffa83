"""lib.calibration by hand, against statsmodels and scipy, and how often its intervals hold what was planted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, fdtrc, logit, stdtrit

from lib import calibration, stats


def said(n, centre, spread, dice):
    """Chances that mean what they say, and outcomes."""
    chance = expit(centre + spread * dice.normal(size=n))
    return chance, dice.random(n) < chance


def said_of_accounts(n, centre, spread, dice):
    """Of accounts seen on up to twelve days each, the same chance and the same outcome on all of them."""
    at = np.repeat(np.arange(n), dice.integers(1, 13, n))
    chance, happened = said(n, centre, spread, dice)
    return chance[at], happened[at], at


# --- calibration


def test_two_chances_by_hand():
    """Of ten each, 20 % was said of 4, and 50 % of 6, to whom it happened.

    log-odds seen ln(4/6) and ln(6/4) over ln(1/4) and 0: slope 2 ln(1.5) / ln 4 = 0.58496, intercept ln 1.5
    variances (1/4 + 1/6) 2 / (ln 4)^2 and 1/6 + 1/4; t of 18 degrees 2.10092
    expected 7, observed 10; ratio R = 10/7: the sum of (y - R p)^2 is 8 (5/7)^2 + 12 (2/7)^2 = 248/49
    """
    chance, happened = np.repeat([0.2, 0.5], 10), np.r_[np.arange(10) < 4, np.arange(10) < 6]
    found = calibration.calibration_of(chance, happened)
    assert (found.slope, found.intercept) == pytest.approx((0.58496, np.log(1.5)), abs=1e-5)
    half = 2.10092 * np.sqrt(np.array([5 / 6 / np.log(4) ** 2, 5 / 12]))
    assert (found.slope_hi - found.slope, found.intercept - found.intercept_lo) == pytest.approx(half, abs=1e-4)
    assert (found.expected, found.observed, found.ratio) == pytest.approx((7, 10, 10 / 7))
    by = np.exp(2.10092 * np.sqrt(248 / 49 * 20 / 19) / 10)
    assert (found.ratio_lo, found.ratio_hi) == pytest.approx((10 / 7 / by, 10 / 7 * by), abs=1e-4)
    assert found.n == found.n_clusters == 20


@pytest.mark.parametrize(("n", "centre", "spread"), [(80, 0, 1), (400, -2, 1.5), (3_000, -3, 0.5)])
def test_it_agrees_with_statsmodels(n, centre, spread):
    import statsmodels.api as sm

    dice = np.random.default_rng(n)
    chance, happened = said(n, centre, spread, dice)
    cluster = dice.integers(0, n // 4, n)
    model = sm.GLM(happened.astype(float), sm.add_constant(logit(chance)), family=sm.families.Binomial())
    alone, grouped = model.fit(use_t=True), model.fit(cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True)
    for theirs, ours in (
        (alone, calibration.calibration_of(chance, happened)),
        (grouped, calibration.calibration_of(chance, happened, cluster)),
    ):
        assert (ours.intercept, ours.slope) == pytest.approx(tuple(theirs.params), abs=1e-6)
        degrees = n - 2
        if theirs is grouped:
            degrees = min(len(set(cluster[happened])), len(set(cluster[~happened]))) - 1
        half = np.array([ours.intercept_hi - ours.intercept_lo, ours.slope_hi - ours.slope_lo]) / 2
        assert half == pytest.approx(theirs.bse * stdtrit(degrees, 0.975), rel=1e-5)
        statistic = theirs.wald_test((np.eye(2), [0, 1]), use_f=True, scalar=True).statistic
        assert ours.p == pytest.approx(fdtrc(2, degrees, statistic), rel=1e-4)


def test_the_ratio_of_clusters_is_the_ratio_of_sums_on_the_scale_of_logarithms():
    dice = np.random.default_rng(4)
    chance, happened, cluster = said_of_accounts(400, -1, 1, dice)
    found = calibration.calibration_of(chance, happened, cluster)
    k, n = np.bincount(cluster, happened), np.bincount(cluster, chance)
    lo, hi = stats.ratio_of_sums(k.sum(), n.sum(), k @ k, k @ n, n @ n, 400)
    degrees = min(np.count_nonzero(k), np.count_nonzero(np.bincount(cluster, ~happened))) - 1
    narrower = stdtrit(399, 0.975) / stdtrit(degrees, 0.975)
    assert np.log(found.ratio_hi / found.ratio) * narrower == pytest.approx((hi - lo) / 2 / found.ratio, rel=1e-6)


def test_it_tells_bold_from_timid_and_high_from_low():
    dice = np.random.default_rng(1)
    chance, happened = said(40_000, -1, 1, dice)
    meant = calibration.calibration_of(chance, happened)
    assert meant.slope_lo < 1 < meant.slope_hi and meant.intercept_lo < 0 < meant.intercept_hi and meant.p > 0.05
    assert meant.ratio_lo < 1 < meant.ratio_hi
    bold = calibration.calibration_of(expit(2 * logit(chance)), happened)
    assert bold.slope == pytest.approx(meant.slope / 2) and bold.slope_hi < 1 and bold.p < 1e-6
    high = calibration.calibration_of(expit(logit(chance) + 0.5), happened)
    assert high.intercept == pytest.approx(meant.intercept - 0.5 * meant.slope) and high.ratio_hi < 1


chances = st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 6)), min_size=5, max_size=60)


@given(chances, st.booleans())
@settings(max_examples=50)
def test_what_must_not_matter_does_not(each, is_clustered):
    tenths, happened, cluster = (np.array(column) for column in zip(*each, strict=True))
    chance, clusters = tenths / 10, (cluster,) if is_clustered else ()
    found = calibration.calibration_of(chance, happened, *clusters)
    order = np.random.default_rng(len(each)).permutation(len(chance))
    for other in (
        calibration.calibration_of(chance[order], happened[order], *(names[order] for names in clusters)),
        calibration.calibration_of(chance, happened, *(-3 * names for names in clusters)),
        calibration.calibration_of(
            np.append(chance, np.nan), np.append(happened, True), *(np.append(each, 9) for each in clusters)
        ),
    ):
        for name in ("slope_lo", "intercept_hi", "p", "ratio_lo", "ratio_hi"):
            assert getattr(other, name) == pytest.approx(getattr(found, name), rel=1e-5, abs=1e-9, nan_ok=True)
    turned = calibration.calibration_of(1 - chance, ~happened, *clusters)  # the chance that it does not happen
    assert turned.slope == pytest.approx(found.slope, abs=1e-6, nan_ok=True)
    assert turned.intercept_lo == pytest.approx(-found.intercept_hi, rel=1e-5, abs=1e-6, nan_ok=True)
    assert turned.p == pytest.approx(found.p, rel=1e-4, abs=1e-9, nan_ok=True)
    assert 0 <= found.ratio_lo <= found.ratio + 1e-9 and found.ratio <= found.ratio_hi + 1e-9
    assert found.ratio_hi <= len(chance) / found.expected + 1e-9


def test_each_day_twice_is_no_more_of_an_account():
    chance, happened, cluster = said_of_accounts(80, -1, 1, np.random.default_rng(2))
    once = calibration.calibration_of(chance, happened, cluster)
    twice = calibration.calibration_of(*(np.repeat(each, 2) for each in (chance, happened, cluster)))
    assert (twice.slope_lo, twice.slope_hi) == pytest.approx((once.slope_lo, once.slope_hi), abs=0.01)
    assert (twice.ratio_lo, twice.ratio_hi) == pytest.approx((once.ratio_lo, once.ratio_hi))


def test_what_has_no_line_says_so_and_still_counts():
    apart = calibration.calibration_of([0.1, 0.2, 0.6, 0.9], [0, 0, 1, 1])
    touching = calibration.calibration_of([0.1, 0.2, 0.2, 0.9], [0, 0, 1, 1])
    alike = calibration.calibration_of([0.3] * 10, np.arange(10) < 3)
    none = calibration.calibration_of([0.02] * 50, np.zeros(50))
    for each in (apart, touching, alike, none):
        assert np.isnan([each.slope, each.slope_lo, each.intercept, each.intercept_hi, each.p]).all()
    assert alike.ratio == pytest.approx(1) and alike.ratio_lo < 1 < alike.ratio_hi
    assert none.ratio == none.ratio_lo == 0 and none.ratio_hi == pytest.approx(float(stats.wilson(0, 50)[1]) * 50)
    everybody = calibration.calibration_of([0.2, 0.6, 0.7, 0.9], [1, 1, 1, 1])
    assert (everybody.ratio_lo, everybody.ratio_hi) == pytest.approx((float(stats.wilson(4, 4)[0]) * 4 / 2.4, 4 / 2.4))
    of_two = calibration.calibration_of(
        [0.2] * 50, np.zeros(50), np.repeat([1, 2], 25)
    )  # 50 rows of two accounts are two
    assert of_two.ratio_hi == pytest.approx(float(stats.wilson(0, 2)[1]) / 0.2)
    exact = calibration.calibration_of([0, 1, 0], [0, 1, 0])  # certain and right three times is not much
    assert exact.ratio == 1 and exact.ratio_lo < 0.5 and exact.ratio_hi > 2
    one = calibration.calibration_of([0.2, 0.3, 0.4, 0.5], [0, 1, 0, 1], [7, 7, 7, 7])
    assert np.isnan([one.slope_lo, one.p]).all() and one.ratio_lo < one.ratio < one.ratio_hi
    nobody = calibration.calibration_of([], [])
    assert nobody.n == nobody.expected == nobody.observed == 0 and np.isnan([nobody.slope, nobody.ratio]).all()
    never = calibration.calibration_of([0.0, 0.0], [0, 1])
    assert np.isnan([never.ratio, never.ratio_hi]).all() and never.observed == 1


def test_a_chance_of_none_that_came_is_a_great_miss_and_no_infinite_one():
    chance, happened = said(500, -1, 1, np.random.default_rng(5))
    found = calibration.calibration_of(np.append(chance, 0.0), np.append(happened, True))
    assert np.isfinite([found.slope, found.slope_lo, found.intercept_hi]).all()
    assert found.slope < calibration.calibration_of(chance, happened).slope


def held(n_draws, n, centre, spread, *, clustered) -> np.ndarray:
    """How often the intervals of slope, intercept and ratio hold what was planted, and p is below 5 %."""
    dice, found = np.random.default_rng(1), []
    for _ in range(n_draws):
        each = calibration.calibration_of(*(said_of_accounts if clustered else said)(n, centre, spread, dice))
        if not np.isnan(each.slope):
            found.append((each.slope_lo <= 1 <= each.slope_hi, each.intercept_lo <= 0 <= each.intercept_hi,
                          each.ratio_lo <= 1 <= each.ratio_hi, each.p < 0.05))  # fmt: skip
    return np.mean(found, axis=0)


@pytest.mark.parametrize("clustered", [False, True], ids=["rows", "accounts"])
@pytest.mark.parametrize(("n", "centre"), [(60, -1), (200, -3), (1_000, -2)])
def test_intervals_hold_what_was_planted(n, centre, clustered):
    slope, intercept, ratio, is_told = held(200, n, centre, 1.0, clustered=clustered)
    assert min(slope, intercept, ratio) > 0.92 and is_told < 0.08
    if n == 1_000:
        assert max(slope, intercept, ratio) < 0.99


@pytest.mark.slow
@pytest.mark.parametrize("clustered", [False, True], ids=["rows", "accounts"])
@pytest.mark.parametrize("spread", [0.3, 1.2])
@pytest.mark.parametrize(("n", "centre"), [(40, -1), (60, -3), (200, -3), (400, 0)])
def test_intervals_hold_what_was_planted_in_many_draws(n, centre, spread, clustered):
    slope, intercept, ratio, is_told = held(2_000, n, centre, spread, clustered=clustered)
    assert min(slope, intercept, ratio) > 0.935 and is_told < 0.065


# --- reliability


def test_bins_by_hand():
    """Ten rows in thirds: their middles are 0.5, 1.5, 4 (the four tied), 6.5, 7.5, 8.5, 9.5, cut at 3.33 and 6.67."""
    chance = np.array([0.9, 0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.5, 0.6, 0.7])
    happened = np.array([1, 0, 1, 0, 0, 1, 0, 1, 0, 1])
    found = calibration.reliability_of(chance, happened, n_bins=3)
    assert found.n.tolist() == [2, 5, 3] and found.n_happened.tolist() == [1, 2, 2]
    assert found.chance == pytest.approx([0.15, 0.34, 2.2 / 3]) and found.rate == pytest.approx([1 / 2, 2 / 5, 2 / 3])
    assert found.least.tolist() == [0.1, 0.3, 0.6] and found.most.tolist() == [0.2, 0.5, 0.9]
    lo, hi = stats.wilson([1, 2, 2], [2, 5, 3])
    assert found.lo == pytest.approx(lo) and found.hi == pytest.approx(hi)


def test_rows_of_their_own_chance_make_bins_of_the_same_size():
    chance, happened = said(1_003, 0, 1, np.random.default_rng(1))
    found = calibration.reliability_of(chance, happened)
    assert len(found.n) == 10 and found.n.max() - found.n.min() <= 1
    assert found.lo @ found.n < chance.sum() < found.hi @ found.n
    assert len(calibration.reliability_of([], []).n) == 0
    assert calibration.reliability_of([0.4, np.nan, 0.4], [1, 1, 0]).n.tolist() == [2]


@given(chances, st.integers(1, 12))
@settings(max_examples=50)
def test_bins_keep_ties_together_and_everybody(each, n_bins):
    tenths, happened, _ = (np.array(column) for column in zip(*each, strict=True))
    found = calibration.reliability_of(tenths / 10, happened, n_bins)
    assert found.n.sum() == len(each) and found.n_happened.sum() == happened.sum() and 1 <= len(found.n) <= n_bins
    assert (found.most[:-1] < found.least[1:]).all()
    assert (found.least <= found.chance + 1e-9).all() and (found.chance <= found.most + 1e-9).all()
    most_alike = np.bincount(tenths).max()
    assert found.n.max() <= len(each) / n_bins + most_alike + 1


# --- stability


def test_an_index_by_hand():
    """0.1 ln(0.6 / 0.5) - 0.1 ln(0.4 / 0.5) = 0.1 ln 1.5, beyond 3.84146 (1/100 + 1/200) in one draw of twenty."""
    found = calibration.stability_of([50, 50], [120, 80])
    assert found.index == pytest.approx(0.1 * np.log(1.5)) and found.parts.sum() == pytest.approx(found.index)
    assert found.by_chance == pytest.approx(3.84146 * 0.015, rel=1e-5) and found.p > 0.05
    assert (found.n_before, found.n_now) == (100, 200)


def test_an_empty_bin_counts_as_half_a_row_and_one_empty_in_both_is_not_there():
    found = calibration.stability_of([50, 0, 50, 0], [48, 4, 48, 0])
    was, share = np.array([50, 0.5, 50]) / 100.5, np.array([48, 4, 48]) / 100
    assert found.parts == pytest.approx([*((share - was) * np.log(share / was)), 0])
    assert found.by_chance == pytest.approx(5.99146 * 0.02, rel=1e-5)
    for before, now in (([0, 0], [3, 4]), ([3, 4], [0, 0]), ([], [])):
        nobody = calibration.stability_of(before, now)
        assert np.isnan([nobody.index, nobody.by_chance, nobody.p]).all()
    alone = calibration.stability_of([5], [9])
    assert (alone.index, alone.p) == (0, 1)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=12))
@settings(max_examples=50)
def test_an_index_is_symmetric_and_never_below_zero(each):
    before, now = (np.array(column) for column in zip(*each, strict=True))
    if before.any() and now.any():
        one, other = calibration.stability_of(before, now), calibration.stability_of(now[::-1], before[::-1])
        assert one.index == pytest.approx(other.index, abs=1e-12) and one.p == pytest.approx(other.p)
        assert (one.parts >= 0).all() and 0 <= one.p <= 1
        assert calibration.stability_of(before, before).index == 0
        assert (one.p < 0.05) == (one.index > one.by_chance) or one.p == pytest.approx(0.05)


def test_without_a_change_one_draw_in_twenty_is_beyond_chance_and_the_test_is_near_pearsons():
    from scipy.stats import chi2_contingency

    dice, found = np.random.default_rng(3), []
    for _ in range(1_500):
        shares = dice.dirichlet(np.full(10, 8))
        before, now = dice.multinomial(400, shares), dice.multinomial(250, shares)
        found.append(calibration.stability_of(before, now).p)
    assert 0.035 < np.mean(np.array(found) < 0.05) < 0.075
    before, now = np.array([400, 300, 200, 100]), np.array([360, 310, 220, 110])
    theirs = chi2_contingency([before, now], correction=False).pvalue
    assert calibration.stability_of(before, now).p == pytest.approx(theirs, rel=0.01)
