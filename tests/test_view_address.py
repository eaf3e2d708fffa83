"""The state of a page is its link: whatever it holds comes back; what a link should not hold is dropped and said."""

from datetime import date
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.measures.accounts import SORTABLE
from lib.store.dimensions import StoredDimension
from lib.view.address import pair, unpair
from lib.view.bookbar import periods
from lib.view.hotspots.hotstate import BASES, ROWS, VIEWS, WEIGHTS, HotState, is_of_state, read_state

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = texts.filter(bool)
NAMED = ("region", "a:b", "~1", "![x](http://e.example)", "plan", "")
DIMENSIONS = tuple(StoredDimension(name, name, "category", ("US", "x:y"), (), True, False) for name in NAMED)
steps = st.lists(st.tuples(st.sampled_from(NAMED), st.none() | texts), max_size=4, unique_by=lambda step: step[0])


@given(texts, st.none() | texts)
def test_any_name_and_value_come_back_from_a_pair(name, value):
    assert unpair(pair(name, value)) == (name, value)


@given(
    st.builds(
        HotState,
        outcome=st.sampled_from(["", "lost", "lapsed"]),
        weight=st.sampled_from(list(WEIGHTS)),
        base=st.sampled_from(list(BASES)),
        path=steps.map(tuple),
        by=st.sampled_from(["", *NAMED]),
        view=st.sampled_from(list(VIEWS)),
        rows=st.sampled_from(list(ROWS)),
        sort=st.sampled_from(SORTABLE),
        up=st.booleans(),
        page=st.integers(1, 10_000),
        find=texts.map(lambda text: text[:200]),
        depth=st.integers(0, 4),
        min_n=st.just(0) | st.integers(5, 1_000_000),
        search=st.lists(st.sampled_from(NAMED), unique=True).map(tuple),
    )
)
def test_any_state_comes_back_from_its_link(state):
    query = parse_qs(urlencode(state.to_query(), doseq=True), keep_blank_values=True)
    assert all(is_of_state(name) for name in query)
    assert read_state(query, DIMENSIONS) == (state, [])


@given(st.dictionaries(st.sampled_from([*HotState.__dataclass_fields__, "other"]), st.lists(texts, max_size=6)))
def test_any_link_gives_a_state_that_the_page_can_show(query):
    state, _ = read_state(query, DIMENSIONS)
    again, notices = read_state(state.to_query(), DIMENSIONS)
    assert again == state and not notices


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"outcome": ["<b>"]}, "outcome “<b>”"),
        ({"path": ["nowhere:US"]}, "“nowhere:US”"),
        ({"path": ["region:US", "region:EMEA"]}, "“region:EMEA”"),
        ({"page": ["-1"]}, "page “-1”"),
        ({"page": ["٣"]}, "page “٣”"),
        ({"depth": ["9" * 5_000]}, "depth “999"),
        ({"search": ["nowhere"]}, "searches a dimension"),
    ],
)
def test_what_a_link_should_not_hold_is_said(query, said):
    state, notices = read_state(query, DIMENSIONS)
    assert len(notices) == 1 and said in notices[0] and len(notices[0]) < 200
    assert state.outcome == "" and state.page == 1 and state.search == ()


def test_going_elsewhere_begins_the_list_anew():
    state = HotState(path=(("region", "US"),), by="plan", page=7, find="x", rows="lost", sort="name")
    there = state.drilled((("region", "US"), ("plan", None)))
    assert (there.by, there.page, there.find) == ("", 1, "")
    assert (there.rows, there.sort) == ("lost", "name")


@pytest.mark.parametrize(
    ("name", "starts_in", "opens_on", "closes_on"),
    [
        ("Last 12 months", 1, date(2025, 11, 1), date(2026, 11, 1)),
        ("Previous 12 months", 1, date(2024, 11, 1), date(2025, 11, 1)),
        ("This fiscal year", 1, date(2026, 1, 1), date(2026, 11, 1)),
        ("Last fiscal year", 1, date(2025, 1, 1), date(2026, 1, 1)),
        ("This fiscal year", 2, date(2026, 2, 1), date(2026, 11, 1)),
        ("This fiscal year", 12, date(2025, 12, 1), date(2026, 11, 1)),
        ("This fiscal quarter", 1, date(2026, 10, 1), date(2026, 11, 1)),
        ("Last fiscal quarter", 1, date(2026, 7, 1), date(2026, 10, 1)),
        ("This fiscal quarter", 2, date(2026, 8, 1), date(2026, 11, 1)),
        ("Last fiscal quarter", 2, date(2026, 5, 1), date(2026, 8, 1)),
    ],
)
def test_periods_by_name(name, starts_in, opens_on, closes_on):
    as_of = date(2026, 10, 31)
    assert periods.preset(name, as_of, starts_in) == (opens_on, closes_on)
    assert periods.preset(periods.name_of(opens_on, closes_on, as_of, starts_in), as_of, starts_in) == (
        opens_on,
        closes_on,
    )


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_every_period_has_days_and_ends_by_the_day_after(as_of, starts_in):
    for name in periods.PRESETS:
        opens_on, closes_on = periods.preset(name, as_of, starts_in)
        assert opens_on < closes_on and (closes_on - as_of).days <= 1


def test_other_days_are_custom():
    assert periods.name_of(date(2026, 1, 5), date(2026, 2, 1), date(2026, 10, 31), 1) == periods.CUSTOM
