"""Plays: which tasks are of which exception, what came of a play, whose its tasks are; and never twice for the same spell."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lib.definitions.exceptions import Play, Task
from lib.errors import Refused
from lib.facts.plays import due
from lib.measures.plays import listing, runs, story
from lib.scope import Scope
from lib.workspace import open_workspace, plays, rows
from lib.workspace.plays import Run
from tests.playworlds import CANCEL, LAST, NEAR, PREPARE, SAVE, WRITTEN, acts, asked, checked_after, frames
from tests.worldlets import WORDS, open_world

NOW = datetime(2026, 6, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return open_world(tmp_path_factory.mktemp("store"), frames())


# --- what is open


def test_a_line_an_account_the_most_arr_with_the_nearest_renewal_first(world):
    found = asked(world, "my_exceptions", said={})
    # 900 × 2^(-185/120) = 309, 300 × 2^(-46/120) = 230, 200 × 2^(-40/120) = 159, 50 × 2^(-185/120) = 17
    assert found["account"].tolist() == ["big", "near", "plan", "lee's"] and [*found.columns] == listing.COLUMNS
    assert found["exceptions"].tolist()[:2] == [[f"{CANCEL}, since 20 Jun 2026"], [f"{NEAR}, since 16 Jun 2026"]]
    assert set(found["n_rows"]) == {4} and found["days_to_renewal"].tolist()[:2] == [185, 46]
    one = asked(world, "my_exceptions", said={}, limit=1, offset=1)
    assert one["account"].tolist() == ["near"] and set(one["n_rows"]) == {4}


def test_a_save_plan_ends_one_and_started_plays_are_in_hand(world):
    found = asked(world, "my_exceptions").set_index("account")
    assert "plan" not in found.index
    assert found.loc["big", ["n_started", "n_tasks", "n_tasks_done"]].tolist() == [1, 2, 1]


def test_another_book_is_not_told_of(world):
    assert asked(world, "my_exceptions", scope=Scope(("Lee",)))["account"].tolist() == ["lee's"]
    assert set(asked(world, "play_runs", scope=Scope(("Dana",)))["account"]) == {"big", "plan", "lost", "near"}


def test_what_was_handed_over_is_its_new_owners(world):
    said = WRITTEN | {"exception_act": acts(("big", CANCEL, "handed_over", "2026-06-21", None, "Jo"))}
    assert asked(world, "my_exceptions", said=said, owner=["JO"])["account"].tolist() == ["big"]
    assert asked(world, "my_exceptions", said=said, owner=["Dana"])["account"].tolist() == ["near"]
    assert asked(world, "my_exceptions", said=said, owner=["nobody"]).empty


def test_new_ones_above_what_is_told_in_a_week_wait_but_for_those_in_hand(world):
    """All four began in different weeks but two; with one a week, the second of a week waits for the next."""
    few = replace(WORDS, exceptions=replace(WORDS.exceptions, new_per_week=1))
    # Dana's weeks from Monday: plan 10 June (8 June), near 16 June and big 20 June (both 15 June): big waits until 22 June
    assert asked(world, "my_exceptions", as_of=date(2026, 6, 21), words=few, said={})["account"].tolist() == [
        "near",
        "plan",
    ]
    assert asked(world, "my_exceptions", as_of=date(2026, 6, 22), words=few, said={})["account"].tolist()[0] == "big"
    in_hand = {"exception_act": acts(("big", CANCEL, "reopened", "2026-06-20", None, None))}
    assert "big" in asked(world, "my_exceptions", as_of=date(2026, 6, 21), words=few, said=in_hand)["account"].tolist()


# --- what was started, and what came of it


def test_a_play_counts_the_tasks_that_were_written_while_its_exception_lasted(world):
    found = asked(world, "play_runs").set_index("account")
    assert [*asked(world, "play_runs").columns] == runs.COLUMNS
    assert found[["n_tasks", "n_tasks_done"]].T.to_dict("list") == {"near": [1, 0], "big": [2, 1], "lee's": [1, 0], "plan": [1, 1], "lost": [1, 0]}  # fmt: skip
    assert found["play_started_on"].dt.date.to_dict() == {
        "big": date(2026, 6, 22), "plan": date(2026, 6, 12), "lost": date(2026, 5, 10), "near": date(2026, 7, 5), "lee's": LAST,
    }  # fmt: skip
    # the check: 60 days after 22 June, 30 days after 12 June
    assert found["check_on"].dt.date.to_dict()["big"] == date(2026, 8, 21) and found.loc[
        "plan", "check_on"
    ].date() == date(2026, 7, 12)
    assert found["check_result"].to_dict() == {
        "big": "not due yet", "near": "not due yet", "lee's": "not due yet", "plan": "recovered", "lost": "left",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "results"),
    [
        (
            8,
            {"big": "still open", "plan": "recovered late"},
        ),  # 30 June is the day of the check of big; plan was over on day 13
        (9, {"big": "not due yet", "plan": "recovered late"}),
        (12, {"big": "not due yet", "plan": "recovered late"}),
        (13, {"big": "not due yet", "plan": "recovered"}),
    ],
)
def test_the_closing_check_says_whether_it_was_over_by_its_day(world, days, results):
    found = asked(world, "play_runs", words=checked_after(days)).set_index("account")["check_result"]
    assert found[["big", "plan"]].to_dict() == results and found["lost"] == "left"
    only = asked(world, "play_runs", words=checked_after(days), result="recovered late")["account"].tolist()
    assert only == [name for name, result in results.items() if result == "recovered late"]


def test_an_earlier_day_knows_only_what_was_written_by_then(world):
    found = asked(world, "play_runs", as_of=date(2026, 6, 23)).set_index("account")
    assert found.loc["big", ["n_tasks", "n_tasks_done"]].tolist() == [1, 1] and "near" not in found.index
    assert found.loc["plan", "check_result"] == "not due yet"  # it lasts until the 25th
    assert "big" not in asked(world, "play_runs", as_of=date(2026, 6, 21))["account"].tolist()


def test_the_story_of_an_account_has_what_is_open_and_what_was(world):
    found = asked(world, "account_exceptions", accounts=["plan", "big"])
    assert [*found.columns] == story.COLUMNS and found["account"].tolist() == ["big", "plan"]
    assert found["exception_state"].tolist() == ["open", "gone"]
    assert found["said_then"].tolist() == ["asked to cancel", "renews in 60 days"]
    assert found["said_now"].tolist() == ["asked to cancel", ""]
    assert found["touch"].tolist() == ["high", "low"] and found["account_executive"].tolist()[0] == "Eve"
    assert asked(world, "account_exceptions", accounts=["plan", "big"], only="past")["account"].tolist() == ["plan"]
    snoozed = WRITTEN | {"exception_act": acts(("big", CANCEL, "snoozed", "2026-06-21", "2026-07-10", None))}
    assert asked(world, "account_exceptions", said=snoozed, accounts=["big"], only="open").empty
    (row,) = asked(world, "account_exceptions", said=snoozed, accounts=["big"], only="standing").to_dict("records")
    assert (row["exception_state"], row["snoozed_until"].date()) == ("snoozed", date(2026, 7, 10))
    assert len(asked(world, "account_exceptions", said=snoozed, accounts=["big"], only="open", on="2026-07-10")) == 1


def test_a_play_of_a_rule_that_is_off_by_now_is_still_told_of(world):
    words = WORDS.exceptions
    off = replace(
        WORDS, exceptions=replace(words, triggers=tuple(replace(each, is_on=False) for each in words.triggers))
    )
    assert set(asked(world, "play_runs", words=off)["account"]) == {"big", "plan", "lost", "near", "lee's"}
    assert asked(world, "my_exceptions", words=off).empty


def test_nonsense_is_refused(world):
    for name, options in (
        ("play_runs", {"result": "won"}), ("account_exceptions", {"only": "x"}), ("my_exceptions", {"on": "soon"}),
        ("my_exceptions", {"limit": -1}), ("digest", {"since": "2026-07-01"}),
    ):  # fmt: skip
        with pytest.raises(Refused):
            asked(world, name, **options)


# --- whose work it is


def test_tasks_that_fit_the_touch_model_go_to_whose_work_they_are():
    play = Play("p", "aim", 30, 1, (
        Task("call", "CSM", 2, touch="high"), Task("write", "digital", 3, "https://x.example/a", touch="low"),
        Task("offer", "account executive", 7, "User manual"), Task("look", "support", 0),
    ))  # fmt: skip
    high = due(play, "high", "Dana", None, LAST)
    assert [(each["title"], each["owner"], each["due_on"].day) for each in high] == [
        ("call", "Dana", 2), ("offer", None, 7), ("look", "support", 30),
    ]  # fmt: skip
    low = due(play, "low", None, "Eve", LAST)
    assert [(each["title"], each["owner"], each["detail"]) for each in low] == [
        ("write", "digital", "Guide: https://x.example/a"), ("offer", "Eve", "Guide: User manual"), ("look", "support", None),
    ]  # fmt: skip


# --- never twice


@pytest.fixture
def space(tmp_path):
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


def run(began=date(2026, 6, 20), **more) -> Run:
    of = {
        "account": "big",
        "rule": CANCEL,
        "play": SAVE,
        "began_on": began,
        "tasks": ({"title": "a"}, {"title": "b", "owner": "Eve"}),
    }
    return Run(**of | more)


def test_a_play_is_started_once_for_a_spell(space):
    first = plays.start(space, [run()], by="dana", now=NOW)
    assert [(row["title"], row["rule"], row["play"], row["owner"]) for row in first.rows] == [("a", CANCEL, SAVE, None), ("b", CANCEL, SAVE, "Eve")]  # fmt: skip
    again = plays.start(space, [run(), run(account="near"), run(person="p1"), run(play=PREPARE)], by="lee", now=NOW)
    ((refused, why),) = again.refused
    assert refused == run() and why == f"“{SAVE}” was started by dana on 2026-06-22" and len(again.rows) == 6
    assert len(rows.rows(space, "task")) == 8


def test_a_new_spell_or_a_play_that_was_taken_back_can_be_started(space):
    first = plays.start(space, [run()], by="dana", now=NOW)
    assert plays.start(space, [run(began=date(2026, 6, 23))], by="dana", now=datetime(2026, 6, 23, tzinfo=UTC)).rows
    for row in rows.rows(space, "task"):
        rows.remove(space, "task", row.id, row.version, by="dana", now=NOW)
    assert plays.start(space, [run()], by="dana", now=NOW).rows and first.rows


def test_the_same_run_twice_in_one_go_is_one(space):
    begun = plays.start(space, [run(), run()], by="dana", now=NOW)
    assert len(begun.rows) == 2 and len(begun.refused) == 1 and not plays.start(space, [], by="dana", now=NOW).rows


def test_a_task_that_does_not_fit_refuses_all_of_them(space):
    with pytest.raises(Refused):
        plays.start(space, [run(), run(account="near", tasks=({"title": ""},))], by="dana", now=NOW)
    assert rows.rows(space, "task") == []
