"""One step of the reader: what a click changes, of the book and of the page; each is one entry of the browser's history.

stand   remember what this run shows: what the next steps set out from
arrive, has_arrived   whether this run is the reader's first on the page
show    let a widget show what the link says
cut     change the book
turn    change the state of the page, or go to another selection of it
lock    make a selection filters of the book

A step sets out from where the reader last stood, not from what was drawn when they clicked: two quick clicks are two steps.
`cut`, `turn` and `lock` are for callbacks.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Protocol

import streamlit as st

from lib.book import Book, is_of_book
from lib.view import address, booklink
from lib.view.hotspots.hotstate import HotState, Path

_BOOK, _STATE = "book the reader stands in", "state the reader stands in"
_ARRIVED = "whether the reader just came to the page"


class PageState(Protocol):
    """What a page shows of its book: a frozen dataclass, each field of it a parameter of the link."""

    def to_query(self) -> address.Query:
        """The state as parameters of the link, defaults left out."""


def stand(book: Book | None = None, state: PageState | None = None) -> None:
    """Remember what this run shows."""
    if book is not None:
        st.session_state[_BOOK] = book
    if state is not None:
        st.session_state[_STATE] = state


def arrive(is_first_run: bool) -> None:
    """Remember whether the reader just came to the page: they followed a link, or loaded it anew."""
    st.session_state[_ARRIVED] = is_first_run


def has_arrived() -> bool:
    """Whether this run is the reader's first on this page."""
    return st.session_state[_ARRIVED]


def show(key: str, value: object) -> None:
    """Let the widget `key` show `value`. One that shows it already is left alone: its reader may be about to change it.

    On another page it is another widget, which shows nothing yet, although its key still has the value of the last one.
    """
    if has_arrived() or key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def cut(change: Callable[[Book], Book]) -> None:
    """Change the book. The page of a list begins anew: it is another list."""
    was: Book = st.session_state[_BOOK]
    book = st.session_state[_BOOK] = change(was)
    booklink.lift(was, book)
    if _STATE in st.session_state:
        st.session_state[_STATE] = _turned(st.session_state[_STATE], {})
    address.write(lambda name: is_of_book(name) or _is_page(name), booklink.query(book))


def turn(*, to: Path | None = None, **changes) -> None:
    """Change the state of the page; `to` is another selection, of a page that has one."""
    state = st.session_state[_STATE]
    _write(st.session_state[_BOOK], _turned(state if to is None else state.drilled(to), changes))


def lock(path: Path) -> None:
    """Make the steps of `path` filters of the book, and leave the others as the selection."""
    book: Book = st.session_state[_BOOK]
    state: HotState = st.session_state[_STATE]
    for name, value in path:
        book = book.where(name, [value])
    _write(book, state.drilled(tuple(step for step in state.path if step not in path)))


def _turned(state: PageState, changes: dict) -> PageState:
    """The state with `changes`; its lists begin anew unless the page of one is turned."""
    first = {} if any(map(_is_page, changes)) else {name: 1 for name in _parameters(state) if _is_page(name)}
    return replace(state, **{**first, **changes})


def _is_page(parameter: str) -> bool:
    """Whether it is the page of a list: each list of a state has its own."""
    return parameter == "page" or parameter.endswith("_page")


def _parameters(state: PageState) -> set[str]:
    return {field.name for field in fields(state)}


def _write(book: Book, state: PageState) -> None:
    st.session_state[_BOOK], st.session_state[_STATE] = book, state
    of_state = _parameters(state)
    address.write(lambda name: is_of_book(name) or name in of_state, {**booklink.query(book), **state.to_query()})
