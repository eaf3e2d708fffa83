"""Every page, run without a browser: full data, quiet data, flags alone, no data; links that restore and links that lie."""

import functools
import html
import operator
import re

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib.book import year_to
from lib.facts import open_store
from lib.measures.registry import measure
from lib.view.address import pair
from tests.conftest import ROOT
from tests.pages import is_well, text
from tests.stores import HOSTILE_COLUMN, NAMES, N

ALONE = {"upload.py", "audiences.py"}  # stand without data or book; test_page_upload.py, test_page_audiences.py
PAGES = sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py") if path.name not in ALONE)
HOTSPOTS = "pages/hotspots.py"


def accounts(app: AppTest) -> pd.DataFrame:
    return next(each.value for each in app.dataframe if "account" in each.value)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("store", ["flag_store", "hostile_store"])
def test_every_page_on_flags_alone_and_on_names_people_fear(visit, request, page, store):
    app = visit(request.getfixturevalue(store), page)
    assert is_well(app), text(app)
    assert "accounts" in text(app)


@pytest.mark.parametrize(
    "page", [each for each in PAGES if each != "pages/overview.py"]
)  # which has no figures of its own
@pytest.mark.parametrize("store", ["full_store", "sample_store"])
def test_every_page_on_full_data_and_how_it_is_computed(visit, request, page, store):
    place = request.getfixturevalue(store)
    of_account = {"account": [_some_account(place)]} if page == "pages/account.py" else {}
    app = visit(place, page, of_account)
    assert is_well(app) and (of_account or "accounts" in text(app)), text(app)
    app.session_state["passport"] = True
    app.run()
    assert is_well(app), text(app)
    asked = " ".join(each.value for each in app.code).lower()
    of_people = ("pages/adoption.py", "pages/cohorts.py", "pages/funnel.py", "pages/loyalty.py", "pages/renewals.py")
    has_no_people = store == "full_store" and page in of_people  # nor stages, nor ends of terms, so nothing was asked
    assert has_no_people or "with " in asked


def _some_account(store) -> str:
    snapshot = open_store(store)
    with snapshot.ask(year_to(snapshot.manifest.as_of)) as con:
        return con.execute("select min(account) from book where not coalesce(churned, false)").fetchone()[0]


@pytest.mark.parametrize("page", PAGES)
def test_without_data_a_page_says_how_to_bring_some(visit, tmp_path, page):
    app = visit(tmp_path, page)
    assert is_well(app)
    assert (
        "There is no data yet" in text(app)
        and "python -m lib import" in text(app)
        and "python -m lib sample" in text(app)
    )


def test_the_planted_hot_spot_is_first_and_the_tiles_agree(visit, full_store):
    app = visit(full_store)
    assert "Reseller × US : " in text(app) or "Reseller × US: " in text(app)
    assert re.search(r"1\s+Reseller × US", text(app))
    overview = visit(full_store, "pages/overview.py")
    figure = r"Accounts lost\s+([\d,]+)\s+of ([\d,]+)"
    assert re.search(figure, text(app)).groups() == re.search(figure, text(overview)).groups()


def test_when_nothing_stands_out_it_says_so(visit, quiet_store):
    for page in (
        each
        for each in PAGES
        if each
        not in (
            "pages/adoption.py",
            "pages/book.py",
            "pages/account.py",
            "pages/loyalty.py",
            "pages/cohorts.py",
            "pages/carries.py",
            "pages/funnel.py",
            "pages/health.py",
            "pages/healthrules.py",
            "pages/ahead.py",
            "pages/lifetimes.py",
            "pages/renewals.py",
            "pages/proof.py",
            "pages/reach.py",
            "pages/levers.py",
        )
    ):  # which judge nothing, or nothing of this store
        assert "Nothing stands out" in text(visit(quiet_store, page))


def test_without_dates_there_is_no_period_and_no_comparison(visit, flag_store):
    app = visit(flag_store)
    assert "no dates in the data" in text(app)
    assert not [box for box in app.selectbox if box.label == "Period"]
    assert "change" not in next(control for control in app.get("button_group") if control.key == "view").options
    assert "no earlier period" in text(visit(flag_store, "pages/overview.py"))


