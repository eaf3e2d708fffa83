"""The filters of the book bar: by name, by dimension and by how accounts stand, each with its number of accounts.

draw    all of it; gives the number of accounts of the book
FIRST   dimensions that are always in view, where the data has them
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import streamlit as st

from lib.book import MOST_SEARCHED, Book
from lib.facts.standing import STATES
from lib.store.opening import Snapshot
from lib.view import door, step
from lib.view.bookbar import relabelled
from lib.view.plain import plain
from lib.view.words import word

FIRST = ("csm", "channel", "segment", "region", "plan")
N_IN_VIEW = 5
_SEARCH = "book search"
_STATE = "s."  # before a name: a state, even where the data has a dimension of that name

Counts = dict[str, list[tuple[str | None, int]]]


def draw(book: Book, snapshot: Snapshot) -> int:
    """The filters in view, and the others where they are unfolded; gives the number of accounts of the book."""
    names = [each.name for each in sorted(snapshot.dimensions, key=lambda each: bool(each.cuts))]
    first = [name for name in FIRST if name in names][:N_IN_VIEW]
    first += [name for name in names if name not in first][: N_IN_VIEW - len(first)]
    more = [name for name in names if name not in first]
    with st.container():  # always there: what comes and goes must not move, and so close, what stands below it
        if book.is_cut:
            _clear_all()
    _search(book)
    in_view = st.container()
    filtered, standing = {name for name, _ in book.filters}, {name for name, _ in book.states}
    folded = _folded("More filters", "more filters", len(filtered.intersection(more))) if more else None
    how = _folded("How they stand", "how they stand", len(standing))
    unfolded = more if folded and folded.open else []
    states = [_STATE + name for name in STATES] if how.open else []
    n_accounts, counts = _counts(book, [*first, *unfolded, *states])
    with in_view:
        for name in first:
            _filter(book, name, counts[name])
    if folded:
        with folded:
            for name in unfolded:
                _filter(book, name, counts[name])
    with how:
        for name in states:
            _filter(book, name, counts[name])
    return n_accounts


def _folded(label: str, key: str, n_used: int):
    said = f"{label} ({n_used} in use)" if n_used else label
    return st.expander(said, expanded=bool(n_used), key=key, on_change="rerun")


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
    """One filter; `name` is a dimension's, or a state's with _STATE before it."""
    chosen_now, state = _chosen(book, name), _state(name)
    n_of = dict(counts) | {value: 0 for value in chosen_now if value not in dict(counts)}
    relabelled.multiselect(
        STATES[state].label if state else plain(word(name)),
        _labels(n_of, "none" if state else "(missing)"),
        chosen_now,
        key=f"book filter {name}",
        on_change=lambda values: step.cut(lambda now: _cut(now, name, values)),
        placeholder="All",
    )


def _labels(n_of: Mapping[str | None, int], nothing: str) -> dict[str | None, str]:
    """Each value with its number of accounts; one that has the name of what is missing is told apart by a space more."""
    while nothing in n_of:
        nothing += " "
    return {value: f"{nothing if value is None else value}  ·  {n:,}" for value, n in n_of.items()}


def _counts(book: Book, names: Sequence[str]) -> tuple[int, Counts]:
    """The accounts of the book, and those beside each value: of the book as it would be without that filter."""
    book = replace(book, opens_on=book.as_of, closes_on=book.as_of + timedelta(days=1))  # one entry for all periods
    own = {name: _chosen(book, name) for name in names}
    free = door.ask("facets", book, by=tuple(name for name in names if not own[name])).table
    answers = [
        free,
        *(door.ask("facets", _cut(book, name, ()), by=(name,)).table for name in names if own[name]),
    ]
    found: Counts = {name: [] for name in names}
    for answer in answers:
        for segment, n in zip(answer["segment"], answer["n"], strict=True):
            for name, value in segment.items():
                found[name].append((value, int(n)))
    return int(free["n"].iat[0]), found


def _state(name: str) -> str:
    """The state a name means; empty where it is a dimension's."""
    state = name.removeprefix(_STATE)
    return state if name.startswith(_STATE) and state in STATES else ""


def _chosen(book: Book, name: str) -> tuple[str | None, ...]:
    state = _state(name)
    return dict(book.states).get(state, ()) if state else dict(book.filters).get(name, ())


def _cut(book: Book, name: str, values: Sequence[str | None]) -> Book:
    state = _state(name)
    return book.standing(state, values) if state else book.where(name, values)
