"""What an act said, shown where it was done until the next one, and the way to undo it.

tell   remember what was said, for a place; for callbacks
again  run the whole page once more after an act; for parts that run by themselves
show   show it, with "Undo" where there is one
tried  an act whose refusal is told
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lib.errors import Refused
from lib.view import frame, look
from lib.view.plain import plain

_TOLD, _AGAIN = "what acts said", "whether an act was done"


@dataclass(frozen=True)
class _Told:
    text: str
    is_good: bool
    undo: Callable[[], str] | None


def tell(place: str, text: str, *, is_good: bool = True, undo: Callable[[], str] | None = None) -> None:
    """Remember what was said at `place`. `undo` takes the act back and says so, or raises Refused."""
    st.session_state.setdefault(_TOLD, {})[place] = _Told(text, is_good, undo)
    st.session_state[_AGAIN] = True


def again() -> None:
    """Run the whole page once more, if an act was done."""
    if st.session_state.pop(_AGAIN, False):
        st.rerun()


def show(place: str) -> None:
    """Show what was said at `place` last; gone when the reader comes to the page anew."""
    said = st.session_state.setdefault(_TOLD, {})
    if frame.has_arrived():
        said.pop(place, None)
    with st.container():  # always there: what comes and goes must not move what stands below it
        if told := said.get(place):
            _draw(place, told)


def tried(place: str, act: Callable[[], None]) -> None:
    """An act; where it is refused, that is told."""
    try:
        act()
    except Refused as refusal:
        tell(place, str(refusal), is_good=False)


def _draw(place: str, told: _Told) -> None:
    def undone() -> None:
        tried(place, lambda: tell(place, told.undo()))

    def closed() -> None:
        st.session_state[_TOLD].pop(place, None)

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"told {place}"):
        look.notice(plain(told.text), icon="✓" if told.is_good else "⚠")
        if told.undo:
            st.button("Undo", key=f"undo {place}", icon=":material/undo:", on_click=undone)
        st.button("", key=f"close {place}", icon=":material/close:", help="Close", type="tertiary", on_click=closed)
