"""What another journey would move: accounts by the stage they stand in by one and by the other, each by hand."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from lib.book import year_to
from lib.definitions.journey import Stage
from lib.facts.ask import ask
from lib.facts.moved import moves, stages_by
from lib.scope import Scope
from tests.worldlets import WORDS, account_frame, days, open_world

DAY = date(2026, 6, 30)
STAGES = [
    ("one", "First", "2026-01-01"), ("two", "First", "2026-01-01"), ("two", "Second", "2026-02-01"),
    ("three", "First", "2026-01-01"), ("three", "Second", "2026-02-01"), ("three", "Third", "2026-03-01"),
    ("late", "First", "2026-01-01"), ("late", "Second", "2026-07-01"), ("other", "Second", "2026-02-01"),
]  # fmt: skip


def words(*names: str):
    return replace(WORDS, journey=replace(WORDS.journey, stages=tuple(map(Stage, names))))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    names = ["one", "two", "three", "late", "other", "none"]
    csm = ["Dana"] * 4 + ["Lee"] * 2
    frames = {
        "account": account_frame(names, csm=csm, started_on=days("2026-01-01")),
        "milestone": pd.DataFrame([(a, s, days(d)) for a, s, d in STAGES], columns=["account", "stage", "reached_on"]),
    }
    return open_world(tmp_path_factory.mktemp("store"), frames)


def moved(world, was, would, book=None, scope=None):
    book, more = book or year_to(DAY), [scope] if scope else []
    with ask(world, book, was, *more) as con:
        before = stages_by(con, DAY)
    with ask(world, book, would, *more) as con:
        return moves(con, DAY, before)


def test_the_same_journey_moves_nobody(world):
    all_three = words("First", "Second", "Third")
    assert sorted(moved(world, all_three, all_three), key=str) == [
        ("First", "First", 2), ("Second", "Second", 2), ("Third", "Third", 1), (None, None, 1),
    ]  # fmt: skip


def test_a_stage_taken_out_moves_its_accounts_to_the_one_before_or_to_none(world):
    found = moved(world, words("First", "Second", "Third"), words("First", "Third"))
    assert {each for each in found if each[0] != each[1]} == {("Second", "First", 1), ("Second", None, 1)}
    assert sum(n for _, _, n in found) == 6
    back = moved(world, words("First", "Third"), words("First", "Second", "Third"))
    assert {(after, before, n) for before, after, n in back} == set(found)


def test_the_most_come_first_and_only_accounts_of_the_book_and_the_scope_count(world):
    was, would = words("First", "Second", "Third"), words("First", "Third")
    assert moved(world, was, would)[0] == ("First", "First", 2)
    assert set(moved(world, was, would, year_to(DAY).where("csm", ["Lee"]))) == {("Second", None, 1), (None, None, 1)}
    assert sum(n for _, _, n in moved(world, was, would, scope=Scope(("Dana",)))) == 4
