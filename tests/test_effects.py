"""What came of those who got something: by hand, against statsmodels, and how often the intervals hold what was planted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import stats, strata
from lib.effects import HARMS, HELPS, UNTOLD, adjusted, held_out, smallest_visible, verdicts


def rows(k: int, n: int) -> np.ndarray:
    return np.arange(n) < k


def test_a_hold_out_of_accounts_by_hand():
    """56 of 70 against 48 of 80 is Newcombe's own example: 0.2, 0.0524 to 0.3339 (1998, table II a, method 10)."""
    came = np.concatenate([rows(56, 70), rows(48, 80)])
    found = held_out(came, np.arange(150) < 70, np.arange(150))
    assert (found.n_with, found.came_with, found.n_without, found.came_without) == (70, 56, 80, 48)
    assert (found.difference, found.lo, found.hi) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert found.design == 1


def test_of_accounts_alone_the_interval_and_the_test_are_those_of_statsmodels():
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    came = np.concatenate([rows(30, 90), rows(20, 110)])
    found = held_out(came, np.arange(200) < 90, np.arange(200))
    assert (found.lo, found.hi) == pytest.approx(confint_proportions_2indep(30, 90, 20, 110, method="newcomb"))
    assert found.p == pytest.approx(proportions_ztest([30, 20], [90, 110])[1])


def people(dice, n_accounts: int, alike: float, effect: float, base: float = 0.4, is_by_account: bool = False):
    """People of accounts of 1 to 9, drawn one by one or account by account; `alike` is how much an account's people share."""
    sizes = dice.integers(1, 10, n_accounts)
    account = np.repeat(np.arange(n_accounts), sizes)
    is_with = (dice.random(n_accounts) < 0.5)[account] if is_by_account else dice.random(len(account)) < 0.5
    own = dice.normal(size=n_accounts)[account] * np.sqrt(alike) + dice.normal(size=len(account)) * np.sqrt(1 - alike)
    from scipy.special import ndtri

    return own < ndtri(base + effect * is_with), is_with, account


def test_people_of_an_account_widen_the_interval_as_clusters_of_statsmodels_do():
    import statsmodels.api as sm

    came, is_with, account = people(np.random.default_rng(1), 150, 0.4, 0.0, is_by_account=True)
    found = held_out(came, is_with, account)
    fit = sm.OLS(came.astype(float), sm.add_constant(is_with.astype(float))).fit(
        cov_type="cluster", cov_kwds={"groups": account, "use_correction": False}
    )
    rate = [came[is_with == side].mean() for side in (False, True)]
    usual = sum(each * (1 - each) / (is_with == side).sum() for side, each in enumerate(rate))
    assert found.difference == pytest.approx(fit.params[1])
    assert found.design == pytest.approx(fit.bse[1] ** 2 / usual * 150 / 149) and found.design > 1.5


def by_hand(came, is_with, stratum) -> float:
    """Mantel and Haenszel's difference, stratum by stratum."""
    top = bottom = 0.0
    for each in set(stratum):
        here = stratum == each
        ours, others = came[here & is_with], came[here & ~is_with]
        if len(ours) and len(others):
            weight = len(ours) * len(others) / here.sum()
            top, bottom = top + weight * (ours.mean() - others.mean()), bottom + weight
    return top / bottom if bottom else np.nan


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 4)), min_size=1, max_size=60))
def test_the_adjusted_difference_is_that_of_a_plain_loop_and_of_the_strata(drawn):
    came, is_with, stratum = (np.array([each[i] for each in drawn]) for i in range(3))
    found = adjusted(came, is_with, stratum, np.arange(len(came)))
    assert found.difference == pytest.approx(by_hand(came, is_with, stratum), nan_ok=True)
    if found.n_with > 1:  # each its own cluster: Klingenberg's interval, by Student's t
        from scipy.special import ndtr
        from scipy.stats import t

        counts = np.array(
            [[(came & side & (stratum == each)).sum() for each in range(5)] for side in (is_with, ~is_with)]
        )
        sizes = np.array([[(side & (stratum == each)).sum() for each in range(5)] for side in (is_with, ~is_with)])
        level = 1 - 2 * ndtr(-min(t.ppf(0.975, found.n_with - 1), 8))
        pooled = strata.mantel_haenszel(counts[0], sizes[0], counts[1], sizes[1], level)
        assert (found.lo, found.hi) == pytest.approx(
            (float(pooled.difference_lo), float(pooled.difference_hi)), abs=1e-9
        )