def test_a_drilled_link_lists_exactly_the_accounts_of_the_figure(visit, full_store):
    path = [pair("channel", "Reseller"), pair("region", "US")]
    app = visit(full_store, query={"path": path})
    standing = re.search(r"([\d,]+) accounts\s+·\s+([\d,]+) lost:", text(app))
    n, n_lost = (int(figure.replace(",", "")) for figure in standing.groups())
    assert len(accounts(app)) == n
    assert len(accounts(visit(full_store, query={"path": path, "rows": "lost"}))) == n_lost
    assert "Channel: Reseller" in text(app) and "Region: US" in text(app)


def test_missing_values_can_be_drilled_into(visit, full_store):
    app = visit(full_store, query={"path": [pair("region", None)], "by": "channel"})
    assert is_well(app) and "Region: missing" in text(app)
    assert accounts(app)["region"].isna().all() if "region" in accounts(app) else True


def test_the_list_pages_searches_and_sorts_in_the_store(visit, full_store):
    first = visit(full_store)
    assert len(accounts(first)) == 1_000 and "1–1,000 of " in text(first)
    second = visit(full_store, query={"page": "2"})
    assert "1,001–" in text(second) and not set(accounts(first)["account"]) & set(accounts(second)["account"])
    found = visit(full_store, query={"find": "customer 77", "sort": "name", "up": "yes"})
    assert accounts(found)["name"].str.contains("Customer 77").all() and accounts(found)["name"].is_monotonic_increasing
    assert "No accounts here" in text(visit(full_store, query={"find": "nobody is called so"}))


def test_a_search_in_the_bar_cuts_every_figure_of_the_page(visit, full_store):
    app = visit(full_store, query={"named": "customer 77"})
    found = int(re.search(r"([\d,]+) accounts named like", text(app))[1].replace(",", ""))
    assert len(accounts(app)) <= found and accounts(app)["name"].str.contains("Customer 77").all()
    assert "No account is in this book" in text(visit(full_store, query={"named": "![x](http://evil.example)"}))


def test_views_bases_weights_and_outcomes_all_draw(visit, full_store):
    for query in (
        {"view": "pareto"}, {"view": "change", "by": "region"}, {"weight": "arr", "base": "overall"}, {"base": "rest", "by": "csm"},
        {"outcome": "lapsed"}, {"outcome": "cancelled", "view": "pareto"},
        {"depth": "1", "min_n": "50", "search": ["plan", "region"]},
        {"path": [pair("channel", "Direct"), pair("region", "US"), pair("plan", "Team"), pair("segment", "SMB")]},
        {"from": "2024-11-01", "to": "2025-11-01"}, {"as_of": "2025-10-31"},
    ):  # fmt: skip
        assert is_well(visit(full_store, query=query)), query


def test_filters_of_a_link_are_the_books(visit, full_store):
    query = {"f.channel": ["Reseller"], "missing": ["region"]}
    for page in ("pages/hotspots.py", "pages/overview.py", "pages/cohorts.py"):
        app = visit(full_store, page, query)
        assert is_well(app) and "without a region, in channel Reseller" in text(app)


def test_a_book_nobody_is_at_risk_in(visit, full_store):
    app = visit(full_store, query={"from": "1990-01-01", "to": "1991-01-01", "as_of": "1991-01-01"})
    assert is_well(app) and "Nobody is at risk here" in text(app)


