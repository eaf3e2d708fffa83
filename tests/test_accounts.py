"""The accounts behind a figure: as many rows as the figure says, each once, however they are paged, searched or sorted."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lib.errors import Refused
from lib.facts.base import load
from lib.facts.dimensions import available, choose
from lib.facts.levels import MOST_LEVELS, OTHER
from lib.measures.accounts import COLUMNS, SORTABLE
from tests.worldlets import WORDS, YEAR, account_frame, ask, contract_frame, days, open_world

N = 400


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    draw = np.random.default_rng(5)
    wide = [None if n % 41 == 40 else f"v{int(draw.integers(0, 40))}" for n in range(N)]
    frame = account_frame(
        [f"id{n:03d}" for n in range(N)],
        name=[f"Acme {n}" if n % 3 else None for n in range(N)],
        region=list(np.array(["EU", "US", None], dtype=object)[draw.integers(0, 3, N)]),
        channel=list(np.array(["Direct", "Reseller"], dtype=object)[draw.integers(0, 2, N)]),
        city=wide,
        arr=[None if n % 7 == 0 else float(draw.integers(1, 50)) for n in range(N)],
        churned=[[True, False, False, None][draw.integers(4)] for _ in range(N)],
    )
    return open_world(tmp_path_factory.mktemp("store"), {"account": frame})


@pytest.mark.parametrize("by", [(), ("region",), ("channel", "region"), ("city",), ("arr", "channel")])
def test_the_rows_of_any_segment_are_the_figure_of_the_breakdown(world, by):
    for cell in ask(world, "breakdown", by=by).table.itertuples():
        answer = ask(world, "accounts", within=list(cell.segment.items()))
        undecided = answer.left_out["n"].sum()
        assert len(answer.table) - undecided == cell.n
        assert answer.table["is_lost"].sum() == cell.n_lost
        assert answer.table["is_lost"].isna().sum() == undecided
        lost = ask(world, "accounts", within=list(cell.segment.items()), only_lost=True).table
        assert len(lost) == cell.n_lost and lost["is_lost"].all()


def test_all_other_values_are_those_the_search_gathered(world):
    with world.ask(YEAR) as con:
        base, _, _ = load(con, YEAR, WORDS, "churned", choose(available(con, WORDS), ["city"]))
    levels = base.dimensions[0].levels
    assert len(levels) == MOST_LEVELS and OTHER in levels
    for code, level in enumerate(levels):
        inside = base.codes[0] == code
        answer = ask(world, "accounts", within=[("city", level)])
        assert len(answer.table) - answer.left_out["n"].sum() == inside.sum()
        assert answer.table["is_lost"].sum() == base.lost[inside].sum()
        (row,) = ask(world, "breakdown", within=[("city", level)]).table.to_dict("records")
        assert (row["segment"], row["n"], row["n_lost"]) == ({"city": level}, inside.sum(), base.lost[inside].sum())


def test_an_unknown_value_has_no_accounts_and_values_at_odds_neither(world):
    assert ask(world, "accounts", within=[("region", "nowhere")]).table.empty
    assert ask(world, "accounts", within=[("region", "EU"), ("Region", "US")]).table.empty
    same = ask(world, "accounts", within=[("region", "EU"), ("Region", "EU")]).table
    assert len(same) == len(ask(world, "accounts", within=[("region", "EU")]).table)


@pytest.mark.parametrize("limit", [1, 60, 150, 400, 1000])
def test_pages_hold_every_row_exactly_once(world, limit):
    pages = [
        ask(world, "accounts", sort="region", limit=limit, offset=offset).table
        for offset in (range(0, N, limit) if limit > 1 else range(0, N, 57))
    ]
    seen = [account for page in pages for account in page["account"]]
    assert {n for page in pages for n in page["n_rows"]} == {N}
    assert len(seen) == len(set(seen))
    if limit > 1:
        assert len(seen) == N


def test_an_offset_alone_skips_rows(world):
    whole = ask(world, "accounts", sort="account", descending=False).table["account"].tolist()
    assert whole == sorted(whole) and len(whole) == N
    rest = ask(world, "accounts", sort="account", descending=False, offset=390).table["account"].tolist()
    assert rest == whole[390:]


def test_negative_pages_are_refused(world):
    for page in ({"limit": -1}, {"limit": 5, "offset": -1}):
        with pytest.raises(Refused, match="no negative rows"):
            ask(world, "accounts", **page)


@pytest.mark.parametrize("sort", SORTABLE)
@pytest.mark.parametrize("descending", [True, False])
def test_sorting_puts_what_is_missing_last(world, sort, descending):
    values = ask(world, "accounts", sort=sort, descending=descending).table[sort].tolist()
    missing = pd.isna(values).tolist()
    assert missing == sorted(missing)
    there = values[: len(values) - sum(missing)]
    assert there == sorted(there, reverse=descending)


def test_sorting_by_something_else_is_refused(world):
    with pytest.raises(Refused, match="cannot be sorted by 'arr; drop table'; choose from account, name"):
        ask(world, "accounts", sort="arr; drop table")


@pytest.mark.parametrize(
    ("search", "expected"),
    [("ID007", ["id007"]), ("acme 11", ["id011", *[f"id11{n}" for n in range(10) if (110 + n) % 3]]),
     ("%", []), ("_", []), ("'", []), ("\\", []), ("$search", []), ('"; drop table account; --', [])],
)  # fmt: skip
def test_search_finds_plain_text_in_id_and_name(world, search, expected):
    table = ask(world, "accounts", search=search, sort="account", descending=False).table
    assert table["account"].tolist() == expected


def test_searched_text_may_be_a_pattern_of_other_languages(tmp_path):
    names = ["100%", "a_b", "it's", "back\\slash", "ÉCOLE", "x"]
    world = open_world(tmp_path, {"account": account_frame([str(n) for n in range(6)], name=names, churned=True)})
    for search, expected in (("%", "0"), ("_", "1"), ("'", "2"), ("\\", "3"), ("école", "4")):
        assert ask(world, "accounts", search=search).table["account"].tolist() == [expected]


def test_columns_are_the_same_and_empty_for_an_empty_book(world):
    table = ask(world, "accounts", YEAR.where("region", ["nowhere"])).table
    assert table.empty and list(table.columns) == COLUMNS


def test_with_dates_money_and_age_are_those_of_the_opening_day(tmp_path):
    contracts = contract_frame(
        {"account": "a", "starts_on": days("2025-01-01"), "ends_on": days("2026-01-01"), "arr": 10},
        {"account": "b", "starts_on": days("2025-10-02"), "arr": 20},
        {"account": "b", "starts_on": days("2026-02-01"), "arr": 500},
        {"account": "late", "starts_on": days("2026-02-01"), "arr": 500},
    )
    world = open_world(tmp_path, {"account": account_frame(["a", "b", "late", "none"]), "contract": contracts})
    table = ask(world, "accounts", sort="account", descending=False).table
    assert table[["account", "arr", "tenure_days", "is_lost"]].values.tolist() == [
        ["a", 10, 304, True], ["b", 20, 30, False],
    ]  # fmt: skip
    early = ask(world, "accounts", replace(YEAR, as_of=date(2025, 12, 1))).table
    assert not early["is_lost"].any() and not math.isnan(early["arr"].sum())