def test_clusters_widen_the_adjusted_interval_as_those_of_a_regression_of_statsmodels():
    """Rows of one account come in several strata, and are alike; large strata, so that no residual is shrunk."""
    import statsmodels.api as sm

    dice = np.random.default_rng(2)
    account = np.repeat(np.arange(400), 6)
    stratum = np.tile(np.arange(6), 400)
    is_with = np.repeat(dice.random(400) < 0.4, 6)
    came = np.repeat(dice.random(400) < 0.5, 6) ^ (dice.random(2_400) < 0.1)
    found = adjusted(came, is_with, stratum, account)
    dummies = (stratum[:, None] == np.arange(6)).astype(float)
    fit = sm.OLS(came.astype(float), np.column_stack([is_with, dummies])).fit(
        cov_type="cluster", cov_kwds={"groups": account, "use_correction": False}
    )
    assert found.difference == pytest.approx(fit.params[0])
    half = (found.hi - found.lo) / 2
    assert half == pytest.approx(1.96 * fit.bse[0], rel=0.015) and found.design > 3  # Student’s t of some 160


def test_who_has_nobody_alike_is_not_counted():
    came, is_with, stratum = rows(3, 6), np.array([1, 0, 1, 0, 1, 1], bool), np.array([0, 0, 0, 0, 1, 1])
    found = adjusted(came, is_with, stratum, np.arange(6))
    assert (found.n_with, found.n_without) == (2, 2)
    nothing = adjusted(came, np.ones(6, bool), stratum, np.arange(6))
    assert nothing.n_with == 0 and np.isnan([nothing.difference, nothing.lo, nothing.p, nothing.smallest]).all()
    assert np.isnan(held_out(came, np.ones(6, bool), np.arange(6)).difference)
    empty = np.array([], bool)
    assert np.isnan(adjusted(empty, empty, empty, empty).difference)


@pytest.mark.parametrize(
    ("rate", "n_with", "n_without"), [(0.5, 100, 100), (0.05, 400, 2_000), (0.9, 300, 90), (0.97, 900, 900)]
)
def test_the_smallest_effect_has_the_power_it_says_by_statsmodels(rate, n_with, n_without):
    from statsmodels.stats.proportion import power_proportions_2indep

    rise = smallest_visible(rate, n_with, n_without)
    found = power_proportions_2indep(rise, rate, n_with, ratio=n_without / n_with, alpha=0.05, return_results=False)
    assert found == pytest.approx(0.8, abs=0.002)


def test_where_nothing_could_be_seen_no_smallest_effect_is_told():
    assert np.isnan(smallest_visible(0.97, 50, 50)) and np.isnan(smallest_visible(0.5, 0, 50))


def test_the_smallest_effect_is_seen_in_four_of_five_worlds():
    dice, n = np.random.default_rng(3), 400
    rise = smallest_visible(0.3, n, n)
    k_1, k_0 = dice.binomial(n, 0.3 + rise, 20_000), dice.binomial(n, 0.3, 20_000)
    lo, _ = stats.newcombe(k_1, n, k_0, n)
    assert (lo > 0).mean() == pytest.approx(0.8, abs=0.02)


def test_of_many_effects_chance_is_controlled_over_all_of_them():
    good = held_out(np.concatenate([rows(80, 100), rows(40, 100)]), np.arange(200) < 100, np.arange(200))
    bad = held_out(np.concatenate([rows(40, 100), rows(80, 100)]), np.arange(200) < 100, np.arange(200))
    hint = held_out(np.concatenate([rows(58, 100), rows(44, 100)]), np.arange(200) < 100, np.arange(200))
    none = held_out(np.concatenate([rows(50, 100), rows(50, 100)]), np.arange(200) < 100, np.arange(200))
    assert verdicts([hint], [True])[1] == [HELPS]  # p 0.048 alone
    q, said = verdicts([good, bad, hint, none, none], [True, True, True, True, False])
    assert said == [HELPS, HARMS, UNTOLD, UNTOLD, UNTOLD] and np.isnan(q[4])


# --- worlds: how often the intervals hold what was planted


def held_share(n_worlds: int, draw) -> tuple[float, float]:
    """The share of intervals that hold the truth, and of worlds whose test finds an effect."""
    found = [draw(np.random.default_rng(seed)) for seed in range(n_worlds)]
    return np.mean([e.lo <= truth <= e.hi for e, truth in found]), np.mean([e.p < 0.05 for e, _ in found])


