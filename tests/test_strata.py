"""Two groups compared within strata: a hand-worked case, statsmodels, and how often the interval holds what was planted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.strata import mantel_haenszel


def test_a_difference_by_hand():
    """8 of 10 against 12 of 20, and 45 of 50 against 8 of 10.

    weights 10 x 20 / 30 + 50 x 10 / 60 = 15; above them (160 - 120) / 30 + (450 - 400) / 60 = 2.1667
    Sato: P = (1200 - 3200 + 1000) / 900 + (20000 - 4500 - 10000) / 3600 = 0.41667; Q = (64 + 24) / 60 + (90 + 40) / 120 = 2.55
    Klingenberg: middle = 0.14444 + 3.84146 / 2 x 0.41667 / 225 = 0.14800
    half = sqrt(0.14800^2 - 0.14444^2 + 3.84146 x 2.55 / 225) = 0.21113
    """
    found = mantel_haenszel([8, 45], [10, 50], [12, 8], [20, 10])
    assert found.difference == pytest.approx(2.16667 / 15, abs=1e-5)
    assert (found.difference_lo, found.difference_hi) == pytest.approx((0.14800 - 0.21113, 0.14800 + 0.21113), abs=2e-5)
    # the odds ratio: (8 x 8 / 30 + 45 x 2 / 60) / (2 x 12 / 30 + 5 x 8 / 60)
    assert found.odds_ratio == pytest.approx((64 / 30 + 90 / 60) / (24 / 30 + 40 / 60))


def test_in_one_stratum_sato_is_the_usual_error():
    """Of two groups of the same size n: variance (p q + P Q) / n at the difference seen; the interval is near it."""
    found = mantel_haenszel([70], [100], [60], [100])
    error = 1.959964 * np.sqrt((0.7 * 0.3 + 0.6 * 0.4) / 100)
    assert (found.difference_hi - found.difference_lo) / 2 == pytest.approx(error, rel=0.01)


tables = st.lists(
    st.tuples(st.integers(1, 30), st.integers(1, 30), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8
)


@given(tables)
def test_odds_and_test_are_those_of_statsmodels(drawn):
    from statsmodels.stats.contingency_tables import StratifiedTable

    n_1, n_2 = (np.array([each[i] for each in drawn]) for i in (0, 1))
    k_1, k_2 = (np.floor(np.array([each[i] for each in drawn]) * n) for i, n in ((2, n_1), (3, n_2)))
    found = mantel_haenszel(k_1, n_1, k_2, n_2)
    theirs = StratifiedTable(
        [np.array([[a, n - a], [c, m - c]]) for a, n, c, m in zip(k_1, n_1, k_2, n_2, strict=True)]
    )
    if 0 < (k_1 + k_2).sum() < (n_1 + n_2).sum() and theirs.table.sum() and not np.isnan(found.odds_ratio):
        assert found.odds_ratio == pytest.approx(theirs.oddsratio_pooled)
        assert (found.odds_ratio_lo, found.odds_ratio_hi) == pytest.approx(theirs.oddsratio_pooled_confint())
        assert found.p == pytest.approx(theirs.test_null_odds().pvalue, abs=1e-9)
    assert -1 <= found.difference_lo <= found.difference + 1e-9 and found.difference - 1e-9 <= found.difference_hi <= 1


def test_comparisons_are_separate_and_a_stratum_of_one_group_says_nothing():
    alone = mantel_haenszel([8, 45], [10, 50], [12, 8], [20, 10])
    both = mantel_haenszel(
        [[8, 45, 3], [0, 0, 5]], [[10, 50, 4], [0, 0, 9]], [[12, 8, 0], [4, 4, 0]], [[20, 10, 0], [8, 8, 0]]
    )
    assert both.difference[0] == pytest.approx(alone.difference) and both.p[0] == pytest.approx(alone.p)
    assert np.isnan(both.difference[1]) and np.isnan(both.p[1]) and np.isnan(both.odds_ratio[1])


def test_who_are_all_kept_or_all_lost_differ_by_nothing():
    found = mantel_haenszel([5, 5], [5, 5], [9, 9], [9, 9])
    assert found.difference == 0 and found.p == 1 and np.isnan(found.odds_ratio)


@pytest.mark.parametrize(("n_strata", "most", "difference"), [(60, 40, 0.05), (200, 6, 0.0), (4, 400, -0.08)])
def test_the_interval_holds_the_planted_difference_as_often_as_it_says(n_strata, most, difference):
    dice = np.random.default_rng(n_strata)
    n_1, n_2 = (dice.integers(1, most, n_strata) for _ in range(2))
    base = dice.uniform(0.7, 0.94, n_strata)
    k_1, k_2 = (dice.binomial(n, rate, (4_000, n_strata)) for n, rate in ((n_1, base + difference), (n_2, base)))
    found = mantel_haenszel(k_1, n_1, k_2, n_2)
    covered = ((found.difference_lo <= difference) & (difference <= found.difference_hi)).mean()
    assert covered == pytest.approx(0.95, abs=0.012)  # three standard errors of 4,000 draws
    if difference == 0:
        assert (found.p < 0.05).mean() == pytest.approx(0.05, abs=0.012)
