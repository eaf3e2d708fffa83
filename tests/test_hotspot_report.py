"""The finds as a table: every column by hand on a small base, intervals against statsmodels and scipy."""

import numpy as np
import pandas as pd
import pytest

from lib import stats
from lib.facts.base import Base
from lib.facts.levels import Dimension
from lib.measures.hotspots.report import COLUMNS, detectable_lift, report
from lib.measures.hotspots.scan import Find, Scan, scan


def base_of(blocks, *, arr=True) -> Base:
    """A base from blocks of like accounts: (region, channel, accounts, lost); lost accounts have 300 ARR, others 100."""
    region, channel, n, k = (np.array(column) for column in zip(*blocks, strict=True))
    lost = np.concatenate([np.arange(size) < gone for size, gone in zip(n, k, strict=True)])
    dimensions = (Dimension("region", ("EMEA", None)), Dimension("channel", ("direct", "partner")))
    codes = (np.repeat(region, n).astype(np.uint8), np.repeat(channel, n).astype(np.uint8))
    return Base(dimensions, codes, lost, np.where(lost, 300.0, 100.0) if arr else None)


#                 region, channel, accounts, lost
NOW = base_of([(0, 0, 400, 20), (0, 1, 100, 30), (1, 0, 400, 20), (1, 1, 100, 10)])
HOT = ((0, 0), (1, 1))  # EMEA x partner: 30 of 100, 50 of 900 elsewhere


def scan_with(*finds: Find, weight="accounts") -> Scan:
    return Scan(finds, n_cells=8, tested_by_depth=(4, 4), min_n=30, alpha=0.05, min_lift=1.1, weight=weight)


def find_of(cell=HOT, **changes) -> Find:
    return Find(
        **{
            "cell": cell,
            "n": 100,
            "n_lost": 30,
            "observed": 30.0,
            "expected": 8.0,
            "log_p": -20.0,
            "p_adjusted": 1e-8,
            "adjusted_odds": 5.0,
            "adjusted_lift": 3.75,
            "effective_n": 100.0,
            "aliases": (),
            "is_listed": True,
        }
        | changes
    )


def test_every_column_by_hand():
    (row,) = report(NOW, scan_with(find_of(aliases=(((0, 1),),)))).to_dict("records")
    assert row["segment"] == {"region": "EMEA", "channel": "partner"}
    assert (row["depth"], row["n"], row["n_lost"], row["rest_n"]) == (2, 100, 30, 900)
    assert row["churn_rate"] == pytest.approx(0.3)
    assert (row["churn_rate_lo"], row["churn_rate_hi"]) == pytest.approx((0.2189, 0.3958), abs=1e-4)
    assert row["rest_rate"] == pytest.approx(50 / 900)
    assert row["overall_rate"] == pytest.approx(0.08)
    assert row["parent"] == {"channel": "partner"}  # 40 of 200, against 50 of 500 of EMEA
    assert (row["parent_n"], row["parent_rate"]) == (200, pytest.approx(0.2))
    assert row["lift"] == pytest.approx(0.3 / (50 / 900))
    assert row["lift_vs_parent"] == pytest.approx(1.5)
    assert row["lift_vs_overall"] == pytest.approx(3.75)
    assert (row["adjusted_lift"], row["adjusted_odds"]) == (3.75, 5.0)
    assert row["shrunk_lift"] == pytest.approx(34 / 12)
    assert row["excess_lost"] == pytest.approx(30 - 100 * 50 / 900)
    assert row["excess_lost_vs_parent"] == pytest.approx(10)
    assert row["arr"] == pytest.approx(30 * 300 + 70 * 100)
    assert row["arr_lost"] == pytest.approx(9000)
    assert row["excess_arr"] == pytest.approx(9000 - 16_000 * 15_000 / 100_000)
    assert row["excess_arr_vs_parent"] == pytest.approx(9000 - 16_000 * 12_000 / 28_000)
    assert row["share_of_lost"] == pytest.approx(30 / 80)
    assert row["share_of_arr_lost"] == pytest.approx(9000 / 24_000)
    assert (row["p_adjusted"], row["confidence"], row["held"], row["is_listed"]) == (1e-8, "firm", None, True)
    assert row["aliases"] == [{"region": None}]


def test_intervals_against_published_implementations():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    from scipy.stats import gamma

    (row,) = report(NOW, scan_with(find_of())).to_dict("records")
    low, high = proportion.confint_proportions_2indep(30, 100, 50, 900, method="newcomb")
    assert (row["excess_lost_lo"], row["excess_lost_hi"]) == pytest.approx((100 * low, 100 * high))
    posterior = gamma(34, scale=1 / 12)
    assert (row["shrunk_lift_lo"], row["shrunk_lift_hi"]) == pytest.approx(tuple(posterior.ppf([0.025, 0.975])))


def test_wilson_against_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    k, n = np.array([0, 1, 5, 50, 10]), np.array([10, 10, 10, 1000, 10])
    np.testing.assert_allclose(stats.wilson(k, n), proportion.proportion_confint(k, n, method="wilson"), atol=1e-12)
    assert np.isnan(stats.wilson(0, 0)).all()


def test_a_single_value_is_compared_with_the_base():
    (row,) = report(NOW, scan_with(find_of(((1, 1),)))).to_dict("records")
    assert (row["parent"], row["parent_n"], row["parent_rate"]) == ({}, 1000, pytest.approx(0.08))


