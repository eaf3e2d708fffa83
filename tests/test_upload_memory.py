"""How a reader mapped an export is found again for the next one with the same columns, and says nothing of the file."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from lib.view import access, written
from lib.view.upload.state import Sheet, recall, remember
from lib.workspace import open_workspace, rows

FOUND = {"file": "a.csv", "table": "account", "mapping": {"Konto": "account", "Geheim": "plain", "Datum": "started_on"}}


@pytest.fixture
def space(tmp_path, monkeypatch):
    opened = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    reader = SimpleNamespace(name="dana", is_open=True)
    monkeypatch.setattr(written, "workspace", lambda: opened)
    monkeypatch.setattr(written, "who", lambda: reader.name)
    monkeypatch.setattr(written, "reader", lambda: {"who": reader.name, "now": datetime(2026, 11, 1, tzinfo=UTC)})
    monkeypatch.setattr(access, "viewer", lambda: SimpleNamespace(is_open=reader.is_open))
    opened_by = SimpleNamespace(workspace=opened, reader=reader)
    return opened_by


def changed() -> Sheet:
    sheet = Sheet.of(FOUND)
    sheet.map["Geheim"], sheet.date_order["Datum"], sheet.readings["decimal"] = "segment", "dmy", ","
    return sheet


def test_the_next_export_with_the_same_columns_is_read_the_same_way(space):
    remember([changed()])
    again = recall(Sheet.of({**FOUND, "file": "b.csv", "mapping": dict(reversed(FOUND["mapping"].items()))}))
    assert again.is_remembered and again.map == {"Konto": "account", "Geheim": "segment", "Datum": "started_on"}
    assert again.date_order == {"Datum": "dmy"} and again.readings == {"decimal": ","}
    other = recall(Sheet.of({**FOUND, "mapping": {**FOUND["mapping"], "Neu": "plain"}}))
    assert not other.is_remembered


def test_what_was_left_as_recognised_is_not_kept(space):
    remember([Sheet.of(FOUND)])
    assert not rows.rows(space.workspace, "mapping")


def test_no_word_of_the_file_is_kept_and_ones_own_reading_comes_first(space):
    remember([changed()])
    kept = repr(rows.rows(space.workspace, "mapping"))
    assert "Geheim" not in kept and "Konto" not in kept and "a.csv" not in kept
    space.reader.name = "lee"
    assert recall(Sheet.of(FOUND)).map["Geheim"] == "segment"  # of anybody, until Lee has said otherwise
    mine = changed()
    mine.map["Geheim"] = "region"
    remember([mine])
    assert recall(Sheet.of(FOUND)).map["Geheim"] == "region"
    space.reader.name = "dana"
    assert recall(Sheet.of(FOUND)).map["Geheim"] == "segment"


def test_where_people_sign_in_a_reading_is_ones_own(space):
    remember([changed()])
    space.reader.name = "lee"
    assert recall(Sheet.of(FOUND)).remembered == "as dana read such a file on 1 Nov 2026"
    space.reader.is_open = False
    theirs = recall(Sheet.of(FOUND))
    assert not theirs.is_remembered and theirs.map == FOUND["mapping"]
    space.reader.name = "dana"
    own = recall(Sheet.of(FOUND))
    assert own.is_remembered and own.remembered == "as you read such a file on 1 Nov 2026"


def test_without_a_workspace_sheets_are_read_as_recognised(monkeypatch, tmp_path):
    monkeypatch.setattr(written, "workspace", lambda: open_workspace("sqlite:////proc/nowhere/w.db"))
    monkeypatch.setattr(written, "who", lambda: "dana")
    monkeypatch.setattr(access, "viewer", lambda: SimpleNamespace(is_open=True))
    assert not recall(Sheet.of(FOUND)).is_remembered
