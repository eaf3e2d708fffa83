"""The hot-spot search: its arithmetic against published implementations, its behaviour on bases with a known truth."""

import numpy as np
import pytest

from lib.errors import Refused
from lib.facts.base import Base
from lib.facts.levels import Dimension
from lib.measures.hotspots.groups import Groups, Weighing
from lib.measures.hotspots.model import Expectation, expect, expected_rates, fit_logit
from lib.measures.hotspots.scan import default_min_n, scan
from lib.measures.hotspots.search import Search
from lib.stats import log_tail_count, log_tail_pearson3


def base_of(codes: dict, lost, arr=None, stratum=None) -> Base:
    """A base from {dimension: levels 0, 1, ... of each account}; level k is shown as "k"."""
    codes = {name: np.asarray(code, np.uint8) for name, code in codes.items()}
    dimensions = tuple(
        Dimension(name, tuple(str(k) for k in range(int(code.max(initial=0)) + 1))) for name, code in codes.items()
    )
    return Base(dimensions, tuple(codes.values()), np.asarray(lost, bool), arr, stratum)


def independent(rng, n: int, *levels: int) -> dict:
    return {f"d{d}": rng.integers(0, k, n) for d, k in enumerate(levels)}


def cells(found) -> list:
    return [find.cell for find in found.finds if find.is_listed]


# The arithmetic


def test_fit_agrees_with_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(1)
    stratum, inside = np.arange(24) % 3, rng.random((24, 3)) < 0.4
    design = np.column_stack([stratum[:, None] == np.arange(3), inside]).astype(float)
    size = rng.integers(20, 2000, 24).astype(float)
    lost = rng.binomial(size.astype(int), rng.uniform(0.02, 0.5, 24)).astype(float)
    theirs = sm.GLM(np.column_stack([lost, size - lost]), design, family=sm.families.Binomial()).fit(tol=1e-12)
    np.testing.assert_allclose(fit_logit(design, size, lost, np.zeros(6)), theirs.params, atol=1e-6)


def test_fit_stops_where_everyone_is_lost():
    design = np.array([[1.0, 0.0], [1.0, 1.0]])
    coefficients = fit_logit(design, np.array([90.0, 10.0]), np.array([9.0, 10.0]), np.zeros(2))
    assert coefficients[0] == pytest.approx(np.log(0.1 / 0.9), abs=1e-6)
    assert 10 < coefficients[1] < 40


def groups_of(inside, n, lost, in_cells=None) -> Groups:
    """Groups of one stratum, all accounts of weight 1."""
    inside, n = np.array(inside, bool), np.array(n, float)
    in_cells = np.zeros((len(n), 0)) if in_cells is None else np.array(in_cells, float)
    return Groups(np.zeros(0, np.uint16), np.zeros(len(n), int), inside, n[None], np.array(lost, float), in_cells[None])


def test_a_crossing_is_expected_at_the_higher_of_two_scales():
    # 10 % outside, 30 % in either find. Both: odds 3/7 x 3/7 / (1/9) = 81/49, a rate of .623; rates .3 x .3 / .1 = .9
    outside_a_b = groups_of([[0, 0], [1, 0], [0, 1], [1, 1]], [1e6, 1e6, 1e6, 1e-6], [1e5, 3e5, 3e5, 0.5e-6])
    rates, log_odds = expected_rates(outside_a_b)
    np.testing.assert_allclose(rates, [0.1, 0.3, 0.3, 0.9], atol=1e-4)
    np.testing.assert_allclose(np.exp(log_odds), [27 / 7, 27 / 7], rtol=1e-4)


def test_a_find_inside_another_is_no_crossing():
    rates, _ = expected_rates(groups_of([[0, 0], [1, 0], [1, 1]], [1000, 400, 100], [100, 120, 60]))
    np.testing.assert_allclose(rates, [0.1, 0.3, 0.6], atol=1e-6)


def test_variance_of_the_first_step_is_hypergeometric():
    expectation = expect(groups_of(np.zeros((1, 0)), [1000], [200], [[50, 1000]]), np.array([0.2]))
    np.testing.assert_allclose(expectation.expected, [10, 200])
    np.testing.assert_allclose(expectation.variance, [50 * 0.2 * 0.8 * 0.95, 0], atol=1e-5)
    np.testing.assert_allclose(expectation.unexplained_share, [0.95, 0], atol=1e-6)


