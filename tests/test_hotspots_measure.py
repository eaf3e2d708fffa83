"""The hot-spot measure over a store: a planted one is found, chance is not, and odd bases are said, not broken."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from lib.errors import Refused
from lib.measures.hotspots.report import COLUMNS
from tests.worldlets import YEAR, account_frame, ask, contract_frame, days, open_world

N = 4_000


def draw_base(seed: int, hot_rate: float) -> tuple[dict, np.ndarray]:
    """Dimensions of N accounts, and who is lost: 10 %, but `hot_rate` of Reseller in the US."""
    draw = np.random.default_rng(seed)
    dimensions = {
        "channel": draw.choice(["Direct", "Reseller", "Partner"], N),
        "region": draw.choice(["EU", "US", "APAC"], N),
        "plan": draw.choice(["Basic", "Pro"], N),
        "tier": draw.choice(["gold", "silver", "bronze"], N),
    }
    hot = (dimensions["channel"] == "Reseller") & (dimensions["region"] == "US")
    return {k: list(v) for k, v in dimensions.items()}, draw.random(N) < np.where(hot, hot_rate, 0.1)


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    """A planted hot-spot in a file that has only a flag."""
    dimensions, lost = draw_base(1, 0.35)
    frame = account_frame(
        [str(n) for n in range(N)], churned=lost.tolist(), arr=[float(n % 50) for n in range(N)], **dimensions
    )
    return open_world(tmp_path_factory.mktemp("store"), {"account": frame})


def test_a_planted_hotspot_is_found_with_the_figures_of_the_breakdown(flags):
    answer = ask(flags, "hotspots")
    listed = answer.table[answer.table["is_listed"]]
    assert listed["segment"].tolist() == [{"channel": "Reseller", "region": "US"}]
    row = listed.iloc[0]
    cells = ask(flags, "breakdown", by=["channel", "region"]).table
    cell = cells[[segment == row["segment"] for segment in cells["segment"]]].iloc[0]
    for name in ("n", "n_lost", "churn_rate", "churn_rate_lo", "churn_rate_hi", "parent_rate", "rest_rate", "lift",
                 "lift_vs_parent", "excess_lost", "arr", "arr_lost", "share_of_lost", "share_of_arr_lost"):  # fmt: skip
        assert row[name] == pytest.approx(cell[name]), name
    assert row["parent"] == cell["parent"]
    assert row["p_adjusted"] < 0.01 and row["confidence"] == "firm"
    assert row["held"] is None  # a flag has no previous period
    rows = ask(flags, "accounts", within=list(row["segment"].items()), only_lost=True).table
    assert len(rows) == row["n_lost"]


def test_the_order_of_dimensions_does_not_matter(flags):
    one = ask(flags, "hotspots", by=["channel", "region", "plan"]).table
    other = ask(flags, "hotspots", by=["plan", "region", "channel"]).table
    assert one[["segment", "n", "n_lost"]].values.tolist() == other[["segment", "n", "n_lost"]].values.tolist()
    assert one["p_adjusted"].tolist() == pytest.approx(other["p_adjusted"].tolist())


def test_a_search_may_be_weighted_by_arr(flags):
    table = ask(flags, "hotspots", weight="arr").table
    assert table[table["is_listed"]]["segment"].tolist() == [{"channel": "Reseller", "region": "US"}]


def test_a_book_cuts_the_base_of_the_search(flags):
    answer = ask(flags, "hotspots", YEAR.where("region", ["EU"]))
    assert answer.table.empty and list(answer.table.columns) == list(COLUMNS)


def test_without_a_pattern_nothing_stands_out_and_it_says_what_would_have(tmp_path):
    dimensions, lost = draw_base(2, 0.1)
    world = open_world(
        tmp_path, {"account": account_frame([str(n) for n in range(N)], churned=lost.tolist(), **dimensions)}
    )
    answer = ask(world, "hotspots")
    assert answer.table.empty and list(answer.table.columns) == list(COLUMNS)
    assert any("This base would show, four times in five, a segment of" in note for note in answer.notes)
    with pytest.raises(Refused, match=r"no ARR|has no ARR"):
        ask(world, "hotspots", weight="arr")


def test_held_says_whether_the_segment_was_hot_the_year_before(tmp_path):
    """Every account renews each 1 January; in 2024 only channel was hot, in 2025 plan was too. Basic is 150 % of Pro's size."""
    dimensions, _ = draw_base(3, 0.1)
    draw, channel, plan = np.random.default_rng(4), np.array(dimensions["channel"]), np.array(dimensions["plan"])
    hot_channel, hot_plan = channel == "Reseller", plan == "Pro"
    lost_24 = draw.random(N) < np.where(hot_channel, 0.35, 0.1)
    lost_25 = ~lost_24 & (draw.random(N) < np.where(hot_channel, 0.4, np.where(hot_plan, 0.3, 0.1)))
    contracts = contract_frame(*[
        {"contract": f"c{n}", "account": str(n), "starts_on": date(2023, 1, 1),
         "cancelled_on": date(2024, 7, 1) if lost_24[n] else date(2025, 7, 1) if lost_25[n] else None}
        for n in range(N)
    ])  # fmt: skip
    frame = account_frame([str(n) for n in range(N)], channel=dimensions["channel"], plan=dimensions["plan"])
    world = open_world(tmp_path, {"account": frame, "contract": contracts})
    book = replace(YEAR, opens_on=date(2025, 1, 1), closes_on=date(2026, 1, 1))
    table = ask(world, "hotspots", book, depth=1).table
    held = {tuple(s.values()): h for s, h in zip(table["segment"], table["held"], strict=True)}
    assert held == {("Reseller",): "yes", ("Pro",): "no"}
    first = replace(book, opens_on=date(2024, 1, 1), closes_on=date(2025, 1, 1))
    table = ask(world, "hotspots", first, depth=1).table
    assert dict(zip([tuple(s.values()) for s in table["segment"]], table["held"], strict=True)) == {
        ("Reseller",): "too few"
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"depth": 0}, "1 to 4 dimensions; depth 0"),
        ({"depth": 5}, "1 to 4 dimensions; depth 5"),
        ({"alpha": 0}, "alpha is a share"),
        ({"alpha": 0.6}, "alpha is a share"),
        ({"min_n": 4}, "at least 5 accounts"),
        ({"weight": "seats"}, "by accounts or by arr; 'seats'"),
        ({"outcome": "happy"}, "no outcome 'happy'"),
        ({"outcome": "lost"}, "needs dates"),
        ({"by": ["colour"]}, "no dimension 'colour'"),
    ],
)
def test_options_out_of_range_are_refused_with_the_rule(flags, options, said):
    with pytest.raises(Refused, match=said):
        ask(flags, "hotspots", **options)


