"""The Book: its link brings back exactly it, a hostile link cannot break it, and its days are right in leap years."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.book import Book, from_query, read_day, year_to
from lib.facts.standing import spelt
from tests.worldlets import YEAR

text = st.text(min_size=1, max_size=12)
values = st.lists(st.one_of(st.none(), st.text(max_size=12)), min_size=1, max_size=5)
day = st.dates(date(1900, 1, 1), date(2199, 12, 1))


@st.composite
def books(draw):
    opens_on = draw(day)
    book = Book(opens_on, min(opens_on + timedelta(days=draw(st.integers(1, 4000))), date(2199, 12, 31)), draw(day))
    for name in draw(st.lists(text, max_size=4)):
        book = book.where(name, draw(values))
    for name in draw(st.lists(text, max_size=2)):
        book = book.standing(name, draw(st.lists(st.one_of(st.none(), text), min_size=1, max_size=3)))
    return replace(book, search=draw(st.text(max_size=12)))


@settings(max_examples=60, deadline=None)
@given(books())
def test_a_link_brings_back_exactly_the_book(book):
    assert from_query(book.to_query(), YEAR) == (book, [])
    assert hash(from_query(book.to_query(), YEAR)[0]) == hash(book)


@given(st.dictionaries(st.one_of(st.sampled_from(["from", "to", "as_of", "missing", "f.", "f.region", "s.", "s.stage", "named"]), st.text(max_size=9)),
                       st.lists(st.text(max_size=12), max_size=3), max_size=6))  # fmt: skip
def test_any_link_gives_a_book_that_can_be_used(query):
    book, notices = from_query(query, YEAR)
    assert book.opens_on < book.closes_on
    assert all(name for name, _ in book.filters if name) and all(isinstance(notice, str) for notice in notices)
    book.previous(), book.describe(), book.period(), hash(book)
    assert from_query(book.to_query(), YEAR)[0].opens_on == book.opens_on


@pytest.mark.parametrize(
    "query",
    [
        {"from": ["0001-01-01"]},
        {"to": ["0002-01-01"]},
        {"to": ["9999-12-31"]},
        {"as_of": ["9999-12-31"]},
        {"from": ["yesterday"]},
        {"from": ["2026-02-30"]},
        {"from": ["'; drop table account; --"]},
        {"from": ["2027-01-01"], "to": ["2026-01-01"]},
        {"from": ["2026-01-01"], "to": ["2026-01-01"]},
    ],
)
def test_days_that_cannot_be_are_dropped_with_a_notice(query):
    book, notices = from_query(query, YEAR)
    assert (book, len(notices)) == (YEAR, 1)
    assert book.previous().opens_on == date(2024, 11, 1)


def test_the_parts_a_link_does_not_name_come_from_the_default():
    book, notices = from_query({"f.region": ["EU", "US"], "missing": ["region", "plan"], "other": ["x"]}, YEAR)
    assert book == YEAR.where("region", ["US", None, "EU"]).where("plan", [None])
    assert notices == []


def test_the_order_of_clicks_does_not_matter():
    one = YEAR.where("region", ["US", "EU", "US"]).where("plan", ["x"])
    other = YEAR.where("plan", ["x"]).where("region", ["EU", "US"])
    assert one == other and hash(one) == hash(other)
    assert one.where("region", []).where("plan", []) == YEAR


@pytest.mark.parametrize(
    ("opens", "closes", "before"),
    [
        ("2025-11-01", "2026-11-01", "2024-11-01"),  # a year before a year, 366 days or 365
        ("2024-01-01", "2025-01-01", "2023-01-01"),
        ("2025-01-01", "2026-01-01", "2024-01-01"),
        ("2023-02-28", "2024-02-29", "2022-02-28"),
        ("2026-01-01", "2026-01-31", "2025-12-02"),  # 30 days before 30 days
        ("2026-01-01", "2026-01-02", "2025-12-31"),
    ],
)
def test_the_previous_period_is_as_long_and_ends_where_this_one_opens(opens, closes, before):
    book = Book(read_day(opens), read_day(closes), date(2026, 11, 1)).where("region", ["EU"])
    previous = book.previous()
    assert (previous.opens_on, previous.closes_on) == (read_day(before), book.opens_on)
    assert (previous.as_of, previous.filters) == (book.as_of, book.filters)


@pytest.mark.parametrize(
    ("as_of", "opens", "closes"),
    [("2026-10-31", "2025-11-01", "2026-11-01"), ("2024-02-28", "2023-02-28", "2024-02-29"),
     ("2024-02-29", "2023-03-01", "2024-03-01"), ("2026-12-31", "2026-01-01", "2027-01-01")],
)  # fmt: skip
def test_the_default_book_is_the_year_that_ends_with_the_as_of_day(as_of, opens, closes):
    assert year_to(read_day(as_of)) == Book(read_day(opens), read_day(closes), read_day(as_of))


def test_a_book_in_plain_english():
    assert YEAR.describe() == "all accounts" and YEAR.period() == "1 Nov 2025 – 31 Oct 2026"
    assert YEAR.describe(1) == "1 account" and YEAR.describe(1234) == "1,234 accounts"
    standing = replace(YEAR.standing("stage", ["Onboarding"]).where("region", ["EU"]), search="acme")
    assert standing.describe(2) == "2 accounts in EU, at stage Onboarding, named like “acme”"
    assert replace(YEAR, search="acme").describe(2) == "2 accounts named like “acme”"
    assert standing.is_cut and standing.uncut() == YEAR and not YEAR.is_cut


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"csm": ["Dana"]}, "of Dana"),
        ({"csm": ["Dana", "Ann"], "region": ["EMEA"]}, "of Ann or Dana in EMEA"),
        ({"csm": [None]}, "without a CSM"),
        ({"csm": ["Dana", None], "plan": ["Pro"]}, "of Dana or without a CSM, on plan Pro"),
        ({"region": ["EU", "US", None]}, "in EU or US or without a region"),
        ({"region": ["EU"], "csm": ["Dana"], "segment": ["SMB"]}, "of Dana in EU, in segment SMB"),
        ({"segment": ["SMB", "Enterprise"], "channel": ["Reseller"]}, "in segment Enterprise or SMB, in channel Reseller"),
        ({"tier": ["1"], "plan": [None]}, "in tier 1, without a plan"),
        ({"country": ["FR"]}, "in country FR"),
        ({"House rule": ["blue"]}, "with House rule blue"),
        ({"House rule": ["a", "b", "3 more"]}, "with House rule 3 more, a or b"),
        ({"employees": [None]}, "with no employees given"),
        ({"employees": ["10 to 50", None]}, "with employees 10 to 50 or with no employees given"),
        ({"House rule": ["blue"], "csm": ["Dana"]}, "of Dana, with House rule blue"),
        ({"House rule": ["blue"], "plan": ["Pro"]}, "on plan Pro, with House rule blue"),
    ],
)  # fmt: skip
def test_filters_in_plain_english(filters, said):
    book = YEAR
    for name, chosen in filters.items():
        book = book.where(name, chosen)
    called = {"csm": "CSM"}
    assert book.describe(7, lambda name: called.get(name, name)) == f"7 accounts {said}"


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({"movement": ["significant drop"]}, "with a significant drop in use"),
        ({"movement": ["rising", "steady"]}, "with rising use or steady use"),
        ({"movement": ["too little use"]}, "with too little use to tell"),
        ({"renewal": ["30 days"]}, "renewing within 30 days"),
        ({"renewal": ["in 31 to 60 days", "later"]}, "renewing in 31 to 60 days or later"),
        ({"renewal": ["in grace", "rolling", "none"]}, "in grace or with no renewal known or on a rolling contract"),
        ({"notice": ["notice given", "cancel asked"]}, "with a request to cancel or notice given"),
        ({"notice": ["none"]}, "with no notice given"),
        ({"stage": ["Value", "Usage"]}, "at stage Usage or Value"),
        ({"stage": ["Value", None]}, "at stage Value or at no stage yet"),
        ({"utilisation": ["under 60 %"]}, "with utilisation under 60 %"),
        ({"utilisation": ["60 to 70 %", "no seats given"]}, "with utilisation 60 to 70 % or with no seats given"),
        ({"ready": ["past onboarding"]}, "past onboarding"),
        ({"ready": ["top users", "under 60 % utilisation"]}, "among the top users or under 60 % utilisation"),
        ({"weather": ["fine"]}, "with weather fine"),
        ({"notice": ["none"], "movement": ["steady"]}, "with steady use, with no notice given"),
    ],
)  # fmt: skip
def test_states_in_plain_english(states, said):
    book = YEAR
    for name, chosen in states.items():
        book = book.standing(name, chosen)
    assert book.describe(7) == f"7 accounts {said}"
    assert book.where("csm", ["Dana"]).describe(7) == f"7 accounts of Dana, {said}"


def test_a_window_of_renewals_says_where_it_begins():
    found = [spelt("renewal", value, (30, 60, 90)) for value in ("30 days", "60 days", "90 days", "later", "in grace")]
    assert found == ["30 days", "in 31 to 60 days", "in 61 to 90 days", "later", "in grace"]
    assert spelt("stage", "60 days", (30, 60)) == "60 days" and spelt("stage", None, (30, 60)) is None


@given(st.sampled_from(["stage", "utilisation", "renewal", "notice", "movement", "ready", "x"]), text)
def test_every_state_can_be_said(name, value):
    assert YEAR.standing(name, [value]).describe(2).startswith("2 accounts ")