def test_variance_after_a_find_is_that_of_the_score_test():
    """Rao's score test of one more column, written out with the full design matrix."""
    rng = np.random.default_rng(2)
    n, z = 400, np.column_stack([np.ones(400), rng.random(400) < 0.3])
    x, lost = rng.random(n) < 0.2, rng.random(n) < 0.2
    group = z[:, 1].astype(int)
    groups = groups_of([[0], [1]], np.bincount(group), np.bincount(group, lost), np.bincount(group, x)[:, None])
    rates, _ = expected_rates(groups)
    w = (rates * (1 - rates))[group]
    projected = x - z @ np.linalg.solve(z.T @ (w[:, None] * z), z.T @ (w * x))
    np.testing.assert_allclose(expect(groups, rates).variance, (w * projected**2).sum(), rtol=1e-6)


def test_moments_of_weighted_accounts():
    """Variance and third moment of the lost ARR's score, summed account by account."""
    rng = np.random.default_rng(3)
    n, m = 300, np.exp(rng.normal(0, 1, 300))
    find, x = rng.random(n) < 0.3, rng.random(n) < 0.2
    group, lost = find.astype(int), rng.random(n) < np.where(find, 0.3, 0.1)
    total = np.stack([np.bincount(group, m**power) for power in range(4)])
    inside = np.stack([np.bincount(group, m**power * x) for power in range(4)])[:, :, None]
    groups = Groups(
        np.zeros(0, np.uint16),
        np.zeros(2, int),
        np.array([[False], [True]]),
        total,
        np.bincount(group, m * lost),
        inside,
    )
    rates, _ = expected_rates(groups)
    np.testing.assert_allclose(rates, np.bincount(group, m * lost) / np.bincount(group, m), rtol=1e-6)
    p, z = rates[group], np.column_stack([np.ones(n), find])
    w = p * (1 - p)
    left = m * (x - z @ np.linalg.solve(z.T @ ((w * m)[:, None] * z), z.T @ (w * m * x)))
    expectation = expect(groups, rates)
    np.testing.assert_allclose(expectation.variance, (w * left**2).sum(), rtol=1e-6)
    np.testing.assert_allclose(
        expectation.skewness, (w * (1 - 2 * p) * left**3).sum() / (w * left**2).sum() ** 1.5, rtol=1e-6
    )


@pytest.mark.parametrize("n_cell, n_lost", [(100, 1000), (300, 1000), (4000, 800), (1000, 5000)])
def test_signed_root_against_the_exact_tail(n_cell, n_lost):
    """Of 10,000 accounts: never more than .1 of an order of magnitude too bold, nor half an order too shy."""
    hypergeom = pytest.importorskip("scipy.stats").hypergeom
    expected = n_cell * n_lost / 10_000
    variance = expected * (1 - n_lost / 10_000) * (1 - n_cell / 10_000)
    lost = np.round(expected + np.sqrt(variance) * np.array([2, 3, 4, 5, 6]))
    ours = log_tail_count(lost, expected, n_cell, variance) / np.log(10)
    exact = hypergeom.logsf(lost - 1, 10_000, n_lost, n_cell) / np.log(10)
    assert np.all(ours - exact > -0.1)
    assert np.all(ours - exact < 0.5)


def test_tail_below_expectation_is_no_surprise():
    assert np.all(log_tail_count(np.array([0, 5, 10]), 10.0, 100, 9.0) > np.log(0.4))


