"""Every number of lib.stats against a hand-worked case and a second implementation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import stats


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


@pytest.mark.parametrize("k", [0, 1, 3, 250])
def test_events_over_a_time_have_the_interval_of_chi_squared(k):
    from scipy.stats import chi2

    lo, hi = stats.events_per_time(k, 20.0)
    assert lo == pytest.approx(chi2.ppf(0.025, 2 * k) / 40 if k else 0) and hi == pytest.approx(
        chi2.ppf(0.975, 2 * k + 2) / 40
    )
    assert np.isnan(stats.events_per_time(k, 0.0)).all()


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 400), st.integers(1, 400))
def test_bounds_of_a_ratio_are_where_newcombe_of_the_rates_at_it_ends_at_zero(k_1, n_1, k_2, n_2):
    """rate_1 - ratio x rate_2 has Newcombe's interval of two rates, the second times the ratio: its ends are zero at the bounds."""
    if k_1 > n_1 or k_2 > n_2:
        return
    (lo_1, hi_1), (lo_2, hi_2) = stats.wilson(k_1, n_1), stats.wilson(k_2, n_2)
    rate_1, rate_2 = k_1 / n_1, k_2 / n_2
    lo, hi = (float(each) for each in stats.rate_ratio(k_1, n_1, k_2, n_2))
    if k_1:
        assert rate_1 - lo * rate_2 == pytest.approx(np.hypot(rate_1 - lo_1, lo * (hi_2 - rate_2)), abs=1e-6)
    else:
        assert lo == 0
    if k_2:
        assert hi * rate_2 - rate_1 == pytest.approx(np.hypot(hi_1 - rate_1, hi * (rate_2 - lo_2)), abs=1e-6 * (1 + hi))
    else:
        assert hi == np.inf
    if k_2:
        assert lo <= rate_1 / rate_2 + 1e-9 and rate_1 / rate_2 <= hi + 1e-9


@pytest.mark.parametrize(("k_1", "n_1", "k_2", "n_2"), [(12, 20, 8, 80), (30, 300, 200, 3_000), (3, 40, 60, 400)])
def test_the_interval_of_a_ratio_of_rates_is_near_the_score_interval_of_statsmodels(k_1, n_1, k_2, n_2):
    from statsmodels.stats.proportion import confint_proportions_2indep

    theirs = confint_proportions_2indep(k_1, n_1, k_2, n_2, compare="ratio", method="score")
    assert np.log([float(each) for each in stats.rate_ratio(k_1, n_1, k_2, n_2)]) == pytest.approx(
        np.log(theirs), abs=0.06
    )
    assert np.isnan(stats.rate_ratio(0, 0, 3, 10)).all() and np.isnan(stats.rate_ratio(3, 10, 0, 0)).all()


@pytest.mark.parametrize(("n_1", "rate_1", "n_2", "rate_2"), [(20, 0.4, 200, 0.1), (50, 0.1, 50, 0.1), (200, 0.02, 5_000, 0.01)])  # fmt: skip
def test_the_interval_of_a_ratio_of_rates_holds_it(n_1, rate_1, n_2, rate_2):
    dice = np.random.default_rng(2)
    lo, hi = stats.rate_ratio(dice.binomial(n_1, rate_1, 20_000), n_1, dice.binomial(n_2, rate_2, 20_000), n_2)
    assert 0.94 < np.mean((lo <= rate_1 / rate_2) & (rate_1 / rate_2 <= hi)) < 0.98
