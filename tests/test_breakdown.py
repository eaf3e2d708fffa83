"""Rates by any dimensions: by hand, against loops and statsmodels, and as sums that always come to one total."""

import math
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.errors import Refused
from lib.measures.breakdown import COLUMNS
from tests.worldlets import YEAR, account_frame, ask, contract_frame, days, open_world

CHANNEL = ["Direct"] * 6 + ["Reseller"] * 4
REGION = ["EU", "EU", "US", "US", "US", None, "US", "US", "EU", None]
LOST = [True, False, False, True, False, False, True, True, False, True]
ARR = [10, 20, 30, 40, 50, 60, 70, 80, 90, None]


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    frame = account_frame([f"a{n}" for n in range(10)], channel=CHANNEL, region=REGION, churned=LOST, arr=ARR)
    return open_world(tmp_path_factory.mktemp("store"), {"account": frame})


def cells(table: pd.DataFrame) -> dict[frozenset, dict]:
    return {frozenset(row["segment"].items()): row for row in table.to_dict("records")}


def key(**segment) -> frozenset:
    return frozenset(segment.items())


def test_one_dimension_by_hand(ten):
    found = cells(ask(ten, "breakdown", by=["channel"]).table)
    assert set(found) == {key(channel="Direct"), key(channel="Reseller")}
    row = found[key(channel="Reseller")]
    assert (row["n"], row["n_lost"], row["churn_rate"]) == (4, 3, 0.75)
    assert (row["parent"], row["parent_rate"], row["overall_rate"]) == ({}, 0.5, 0.5)
    assert row["rest_rate"] == pytest.approx(2 / 6)
    assert row["lift"] == pytest.approx(0.75 / (2 / 6))
    assert row["lift_vs_parent"] == row["lift_vs_overall"] == 1.5
    assert row["excess_lost"] == pytest.approx(3 - 4 * 2 / 6)
    assert (row["arr"], row["arr_lost"], row["arr_loss_rate"]) == (240, 150, 0.625)
    # all lost ARR is 10 + 40 + 70 + 80 + nothing known = 200 of 450; outside the channel 50 of 210
    assert row["parent_arr_loss_rate"] == row["overall_arr_loss_rate"] == pytest.approx(200 / 450)
    assert row["rest_arr_loss_rate"] == pytest.approx(50 / 210)
    assert row["share_of_lost"] == 3 / 5
    assert row["share_of_arr_lost"] == 150 / 200


def test_two_dimensions_by_hand_missing_is_a_value(ten):
    answer = ask(ten, "breakdown", by=["channel", "region"])
    found = cells(answer.table)
    assert {tuple(sorted(k, key=str)): (r["n"], r["n_lost"]) for k, r in found.items()} == {
        (("channel", "Direct"), ("region", "EU")): (2, 1),
        (("channel", "Direct"), ("region", "US")): (3, 1),
        (("channel", "Direct"), ("region", None)): (1, 0),
        (("channel", "Reseller"), ("region", "US")): (2, 2),
        (("channel", "Reseller"), ("region", "EU")): (1, 0),
        (("channel", "Reseller"), ("region", None)): (1, 1),
    }
    row = found[key(channel="Reseller", region="US")]
    assert row["parent"] == {"channel": "Reseller"} and row["parent_rate"] == 0.75  # US as a whole loses 3 of 5
    assert row["rest_rate"] == 3 / 8
    assert answer.table["n_lost"].is_monotonic_decreasing


def test_rows_that_tie_always_come_in_one_order(tmp_path):
    values = ["z", "q", "x", None, "y", "a"]
    world = open_world(tmp_path, {"account": account_frame("fedcba", code=values, churned=True)})
    table = ask(world, "breakdown", by=["code"]).table
    assert [segment["code"] for segment in table["segment"]] == ["a", "q", "x", "y", "z", None]


def test_nothing_to_break_down_by_is_the_whole_book(ten):
    table = ask(ten, "breakdown").table
    assert table[["n", "n_lost", "churn_rate"]].values.tolist() == [[10, 5, 0.5]]
    assert table["segment"].tolist() == [{}]
    assert math.isnan(table["rest_rate"].iat[0])


def test_within_is_a_filter_on_the_same_cells(ten):
    whole = ask(ten, "breakdown", by=["channel", "region"]).table
    inside = ask(ten, "breakdown", by=["region"], within=[("channel", "Direct")]).table
    expected = whole[[row["channel"] == "Direct" for row in whole["segment"]]]
    assert cells(inside).keys() == cells(expected).keys()
    pd.testing.assert_frame_equal(
        inside.drop(columns=["segment", "parent"]), expected.drop(columns=["segment", "parent"]).reset_index(drop=True)
    )
    missing = ask(ten, "breakdown", within=[("region", None)]).table
    assert missing[["n", "n_lost"]].values.tolist() == [[2, 1]]
    assert ask(ten, "breakdown", within=[("region", "nowhere")]).table.empty
    assert ask(ten, "breakdown", within=[("region", "US"), ("Region", "EU")]).table.empty


def test_an_empty_book_gives_an_empty_table_with_all_columns(ten):
    nobody = YEAR.where("region", ["nowhere"])
    for by in ([], ["channel"], ["channel", "region"]):
        answer = ask(ten, "breakdown", nobody, by=by)
        assert list(answer.table.columns) == COLUMNS
        assert answer.table.empty and answer.left_out.empty