def test_cells_ruled_out_without_a_tail_could_not_have_passed():
    """Counts of every size against every expectation: where no surplus is said to be possible there is none."""
    rng = np.random.default_rng(1)
    n = rng.integers(1, 5_000, 200_000).astype(float)
    rate = rng.beta(0.5, 1, len(n)).clip(1e-6, 1 - 1e-6)
    variance = n * rate * (1 - rate) * rng.uniform(0.02, 1, len(n))  # the fit of finds takes some of it
    observed = np.minimum(n, np.round(n * rate + np.abs(rng.normal(0, 4, len(n))) * np.sqrt(variance)))
    price = np.full(len(n), 9.0)
    everyone = Weighing(None, (), np.zeros(0, bool))
    search = Search(everyone, None, n[None], observed, observed, price, 0.05, 1.1, 0, ())
    expected = Expectation(n * rate, np.ones(len(n)), variance, variance, np.zeros(len(n)))
    ruled_out = ~search.may_surprise(expected)
    assert 0.3 < ruled_out.mean() < 0.999
    assert search.surplus(expected)[ruled_out].max() <= 0


@pytest.mark.parametrize("skewness", [0.01, 0.3, 1.0, 2.5])
def test_pearson3_against_scipy(skewness):
    pearson3 = pytest.importorskip("scipy.stats").pearson3
    excess = np.array([-0.5, 0, 1, 3, 6, 12]) * 2
    np.testing.assert_allclose(
        log_tail_pearson3(excess, 4.0, skewness), pearson3.logsf(excess / 2, skewness), rtol=1e-6
    )


def test_pearson3_goes_on_where_the_gamma_function_underflows():
    tails = log_tail_pearson3(np.array([30.0, 36, 40, 60, 200]), 1.0, 0.05)
    assert np.all(np.isfinite(tails))
    assert np.all(np.diff(tails) < 0)


def test_skewed_to_the_left_the_normal_tail_is_used():
    assert log_tail_pearson3(1.959964, 1.0, -1.0) == pytest.approx(np.log(0.025), abs=1e-5)


# Bases with a known truth


def test_one_cell_by_hand():
    """10,000 accounts, 100 of 1,000 lost in the find and 450 of 9,000 elsewhere; nothing else to find."""
    region = np.repeat([0, 1, 2], [1000, 4500, 4500])
    lost = np.concatenate([np.arange(1000) < 100, np.arange(9000) % 20 == 0])
    found = scan(base_of({"region": region}, lost))
    assert found.tested_by_depth == (3,)
    assert found.n_tested == found.n_cells == 3
    (find,) = found.finds
    assert (find.cell, find.n, find.n_lost) == (((0, 0),), 1000, 100)
    assert find.expected == pytest.approx(55)
    assert find.adjusted_lift == pytest.approx(100 / 55)
    assert find.adjusted_odds == pytest.approx((100 / 900) / (450 / 8550), rel=1e-5)
    assert find.p_adjusted == pytest.approx(min(1, 3 * np.exp(find.log_p)))
    assert find.is_listed


def test_pure_interaction_with_flat_margins_is_found_alone():
    """Rate .1 + .2 a(x) a(y) a(z) with a = 1, -1/4, -1/4, ... sums to .1 over any dimension: no parent shows a thing."""
    rng = np.random.default_rng(4)
    codes = independent(rng, 60_000, 5, 5, 5, 6)
    sign = [np.where(codes[name] == 0, 1, -0.25) for name in ("d0", "d1", "d2")]
    found = scan(base_of(codes, rng.random(60_000) < 0.1 + 0.2 * np.prod(sign, axis=0)))
    assert cells(found) == [((0, 0), (1, 0), (2, 0))]


def test_a_duplicated_dimension_is_reported_once():
    rng = np.random.default_rng(5)
    codes = independent(rng, 20_000, 5, 6)
    codes["again"] = codes["d0"]
    found = scan(base_of(codes, rng.random(20_000) < np.where(codes["d0"] == 1, 0.2, 0.1)))
    (find,) = found.finds
    assert find.cell == ((0, 1),)
    assert find.aliases == (((2, 1),),)


def test_nearly_the_same_accounts_go_by_the_shorter_name():
    """The churn is in d0 = 1 with d1 = 1, which is 98 % of plan = 1: one find, named by the plan."""
    rng = np.random.default_rng(6)
    codes = independent(rng, 30_000, 4, 4)
    hot = (codes["d0"] == 1) & (codes["d1"] == 1)
    codes["plan"] = np.where(hot | (rng.random(30_000) < 0.0015), 1, 0)
    found = scan(base_of(codes, rng.random(30_000) < np.where(hot, 0.3, 0.1)))
    (find,) = found.finds
    assert find.cell == ((2, 1),)
    assert ((0, 1), (1, 1)) in find.aliases


