"""The book bar: the sidebar in which a reader chooses the period, the day and whose accounts are meant.

bar     draw it; gives the book, its number of accounts, and a notice for each part of the link that could not be used
known   a book cut to what the data can answer
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from lib.book import Book, year_to
from lib.errors import Refused
from lib.store.opening import Snapshot
from lib.view import address, booklink, door, rooms, step
from lib.view.bookbar import bookfilters, periods, savedviews

_PERIOD, _DAYS, _AS_OF = "book period", "book days", "book as of"


def bar(snapshot: Snapshot, narrowed: Callable[[Book, Snapshot], Book] | None = None) -> tuple[Book, int, list[str]]:
    """Draw the bar for the book of the link; gives that book, its number of accounts, and a notice for each part dropped.

    narrowed   what a page makes of a link that says less than it needs
    """
    last_day = snapshot.manifest.as_of
    default = year_to(last_day or snapshot.manifest.received_on)
    asked, notices = booklink.book(address.read(), default)
    book, dropped = known(narrowed(asked, snapshot) if narrowed else asked, snapshot)
    step.stand(book)
    with st.sidebar:
        rooms.links(booklink.query(book))
        if last_day:
            _period(book, last_day)
        n_accounts = bookfilters.draw(book, snapshot)
        savedviews.panel()
    return book, n_accounts, [*notices, *dropped]


def known(book: Book, snapshot: Snapshot) -> tuple[Book, list[str]]:
    """The book with the filters this data can answer, and a notice for each that was dropped."""
    kept, notices = replace(book, filters=(), states=()), []
    for name, values in book.filters:
        try:
            dimension = snapshot.dimension(name)
        except Refused:
            notices.append(
                f"The link filters by “{name[:60]}”, which this data does not have; that filter was left out."
            )
            continue
        good = [value for value in values if value is None or value in dimension.values]
        kept = kept.where(dimension.name, good) if good else kept
        if len(good) < len(values):
            odd = ", ".join(f"“{value[:60]}”" for value in values if value not in good)
            notices.append(f"No account has {name[:60]} {odd}; that choice was left out.")
    values_of = door.states(book) if book.states else {}
    for name, values in book.states:
        good = [value for value in values if value in values_of.get(name, ())]
        kept = kept.standing(name, good) if good else kept
        if len(good) < len(values):
            odd = ", ".join(f"“{value[:60]}”" if value else "none" for value in values if value not in good)
            notices.append(f"No account stands so: {name[:60]} {odd}; that choice was left out.")
    return kept, notices


def _period(book: Book, last_day: date) -> None:
    starts_in = door.definitions().calendar.fiscal_year_starts_in
    now = periods.name_of(book.opens_on, book.closes_on, book.as_of, starts_in)
    wants_custom = st.session_state.get("book custom", False)
    step.show(_PERIOD, periods.CUSTOM if wants_custom else now)

    def chosen() -> None:
        name = st.session_state[_PERIOD]
        st.session_state["book custom"] = name == periods.CUSTOM
        if name != periods.CUSTOM:
            opens_on, closes_on = periods.preset(name, book.as_of, starts_in)
            step.cut(lambda now: replace(now, opens_on=opens_on, closes_on=closes_on))

    st.selectbox("Period", [*periods.PRESETS, periods.CUSTOM], key=_PERIOD, on_change=chosen)
    with st.container():  # always there: what comes and goes must not move, and so close, what stands below it
        if st.session_state[_PERIOD] == periods.CUSTOM:
            _custom_days(book)
    with st.expander("As of another day", expanded=book.as_of != last_day):
        _as_of(book, last_day)


def _custom_days(book: Book) -> None:
    step.show(_DAYS, (book.opens_on, book.closes_on - timedelta(days=1)))

    def chosen() -> None:
        days = st.session_state[_DAYS]
        if len(days) == 2:
            step.cut(lambda now: replace(now, opens_on=days[0], closes_on=days[1] + timedelta(days=1)))

    st.date_input("First and last day", key=_DAYS, on_change=chosen, format="DD/MM/YYYY")


def _as_of(book: Book, last_day: date) -> None:
    step.show(_AS_OF, book.as_of)

    def chosen() -> None:
        day = st.session_state[_AS_OF] or last_day
        year = year_to(day)
        step.cut(lambda now: replace(now, as_of=day, opens_on=year.opens_on, closes_on=year.closes_on))

    st.date_input(
        "See the data as it was known on",
        key=_AS_OF,
        on_change=chosen,
        max_value=max(last_day, book.as_of),
        format="DD/MM/YYYY",
    )
