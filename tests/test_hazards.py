"""lib.hazards against statsmodels, against the likelihood written down term by term, and against a world of known ratios."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lib import hazards, survival


def drawn(n: int, seed: int, slopes=(0.5, -0.3), n_strata: int = 2, n_days: int = 40):
    """n accounts: days, whether it happened, two covariates (one of them yes or no), stratum; strata differ in their hazard."""
    dice = np.random.default_rng(seed)
    x = np.column_stack([dice.random(n) < 0.4, dice.normal(size=n).round(1)]).astype(float)
    stratum = dice.integers(0, n_strata, n)
    days = np.ceil(dice.exponential(n_days * np.exp(-x @ np.array(slopes)) / (1 + stratum)))
    seen = dice.integers(1, n_days, n)
    return np.minimum(days, seen), days <= seen, x, stratum


def by_hand(slopes, days, happened, x, stratum) -> float:
    """Efron's partial log-likelihood, term by term."""
    total = 0.0
    for each in np.unique(stratum):
        for day in np.unique(days[happened & (stratum == each)]):
            tied = happened & (days == day) & (stratum == each)
            at_risk = np.exp(x[(days >= day) & (stratum == each)] @ slopes).sum()
            of_tied = np.exp(x[tied] @ slopes)
            total += (x[tied] @ slopes).sum()
            total -= sum(np.log(at_risk - k / tied.sum() * of_tied.sum()) for k in range(tied.sum()))
    return total


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_top_of_the_likelihood_by_hand(seed):
    from scipy.optimize import minimize

    days, happened, x, stratum = drawn(60, seed, n_days=12)
    ours = hazards.cox_of(days, happened, ~happened, x, stratum)
    top = minimize(lambda slopes: -by_hand(slopes, days, happened, x, stratum), np.zeros(2), tol=1e-12, method="BFGS")
    assert ours.log_ratio == pytest.approx(top.x, abs=1e-4)
    step, curve = 1e-4, []
    for at in np.eye(2):  # second derivatives by differences: what the error is made of
        here = [by_hand(ours.log_ratio + k * step * at, days, happened, x, stratum) for k in (-1, 0, 1)]
        curve.append(-(here[0] - 2 * here[1] + here[2]) / step**2)
    _, _, information = hazards._at(ours.log_ratio, hazards._ties(days, happened, ~happened, x, stratum))
    assert np.diag(information) == pytest.approx(curve, rel=1e-3)
    assert ours.error == pytest.approx(np.sqrt(np.diag(np.linalg.inv(information))))


@pytest.mark.parametrize(("n", "n_strata", "n_days"), [(300, 1, 15), (1_000, 3, 400), (800, 4, 30)])
def test_it_agrees_with_statsmodels(n, n_strata, n_days):
    from statsmodels.duration.hazard_regression import PHReg

    days, happened, x, stratum = drawn(n, n, n_strata=n_strata, n_days=n_days)
    theirs = PHReg(days, x, happened, strata=stratum, ties="efron").fit()
    ours = hazards.cox_of(days, happened, ~happened, x, stratum)
    assert ours.log_ratio == pytest.approx(theirs.params, abs=1e-6)
    assert ours.error == pytest.approx(theirs.bse, abs=1e-5)
    assert ours.p == pytest.approx(theirs.pvalues, abs=1e-5)
    bounds = np.exp(theirs.conf_int())
    assert ours.lo == pytest.approx(bounds[:, 0], rel=1e-4) and ours.hi == pytest.approx(bounds[:, 1], rel=1e-4)


@given(st.integers(0, 10_000))
def test_counts_are_their_rows_in_any_order(seed):
    days, happened, x, stratum = drawn(80, seed, n_days=10)
    assume(happened.sum() > 20)
    key = np.column_stack([days, x, stratum])
    cells, at = np.unique(key, axis=0, return_inverse=True)
    n_events, n_others = np.bincount(at.ravel(), happened), np.bincount(at.ravel(), ~happened)
    order = np.random.default_rng(seed).permutation(len(cells))
    cells, n_events, n_others = cells[order], n_events[order], n_others[order]
    ours = hazards.cox_of(days, happened, ~happened, x, stratum)
    counted = hazards.cox_of(cells[:, 0], n_events, n_others, cells[:, 1:3], cells[:, 3])
    assert counted.log_ratio == pytest.approx(ours.log_ratio, abs=1e-6, nan_ok=True)
    assert counted.error == pytest.approx(ours.error, rel=1e-5, nan_ok=True)


def test_two_groups_without_ties_are_told_apart_as_the_log_rank_test_does():
    """The score test of Cox's model is the log-rank test; Wald's is near it where the effect is small."""
    days, happened, x, _ = drawn(4_000, 5, slopes=(0.1, 0.0), n_strata=1, n_days=10_000)
    ours = hazards.cox_of(days, happened, ~happened, x[:, 0], np.zeros(4_000))
    chi2, _, _ = survival.logrank(days, happened, x[:, 0])
    assert (ours.log_ratio[0] / ours.error[0]) ** 2 == pytest.approx(chi2, rel=0.01)


def test_what_the_data_cannot_tell_is_not_told_and_spoils_nothing():
    days, happened, x, stratum = drawn(400, 1)
    alone = hazards.cox_of(days, happened, ~happened, x, stratum)
    same = np.column_stack([x, stratum])  # the same for all of a stratum
    ours = hazards.cox_of(days, happened, ~happened, same, stratum)
    assert np.isnan([ours.ratio[2], ours.error[2], ours.p[2]]).all()
    assert ours.log_ratio[:2] == pytest.approx(alone.log_ratio) and ours.error[:2] == pytest.approx(alone.error)
    of_nobody = np.column_stack([x, (days == 3) & ~happened])  # nobody of them ended
    none = hazards.cox_of(days, happened, ~happened, of_nobody, stratum)
    assert np.isnan(none.ratio).tolist() == [False, False, True] and none.log_ratio[:2] == pytest.approx(
        alone.log_ratio, abs=0.01
    )
    for nothing in (hazards.cox_of([], [], [], np.zeros((0, 2)), []), hazards.cox_of([3], [0], [5], [[1.0, 2.0]], [0])):
        assert np.isnan(nothing.ratio).all() and len(nothing.ratio) == 2


def test_the_interval_holds_the_ratio_as_often_as_it_says():
    held = []
    for seed in range(400):
        days, happened, x, stratum = drawn(250, 10_000 + seed)
        ours = hazards.cox_of(days, happened, ~happened, x, stratum)
        held.append((ours.lo <= np.exp([0.5, -0.3])) & (np.exp([0.5, -0.3]) <= ours.hi))
    assert all(0.92 < share < 0.98 for share in np.mean(held, axis=0))
