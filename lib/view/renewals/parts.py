"""The part of the page that is shown below its tiles, and the sections each has: the one place where they are called.

SECTIONS  part -> its sections in order, each called with the book, the levers and the state, and giving its answers by name
section   the choice of the part, and its sections; gives their answers for the passport
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import step
from lib.view.renewals import bridge, concentration, duecalendar, levels, trend
from lib.view.renewals.renewalsstate import PARTS, Renewals

SECTIONS = {
    "moved": (bridge.section, trend.section),
    "split": (levels.section,),
    "due": (duecalendar.section,),
    "lost": (concentration.section,),
}


def section(book: Book, levers: Answer, state: Renewals) -> dict[str, Answer]:
    """The choice of the part, and its sections."""
    step.show("renewals shows", state.shows)
    st.segmented_control(
        "Part", list(PARTS), key="renewals shows", format_func=PARTS.get, required=True, label_visibility="collapsed",
        width="content", on_change=lambda: step.turn(shows=st.session_state["renewals shows"]),
    )  # fmt: skip
    shown = {}
    with st.container(key=f"renewals-{state.shows}"):
        for each in SECTIONS[state.shows]:
            shown |= each(book, levers, state)
    return shown
