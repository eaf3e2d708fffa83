"""The base of a question: a row per account at risk, its levels on the opening day, and what is left out."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lib.errors import Refused
from lib.facts.base import check_outcome, load
from lib.facts.dimensions import available, choose
from lib.facts.levels import MISSING, MOST_LEVELS, OTHER, UNKNOWN
from tests.worldlets import WORDS, YEAR, account_frame, contract_frame, days, open_world

OPENING = replace(YEAR, opens_on=date(2026, 1, 1))


def base_of(world, *names, book=OPENING, outcome="lost", like=None, bands=None):
    with world.ask(book) as con:
        dimensions = choose(available(con, WORDS, bands), names)
        return load(con, book, WORDS, outcome, dimensions, like=like)


def levels(base, number=0) -> list:
    return [base.dimensions[number].levels[code] for code in base.codes[number]]


def spell(account, field, value, since, until):
    return {"account": account, "field": field, "from_on": days(since), "until_on": days(until), "value": value}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """a moved from Ann to Bob in 2026, b from nobody to Bob in 2026, c from Ann to Cleo on the opening day, d never."""
    history = pd.DataFrame([
        spell("a", "csm", "Ann", "2024-01-01", "2026-03-01"), spell("a", "csm", "Bob", "2026-03-01", None),
        spell("b", "csm", None, "2024-01-01", "2026-03-01"), spell("b", "csm", "Bob", "2026-03-01", None),
        spell("c", "csm", "Ann", "2024-01-01", "2026-01-01"), spell("c", "csm", "Cleo", "2026-01-01", None),
        spell("d", "tier", "gold", "2024-01-01", "2026-03-01"),
    ])  # fmt: skip
    contracts = contract_frame(
        {"account": "a", "starts_on": days("2025-12-01"), "ends_on": days("2026-05-01"), "arr": 5},
        {"account": "b", "starts_on": days("2024-01-01"), "arr": 7},
        {"account": "c", "starts_on": days("2024-01-01"), "ends_on": days("2026-10-20")},
        {"account": "d", "starts_on": days("2020-01-01"), "arr": 9},
    )
    frame = account_frame("abcde", csm=["Bob", "Bob", "Cleo", "Dan", "Eve"], tier="silver")
    frames = {"account": frame, "contract": contracts, "account_history": history}
    return open_world(tmp_path_factory.mktemp("store"), frames)


def test_a_row_per_account_at_risk_with_its_outcome_money_and_age(world):
    base, left_out, sql = base_of(world, "tier")
    assert len(base) == 3
    assert sorted(zip(base.lost.tolist(), base.arr.tolist(), strict=True)) == [(False, 7), (False, 9), (True, 5)]
    assert left_out == [("the renewal is pending inside the grace days", 1)]  # c
    said = [base.strata[code] for code in base.stratum]
    assert sorted(said) == ["over 730 days old", "over 730 days old", "up to 90 days old"]
    assert "outcome_lost" in sql and "usage_before" not in sql


def test_dimensions_hold_the_values_of_the_opening_day(world):
    book = replace(OPENING, as_of=date(2026, 12, 31))
    base, _, _ = base_of(world, "csm", book=book)
    assert sorted(levels(base), key=str) == sorted(["Ann", MISSING, "Cleo", "Dan"], key=str)
    later, _, _ = base_of(world, "csm", book=replace(book, opens_on=date(2026, 3, 1)))
    assert sorted(levels(later)) == ["Bob", "Bob", "Cleo", "Dan"]


def test_the_history_of_one_field_says_nothing_about_another(world):
    base, _, _ = base_of(world, "csm", "tier", book=replace(OPENING, as_of=date(2026, 12, 31)))
    at = levels(base, 0).index("Dan")
    assert (levels(base, 1)[at], sorted(levels(base, 1))) == ("gold", ["gold", "silver", "silver", "silver"])


def test_levels_are_those_that_occur_missing_last(world):
    base, _, _ = base_of(world, "csm")
    assert set(base.dimensions[0].levels) == {"Ann", "Dan", MISSING}
    assert base.dimensions[0].levels[-1] is MISSING


def test_like_takes_the_levels_of_the_other_base_and_marks_what_it_does_not_know(world):
    base, _, _ = base_of(world, "csm")  # Ann, Dan, missing
    other, _, _ = base_of(world, "csm", book=replace(OPENING, opens_on=date(2026, 3, 1)), like=base)
    assert other.dimensions == base.dimensions
    said = ["?" if code == UNKNOWN else base.dimensions[0].levels[code] for code in other.codes[0]]
    assert sorted(said) == ["?", "?", "Dan"]  # both Bobs are new


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """v00 has 60 accounts, v01 59, ... v34 26; some have no value. All of them churned or not by a flag."""
    values = [f"v{n:02d}" for n in range(35) for _ in range(60 - n)] + [None] * 10
    few = [f"w{n % 29:02d}" for n in range(len(values))]
    frame = account_frame([str(n) for n in range(len(values))], many=values, few=few, churned=True)
    return open_world(tmp_path_factory.mktemp("store"), {"account": frame})


def test_values_past_the_most_common_gather_and_missing_stays_its_own(wide):
    base, _, _ = base_of(wide, "many", "few", outcome="churned")
    found = base.dimensions[0].levels
    assert len(found) == MOST_LEVELS == 30
    assert set(found) == {f"v{n:02d}" for n in range(28)} | {OTHER, MISSING}
    said = pd.Series([str(level) for level in levels(base)]).value_counts()
    assert said[OTHER] == sum(60 - n for n in range(28, 35))
    assert said["None"] == 10
    assert len(base.dimensions[1].levels) == 29 and OTHER not in base.dimensions[1].levels


def test_like_puts_a_value_that_is_not_a_level_with_all_other_values(wide):
    base, _, _ = base_of(wide, "many", outcome="churned")
    again, _, _ = base_of(wide, "many", outcome="churned", like=base)
    assert np.array_equal(base.codes[0], again.codes[0])


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"churned": [True, False]}, "churned"),
        ({"churned": [True, None], "started_on": days("2024-01-01")}, "churned"),
        ({"churned": [False, False], "started_on": days("2024-01-01")}, "lost"),
        ({"churned_on": [days("2026-01-05"), None], "started_on": days("2024-01-01")}, "lost"),
        ({"churned": [True, False], "churned_on": [days("2026-01-05"), None]}, "lost"),
        ({"region": ["N", "S"]}, "churned"),
    ],
)
def test_the_default_outcome_is_lost_only_where_the_data_knows_when(tmp_path, frame, expected):
    """Start dates beside a bare flag must not turn everyone who churned into a customer who stayed."""
    world = open_world(tmp_path, {"account": account_frame("ab", **frame)})
    with world.ask(YEAR) as con:
        assert check_outcome(con, None) == expected
        assert check_outcome(con, "churned") == "churned"
        if expected == "churned":
            with pytest.raises(Refused, match="'lapsed' needs dates"):
                check_outcome(con, "lapsed")


def test_an_unknown_outcome_is_refused_with_those_there_are(world):
    with (
        world.ask(YEAR) as con,
        pytest.raises(Refused, match="no outcome 'happy'; known are lost, lapsed, cancelled, churned"),
    ):
        check_outcome(con, "happy")


def test_a_flag_is_an_outcome_of_the_whole_base_and_an_empty_one_is_left_out(tmp_path):
    frame = account_frame("abcd", churned=[True, False, None, None], churned_on=[None, None, None, days("2020-01-01")])
    world = open_world(tmp_path, {"account": frame})
    base, left_out, _ = base_of(world, outcome="churned")
    assert sorted(base.lost) == [False, True, True]  # a date says it too
    assert left_out == [("the churned flag is empty", 1)]


def test_bands_replace_cut_points_and_refuse_words(wide, tmp_path):
    frame = account_frame(
        [str(n) for n in range(20)], size=[float(n) for n in range(20)], word=["a", "b"] * 10, churned=True
    )
    world = open_world(tmp_path, {"account": frame})
    base, _, _ = base_of(world, "size", outcome="churned", bands={"size": (4, 9)})
    assert pd.Series(levels(base)).value_counts().to_dict() == {"up to 4": 5, "over 4 to 9": 5, "over 9": 10}
    for bands, said in (
        ({"word": (1,)}, "holds words"),
        ({"size": (9, 4)}, "numbers that rise"),
        ({"size": ()}, "rise"),
    ):
        with pytest.raises(Refused, match=said):
            base_of(world, "size", outcome="churned", bands=bands)


def test_two_bases_of_one_book_are_the_same_base(world):
    one, two = base_of(world, "csm")[0], base_of(world, "csm")[0]
    assert sorted(zip(levels(one), one.lost, strict=True), key=str) == sorted(
        zip(levels(two), two.lost, strict=True), key=str
    )
