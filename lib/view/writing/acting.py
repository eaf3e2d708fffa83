"""One act at a time, and whole: what the acts of a session hold in their hands while one of them writes.

Streamlit stops a callback where it next touches the session's state, once the reader has clicked again; and two callbacks of
one session may run at once. So an act takes these first, asks all it has to ask, writes the workspace in one transaction, and
from then on changes only what it holds: what was written is told and can be undone, whatever is clicked meanwhile.

Acts   what the acts of a session hold
Said   what an act said at a place, and the way to undo it
acts   those of this session
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock

import streamlit as st

from lib.errors import Refused
from lib.view.writing.forms import Form

_ACTS = "what the acts of this session hold"


@dataclass(frozen=True)
class Said:
    """What an act said, and the way to undo it."""

    text: str
    is_good: bool
    undo: Callable[[], str] | None


@dataclass
class Acts:
    """What the acts of a session hold; nothing here touches the session's state.

    said      place -> what was said there last
    is_new    whether an act was done that the page does not show yet
    turns     form and place -> how often it was saved
    lacking   form -> what it lacks
    opened    place -> the row that is open to be changed there
    spent     forms that were saved, whose widgets can be forgotten
    done      acts of one click, by the versions they were of: the same again is a second click
    """

    said: dict[str, Said] = field(default_factory=dict)
    is_new: bool = False
    turns: dict[tuple[str, str], int] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    opened: dict[str, object] = field(default_factory=dict)
    spent: list[tuple[Form, str]] = field(default_factory=list)
    done: set[object] = field(default_factory=set)
    _alone: RLock = field(default_factory=RLock)

    def tell(self, place: str, text: str, *, is_good: bool = True, undo: Callable[[], str] | None = None) -> None:
        """Remember what was said at `place`. `undo` takes the act back and says so, or raises Refused."""
        self.said[place] = Said(text, is_good, undo)
        self.is_new = True

    @contextmanager
    def one(self, place: str) -> Iterator[None]:
        """One act, while no other of this session is under way; where it is refused, that is told at `place`."""
        with self._alone:
            try:
                yield
            except Refused as refusal:
                self.tell(place, str(refusal), is_good=False)


def acts() -> Acts:
    """What the acts of this session hold."""
    return st.session_state.setdefault(_ACTS, Acts())