def test_sixty_columns_stay_within_reach_and_those_not_searched_are_named(tmp_path):
    draw = np.random.default_rng(6)
    columns = {f"extra_{n:02d}": list(draw.choice([f"v{i}" for i in range(12)], 1_000)) for n in range(60)}
    lost = (draw.random(1_000) < 0.2).tolist()
    world = open_world(tmp_path, {"account": account_frame([str(n) for n in range(1_000)], churned=lost, **columns)})
    answer = ask(world, "hotspots")
    note = next(note for note in answer.notes if note.startswith("Not searched"))
    assert "extra_59" in note and "extra_00" not in note
    assert not ask(world, "hotspots", by=["extra_59"]).notes[0].startswith("Not searched: extra_59")
    with pytest.raises(
        Refused,
        match=r"These 60 dimensions have more combinations of up to 3 values than the 3,000,000 a search looks at",
    ):
        ask(world, "hotspots", by=list(columns))


@pytest.mark.parametrize(
    ("n", "churned"),
    [(0, True), (1, True), (1, False), (3, True), (200, False), (200, True), (200, None)],
)
def test_a_base_without_contrast_is_said_and_not_broken(tmp_path, n, churned):
    frame = account_frame([str(i) for i in range(n)], region=(["N", "S", None] * n)[:n], churned=churned)
    world = open_world(tmp_path, {"account": frame})
    answer = ask(world, "hotspots")
    assert answer.table.empty and list(answer.table.columns) == list(COLUMNS)
    assert answer.left_out["n"].sum() == (n if churned is None else 0)
    assert answer.notes


def test_a_file_without_a_single_dimension_has_no_hotspots(tmp_path):
    world = open_world(tmp_path, {"account": account_frame([str(n) for n in range(500)], churned=[True, False] * 250)})
    answer = ask(world, "hotspots")
    assert answer.table.empty and answer.notes


def test_dated_data_uses_the_period_and_leaves_pending_out(tmp_path):
    contracts = contract_frame(*[
        {"contract": str(n), "account": str(n), "starts_on": days("2024-01-01"),
         "ends_on": days("2026-10-20") if n < 7 else days("2026-03-01") if n % 3 == 0 else None}
        for n in range(300)
    ])  # fmt: skip
    frame = account_frame([str(n) for n in range(300)], region=["N" if n % 3 == 0 else "S" for n in range(300)])
    world = open_world(tmp_path, {"account": frame, "contract": contracts})
    answer = ask(world, "hotspots")
    assert answer.table["segment"].tolist() == [{"region": "N"}]
    assert answer.left_out["n"].tolist() == [7]
    assert answer.table["n_lost"].tolist() == [97]