def test_a_child_is_found_and_not_its_parents():
    rng = np.random.default_rng(7)
    codes = independent(rng, 50_000, 5, 6, 4)
    hot = (codes["d0"] == 1) & (codes["d1"] == 2)
    assert cells(scan(base_of(codes, rng.random(50_000) < np.where(hot, 0.3, 0.1)))) == [((0, 1), (1, 2))]


def test_two_crossing_causes_are_two_finds():
    rng = np.random.default_rng(8)
    codes = independent(rng, 50_000, 5, 6, 4)
    rate = 0.1 * np.where(codes["d0"] == 1, 1.8, 1) * np.where(codes["d1"] == 2, 2.0, 1)
    assert sorted(cells(scan(base_of(codes, rng.random(50_000) < rate)))) == [((0, 1),), ((1, 2),)]


def test_worse_in_the_model_but_better_than_the_rest_is_not_listed():
    """Month to month 43 %, one year 11 %, two years 3 %: one year is high only against two years."""
    rng = np.random.default_rng(9)
    contract = rng.choice(3, 7000, p=[0.55, 0.21, 0.24])
    found = scan(base_of({"contract": contract}, rng.random(7000) < np.array([0.43, 0.11, 0.03])[contract]))
    assert {find.cell: find.is_listed for find in found.finds} == {((0, 0),): True, ((0, 1),): False}
    assert found.finds[1].adjusted_odds > 2


def test_churn_of_the_young_is_no_fault_of_their_region():
    rng = np.random.default_rng(10)
    codes = independent(rng, 20_000, 5, 6)
    young_region = codes["d0"] == 1
    tenure = np.where(young_region, rng.choice(3, 20_000, p=[0.6, 0.3, 0.1]), rng.choice(3, 20_000, p=[0.2, 0.3, 0.5]))
    lost = rng.random(20_000) < np.array([0.25, 0.12, 0.05])[tenure]
    assert cells(scan(base_of(codes, lost))) == [((0, 1),)]
    assert cells(scan(base_of(codes, lost, stratum=tenure.astype(np.uint8)))) == []
    # A band nobody is in changes nothing; a region that is worse at every age is still found.
    assert cells(scan(base_of(codes, lost, stratum=(2 * tenure).astype(np.uint8)))) == []
    worse = rng.random(20_000) < np.array([0.25, 0.12, 0.05])[tenure] * np.where(codes["d0"] == 2, 1.7, 1)
    assert cells(scan(base_of(codes, worse, stratum=tenure.astype(np.uint8)))) == [((0, 2),)]


def test_lost_arr_is_found_where_lost_accounts_are_not():
    """In d0 = 1 the big accounts leave and the small stay: as many accounts as elsewhere, far more ARR."""
    rng = np.random.default_rng(11)
    codes = independent(rng, 40_000, 5, 6)
    arr = np.exp(rng.normal(8, 0.8, 40_000))
    big = arr > np.median(arr)
    rate = np.where(codes["d0"] == 1, np.where(big, 0.18, 0.02), 0.1)
    base = base_of(codes, rng.random(40_000) < rate, arr)
    assert cells(scan(base)) == []
    (find,) = scan(base, weight="arr").finds
    assert find.cell == ((0, 1),)
    inside = base.codes[0] == 1
    assert find.observed == pytest.approx(arr[inside & base.lost].sum())
    assert find.effective_n == pytest.approx(arr[inside].sum() ** 2 / (arr[inside] ** 2).sum())


def test_equal_arr_finds_what_accounts_find():
    rng = np.random.default_rng(12)
    codes = independent(rng, 20_000, 5, 6, 4)
    lost = rng.random(20_000) < np.where(codes["d0"] == 1, 0.2, 0.1)
    by_accounts = scan(base_of(codes, lost)).finds
    by_arr = scan(base_of(codes, lost, np.full(20_000, 500.0)), weight="arr").finds
    assert [find.cell for find in by_arr] == [find.cell for find in by_accounts]
    assert by_arr[0].expected == pytest.approx(500 * by_accounts[0].expected, rel=1e-4)
    assert by_arr[0].adjusted_odds == pytest.approx(by_accounts[0].adjusted_odds, rel=1e-4)


