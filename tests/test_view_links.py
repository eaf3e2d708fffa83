"""A view is its link: a long book goes by its hash, and what a reader saves opens again, for them or for all."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pandas as pd
import pytest

from lib.view import booklink
from lib.workspace import links, open_workspace, rows, views
from tests.pages import is_well, text
from tests.worldlets import YEAR, publish_frames

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DEFAULT = YEAR
MANY = [f"A manager with a long name, & “quotes” #{at:04d} ünï" for at in range(600)]


@pytest.fixture(scope="module")
def many_store(tmp_path_factory):
    """600 accounts, each with a CSM of its own."""
    frame = pd.DataFrame(
        {"account": [f"A{at:04d}" for at in range(600)], "csm": MANY, "churned": [at % 3 == 0 for at in range(600)]}
    )
    store = tmp_path_factory.mktemp("many") / "store"
    publish_frames(store, {"account": frame})
    return store


def line(app) -> str:
    """The book in plain English, under the title."""
    return " ".join(text(app).split("·")[0].split())


def room_link(app, title: str) -> dict[str, str]:
    return next(each.proto.query_string for each in app.get("page_link") if each.label == title)


def test_a_book_of_500_values_goes_by_its_hash_through_links_reloads_and_fresh_sessions(visit, many_store):
    first = visit(many_store, query={"f.csm": MANY[:500]})
    assert is_well(first) and line(first).endswith("or 497 more") and "500 accounts" in line(first)
    query = room_link(first, "Overview")
    assert "cut=" in query and len(query) < 200
    again = visit(many_store, "pages/overview.py", dict(pair.split("=") for pair in query.split("&")))
    assert is_well(again) and line(again).replace("What needs attention now?", "") == line(first).replace(
        "Where is churn hot?", ""
    )
    short = visit(many_store, query={"f.csm": MANY[:5]})
    assert "cut=" not in room_link(short, "Overview")


def test_a_hash_nobody_kept_is_said_and_harmless(visit, full_store):
    for name in ("feedbeef", "own0", "'; drop table link; --", "\x00", "x" * 100_000):
        app = visit(full_store, query={"cut": name, "f.channel": "Reseller"})
        assert is_well(app) and "filters are not kept here" in text(app) and "in channel Reseller" in line(app)


def test_a_hash_is_the_filters_it_was_kept_for(visit, full_store, tmp_path):
    app = visit(full_store)  # makes the workspace
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    name = links.keep(space, {"f.channel": ["Reseller"], "named": ["customer 7"]}, by="a", now=NOW)
    app = visit(full_store, query={"cut": name})
    said = visit(full_store, query={"f.channel": "Reseller", "named": "customer 7"})
    assert line(app) == line(said) and "in channel Reseller, named like “customer 7”" in line(app)


def test_what_a_long_book_leaves_in_the_address_is_its_days(monkeypatch):
    book, kept = YEAR.where("csm", MANY).where("region", [None]).standing("stage", ["Usage"]), {}
    monkeypatch.setattr(booklink, "_keep", lambda cuts: kept.setdefault("one", cuts) and "one")
    monkeypatch.setattr(booklink, "_find", lambda name: kept[name])
    query = booklink.query(book)
    assert len(urlencode(query, doseq=True)) < 200 and set(query) == {"from", "to", "as_of", "cut"}
    assert booklink.book(query, DEFAULT) == (book, [])


def test_a_view_is_saved_opened_shared_and_removed(visit, full_store, tmp_path):
    app = visit(full_store, query={"f.channel": "Reseller", "view": "pareto"})
    app.text_input(key="saved view name").set_value("Hot resellers & <b>co</b>")
    app.button(key="saved view save").click().run()
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    (kept,) = rows.rows(space, views.TABLE)
    assert kept["page"] == "pages/hotspots.py" and kept["query"]["f.channel"] == ["Reseller"]
    assert kept["query"]["view"] == ["pareto"] and not kept["is_shared"]
    link = next(each for each in app.get("page_link") if "Hot resellers" in each.label)
    assert "<b>" not in link.label and "view=pareto" in link.proto.query_string

    app.button(key=f"view shared {kept.id}").click().run()
    (kept,) = rows.rows(space, views.TABLE)
    assert kept["is_shared"]
    app.button(key=f"view removed {kept.id}").click().run()
    assert is_well(app) and not rows.rows(space, views.TABLE)


def test_a_view_without_a_name_or_with_one_taken_says_so(visit, full_store):
    app = visit(full_store)
    app.button(key="saved view save").click().run()
    assert "Give the view a name first" in text(app)
    for _ in range(2):
        app.text_input(key="saved view name").set_value("Mine")
        app.button(key="saved view save").click().run()
    assert is_well(app) and "already" in text(app)


def test_a_workspace_that_cannot_be_opened_costs_the_saved_views_and_nothing_else(visit, full_store, monkeypatch):
    visit(full_store)
    monkeypatch.setenv("HEADLIGHT_WORKSPACE", "sqlite:////proc/nowhere/workspace.db")
    app = visit(full_store, query={"f.channel": "Reseller"})
    assert not app.exception and "in channel Reseller" in line(app)
