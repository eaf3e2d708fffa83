"""The page of exceptions: figures that open, acts that can be undone, a rule tried and switched on for everybody, and no markup."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lib.definitions import load
from lib.view import access, tables
from lib.view.private import Dataset
from lib.workspace import open_workspace, rows, wording
from tests.pages import is_well
from tests.pages import text as spaced

PAGE = "pages/exceptions.py"
HOSTILE = '![x](http://e.example/x.png) <img src=x onerror="1"> **b** $y$'
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def text(app) -> str:
    """What a reader sees, without the spaces that tags leave."""
    return re.sub(r" (?=[,;:.])", "", " ".join(spaced(app).split()))


@pytest.fixture
def space(visit, tmp_path):
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """A few days after the data's last one."""
    monkeypatch.setattr(access, "today", lambda: date(2026, 11, 20))


def n_listed(app) -> int:
    """How many accounts the heading of the list counts."""
    return int(re.search(r"([\d,]+) accounts? · tick a line", text(app))[1].replace(",", ""))


def keyed(widgets, start: str):
    return next(each for each in widgets if each.key and each.key.startswith(start))


def tick(app, *at: int) -> list[str]:
    listed = app.dataframe[0].value["account"]
    app.session_state[tables.named("exceptions", listed)] = {
        "selection": {"rows": list(at), "columns": [], "cells": []}
    }
    app.run()
    assert is_well(app), app.exception
    return [listed.iat[each] for each in at]


def acts(space) -> list[tuple]:
    return [(row["account"], row["rule"], row["act"], row["reason"]) for row in rows.rows(space, "exception_act")]


def test_every_tile_and_every_count_of_a_rule_opens_as_many(visit, sample_store):
    app = visit(sample_store, PAGE)
    assert is_well(app) and "have left the path" in text(app) and len(app.dataframe) == 2
    n = n_listed(app)
    assert f"Accounts off the path {n}" in text(app) and n == len(app.dataframe[0].value) > 10
    n_new = int(re.search(r"New this week [\d,]+ ([\d,]+) accounts?", text(app))[1])
    app.button(key="open tile exceptions new").click().run()
    assert is_well(app) and app.query_params["show"] == "new" and (n_listed(app) if n_new else 0) == n_new
    rules = app.dataframe[1].value.set_index("exception_rule")
    rule = "Renewal near, no save strategy"
    for column, query in (
        ("n_exceptions", {}),
        ("n_new_30", {"show": "all", "days": "30"}),
        ("n_gone", {"show": "gone", "days": "180"}),
    ):
        app = visit(sample_store, PAGE, {"rule": rule, **query})
        counted = re.search(r"([\d,]+) exceptions? of [\d,]+ accounts? · tick", text(app))[1]
        assert is_well(app) and int(counted.replace(",", "")) == rules.loc[rule, column] > 0, column
    assert rules["is_active_rule"].sum() == 6 and len(rules) == 28


def test_an_exception_is_snoozed_with_a_reason_and_that_is_undone(visit, sample_store, space):
    app = visit(sample_store, PAGE)
    n = n_listed(app)
    (account,) = tick(app, 0)
    keyed(app.button, "snooze ").click().run()
    assert "Say why it can wait" in text(app) and acts(space) == []
    keyed(app.text_input, "why ").set_value("on holiday").run()
    keyed(app.button, "snooze ").click().run()
    assert is_well(app) and "snoozed until 4 Dec 2026." in text(app) and n_listed(app) == n - 1
    assert {(each[0], each[2], each[3]) for each in acts(space)} == {(account, "snoozed", "on holiday")}
    snoozed = visit(sample_store, PAGE, {"show": "snoozed"})
    assert snoozed.dataframe[0].value["account"].tolist() == [account]
    tick(snoozed, 0)
    assert "“on holiday”" in text(snoozed) and "snoozed until 4 Dec 2026" in text(snoozed)
    app.button(key="undo exceptions").click().run()
    assert is_well(app) and "as before." in text(app) and acts(space) == [] and n_listed(app) == n


def test_done_is_done_reopened_is_open_and_handed_over_is_anothers(visit, sample_store, space):
    app = visit(sample_store, PAGE)
    n = n_listed(app)
    first, second = tick(app, 0, 1)
    keyed(app.button, "done ").click().run()
    assert is_well(app) and n_listed(app) == n - 2
    done = visit(sample_store, PAGE, {"show": "done"})
    assert sorted(done.dataframe[0].value["account"]) == sorted([first, second])
    tick(done, 0, 1)
    keyed(done.button, "reopen ").click().run()
    assert is_well(done) and "open again." in text(done)
    app = visit(sample_store, PAGE)
    assert n_listed(app) == n
    (account,) = tick(app, 2)
    other = next(
        each
        for each in keyed(app.selectbox, "handed to").options
        if each != app.dataframe[0].value["exception_owner"].iat[2]
    )
    keyed(app.selectbox, "handed to").set_value(other).run()
    keyed(app.button, "hand ").click().run()
    assert is_well(app) and f"handed to {other}" in text(app)
    assert account in visit(sample_store, PAGE, {"owner": other}).dataframe[0].value["account"].tolist()