def test_undecided_accounts_are_left_out_and_counted(tmp_path):
    world = open_world(tmp_path, {"account": account_frame("abc", region="N", churned=[True, None, None])})
    answer = ask(world, "breakdown", by=["region"])
    assert answer.table[["n", "n_lost"]].values.tolist() == [[1, 1]]
    assert answer.left_out.values.tolist() == [["the churned flag is empty", 2]]


def test_with_dates_lost_is_counted_in_the_period_and_pending_left_out(tmp_path):
    contracts = contract_frame(
        {"account": "a", "starts_on": days("2025-01-01"), "ends_on": days("2026-01-01"), "arr": 10},
        {"account": "b", "starts_on": days("2025-01-01"), "arr": 20},
        {"account": "c", "starts_on": days("2025-01-01"), "ends_on": days("2026-10-20"), "arr": 40},
    )
    world = open_world(tmp_path, {"account": account_frame("abcd", churned=True), "contract": contracts})
    answer = ask(world, "breakdown")
    assert answer.table[["n", "n_lost", "arr", "arr_lost"]].values.tolist() == [[2, 1, 30, 10]]
    assert answer.left_out["n"].tolist() == [1]
    assert "$opens_on" in answer.sql and "2026" not in answer.sql  # values are bound


def test_more_than_four_dimensions_or_an_unknown_one_are_refused(ten):
    with pytest.raises(Refused, match="no dimension 'colour'; this data has channel, region, arr"):
        ask(ten, "breakdown", by=["colour"])
    names = [f"x{n}" for n in range(5)]
    frame = account_frame("abc", churned=True, **{name: ["u", "v", "u"] for name in names})
    with tempfile.TemporaryDirectory() as folder:
        world = open_world(Path(folder), {"account": frame})
        with pytest.raises(Refused, match="4 dimensions deep; 5 were asked for"):
            ask(world, "breakdown", by=names)
        assert ask(world, "breakdown", by=[*names[:4], "X0", "x 1"]).table["n"].sum() == 3  # the same ones again


def test_intervals_are_wilson_as_statsmodels_has_them(ten):
    from statsmodels.stats.proportion import proportion_confint

    table = ask(ten, "breakdown", by=["channel", "region"]).table
    for row in table.itertuples():
        lo, hi = proportion_confint(row.n_lost, row.n, method="wilson")
        assert (row.churn_rate_lo, row.churn_rate_hi) == pytest.approx((lo, hi), abs=1e-12)
        assert 0 <= row.churn_rate_lo <= row.churn_rate <= row.churn_rate_hi <= 1


NAMES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def chance(tmp_path_factory):
    """300 accounts with three dimensions, an outcome (some undecided) and money: (rows, the store)."""
    draw = np.random.default_rng(11)
    values = np.array(["u", "v", "w", "x", None], dtype=object)
    rows = [(*values[draw.integers(0, 5, 3)], [True, False, False, None][draw.integers(4)], int(draw.integers(0, 90)))
            for _ in range(300)]  # fmt: skip
    frame = account_frame([str(n) for n in range(len(rows))], churned=[r[3] for r in rows], arr=[r[4] for r in rows],
                          **{name: [r[i] for r in rows] for i, name in enumerate(NAMES)})  # fmt: skip
    return rows, open_world(tmp_path_factory.mktemp("store"), {"account": frame})


some_values = st.sets(st.sampled_from(["u", "v", "w", "x", None]), max_size=3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_values, some_values, some_values, st.permutations(NAMES), st.integers(0, 3))
def test_every_grouping_comes_to_one_total_in_any_order_and_parents_are_the_best(chance, a, b, c, order, depth):
    """Filters make hundreds of small bases of one world, down to a single account or none."""
    rows, world = chance
    book = YEAR
    for number, (name, values) in enumerate(zip(NAMES, (a, b, c), strict=True)):
        book = book.where(name, values)
        rows = [r for r in rows if not values or r[number] in values]
    rows = [r for r in rows if r[3] is not None]
    total = [len(rows), sum(r[3] for r in rows), sum(r[4] for r in rows), sum(r[4] for r in rows if r[3])]
    table = ask(world, "breakdown", book, by=order[:depth]).table
    assert table[["n", "n_lost", "arr", "arr_lost"]].sum().tolist() == total
    turned = ask(world, "breakdown", book, by=order[:depth][::-1]).table
    numbers = ["n", "n_lost", "parent_rate", "lift", "arr_lost"]
    one, other = ({k: [r[name] for name in numbers] for k, r in cells(t).items()} for t in (table, turned))
    assert one.keys() == other.keys()
    for segment in one:
        assert one[segment] == pytest.approx(other[segment], nan_ok=True)
    check_parents(table, rows)


def check_parents(table: pd.DataFrame, rows: list[tuple]) -> None:
    def rate(segment: dict) -> float:
        inside = [r[3] for r in rows if all(r[NAMES.index(k)] == v for k, v in segment.items())]
        return sum(inside) / len(inside)

    for row in table.to_dict("records"):
        segment = row["segment"]
        parents = [{k: v for k, v in segment.items() if k != left} for left in segment] or [{}]
        assert row["parent"] in parents
        assert row["parent_rate"] == pytest.approx(max(rate(parent) for parent in parents))
        assert row["parent_rate"] == pytest.approx(rate(row["parent"]))
        assert row["churn_rate"] == pytest.approx(rate(segment))
