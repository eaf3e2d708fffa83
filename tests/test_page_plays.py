"""Plays on My book and on the account page: started, ticked, snoozed, handed over in place, with an undo; and never twice."""

from datetime import date
from functools import cache

import pytest

from lib.facts import open_store
from lib.view import access, tables
from lib.view.exceptions import plays
from lib.workspace import open_workspace, rows
from tests.pages import is_well, text
from tests.playworlds import CANCEL, NEAR, SAVE, asked, at, frames
from tests.worldlets import publish_frames

TODAY = date(2026, 7, 1)
HOSTILE = "<b>Big</b> ![x](http://evil.example)"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plays") / "store"
    publish_frames(folder, frames((HOSTILE, "Near", "Plan", "Lost", "Lee's")))
    return folder


@pytest.fixture
def space(tmp_path):
    """The workspace that the pages open."""
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(access, "today", lambda: TODAY)


def press(app, begins: str) -> None:
    next(each for each in app.button if each.key and each.key.startswith(begins)).click().run()
    assert is_well(app), text(app)


opened = cache(open_store)


def tick(app, store, *at: int) -> None:
    """Tick rows of the list of exceptions."""
    listed = asked(opened(store), "my_exceptions", said={})
    key = tables.named("exceptions", listed[["account", "newest_on", "n_exceptions", "n_started", "n_tasks_done"]])
    app.session_state[key] = {"selection": {"rows": list(at), "columns": [], "cells": []}}
    app.run()
    assert is_well(app), text(app)


def written(space, table: str) -> list:
    return sorted(rows.rows(space, table), key=lambda row: (row["account"], row.values.get("title") or ""))


def test_plays_of_ticked_accounts_become_tasks_once_and_can_be_taken_back(visit, store, space):
    app = visit(store, "pages/book.py")
    assert is_well(app) and "4 accounts off the path" in text(app)
    tick(app, store, 0, 1)
    assert [each.label for each in app.button if (each.key or "").startswith("start plays")] == [
        "Start 2 plays: 6 tasks"
    ]
    press(app, "start plays")
    made = written(space, "task")
    assert [(row["account"], row["rule"], row["role"], row["owner"], row["due_on"]) for row in made] == [
        ("big", CANCEL, "CSM", "Dana", date(2026, 7, 3)),  # high touch
        ("big", CANCEL, "CSM", "Dana", date(2026, 7, 6)),
        ("big", CANCEL, "account executive", "Eve", date(2026, 7, 8)),
        ("near", NEAR, "account executive", None, date(2026, 7, 15)),
        ("near", NEAR, "CSM", "Dana", date(2026, 7, 8)),
        ("near", NEAR, "CSM", "Dana", date(2026, 7, 4)),
    ]
    assert "2 plays started: 6 tasks." in text(app) and "6 open" in text(app)
    todo = next(each.value for each in app.dataframe if "task_role" in each.value)
    assert set(todo["play"]) == {SAVE, "Prepare the renewal"} and "work" not in todo
    press(app, "undo exceptions of my book")
    assert rows.rows(space, "task") == [] and "Taken back." in text(app)


def test_what_somebody_else_started_meanwhile_is_named_and_left(visit, store, space):
    app = visit(store, "pages/book.py")
    tick(app, store, 0)
    rows.add(
        space,
        "task",
        {"account": "big", "title": "theirs", "rule": CANCEL, "play": SAVE},
        by="lee",
        now=at("2026-06-25"),
    )
    press(app, "start plays")
    assert "No play was started." in text(app) and f"“{SAVE}” was started by lee on 2026-06-25" in text(app)
    assert len(rows.rows(space, "task")) == 1


def test_ticked_ones_are_done_snoozed_or_handed_over(visit, store, space):
    app = visit(store, "pages/book.py")
    tick(app, store, 0, 3)
    app.selectbox(key=next(each.key for each in app.selectbox if each.key.startswith("exception handed to"))).set_value(
        "Lee"
    ).run()
    press(app, "hand exception")
    assert [(row["account"], row["act"], row["owner"]) for row in written(space, "exception_act")] == [
        ("big", "handed_over", "Lee"), ("lee's", "handed_over", "Lee"),
    ]  # fmt: skip
    assert "2 exceptions handed to Lee." in text(app)
    tick(app, store, 0)
    next(each for each in app.date_input if each.key.startswith("snoozed until")).set_value(date(2026, 7, 9)).run()
    next(each for each in app.text_input if each.key.startswith("snoozed because")).set_value("on holiday").run()
    press(app, "snooze ")
    (row,) = [each for each in rows.rows(space, "exception_act") if each["act"] == "snoozed"]
    assert (row["account"], row["until_on"], row["reason"], row["acted_on"]) == (
        "big",
        date(2026, 7, 9),
        "on holiday",
        TODAY,
    )
    assert "3 accounts off the path" in text(app)
    press(app, "undo exceptions of my book")
    assert "4 accounts off the path" in text(app)


