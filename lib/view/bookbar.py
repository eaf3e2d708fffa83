"""The book bar: the sidebar in which a reader chooses the period, the day and whose accounts are meant.

bar     draw it; gives the book, its number of accounts, and a notice for each part of the link that could not be used
known   a book cut to what the data can answer
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from lib.book import MOST_SEARCHED, Book, from_query, year_to
from lib.errors import Refused
from lib.store.opening import Snapshot
from lib.view import address, door, periods, rooms, step
from lib.view.plain import plain
from lib.view.words import word

FIRST = ("csm", "channel", "segment", "region", "plan")  # filters that are always in view, where the data has them
N_IN_VIEW = 5
_PERIOD, _DAYS, _AS_OF, _SEARCH = "book period", "book days", "book as of", "book search"


def bar(snapshot: Snapshot) -> tuple[Book, int, list[str]]:
    """Draw the bar for the book of the link; gives that book, its number of accounts, and a notice for each part dropped."""
    last_day = snapshot.manifest.as_of
    default = year_to(last_day or snapshot.manifest.received_on)
    asked, notices = from_query(address.read(), default)
    book, dropped = known(asked, snapshot)
    step.stand(book)
    with st.sidebar:
        rooms.links(book.to_query())
        if last_day:
            _period(book, last_day)
        n_accounts = _filters(book, snapshot)
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


def _filters(book: Book, snapshot: Snapshot) -> int:
    """The filters in view, and the others where they are unfolded; gives the number of accounts of the book."""
    names = [each.name for each in sorted(snapshot.dimensions, key=lambda each: bool(each.cuts))]
    first = [name for name in FIRST if name in names][:N_IN_VIEW]
    first += [name for name in names if name not in first][: N_IN_VIEW - len(first)]
    more = [name for name in names if name not in first]
    filtered = {name for name, _ in book.filters}
    with st.container():  # always there: see above
        if book.is_cut:
            _clear_all()
    _search(book)
    in_view = st.container()
    n_used = len(filtered.intersection(more))
    folded = None
    if more:
        label = f"More filters ({n_used} in use)" if n_used else "More filters"
        folded = st.expander(label, expanded=bool(n_used), key="more filters", on_change="rerun")
    unfolded = more if folded and folded.open else []
    n_accounts, counts = _counts(book, [*first, *unfolded])
    with in_view:
        for name in first:
            _filter(book, name, counts[name])
    if folded:
        with folded:
            for name in unfolded:
                _filter(book, name, counts[name])
    return n_accounts


def _clear_all() -> None:
    def cleared() -> None:
        step.cut(Book.uncut)

    st.button(
        "Clear all filters", key="book clear", icon=":material/filter_alt_off:", type="tertiary", on_click=cleared
    )


def _search(book: Book) -> None:
    step.show(_SEARCH, book.search)

    def searched() -> None:
        step.cut(lambda now: replace(now, search=st.session_state[_SEARCH].strip()))

    st.text_input(
        "Accounts named",
        key=_SEARCH,
        placeholder="Any name or id",
        icon=":material/search:",
        max_chars=MOST_SEARCHED,
        on_change=searched,
    )


def _filter(book: Book, name: str, counts: Sequence[tuple[str | None, int]]) -> None:
    chosen_now = dict(book.filters).get(name, ())
    n_of = dict(counts) | {value: 0 for value in chosen_now if value not in dict(counts)}
    key = f"book filter {name}"
    step.show(key, list(chosen_now))

    def chosen() -> None:
        step.cut(lambda now: now.where(name, st.session_state[key]))

    st.multiselect(
        plain(word(name)),
        list(n_of),
        key=key,
        on_change=chosen,
        format_func=lambda value: f"{'(missing)' if value is None else value}  ·  {n_of[value]:,}",
        placeholder="All",
    )


def _counts(book: Book, names: Sequence[str]) -> tuple[int, dict[str, list[tuple[str | None, int]]]]:
    """The accounts of the book, and those beside each value: of the book as it would be without that dimension's filter."""
    book = replace(book, opens_on=book.as_of, closes_on=book.as_of + timedelta(days=1))  # one entry for all periods
    filtered = [name for name, _ in book.filters]
    free = door.ask("facets", book, by=tuple(name for name in names if name not in filtered)).table
    answers = [
        free,
        *(door.ask("facets", book.where(name, ()), by=(name,)).table for name in filtered if name in names),
    ]
    found: dict[str, list[tuple[str | None, int]]] = {name: [] for name in names}
    for answer in answers:
        for segment, n in zip(answer["segment"], answer["n"], strict=True):
            for name, value in segment.items():
                found[name].append((value, int(n)))
    return int(free["n"].iat[0]), found