HELD = [
    (300, 0.0, 0.0, False),
    (200, 0.3, 0.0, False),
    (200, 0.3, 0.12, False),
    (150, 0.5, 0.0, True),
    (150, 0.5, 0.15, True),
]


def check_held(n_worlds: int, n_accounts: int, alike: float, effect: float, is_by_account: bool, slack: float) -> None:
    def draw(dice):
        return held_out(*people(dice, n_accounts, alike, effect, is_by_account=is_by_account)), effect

    covered, found = held_share(n_worlds, draw)
    assert 0.93 - slack <= covered <= 0.97 + slack
    if not effect:
        assert found <= 0.07 + slack


@pytest.mark.parametrize(("n_accounts", "alike", "effect", "is_by_account"), HELD[1:4:2])
def test_hold_out_intervals_hold_the_truth(n_accounts, alike, effect, is_by_account):
    check_held(600, n_accounts, alike, effect, is_by_account, slack=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(("n_accounts", "alike", "effect", "is_by_account"), HELD)
def test_hold_out_intervals_hold_the_truth_in_many_worlds(n_accounts, alike, effect, is_by_account):
    check_held(4_000, n_accounts, alike, effect, is_by_account, slack=0)


WITHIN, WEEKS = 90.0, 26
LEAVE = np.array([0.0004, 0.0012, 0.004])  # chance a day to leave, by what an account is like
TOUCH = np.array([0.001, 0.002, 0.006])  # ... and to be touched: those about to leave are


def touched_weeks(dice, n_accounts: int, factor: float):
    """Accounts week by week: touched in the week before and there at its end, or there and not touched so far; kept 90 days?

    Who was touched leaves `factor` times as often from then on. Gives also what the difference is in truth, of each kind.
    """
    kind = dice.integers(0, 3, n_accounts)
    leave, touch = LEAVE[kind], TOUCH[kind]
    touched = dice.exponential(1 / touch)
    left = dice.exponential(1 / leave)
    left = np.where(left > touched, touched + dice.exponential(1 / (leave * factor)), left)
    parts = []
    for week in range(1, WEEKS + 1):
        day = 7.0 * week
        there = (left > day) & (touched > day - 7)
        parts.append(
            np.column_stack([left > day + WITHIN, touched <= day, week * 3 + kind, np.arange(n_accounts)])[there]
        )
    came, is_with, stratum, account = np.concatenate(parts).T
    go = LEAVE + TOUCH
    then = TOUCH * (np.exp(-LEAVE * factor * WITHIN) - np.exp(-go * WITHIN)) / (go - LEAVE * factor)
    truth = np.exp(-LEAVE * factor * WITHIN) - (np.exp(-go * WITHIN) + then)
    n, n_1 = np.bincount(stratum.astype(int)), np.bincount(stratum.astype(int), is_with)
    weight = np.where(n > 0, n_1 * (n - n_1) / np.maximum(n, 1), 0)
    of_kind = np.bincount(np.arange(len(n)) % 3, weight, 3)
    return adjusted(came, is_with.astype(bool), stratum, account), (of_kind * truth).sum() / of_kind.sum()


@pytest.mark.parametrize("factor", [1.0, 0.4])
def test_adjusted_intervals_hold_the_truth(factor):
    covered, found = held_share(250, lambda dice: touched_weeks(dice, 600, factor))
    assert 0.91 <= covered <= 0.99
    assert found <= 0.1 if factor == 1 else found > 0.3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_accounts", "factor"), [(300, 1.0), (600, 1.0), (600, 0.4), (3_000, 1.0), (3_000, 0.4), (3_000, 1.6)]
)
def test_adjusted_intervals_hold_the_truth_in_many_worlds(n_accounts, factor):
    covered, found = held_share(2_000, lambda dice: touched_weeks(dice, n_accounts, factor))
    assert 0.93 <= covered <= 0.97
    assert factor != 1 or found <= 0.07


def test_who_is_touched_is_likelier_to_leave_and_a_bare_comparison_would_call_that_harm():
    """Not vacuous: without strata the same worlds say that touching harms."""
    bare, within = [], []
    for seed in range(40):
        dice = np.random.default_rng(seed)
        kind, account = dice.integers(0, 3, 4_000), np.arange(4_000)
        touched, came = dice.exponential(1 / TOUCH[kind]) < 60, dice.exponential(1 / LEAVE[kind]) > 90
        bare.append(adjusted(came, touched, np.zeros(4_000, int), account).difference)
        within.append(adjusted(came, touched, kind, account).difference)
    assert np.mean(bare) < -0.05 and abs(np.mean(within)) < 0.01
