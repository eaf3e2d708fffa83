"""What people write in the app: the workspace of this house, opened once, and who writes now.

workspace   the open workspace; raises Refused, in words, where it cannot be opened
who         under whose name what is kept for the reader is read
by          who writes and when, as every act of the workspace takes them
reader      the same for what is remembered of a reader
version     a text that changes with what was written: part of a cache key
tables      what measures read of it, as DuckDB takes it
tried       an act of the workspace: says calmly what went wrong, and gives None
quietly     the same without a word: for what is convenient and no more
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from lib.errors import Refused
from lib.store.folder import default_store
from lib.view import access, look, private
from lib.view.plain import plain
from lib.workspace import Workspace, default_url, edition, frame, open_workspace

if TYPE_CHECKING:
    import pyarrow as pa

Found = TypeVar("Found")


def workspace() -> Workspace:
    """The open workspace of this house."""
    return _open(default_url(beside=default_store()))


@st.cache_resource(max_entries=1, show_spinner=False)
def _open(url: str) -> Workspace:
    return open_workspace(url)


def who() -> str:
    """The name under which what is kept for the reader is read; it writes nothing."""
    return access.viewer().name


def by() -> dict:
    """Who writes and when. Refuses one who may see nothing, by now, and an admin who sees as another: asked at every write,
    for a page that was drawn before keeps its buttons."""
    return {"by": _writer(), "now": datetime.now(UTC)}


def reader() -> dict:
    """Whom something is remembered of, and when; refuses whom `by` refuses."""
    return {"who": _writer(), "now": datetime.now(UTC)}


def _writer() -> str:
    viewer = access.viewer()
    if not viewer.is_in:
        raise Refused("You may not write here, or not any more. Nothing was saved.")
    if viewer.viewing_as:
        raise Refused("You see as another person does, and what is saved carries one's own name. Go back to yourself.")
    return viewer.name


def version(names: Sequence[str]) -> str:
    """A text that changes with what was written in these tables: part of a cache key."""
    space = _shared(names)
    return f"{space.place} {edition(space, names)}" if space else ""


def tables(names: Sequence[str]) -> dict[str, "pa.Table"]:
    """What measures read of the workspace, as DuckDB takes it."""
    space = _shared(names)
    return {name: _frame(space.place, name, edition(space, (name,)), _space=space) for name in names} if space else {}


def _shared(names: Sequence[str]) -> Workspace | None:
    """The workspace, where it counts: what is written is about accounts of the shared data, never the reader's own."""
    return quietly(workspace) if names and not private.is_on() else None


@st.cache_resource(max_entries=20, show_spinner=False)
def _frame(place: str, name: str, n: int, *, _space: Workspace) -> "pa.Table":
    return frame(_space, name)


def tried(act: Callable[[], Found]) -> Found | None:
    """What `act` gives; where it is refused, says why and gives None."""
    try:
        return act()
    except Refused as refusal:
        look.notice(plain(refusal))
        return None


def quietly(act: Callable[[], Found]) -> Found | None:
    """What `act` gives; None where it is refused."""
    try:
        return act()
    except Refused:
        return None
