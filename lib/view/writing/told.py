"""What an act said, shown where it was done until the next one, and the way to undo it.

tell   say why nothing was written; an act that writes tells by what it holds (lib.view.writing.acting)
again  run the whole page once more after an act; for parts that run by themselves
show   show it, with "Undo" where there is one
"""

import streamlit as st

from lib.view import frame, look
from lib.view.plain import plain
from lib.view.writing import acting, filling
from lib.view.writing.acting import Acts, Said


def tell(place: str, text: str) -> None:
    """Say at `place` why nothing was written."""
    acting.acts().tell(place, text, is_good=False)


def again() -> None:
    """Run the whole page once more, if an act was done."""
    acts = acting.acts()
    filling.forget(acts.spent)
    if acts.is_new:
        acts.is_new = False
        st.rerun()


def show(place: str) -> None:
    """Show what was said at `place` last; gone when the reader comes to the page anew."""
    acts = acting.acts()
    if frame.has_arrived():
        acts.said.pop(place, None)
    with st.container():  # always there: what comes and goes must not move what stands below it
        if said := acts.said.get(place):
            _draw(acts, place, said)


def _draw(acts: Acts, place: str, said: Said) -> None:
    def undone() -> None:
        with acts.one(place):
            if acts.said.get(place) is said:  # a second click finds it undone
                acts.tell(place, said.undo())

    def closed() -> None:
        acts.said.pop(place, None)

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"told {place}"):
        look.notice(plain(said.text), icon="✓" if said.is_good else "⚠")
        if said.undo:
            st.button("Undo", key=f"undo {place}", icon=":material/undo:", on_click=undone)
        st.button("", key=f"close {place}", icon=":material/close:", help="Close", type="tertiary", on_click=closed)
