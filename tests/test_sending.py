"""Letters in the workspace: one each, drawn once, nobody twice though two send at a time, and taken back whole."""

from datetime import UTC, datetime
from threading import Thread

import pytest

from lib.workspace import open_workspace, rows, sending

NOW = {"by": "dana", "now": datetime(2026, 11, 1, tzinfo=UTC)}
ANN, BOB, CY, FIRM = ("a", "p1"), ("a", "p2"), ("b", "p1"), ("b", None)


@pytest.fixture
def space(tmp_path):
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


def whom(found) -> set:
    return {(row.account, row["person"]) for row in found}


def test_each_gets_a_touch_and_nobody_two(space):
    first = sending.send(space, "Win-back", [ANN, BOB, ANN, FIRM], draws=False, is_once=True, **NOW)
    kept = rows.rows(space, "touch")
    assert first.to == {ANN, BOB, FIRM} == whom(kept) and len(kept) == 3 and not rows.rows(space, "hold_out")
    said = {(row["kind"], row["play"], row["is_two_way"], row["is_proactive"], row.made_by) for row in kept}
    assert said == {("campaign", "Win-back", False, True, "dana")}
    again = sending.send(space, "Win-back", [BOB, CY], draws=False, is_once=True, **NOW)
    assert again.to == {CY} and len(rows.rows(space, "touch")) == 4
    assert sending.send(space, "Other", [BOB], draws=False, is_once=True, **NOW).to == {BOB}
    assert sending.send(space, "Win-back", [BOB], draws=False, is_once=False, **NOW).to == {BOB}
    assert sending.send(space, "Win-back", [], draws=True, is_once=True, **NOW).to == set()


def test_a_draw_stays_and_whom_it_holds_out_gets_nothing(space):
    sending.send(space, "Welcome", [ANN], [BOB], draws=True, is_once=True, **NOW)
    drawn = {(row.account, row["person"]): row["is_held"] for row in rows.rows(space, "hold_out")}
    assert drawn == {ANN: False, BOB: True}
    again = sending.send(space, "Welcome", [BOB, CY], [ANN], draws=True, is_once=False, **NOW)
    assert again.to == {CY}
    drawn = {(row.account, row["person"]): row["is_held"] for row in rows.rows(space, "hold_out")}
    assert drawn == {ANN: False, BOB: True, CY: False}


def test_a_sending_is_taken_back_but_for_what_was_changed_since(space):
    sent = sending.send(space, "Welcome", [ANN, BOB], [CY], draws=True, is_once=True, **NOW)
    ann = next(row for row in sent.touches if row["person"] == "p1")
    rows.change(space, "touch", ann.id, 1, {"comment": "bounced"}, **NOW)
    assert sending.take_back(space, sent, **NOW) == 1
    assert whom(rows.rows(space, "touch")) == {ANN} and not rows.rows(space, "hold_out")
    assert sending.take_back(space, sent, **NOW) == 0
    assert sending.send(space, "Welcome", [ANN, BOB], draws=False, is_once=True, **NOW).to == {BOB}


def test_two_who_send_at_once_write_to_nobody_twice(space):
    found, people = [], [("a", f"p{at}") for at in range(300)]
    threads = [
        Thread(target=lambda: found.append(sending.send(space, "Once", people, draws=False, is_once=True, **NOW)))
        for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(len(each.to) for each in found) == [0, 0, 0, 300] and len(rows.rows(space, "touch")) == 300
