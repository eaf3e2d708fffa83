"""My book: its tiles open exactly what they count, its columns are the reader's own, and what is written counts at once."""

import re
from datetime import UTC, date, datetime

import pytest

from lib.workspace import open_workspace, preferences, rows
from tests.pages import is_well, text

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = "pages/book.py"


@pytest.fixture
def space(tmp_path):
    """The workspace that `visit` opens."""
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


def table(app):
    return app.dataframe[0].value


def tile(app, name: str) -> int:
    """The figure of a tile."""
    face = next(
        each.proto.body for each in app.get("html") if f">{name}<" in each.proto.body and "hl-tile" in each.proto.body
    )
    return int(re.search(r'hl-value[^"]*">([\d,]+)', face)[1].replace(",", ""))


def n_listed(app) -> int:
    return int(re.search(r"of ([\d,]+)\s", text(app)[text(app).index("1–") :])[1].replace(",", ""))


@pytest.mark.parametrize(("name", "only"), [("Accounts", "accounts"), ("Renewing in 90 days", "renewing")])
def test_a_tile_opens_as_many_accounts_as_it_counts(visit, full_store, name, only):
    app = visit(full_store, PAGE)
    assert is_well(app), text(app)
    counted = tile(app, name)
    app.button(key=f"open tile {only}").click().run()
    assert is_well(app)
    assert (n_listed(app) if counted else len(app.dataframe)) == counted


def test_every_store_has_a_book(visit, flag_store, hostile_store, quiet_store):
    for store in (flag_store, hostile_store, quiet_store):
        assert is_well(visit(store, PAGE))


def test_a_link_restores_the_list_and_drops_what_it_cannot_use(visit, full_store):
    app = visit(full_store, PAGE, {"sort": "name", "up": "yes", "columns": ["arr", "csm"]})
    assert list(table(app).columns) == ["name", "account", "arr", "csm"] and table(app)["name"].is_monotonic_increasing
    odd = visit(full_store, PAGE, {"sort": "'; drop", "only": "x", "page": "-1", "columns": ["passwords"], "up": "7"})
    assert is_well(odd) and text(odd).count("is not known; the default was used") == 3


def test_columns_are_remembered_for_the_reader(visit, full_store, space):
    preferences.keep(space, "columns of My book", ["csm", "arr", "gone"], who="everyone", now=NOW)
    assert list(table(visit(full_store, PAGE)).columns) == ["name", "account", "csm", "arr"]


def test_what_is_written_counts_at_once(visit, full_store, space):
    """Two accounts are written about as the form does it; risk, tiles and the list follow on the next run."""
    app = visit(full_store, PAGE)
    before, accounts = tile(app, "At risk"), table(app)["account"].tolist()[-2:]
    rows.add_many(space, "sentiment", accounts, {"score": 1, "said_on": date(2026, 11, 22)}, by="dana", now=NOW)
    app.run()
    assert tile(app, "At risk") == before + 2
    app.button(key="open tile at_risk").click().run()
    assert set(accounts) <= set(table(app)["account"])
    assert (table(app).set_index("account").loc[accounts, "sentiment"] == 1).all()
    assert (
        tile(visit(full_store, PAGE, {"as_of": "2026-10-30"}), "At risk") < before + 2
    )  # a day that did not know it yet


def test_a_state_cuts_every_page_and_reads_as_english(visit, full_store):
    query = {"s.renewal": ["none", "rolling"], "s.notice": "none"}
    app = visit(full_store, PAGE, query)
    assert is_well(app) and "accounts with no notice given, with no renewal known or on a rolling contract" in text(app)
    same = visit(full_store, "pages/overview.py", query)
    assert text(app).split("·")[0].split("?")[1] == text(same).split("·")[0].split("?")[1]
    odd = visit(full_store, PAGE, {"s.renewal": ["none", "soon"], "s.weather": "fine", "s.": "x"})
    assert is_well(odd) and "No account stands so: renewal “soon”" in text(odd) and "weather" in text(odd)