def test_no_finds_same_columns():
    empty, full = report(NOW, scan_with()), report(NOW, scan_with(find_of()))
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns) == list(COLUMNS)
    pd.testing.assert_series_equal(empty.dtypes, full.dtypes)


def test_without_arr_its_columns_are_blank():
    row = report(base_of([(0, 0, 900, 50), (0, 1, 100, 30)], arr=False), scan_with(find_of())).iloc[0]
    assert row[["arr", "arr_lost", "excess_arr", "excess_arr_vs_parent", "share_of_arr_lost"]].isna().all()


def test_ratios_over_nothing_are_blank():
    """Everyone who was lost is in the segment: the rest's rate is 0, and no lift can be stated."""
    row = report(base_of([(0, 0, 900, 0), (0, 1, 100, 30)]), scan_with(find_of(((1, 1),)))).iloc[0]
    assert row.rest_rate == 0
    assert np.isnan(row.lift)
    assert row.excess_lost == 30


def test_listed_first_then_by_what_is_at_stake():
    small, large = find_of(((0, 0),)), find_of(((1, 1),))
    hidden = find_of(HOT, is_listed=False)
    order = report(NOW, scan_with(hidden, small, large)).segment.tolist()
    assert order == [{"channel": "partner"}, {"region": "EMEA"}, {"region": "EMEA", "channel": "partner"}]


def test_tentative_and_firm():
    table = report(NOW, scan_with(find_of(p_adjusted=0.0099), find_of(((1, 1),), p_adjusted=0.01)))
    assert dict(zip(table.p_adjusted, table.confidence, strict=True)) == {0.0099: "firm", 0.01: "tentative"}


@pytest.mark.parametrize("weight", ["accounts", "arr"])
@pytest.mark.parametrize(
    "previous, held",
    [
        ([(0, 0, 900, 50), (0, 1, 100, 25)], "yes"),
        ([(0, 0, 900, 50), (0, 1, 100, 5)], "no"),
        ([(0, 0, 90, 5), (0, 1, 4, 0)], "too few"),
        ([(0, 0, 90, 5)], "too few"),
        ([(0, 0, 90, 0), (0, 1, 40, 0)], "too few"),
        ([(0, 0, 0, 0)], "too few"),
    ],
)
def test_held_in_the_previous_period(previous, held, weight):
    found = scan_with(find_of(), weight=weight)
    assert report(NOW, found, base_of(previous)).held.tolist() == [held]


def test_shrunk_lift_of_arr_counts_effective_accounts():
    """9,000 lost of 4,000 expected in 16,000 ARR spread like 64 equal accounts: 36 of 16."""
    found = scan_with(find_of(observed=9000.0, expected=4000.0, effective_n=64.0), weight="arr")
    assert report(NOW, found).shrunk_lift.iloc[0] == pytest.approx(40 / 20)


def test_report_of_a_real_scan():
    found = scan(NOW, min_n=50)
    row = report(NOW, found, NOW).iloc[0]
    assert row.segment == {"region": "EMEA", "channel": "partner"}
    assert (row.n, row.n_lost, row.held) == (100, 30, "yes")
    assert row.adjusted_lift == pytest.approx(30 / 8)
    assert row.shrunk_lift_lo < row.shrunk_lift < row.adjusted_lift


@pytest.mark.parametrize(
    "n_cell, published",
    [
        (50, (3.5, 3.9, 4.1)),
        (100, (2.6, 2.9, 3.0)),
        (300, (1.8, 2.0, 2.1)),
        (1000, (1.44, 1.54, 1.58)),
        (3000, (1.25, 1.30, 1.33)),
    ],
)
def test_detectable_lift_against_the_study(n_cell, published):
    """A base of 10 % with about 62 / 1,660 / 14,000 cells tested; the study gives two digits."""
    tests = {1: 62, 2: 1660, 3: 14_000}
    ours = [float(detectable_lift(1_000_000, 0.1, n_cell, depth, n)) for depth, n in tests.items()]
    np.testing.assert_allclose(ours, published, rtol=0.05)


def test_detectable_lift_is_found_four_times_in_five():
    rng = np.random.default_rng(1)
    lift = float(detectable_lift(10_000, 0.1, 400, 1, 8, n_depths=1))
    rest_rate = 0.1 * 10_000 / (9600 + 400 * lift)
    code = np.repeat(np.arange(8), (400, 1600, 1600, 1600, 1600, 1600, 800, 800)).astype(np.uint8)
    dimension = Dimension("region", tuple("abcdefgh"))
    found = 0
    for _ in range(300):
        lost = rng.random(10_000) < np.where(code == 0, lift, 1) * rest_rate
        found += ((0, 0),) in [find.cell for find in scan(Base((dimension,), (code,), lost), depth=1).finds]
    assert found / 300 == pytest.approx(0.8, abs=0.08)


def test_detectable_lift_is_blank_where_nothing_could_be_found():
    lifts = detectable_lift(1000, 0.5, np.array([1, 400, 1000]), 3, 1000)
    assert np.isnan(lifts).tolist() == [True, False, True]
    assert 1 < lifts[1] < 2
    assert np.isnan(detectable_lift(1000, 0.0, 100, 1, 10))
