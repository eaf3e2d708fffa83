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