def hand(app, to: str) -> None:
    box = next(each for each in app.selectbox if each.key.startswith("exception handed to"))
    box.set_value(to).run()
    press(app, "hand exception")


def whose(space) -> list[str]:
    return [row["owner"] for row in written(space, "task")]


def test_open_tasks_of_the_play_go_along_when_it_is_handed_over_and_come_back(visit, store, space):
    app = visit(store, "pages/account.py", {"account": "big"})
    press(app, "start ")
    assert whose(space) == ["Dana", "Dana", "Eve"]  # Eve is the account executive
    app.checkbox[0].check().run()
    hand(app, "Lee")
    assert "1 exception and 1 open task handed to Lee." in text(app)
    assert sorted(whose(space)) == ["Dana", "Eve", "Lee"]  # what Dana did stays hers
    assert [row["done_on"] for row in written(space, "task") if row["owner"] == "Dana"] == [TODAY]
    press(app, "undo exceptions of big")
    assert "1 exception and 1 task as before." in text(app)
    assert whose(space) == ["Dana", "Dana", "Eve"] and rows.rows(space, "exception_act") == []


def test_the_account_page_has_its_play_with_tasks_to_tick(visit, store, space):
    app = visit(store, "pages/account.py", {"account": "big"})
    assert is_well(app) and "asked to cancel" in text(app) and "since 20 Jun 2026" in text(app)
    press(app, "start ")
    assert "1 play started: 3 tasks." in text(app) and f"“{SAVE}” since" in text(app)
    box = app.checkbox[0]
    assert "Call the decision maker" in box.label and "Dana" in box.label
    box.check().run()
    assert is_well(app) and "Task done." in text(app) and "1 of 3 tasks done" in text(app)
    assert [row["done_on"] for row in rows.rows(space, "task") if row["done_on"]] == [TODAY]
    press(app, "undo exceptions of big")
    assert [row["done_on"] for row in rows.rows(space, "task") if row["done_on"]] == []
    assert "<b>Big</b>" not in "".join(each.proto.body for each in app.get("html"))


def test_the_account_page_sets_one_aside_and_wakes_it(visit, store, space):
    app = visit(store, "pages/account.py", {"account": "big"})
    press(app, "snooze ")
    assert "Say why it can wait" in text(app)
    next(each for each in app.text_input if each.key.startswith("snoozed because")).set_value("on holiday").run()
    press(app, "snooze ")
    assert "snoozed until 15 Jul 2026" in text(app)
    press(app, "wake ")
    assert "snoozed until 15 Jul 2026" not in text(app) and "1 exception open again." in text(app)
    press(app, "done exception")
    assert "none is open" in text(app) and "1 past exception" in next(each.label for each in app.expander)
    assert [row["act"] for row in sorted(rows.rows(space, "exception_act"), key=lambda row: row.made_at)] == [
        "snoozed",
        "reopened",
        "done",
    ]


def test_an_account_on_its_path_says_so(visit, store):
    app = visit(store, "pages/account.py", {"account": "lost"})
    assert is_well(app) and "none is open" in text(app)
    assert [each.label for each in app.expander][:1] == ["1 past exception"]


def test_without_rules_that_are_on_the_page_says_so(visit, store, monkeypatch):
    app = visit(store, "pages/book.py", {"as_of": "2026-01-15"})
    assert is_well(app) and "None is open. Rules that are on: " in text(app)


def test_what_is_not_open_any_more_starts_no_play(store, monkeypatch, tmp_path):
    row = {"account": "big", "name": None, "exception_rule": CANCEL, "person": None}
    assert plays._run(None, row) == (None, f"“{CANCEL}” of big is not open any more.")


def test_a_guide_is_a_link_only_where_a_browser_may_follow_it():
    tasks = [
        {"detail": each}
        for each in ("Guide: https://x.example/a?b=1", "Guide: User manual", None, "Guide: javascript:alert(1)")
    ]
    (link,) = plays.links([*tasks, tasks[0]])
    assert link.startswith('<a href="https&#58;') and 'rel="noopener noreferrer"' in link
    assert "<a" not in plays.guide("javascript:alert(1)") and "<b>" not in plays.guide("<b>User manual")
