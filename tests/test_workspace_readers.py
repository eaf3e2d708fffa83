"""What belongs to a reader rather than to an account: saved views, long links, visits, preferences, mappings."""

import threading
import unicodedata
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.book import Book, year_to
from lib.errors import Refused
from lib.workspace import (
    Conflict,
    audiences,
    edition,
    links,
    mappings,
    open_workspace,
    preferences,
    rows,
    views,
    visits,
)
from lib.workspace.audiences import Asked, days_apart
from lib.workspace.sheets import sheet_of
from lib.workspace.visits import Visit

NOW = datetime(2026, 11, 1, 8, 0, 0)
LATER = NOW + timedelta(hours=2)
HOUR = timedelta(hours=1)
NORTH = {"f.region": ["North", "North'; drop table saved_view"], "from": ["2025-11-01"]}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One workspace for all examples of a property."""
    opened = open_workspace(f"sqlite:///{tmp_path_factory.mktemp('workspace') / 'workspace.db'}")
    yield opened
    opened.close()


@pytest.fixture
def workspace(tmp_path):
    opened = open_workspace(f"sqlite:///{tmp_path / 'workspace.db'}")
    yield opened
    opened.close()


def names(found) -> list[str]:
    return [row["name"] for row in found]


# --- views ----------------------------------------------------------------------------------------------------------


def test_a_view_opens_as_it_was_saved_and_is_private_until_it_is_shared(workspace):
    made = views.save(workspace, "North", "hotspots", NORTH, by="anna", now=NOW)
    assert views.open_view(workspace, made.id, who="anna")["query"] == NORTH
    assert (names(views.own(workspace, "anna")), views.own(workspace, "bob"), views.shared(workspace, "bob")) == (
        ["North"],
        [],
        [],
    )
    for id in (made.id, "nothing", "'; drop table saved_view"):
        with pytest.raises(Refused, match="no such view, or it is not shared"):
            views.open_view(workspace, id, who="bob")
    views.share(workspace, made.id, 1, True, by="anna", now=NOW)
    assert views.open_view(workspace, made.id, who="bob")["query"] == NORTH
    assert (names(views.shared(workspace, "bob")), views.shared(workspace, "anna")) == (["North"], [])


def test_only_the_owner_changes_a_view(workspace):
    made = views.save(workspace, "North", "hotspots", NORTH, is_shared=True, by="anna", now=NOW)
    for act in (
        lambda by: views.rename(workspace, made.id, 1, "South", by=by, now=NOW),
        lambda by: views.share(workspace, made.id, 1, False, by=by, now=NOW),
        lambda by: views.repoint(workspace, made.id, 1, {}, by=by, now=NOW),
        lambda by: views.remove(workspace, made.id, 1, by=by, now=NOW),
    ):
        with pytest.raises(Refused, match="'North' is anna's; only its owner changes it"):
            act("bob")
    assert rows.find(workspace, "saved_view", made.id) == made
    private = views.share(workspace, made.id, 1, False, by="anna", now=NOW)
    with pytest.raises(Refused, match="There is no such view"):  # whose it is stays private too
        views.rename(workspace, made.id, private.version, "South", by="bob", now=NOW)


def test_a_view_is_renamed_repointed_and_removed_by_its_version(workspace):
    made = views.save(workspace, "North", "hotspots", NORTH, by="anna", now=NOW)
    renamed = views.rename(workspace, made.id, 1, "Far north", by="anna", now=NOW)
    with pytest.raises(Conflict, match="changed by anna"):
        views.repoint(workspace, made.id, 1, {}, by="anna", now=LATER)
    views.repoint(workspace, made.id, renamed.version, {"a": ["b"]}, by="anna", now=LATER)
    found = views.open_view(workspace, made.id, who="anna")
    assert (found["name"], found["query"], found.version) == ("Far north", {"a": ["b"]}, 3)
    views.remove(workspace, made.id, 3, by="anna", now=LATER)
    with pytest.raises(Refused, match="'Far north' was removed by anna"):
        views.open_view(workspace, made.id, who="anna")
    assert views.own(workspace, "anna") == []


def test_a_name_is_one_view_of_its_owner_on_a_page(workspace):
    first = views.save(workspace, "North", "hotspots", NORTH, by="anna", now=NOW)
    with pytest.raises(Refused, match="There is a saved view for owner 'anna', page 'hotspots', name 'North' already"):
        views.save(workspace, "North", "hotspots", {}, by="anna", now=NOW)
    views.save(workspace, "North", "home", {}, by="anna", now=NOW)
    views.save(workspace, "North", "hotspots", {}, by="bob", now=NOW)
    other = views.save(workspace, "a south", "hotspots", {}, by="anna", now=NOW)
    with pytest.raises(Refused, match="already"):
        views.rename(workspace, other.id, 1, "North", by="anna", now=NOW)
    assert names(views.own(workspace, "anna")) == ["a south", "North", "North"]
    views.rename(workspace, first.id, 1, "North", by="anna", now=NOW)  # its own name is no other's


# --- audiences ------------------------------------------------------------------------------------------------------

ASKED = Asked(
    "people",
    "people",
    {"user_class": "never"},
    {"f.region": ["North"]},
    "pages/loyalty.py",
    {"people": ["never"]},
    "never",
)


def test_an_audience_comes_back_as_what_it_asks_and_by_the_rule_of_views(workspace):
    made = audiences.save(workspace, " North ", ASKED, 12, by="anna", now=NOW)
    assert (made["name"], made["n"], audiences.asked(made)) == ("North", 12, ASKED)
    assert audiences.asked(audiences.find(workspace, made.id, who="anna")) == ASKED
    with pytest.raises(Refused, match="no such audience, or it is not shared"):
        audiences.find(workspace, made.id, who="bob")
    shared = audiences.share(workspace, made.id, 1, True, by="anna", now=NOW)
    assert names(audiences.shared(workspace, "bob")) == ["North"] and names(audiences.own(workspace, "bob")) == []
    with pytest.raises(Refused, match="'North' is anna's; only its owner changes it"):
        audiences.remove(workspace, made.id, shared.version, by="bob", now=NOW)


def test_an_owner_has_one_living_audience_of_a_name(workspace):
    first = audiences.save(workspace, "North", ASKED, 12, by="anna", now=NOW)
    audiences.save(workspace, "North", ASKED, 12, by="bob", now=NOW)
    other = audiences.save(workspace, "South", ASKED, 12, by="anna", now=NOW)
    told = "You have an audience “North” already"
    for again in (
        lambda: audiences.save(workspace, " North ", ASKED, 1, by="anna", now=NOW),
        lambda: audiences.rename(workspace, other.id, 1, "North", by="anna", now=NOW),
    ):
        with pytest.raises(Refused, match=told):
            again()
    gone = audiences.remove(workspace, first.id, 1, by="anna", now=NOW)
    audiences.rename(workspace, other.id, 1, "North", by="anna", now=NOW)
    with pytest.raises(Refused, match=told):
        audiences.restore(workspace, gone.id, gone.version, by="anna", now=NOW)
    audiences.rename(workspace, other.id, 2, "South", by="anna", now=NOW)
    assert audiences.restore(workspace, gone.id, gone.version, by="anna", now=NOW).removed_at is None


def test_the_days_of_an_audience_are_those_its_reader_fixed(workspace):
    """The data ends on 31 October; a month later the living ones have moved on with it, the fixed ones have not."""
    last, later = date(2026, 10, 31), date(2026, 11, 30)
    usual, spring = year_to(last), Book(date(2026, 3, 1), date(2026, 6, 1), last)
    earlier = year_to(date(2026, 6, 30))

    def book_later(book, **options):
        return Asked("people", "people", {}, days_apart(book, last, **options), "p").book_on(later)

    assert book_later(usual) == year_to(later)
    assert book_later(usual.where("region", ["EMEA"])) == year_to(later).where("region", ["EMEA"])
    assert book_later(spring) == Book(date(2026, 3, 1), date(2026, 6, 1), later)
    assert book_later(usual, keeps_period=True) == Book(usual.opens_on, usual.closes_on, later)
    assert book_later(earlier) == earlier


SEEN = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])


@given(st.text(max_size=120))
def test_a_name_is_one_line_without_what_cannot_be_seen_or_is_refused_in_words(text):
    try:
        kept = sheet_of("audience").rules["name"].kept("audience.name", text)
    except Refused as refusal:
        assert "must be a name of at most 100 characters on one line" in str(refusal)
    else:
        hidden = {letter for letter in kept if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
        assert kept == text.strip() and 0 < len(kept) <= 100 and hidden <= {"\u200c", "\u200d"}


@given(st.text(SEEN, max_size=100).filter(str.strip))
def test_a_name_one_can_see_is_kept_letter_by_letter(text):
    assert sheet_of("audience").rules["name"].kept("audience.name", text) == text.strip()


# --- links ----------------------------------------------------------------------------------------------------------

QUERY = st.dictionaries(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), max_size=4),
    max_size=4,
)


@settings(max_examples=60)
@given(QUERY, QUERY)
def test_a_link_is_its_content(shared, one, other):
    first = links.keep(shared, one, by="anna", now=NOW)
    written = edition(shared)
    again = links.keep(shared, dict(reversed(one.items())), by="bob", now=LATER)
    assert (again, edition(shared)) == (first, written)
    assert links.find(shared, first) == one
    assert (links.keep(shared, other, by="anna", now=NOW) == first) is (one == other)


def test_a_link_nobody_kept_and_one_too_long_are_told_apart(workspace):
    for name in ("0" * 32, "", "a\x00", "'; drop table link; --", "\ud800"):
        assert links.find(workspace, name) is None
    book = {"f.account": [f"account {number}" for number in range(40_000)]}
    assert links.find(workspace, links.keep(workspace, book, by="anna", now=NOW)) == book
    with pytest.raises(Refused, match=r"link\.query: .* at most 1 MB"):
        links.keep(workspace, {"f.account": ["x" * 1_000_000]}, by="anna", now=NOW)


def test_a_link_kept_by_four_threads_at_once_is_one_row(workspace):
    kept = []
    threads = [
        threading.Thread(target=lambda: kept.append(links.keep(workspace, NORTH, by="anna", now=NOW))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(kept) == 4 and len(set(kept)) == 1
    assert len(rows.rows(workspace, "link")) == 1


# --- visits ---------------------------------------------------------------------------------------------------------


def test_a_visit_tells_of_the_one_before_and_a_reload_is_none(workspace):
    said = [(0, None), (0.5, None), (30, 0), (30.2, 0), (30.9, 0), (55, 30), (80, 55)]
    for hours, before in said:
        expected = None if before is None else Visit(NOW + before * HOUR)
        assert visits.note(workspace, "hotspots", who="anna", now=NOW + hours * HOUR) == expected
        assert visits.previous(workspace, "hotspots", who="anna") == expected
    assert visits.note(workspace, "home", who="anna", now=NOW) is None
    assert visits.note(workspace, "hotspots", who="bob", now=NOW) is None
    assert visits.previous(workspace, "hotspots", who="nobody") is None
    assert len(rows.rows(workspace, "visit", where={"who": "anna", "page": "hotspots"})) == 2


@given(st.lists(st.integers(0, 20), min_size=1, max_size=8))
@settings(max_examples=30)
def test_the_visit_before_is_what_a_whole_diary_would_say(shared, waits):
    page, at, begun = str(len(rows.rows(shared, "visit"))), NOW, []
    for wait in waits:
        at += wait * timedelta(minutes=15)
        if not begun or at - begun[-1] >= HOUR:
            begun.append(at)
        expected = Visit(begun[-2]) if len(begun) > 1 else None
        assert visits.note(shared, page, who="anna", now=at) == expected


def test_a_visit_keeps_the_last_day_of_the_data_it_saw(workspace):
    """The newest that was seen within the visit, so that what is imported afterwards is new to the reader."""
    monday, tuesday, friday = (date(2026, 10, day) for day in (26, 27, 30))
    seen = [
        (0, None, None),
        (24, monday, None),
        (24.5, tuesday, None),
        (48, friday, tuesday),
        (72, None, friday),
        (96, monday, None),
    ]
    for hours, data_to, before in seen:
        found = visits.note(workspace, "book", who="anna", now=NOW + hours * HOUR, data_to=data_to)
        assert (found and found.data_to) == before


# --- preferences and mappings ---------------------------------------------------------------------------------------


def test_a_preference_is_the_last_thing_its_reader_said(workspace):
    assert preferences.find(workspace, "columns", who="anna", default=["name"]) == ["name"]
    for value in (["name", "arr"], [], {"a": 1}, {"a": True}, 0, False):
        preferences.keep(workspace, "columns", value, who="anna", now=NOW)
        assert repr(preferences.find(workspace, "columns", who="anna", default=["name"])) == repr(value)
    assert preferences.find(workspace, "columns", who="bob") is None
    assert len(rows.rows(workspace, "preference")) == 1
    preferences.keep(workspace, "columns", False, who="anna", now=LATER)
    assert edition(workspace) == 6


def test_a_mapping_is_the_readers_own_or_the_newest_of_anybody(workspace):
    assert mappings.recall(workspace, "f1", "account", who="anna") is None
    mappings.remember(workspace, "f1", "account", {"Kunde": "account"}, who="bob", now=NOW)
    mappings.remember(workspace, "f1", "account", {"Kunde": "name"}, who="cleo", now=LATER)
    mappings.remember(workspace, "f1", "person", {"Kunde": "person"}, who="anna", now=LATER)
    assert mappings.recall(workspace, "f1", "account", who="anna").mapping == {"Kunde": "name"}
    assert mappings.recall(workspace, "f1", "account", who="bob").mapping == {"Kunde": "account"}
    assert mappings.recall(workspace, "f2", "account", who="bob") is None
    assert mappings.recall(workspace, "f1", "account", who="anna").who == "cleo"
    assert mappings.recall(workspace, "f1", "account", who="anna", is_shared=False) is None
    assert mappings.recall(workspace, "f1", "account", who="bob", is_shared=False).mapping == {"Kunde": "account"}
    mappings.remember(workspace, "f1", "account", {"Kunde": "url"}, who="bob", now=LATER + HOUR)
    assert mappings.recall(workspace, "f1", "account", who="anna").mapping == {"Kunde": "url"}
