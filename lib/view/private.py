"""The reader's own dataset: what they uploaded, for this session alone.

Dataset   an upload that was read: its store and what its files are called
desk      the folder of this session; removed, with all in it, when the session ends
dataset   what this reader has uploaded, or None
is_on     whether the pages show it
store     its store while the pages show it, else None
new_store a folder for a store to come, under a random name
put       take a new one in the place of the old, and show it
enter     show it · leave: show the shared data · discard: remove it; for callbacks
banner    on every page: whose data this is, and the ways to the other

Nothing of it is kept where others read: its folder has a random name that names its answers too, and the door keeps those
with the session. A reload of the browser is a new session; before it happens, the browser asks.
"""

import secrets
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from lib.book import is_of_book
from lib.store.folder import current, default_store
from lib.view import address, look
from lib.view.desk import Desk, base, house, sweep
from lib.view.hotspots.hotstate import is_of_state
from lib.view.plain import plain

_DATASET, _IS_ON, _BOOKS = "the reader's own dataset", "whether the pages show it", "where they stood on the other data"
_ASKS = "whether the browser asks before it leaves"


@dataclass(frozen=True)
class Dataset:
    """An upload that was read."""

    store: Path
    files: tuple[str, ...]

    def called(self) -> str:
        """What it is called: its file, or the first of several. It has not passed `plain`."""
        more = f" and {len(self.files) - 1} more" if len(self.files) > 1 else ""
        return f"‘{self.files[0]}’{more}"


@st.cache_resource(scope="session", show_spinner=False, on_release=Desk.clear)
def desk() -> Desk:
    """The folder of this session; removed, with all in it, when the session ends."""
    return Desk(house())


def dataset() -> Dataset | None:
    """What this reader has uploaded, or None. One whose folder is gone is none."""
    found: Dataset | None = st.session_state.get(_DATASET)
    if found and current(found.store) is None:
        found = st.session_state[_DATASET] = None
    return found


def is_on() -> bool:
    """Whether the pages show the reader's own data."""
    return bool(st.session_state.get(_IS_ON)) and dataset() is not None


def store() -> Path | None:
    """The store of the reader's own data while the pages show it, else None."""
    return dataset().store if is_on() else None


def new_store() -> Path:
    """A folder for a store to come: its random name is part of the name of every answer kept of it."""
    return desk().folder / secrets.token_urlsafe(24)


def put(new: Dataset) -> None:
    """Take `new` in the place of what was uploaded before, and show it."""
    old = dataset()
    _switch(True)
    st.session_state[_DATASET] = new
    st.session_state.get(_BOOKS, {}).pop(True, None)
    if old and old.store != new.store:
        shutil.rmtree(old.store, ignore_errors=True)


def enter() -> None:
    """Show the reader's own data."""
    _switch(True)


def leave() -> None:
    """Show the shared data; the upload stays."""
    _switch(False)


def discard() -> None:
    """Remove what was uploaded, and show the shared data."""
    _switch(False)
    st.session_state[_DATASET] = None
    st.session_state.get(_BOOKS, {}).pop(True, None)
    desk.clear()  # of this session: its desk is cleared as it is let go of


def has_shared() -> bool:
    """Whether there is shared data to go back to."""
    return current(default_store()) is not None


def banner() -> None:
    """Whose data the pages show, where there is a choice; and the ways to the other."""
    _swept(base())
    st.html(_sheet())
    mine = dataset()
    _ask_before_leaving(mine is not None)
    with st.container():  # always there: what comes and goes must not move what stands below it
        if mine and is_on():
            _on(mine)
        elif mine:
            _off(mine)


def _on(mine: Dataset) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="private-on"):
        look.html(
            f'<p class="hl-private"><b>Your upload {plain(mine.called())}</b> '
            "<span>Only you see it, in this tab, until you close or reload it.</span></p>"
        )
        st.space("stretch")
        if has_shared():
            st.button("Back to the shared data", key="private leave", type="tertiary", on_click=leave)
        st.button("Discard", key="private discard", type="tertiary", on_click=discard)


def _off(mine: Dataset) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="private-off"):
        look.html(
            f'<p class="hl-private">This is the shared data. Your upload {plain(mine.called())} is kept aside.</p>'
        )
        st.space("stretch")
        st.button("Show my upload", key="private enter", type="tertiary", on_click=enter)
        st.button("Discard it", key="private discard", type="tertiary", on_click=discard)


def _switch(to_mine: bool) -> None:
    """Go to the other data. Each keeps its own book: a period or a filter of one means nothing in the other."""
    if to_mine == is_on():
        st.session_state[_IS_ON] = to_mine
        return
    books = st.session_state.setdefault(_BOOKS, {})
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    books[not to_mine] = {name: values for name, values in query.items() if is_of_book(name)}
    st.session_state[_IS_ON] = to_mine
    st.session_state.pop("book custom", None)
    address.write(_is_of_data, books.get(to_mine, {}))


def _is_of_data(parameter: str) -> bool:
    return is_of_book(parameter) or is_of_state(parameter) or parameter == "batch"


def _ask_before_leaving(asks: bool) -> None:
    """Let the browser ask before a reload or a closed tab would lose the upload. Said once each time it changes."""
    if asks or st.session_state.get(_ASKS):
        st.session_state[_ASKS] = True
        handler = "event => event.preventDefault()" if asks else "null"
        st.html(f"<script>window.onbeforeunload = {handler}</script>", unsafe_allow_javascript=True)


@cache
def _swept(base: Path) -> int:
    """Sweep once a process: at the first page it shows, whether or not anyone uploads."""
    return sweep(base)


@cache
def _sheet() -> str:
    return f"<style>{Path(__file__).with_name('private.css').read_text()}</style>"
