"""Every number of lib.stats against a hand-worked case and a second implementation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import stats

# Freireich's leukaemia remissions, 6-MP arm (weeks; True: relapse seen): the textbook example of a censored sample.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = (
    [True, True, True, False, True, False, True, False, False, True, True] + [False] * 3 + [True, True] + [False] * 5
)


def test_kaplan_meier_of_the_textbook_sample():
    curve = stats.kaplan_meier(WEEKS, RELAPSED)
    # by hand: 18/21; x 16/17; x 14/15; x 11/12; x 10/11; x 6/7; x 5/6
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.n_at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.share == pytest.approx(
        [0.857143, 0.806723, 0.752941, 0.690196, 0.627451, 0.537815, 0.448179], abs=1e-6
    )
    assert stats.median_survival(curve) == 23


def test_survival_is_read_as_a_step_and_the_median_is_blank_where_it_is_not_reached():
    curve = stats.kaplan_meier([1, 2, 3, 4], [True, False, False, False])
    assert stats.survival_at(curve, [0, 0.5, 1, 100]).tolist() == [1, 1, 0.75, 0.75]
    assert np.isnan(stats.median_survival(curve))


def test_a_sample_without_any_end_has_no_step():
    curve = stats.kaplan_meier([1, 2], [False, False])
    assert len(curve.times) == 0
    assert stats.survival_at(curve, [5]).tolist() == [1]


samples = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=3, max_size=60)


@given(samples)
def test_kaplan_meier_agrees_with_scipy(sample):
    from scipy.stats import CensoredData, ecdf

    durations, observed = np.array([d for d, _ in sample], float), np.array([o for _, o in sample])
    if not observed.any():
        return
    data = CensoredData(uncensored=durations[observed], right=durations[~observed])
    ours = stats.kaplan_meier(durations, observed)
    theirs = ecdf(data).sf
    assert stats.survival_at(ours, range(31)) == pytest.approx(theirs.evaluate(np.arange(31.0)))


def test_logrank_agrees_with_scipy():
    from scipy.stats import CensoredData, logrank

    rng = np.random.default_rng(3)
    durations, observed, group = rng.exponential(10, 200).round(1) + 0.1, rng.random(200) < 0.7, rng.integers(0, 2, 200)
    samples = [
        CensoredData(uncensored=durations[(group == g) & observed], right=durations[(group == g) & ~observed])
        for g in (0, 1)
    ]
    theirs = logrank(*samples)
    chi2, freedom, p = stats.logrank(durations, observed, group)
    assert (chi2, freedom, p) == pytest.approx((theirs.statistic**2, 1, theirs.pvalue))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_q_values_agree_with_statsmodels(p):
    from statsmodels.stats.multitest import multipletests

    assert stats.benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


def test_q_values_by_hand_and_missing_ones_do_not_count():
    # sorted .01 .02 .04: times 3/1, 3/2, 3/3, then the running minimum from the right
    assert stats.benjamini_hochberg([0.04, np.nan, 0.01, 0.02]) == pytest.approx(
        [0.04, np.nan, 0.03, 0.03], nan_ok=True
    )


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_agrees_with_statsmodels(k, n):
    from statsmodels.stats.proportion import proportion_confint

    if k <= n:
        lo, hi = stats.wilson(k, n)
        assert (float(lo), float(hi)) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-9)


@pytest.mark.parametrize(("n", "n_all", "share"), [(40, 400, 0.2), (300, 3_000, 0.1), (1_500, 4_000, 0.3)])
def test_rate_differs_is_never_far_below_the_exact_test(n, n_all, share):
    from scipy.stats import fisher_exact

    k_all = int(n_all * share)
    counts = np.unique(np.linspace(0, min(n, k_all), 25).astype(int))
    ours = stats.rate_differs(counts, n, k_all, n_all)
    exact = [fisher_exact([[k, n - k], [k_all - k, n_all - n - k_all + k]]).pvalue for k in counts]
    for p, wanted in zip(ours, exact, strict=True):
        if wanted > 1e-12:
            assert wanted / 1.6 <= p <= min(1.0, wanted * 4) + 1e-9, (p, wanted)


def test_the_whole_has_no_rest_to_differ_from():
    assert np.isnan(stats.rate_differs([3], [10], 3, 10)[0])
    assert stats.rate_differs([0], [5], 0, 10)[0] == 1.0
