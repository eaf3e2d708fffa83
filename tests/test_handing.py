"""Exceptions that are handed over: which open tasks of their plays go along, all at once, and both back."""

from datetime import UTC, date, datetime

import pytest

from lib.errors import Refused
from lib.workspace import handing, open_workspace, rows
from lib.workspace.handing import Given
from tests.playworlds import CANCEL, NEAR, SAVE

TODAY, NOW = date(2026, 7, 1), datetime(2026, 7, 1, 9, tzinfo=UTC)
DANA = {"account": "big", "rule": CANCEL, "play": SAVE, "role": "CSM", "owner": "Dana"}
STAYS = {
    "done": {"done_on": date(2026, 6, 30)},
    "the account executive's": {"role": "account executive"},
    "given to Eve": {"owner": "Eve"},
    "of another rule": {"rule": NEAR},
    "of another account": {"account": "near"},
    "of one of its people": {"person": "p1"},
    "of no play": {"play": None},
}
GOES = {"hers": {}, "nobody's": {"owner": None}, "hers, in capitals": {"owner": "DANA"}}


@pytest.fixture
def space(tmp_path):
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


def task(space, title: str, *, day: int = 22, **values) -> rows.Row:
    written = datetime(2026, 6, day, 9, tzinfo=UTC)
    return rows.add(space, "task", {**DANA, "title": title, **values}, by="dana", now=written)


def hand(space, *given: Given, to: str = "Lee") -> handing.Handed:
    given = given or (Given("big", CANCEL, date(2026, 6, 20), ("Dana",)),)
    return handing.hand(space, given, to, on=TODAY, reason="away", by="boss", now=NOW)


def owners(space) -> dict[str, str | None]:
    return {row["title"]: row["owner"] for row in rows.rows(space, "task")}


def test_open_tasks_of_the_csm_and_of_this_spell_go_along_and_no_others(space):
    for title, values in (STAYS | GOES).items():
        task(space, title, **values)
    task(space, "of the spell before", day=19)
    gone = task(space, "taken away")
    rows.remove(space, "task", gone.id, 1, by="dana", now=NOW)
    before = owners(space)
    handed = hand(space)
    assert owners(space) == before | dict.fromkeys(GOES, "Lee")
    assert {(was["owner"], now["owner"], now.changed_by) for was, now in handed.tasks} == {
        ("Dana", "Lee", "boss"), (None, "Lee", "boss"), ("DANA", "Lee", "boss"),
    }  # fmt: skip
    (act,) = rows.rows(space, "exception_act")
    assert act == handed.acts[0] and (act["act"], act["owner"], act["reason"], act["acted_on"]) == (
        "handed_over", "Lee", "away", TODAY,
    )  # fmt: skip


def test_both_come_back_together_and_what_changed_meanwhile_stays(space):
    for title, values in GOES.items():
        task(space, title, **values)
    before, handed = owners(space), hand(space)
    assert not handing.take_back(space, handed, by="boss", now=NOW).refused
    assert owners(space) == before and rows.rows(space, "exception_act") == []
    handed = hand(space)
    was, mine = handed.tasks[0]
    rows.change(space, "task", mine.id, mine.version, {"done_on": TODAY}, by="lee", now=NOW)
    back = handing.take_back(space, handed, by="boss", now=NOW)
    assert list(back.refused) == [mine.id] and owners(space) == before | {was["title"]: "Lee"}
    assert rows.rows(space, "exception_act") == []


def test_those_of_a_person_are_apart_and_who_has_them_already_keeps_them(space):
    task(space, "the account's")
    task(space, "of Ann", person="ann")
    task(space, "of Bob", person="bob")
    ann, bob = (Given("big", CANCEL, date(2026, 6, 20), ("Dana",), person) for person in ("ann", "bob"))
    assert len(hand(space, ann, bob).tasks) == 2
    assert owners(space) == {"the account's": "Dana", "of Ann": "Lee", "of Bob": "Lee"}
    version = {row["title"]: row.version for row in rows.rows(space, "task")}
    assert hand(space, Given("big", CANCEL, date(2026, 6, 20), ("Lee",), "ann")).tasks == []
    assert {row["title"]: row.version for row in rows.rows(space, "task")} == version


def test_all_or_nothing(space):
    task(space, "hers")
    with pytest.raises(Refused):
        hand(space, Given("big", CANCEL, date(2026, 6, 20), ("Dana",)), Given("near", "", date(2026, 6, 20)))
    assert owners(space) == {"hers": "Dana"} and rows.rows(space, "exception_act") == []
    assert handing.hand(space, [], "Lee", on=TODAY, reason=None, by="boss", now=NOW).acts == []