LIES = [
    {"f.nowhere": ["x"], "f.channel": ["![x](http://evil.example)"], "missing": ["<b>"]},
    {"from": "yesterday", "to": "2026-13-45", "as_of": "x"},
    {"path": ["nowhere:x", "channel:Nobody", "channel:Direct", ":", "~"]},
    {"outcome": "'; drop table account; --", "sort": "1; select", "page": "-3", "depth": "99", "search": ["x"], "by": "="},
    {"batch": "../../etc/passwd", "view": "<script>", "rows": "x", "base": "$x$", "weight": ":red[x]", "up": "no"},
    {"from": "0001-01-01", "to": "9999-12-31"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("page", "query"),
    [(page, functools.reduce(operator.or_, LIES[:-1])) for page in PAGES]
    + [(HOTSPOTS, query) for query in LIES]
    + [pytest.param(page, query, marks=pytest.mark.slow) for page in PAGES if page != HOTSPOTS for query in LIES],
)
def test_links_that_lie_are_survived_and_said(visit, full_store, page, query):
    app = visit(full_store, page, query)
    assert is_well(app), text(app)


def test_what_a_link_got_wrong_is_said(visit, full_store):
    app = visit(full_store, query={"f.nowhere": ["x"], "path": ["nowhere:x"], "sort": "size"})
    assert text(app).count("which this data does not have") == 2 and "sort “size” is not known" in text(app)


def test_names_people_fear_are_shown_as_typed(visit, hostile_store):
    app = visit(hostile_store, query={"path": [pair("channel", NAMES[0]), pair("segment", NAMES[1])]})
    assert f"Channel: {NAMES[0]}" in html.unescape(" ".join(button.label for button in app.button))
    assert set(accounts(app)["account"].str.rsplit(" ", n=1).str[0]) <= set(NAMES)
    assert HOSTILE_COLUMN in [html.unescape(box.label) for box in app.multiselect]
    assert not re.search(r"!\[|<script>alert|<img", " ".join(each.proto.body for each in app.get("html")))


def test_refused_cells_open(visit, full_store):
    closed = visit(full_store, "pages/overview.py")
    assert "2 rows refused" in text(closed)
    opened = visit(full_store, "pages/overview.py", {"batch": "000001"})
    cells = next(each.value for each in opened.dataframe if "reason" in each.value)
    assert list(cells["reason"]) == ["there is no such day", "not a number"] and list(cells["row"]) == [17, 99]


def test_a_click_on_a_filter_a_tile_and_a_crumb(visit, full_store):
    app = visit(full_store)
    app.button(key="open tile lost").click().run()
    assert app.query_params["rows"] == "lost" and accounts(app)["state"].eq("lost").all()
    app.multiselect(key="book filter channel").select("Reseller").run()
    assert app.query_params["f.channel"] == "Reseller" and "in channel Reseller" in text(app)
    app.button(key="open spot 1").click().run()
    assert app.query_params["path"] == "region:US"
    app.button(key="drill lock").click().run()
    assert app.query_params["f.region"] == "US" and "path" not in app.query_params
    app.button(key="book clear").click().run()
    assert "f.region" not in app.query_params and f"{N:,} accounts" in text(app)


def test_the_clock_decides_what_is_stale_not_the_data(visit, full_store, monkeypatch):
    import lib.view.frame as frame

    class Today(frame.date):
        @classmethod
        def today(cls):
            return cls(2026, 11, 3)

    monkeypatch.setattr(frame, "date", Today)
    assert "data ends" not in text(visit(full_store))
    monkeypatch.setattr(Today, "today", classmethod(lambda cls: cls(2026, 12, 1)))
    assert "data ends 31 days ago" in text(visit(full_store))


def test_new_data_shows_at_the_next_interaction(visit, tmp_path):
    from tests import stores
    from tests.worldlets import account_frame, publish_frames

    app = visit(stores.flags(tmp_path))
    assert "600 accounts" in text(app)
    publish_frames(tmp_path, {"account": account_frame(["new"], churned=True)})
    assert "601 accounts" in text(app.run())


def test_an_unforeseen_error_is_said_calmly_and_logged(visit, full_store, monkeypatch, caplog):
    from lib.view import door

    def fails(*_, **__):
        raise RuntimeError("the secret table does not exist")

    monkeypatch.setattr(door, "measure", fails)
    door._answer.clear()
    app = visit(full_store)
    door._answer.clear()
    assert not app.exception
    reference = re.search(r"Reference \*\*(\w+)\*\*", app.error[0].value).group(1)
    assert "secret" not in text(app) and reference in caplog.text


def test_data_that_a_fault_of_duckdb_spoilt_is_opened_anew_and_answers(visit, full_store, monkeypatch, caplog):
    from lib.view import door

    faults = []

    def fails_once(name):
        if faults:
            return measure(name)
        faults.append(name)

        def fails(con, *_, **__):
            con.close()
            door._open(*opened[-1]).root.close()  # what is left after a fault answers nothing any more
            raise duckdb.InternalException("INTERNAL Error: dictionary")

        return fails

    opened, was = [], door.open_store

    def opens(folder):
        place = door.current(folder)
        opened.append((str(folder), place.name, (place / "manifest.json").stat().st_mtime_ns))
        return was(folder)

    monkeypatch.setattr(door, "open_store", opens)
    monkeypatch.setattr(door, "measure", fails_once)
    for kept in (door._answer, door._open):
        kept.clear()
    app = visit(full_store)
    assert not app.exception and not app.error and "lost" in text(app)
    assert faults and len(opened) == 2 and "INTERNAL Error" in caplog.text
    door._answer.clear()
    assert not app.run().error and len(opened) == 2
