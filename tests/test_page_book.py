"""My book: its tiles open exactly what they count, its columns are the reader's own, and what is written counts at once."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from lib.book import say_day
from lib.store.folder import read_manifest, require_current
from lib.workspace import many, open_workspace, preferences, rows, visits
from tests.pages import is_well, text
from tests.test_triage import TERMS
from tests.worldlets import account_frame, contract_frame, publish_frames

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = "pages/book.py"


@pytest.fixture
def space(tmp_path):
    """The workspace that `visit` opens."""
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


def last_day_of(store) -> date:
    """The last day of its data."""
    return read_manifest(require_current(store)).as_of


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


def test_a_choice_that_was_kept_badly_is_made_good(visit, full_store, space):
    preferences.keep(space, "columns of My book", ["csm", "csm", ["arr"], None, 7, "account"], who="everyone", now=NOW)
    app = visit(full_store, PAGE)
    assert is_well(app) and list(table(app).columns) == ["name", "account", "csm"]
    twice = visit(full_store, PAGE, {"columns": ["arr", "arr", "csm", "'; drop"]})
    assert is_well(twice) and list(table(twice).columns) == ["name", "account", "arr", "csm"]


def heading(app) -> str:
    """The words beside "What changed"."""
    said = next(each.proto.body for each in app.get("html") if "What changed" in each.proto.body)
    return html.unescape(re.sub("<[^>]+>", " ", said))


def test_what_changed_begins_where_the_data_ended_at_the_last_visit(visit, full_store, space):
    app = visit(full_store, PAGE)
    last_day = last_day_of(full_store)
    assert "in the 30 days to" in heading(app)  # the first visit
    for row in rows.rows(space, "visit"):
        rows.remove(space, "visit", row.id, row.version, by="x", now=NOW)
    seen = last_day - timedelta(days=19)
    visits.note(space, PAGE, who="everyone", now=NOW - timedelta(days=4), data_to=seen)
    app = visit(full_store, PAGE)
    assert f"since you were last here on 28 Oct 2026: from {say_day(seen)} to {say_day(last_day)}" in heading(app)
    same = visit(full_store, PAGE, {"span": "30"})
    assert "in the 30 days to" in heading(same) and is_well(same)


def test_data_that_has_not_moved_is_said_and_thirty_days_are_shown(visit, full_store, space):
    visits.note(space, PAGE, who="everyone", now=NOW - timedelta(days=4), data_to=last_day_of(full_store))
    app = visit(full_store, PAGE)
    assert "No new data since you were last here on 28 Oct 2026" in text(app) and "in the 30 days to" in heading(app)
    earlier = visit(full_store, PAGE, {"as_of": (last_day_of(full_store) - timedelta(days=3)).isoformat()})
    assert is_well(earlier) and "No new data" not in text(earlier)


def test_a_kind_of_change_lists_its_accounts(visit, full_store):
    app = visit(full_store, PAGE, {"change": "all", "span": "90"})
    n = int(app.dataframe[0].value.shape[0])
    assert is_well(app) and n and list(app.dataframe[0].value.columns)[:3] == ["name", "account", "said"]
    lost = visit(full_store, PAGE, {"change": "lost", "span": "90"})
    assert is_well(lost) and all("lost" in said for said in lost.dataframe[0].value["said"])
    odd = visit(
        full_store, PAGE, {"change": "x", "span": "'; drop", "change_page": "0", "which": "y", "renewals_page": "z"}
    )
    assert (
        is_well(odd)
        and text(odd).count("is not known; the default was used") == 3
        and text(odd).count("is no number") == 2
    )
    empty = visit(full_store, PAGE, {"change": "lost", "change_page": "99"})
    assert is_well(empty) and "No accounts here" in text(empty)


def test_renewals_begin_with_what_is_to_be_decided(visit, tmp_path):
    names = sorted({each["account"] for each in TERMS})
    publish_frames(
        tmp_path / "store", {"account": account_frame(names, csm="Dana"), "contract": contract_frame(*TERMS)}
    )
    query = {"as_of": "2026-05-15"}
    n_of = {}
    for which in ("open", "all", "decided"):
        app = visit(tmp_path / "store", PAGE, query | {"which": which})
        assert is_well(app) and re.search(r"5\s+to decide", text(app)) and re.search(r"2\s+decided", text(app))
        n_of[which] = len(app.dataframe[-1].value)
    assert n_of == {"open": 5, "all": 7, "decided": 2}
    assert app.dataframe[-1].value["account"].tolist() == ["first day", "lapsed"]


def test_what_is_written_counts_at_once(visit, full_store, space):
    """Two accounts are written about as the form does it; risk, tiles and the list follow on the next run."""
    app = visit(full_store, PAGE)
    before, accounts = tile(app, "At risk"), table(app)["account"].tolist()[-2:]
    many.add(space, "sentiment", accounts, {"score": 1, "said_on": date(2026, 11, 22)}, by="dana", now=NOW)
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