def test_a_few_big_accounts_are_no_segment():
    rng = np.random.default_rng(13)
    codes = independent(rng, 5000, 5)
    arr = np.ones(5000)
    whales = np.flatnonzero(codes["d0"] == 1)[:3]
    arr[whales] = 1e5
    lost = rng.random(5000) < 0.1
    lost[whales] = True
    assert scan(base_of(codes, lost, arr), weight="arr").finds == ()


def test_the_four_dimensions_of_depth_four():
    rng = np.random.default_rng(14)
    codes = independent(rng, 60_000, 3, 3, 3, 3, 4)
    hot = (codes["d0"] == 1) & (codes["d1"] == 1) & (codes["d2"] == 1) & (codes["d3"] == 1)
    base = base_of(codes, rng.random(60_000) < np.where(hot, 0.3, 0.1))
    assert cells(scan(base, depth=4)) == [((0, 1), (1, 1), (2, 1), (3, 1))]
    assert len(scan(base, depth=1).tested_by_depth) == 1


# Bases with nothing to say


def missing_level(n: int) -> Base:
    """Half the accounts have no region: a level like any other."""
    code = (np.arange(n) % 2).astype(np.uint8)
    return Base((Dimension("region", ("EMEA", None)),), (code,), np.arange(n) % 10 < 2, np.ones(n))


@pytest.mark.parametrize("weight", ["accounts", "arr"])
@pytest.mark.parametrize(
    "base",
    [
        pytest.param(base_of({"a": [], "b": []}, [], np.zeros(0)), id="empty"),
        pytest.param(Base((), (), np.ones(500, bool), np.ones(500)), id="no dimensions"),
        pytest.param(base_of({"a": [0]}, [True], np.ones(1)), id="one account"),
        pytest.param(base_of({"a": np.arange(500) % 3}, np.ones(500), np.ones(500)), id="all lost"),
        pytest.param(base_of({"a": np.arange(500) % 3}, np.zeros(500), np.ones(500)), id="none lost"),
        pytest.param(base_of({"a": np.zeros(500)}, np.arange(500) < 50, np.ones(500)), id="one level"),
        pytest.param(base_of({"a": np.arange(500) % 3}, np.arange(500) < 50, np.zeros(500)), id="no money"),
        pytest.param(missing_level(2000), id="missing values"),
    ],
)
def test_nothing_to_find(base, weight):
    found = scan(base, weight=weight)
    assert found.finds == ()
    assert len(found.tested_by_depth) == min(3, len(base.dimensions))
    assert scan(base, weight=weight, depth=1).finds == ()


def test_everyone_lost_in_a_segment():
    code = np.repeat([0, 1, 1, 1], 500)
    lost = (code == 0) | (np.arange(2000) % 10 == 0)
    (find,) = scan(base_of({"a": code}, lost, stratum=(np.arange(2000) % 3).astype(np.uint8))).finds
    assert find.cell == ((0, 0),)
    assert find.n_lost == find.n == 500
    assert np.isfinite(find.adjusted_odds)


def test_a_stratum_without_losses():
    rng = np.random.default_rng(15)
    codes, stratum = independent(rng, 10_000, 4, 4), np.repeat(np.uint8([0, 1]), 5000)
    lost = (stratum == 1) & (rng.random(10_000) < np.where(codes["d0"] == 1, 0.3, 0.1))
    assert cells(scan(base_of(codes, lost, stratum=stratum))) == [((0, 1),)]


def test_arr_that_is_not_there_is_refused():
    with pytest.raises(Refused, match="ARR"):
        scan(base_of({"a": [0, 1]}, [True, False]), weight="arr")
    with pytest.raises(ValueError, match="accounts"):
        scan(base_of({"a": [0, 1]}, [True, False]), weight="seats")


def test_default_min_n():
    assert [default_min_n(n) for n in (0, 1000, 5000, 10_000, 100_000, 1_000_000)] == [30, 30, 50, 100, 100, 1000]
