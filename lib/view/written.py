"""What people write in the app: the workspace of this house, opened once, and who writes now.

workspace   the open workspace; raises Refused, in words, where it cannot be opened
by          who writes and when, as every act of the workspace takes them
reader      who reads and when, for what is remembered of them
tables      what measures read of it, as DuckDB takes it, and a number that changes with it
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
    """Whose name stands under what is written now."""
    return access.viewer().name


def by() -> dict:
    """Who writes and when."""
    return {"by": who(), "now": datetime.now(UTC)}


def reader() -> dict:
    """Who reads and when."""
    return {"who": who(), "now": datetime.now(UTC)}


def tables(names: Sequence[str]) -> tuple[str, dict[str, "pa.Table"]]:
    """What measures read of the workspace, as DuckDB takes it, and a text that changes with it: part of a cache key.

    Nothing on the reader's own data: what is written is about accounts of the shared data.
    """
    if not names or private.is_on():
        return "", {}
    space = quietly(workspace)
    if space is None:
        return "", {}
    editions = [edition(space, (name,)) for name in names]
    found = {name: _frame(space.place, name, n, _space=space) for name, n in zip(names, editions, strict=True)}
    return f"{space.place} {editions}", found


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
