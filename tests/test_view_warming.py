"""What takes longest is made ready beside the readers: once for a snapshot and its words, and only where a server says so."""

import os
import threading

import pytest

from lib.book import year_to
from lib.facts import exceptions, health, prediction
from lib.facts.ask import ask
from lib.facts.shelf import Shelf
from lib.store.folder import current
from lib.view import door, warming
from lib.view.inforce import default


@pytest.fixture
def begun(monkeypatch):
    """The threads that pages began, in the order in which they did."""
    threads, begin = [], warming.begin
    monkeypatch.setattr(warming, "_begun", set())

    def noted():
        threads.append(begin())
        return threads[-1]

    monkeypatch.setattr(warming, "begin", noted)
    return threads


def _newest(store) -> tuple[str, int]:
    place = current(store)
    return place.name, os.stat(place / "manifest.json").st_mtime_ns


def test_the_first_page_of_new_data_begins_it_and_no_other_does(visit, full_store, begun, monkeypatch):
    asked = []
    monkeypatch.setattr(warming, "_is_allowed", True)
    visit(full_store, "pages/overview.py")
    visit(full_store, "pages/hotspots.py")
    first, second = begun
    first.join(60)
    assert second is None and not first.is_alive()
    monkeypatch.setattr(Shelf, "_make_room", lambda *_: asked.append("anew"))
    snapshot = door._open(str(full_store), *_newest(full_store))
    with ask(snapshot, year_to(snapshot.manifest.as_of), default()) as con:
        for lay in (health.lay, prediction.lay, exceptions.lay):
            lay(con, snapshot.manifest.as_of, default())
    assert not asked  # all of it was there


def test_without_a_server_nothing_is_begun(visit, full_store, begun, monkeypatch):
    monkeypatch.setattr(warming, "_is_allowed", False)
    visit(full_store, "pages/overview.py")
    assert begun == [None] and "headlight warming" not in [each.name for each in threading.enumerate()]