def test_acts_are_of_the_newest_day_and_of_the_shared_data(visit, sample_store, quiet_store):
    app = visit(sample_store, PAGE, {"as_of": "2026-08-31"})
    tick(app, 0)
    assert "You look at an earlier day" in text(app) and not [
        each for each in app.button if (each.key or "").startswith("done ")
    ]
    app = visit(sample_store, PAGE, {"tried": "Notice given"})
    app.session_state["the reader's own dataset"] = Dataset(quiet_store, ("mine.csv",))
    app.session_state["whether the pages show it"] = True
    app.run()
    assert is_well(app) and "You look at data of your own" in text(app) and "Switch on for everybody" not in text(app)


def test_a_rule_is_tried_changed_and_switched_on(visit, sample_store, space):
    app = visit(sample_store, PAGE, {"tried": "Silent account"})
    assert (
        is_well(app)
        and "would have come up" in text(app)
        and "Tells when days since any contact, either way: 90 or more." in text(app)
    )
    app.number_input(key="exceptions enter").set_value(120.0).run()
    assert is_well(app) and app.query_params["enter"] == "120" and "120 or more, until under 90" in text(app)
    assert wording.newest(space) is None  # nothing changes for anybody
    app.button(key="open tile trial lost").click().run()
    assert is_well(app) and app.query_params["which"] == "lost" and "Lost in these days" in text(app)
    keyed(app.text_input, "why of").set_value("They go quiet").run()
    app.button(key="switch on").click().run()
    assert is_well(app) and "in force for everybody" in text(app)
    kept = wording.newest(space)
    rule = kept.definitions.exceptions.rule("Silent account")
    assert (rule.is_on, rule.enter, rule.leave, kept.comment) == (True, 120, 90, "They go quiet")
    assert len(kept.definitions.exceptions.triggers) == 28
    assert "enter" not in app.query_params and app.dataframe[1].value["is_active_rule"].sum() == 7
    # a link made before shows the rules of its day
    old = visit(sample_store, PAGE, {"words": load().hash, "tried": "Silent account"})
    assert (
        "90 or more." in text(old)
        and "The link shows older definitions" in text(old)
        and old.dataframe[1].value["is_active_rule"].sum() == 6
    )
    app.button(key="switch off").click().run()
    assert is_well(app) and not wording.newest(space).definitions.exceptions.rule("Silent account").is_on


def test_a_new_rule_is_made_of_words_and_needs_a_name(visit, sample_store, space):
    app = visit(sample_store, PAGE)
    app.button(key="try new").click().run()
    assert is_well(app) and "Say by what it is told" in text(app)
    app = visit(sample_store, PAGE, {"tried": "(a new rule)", "fact": "silent_days", "test": "at_least", "enter": "30"})
    assert is_well(app) and "days since anybody used it: 30 or more" in text(app)
    app.button(key="switch on").click().run()
    assert "rules with a name each" in text(app) and wording.newest(space) is None
    app.text_input(key="name of a new rule").set_value("Quiet for a month").run()
    app.button(key="switch on").click().run()
    rule = wording.newest(space).definitions.exceptions.rule("Quiet for a month")
    assert (
        is_well(app) and rule.is_on and rule.fact == "silent_days" and app.query_params["tried"] == "Quiet for a month"
    )


def test_what_makes_no_rule_is_said_and_a_bad_link_is_dropped(visit, sample_store):
    app = visit(sample_store, PAGE, {"tried": "Silent account", "leave": "200"})
    assert is_well(app) and "left where they are entered, or further back" in text(app)
    odd = {
        "show": "x",
        "rule": "Notice given",
        "order": "x",
        "tried": "<b>",
        "enter": "nan",
        "among": "x",
        "day": "20261001",
        "lasts": "-1",
    }
    app = visit(sample_store, PAGE, odd)
    assert (
        is_well(app)
        and text(app).count("the default was used") == 4
        and text(app).count("cannot be used; it was left out") == 4
    )


def test_who_may_not_publish_is_told_whom_to_ask(visit, sample_store, monkeypatch):
    monkeypatch.setattr(access, "may_publish", lambda: False)
    app = visit(sample_store, PAGE, {"tried": "Notice given"})
    assert (
        is_well(app)
        and "is changed by admins. Ask an admin" in text(app)
        and "Switch on for everybody" not in text(app)
    )


def test_a_hostile_name_of_a_rule_is_letters(visit, sample_store, space):
    words = load().exceptions
    triggers = tuple(
        replace(each, rule=HOSTILE) if each.rule == "Low licence utilisation" else each for each in words.triggers
    )
    wording.kept(
        space, replace(load(), exceptions=replace(words, triggers=triggers)), "x", after=None, by="anna", now=NOW
    )
    app = visit(sample_store, PAGE, {"rule": HOSTILE, "tried": HOSTILE})
    tick(app, 0)
    bodies = "".join(each.proto.body for each in app.get("html"))
    assert HOSTILE in text(app) and "<img" not in bodies and "](http" not in bodies
