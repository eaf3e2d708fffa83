"""The readings behind a figure of the proof.

section   what can be listed, and the list that is open
"""

from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.health.proven import PREDICTION
from lib.view import accountlist, door, look, numbers, step, tables
from lib.view.paging import PAGE
from lib.view.proof.proofstate import Proof

_WHICH = {
    "all": "All", "red": "Red", "red and lost": "Red and lost", "red and kept": "Red and kept", "missed": "Missed",
    "lost": "Lost after",
}  # fmt: skip
_SORTS = {"said": "Worst first", "newest": "Newest first", "account": "By account"}
_COLUMNS = [
    "name", "account", "read_on", "score_read", "colour_read", "risk_then", "is_red_then", "is_lost_after", "lost_on", "csm",
    "segment",
]  # fmt: skip
_ANY = ""


def section(book: Book, state: Proof, proof: pd.DataFrame) -> dict[str, Answer]:
    """The readings behind the figures, as many as each says."""
    look.section("The readings", "a row per account and Sunday; a click on a name opens the account", place="readings")
    scores = list(proof["scored_by"].unique())
    _choose(state, scores)
    with st.container():  # always there: what stands below keeps its place
        if not state.which:
            return {}
        asked = {"scored_by": state.score, "which": state.which, "days": int(state.within), "sort": state.reading_order}
        asked |= state.bounds | ({"quarter": state.quarter} if state.quarter else {})
        found = door.try_ask("proof_readings", book, **asked, limit=PAGE, offset=(state.reading_page - 1) * PAGE)
        if found is None:
            return {}
        if found.table.empty:
            look.empty("No readings here", "Choose others above, or go to the first page.")
            return {"Readings": found}
        columns = [name for name in _COLUMNS if name == "account" or found.table[name].notna().any()]
        accountlist.show(
            found.table, columns, door.whole("proof_readings", book, **asked), key="proof readings", page=state.reading_page,
            parameter="reading_page", file_name="proof-readings.csv", most=420,
            config=tables.tenths("score_read"),
        )  # fmt: skip
    return {"Readings": replace(found, table=found.table.head(0))}  # the list itself stands above, whole


def _choose(state: Proof, scores: list[str]) -> None:
    step.show("proof which", state.which or None)
    step.show("proof reading order", state.reading_order)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="proof readings choice"):
        st.segmented_control(
            "Which readings", list(_WHICH), key="proof which", format_func=_WHICH.get, label_visibility="collapsed",
            width="content",
            on_change=lambda: step.turn(which=st.session_state["proof which"] or ""),
        )  # fmt: skip
        if PREDICTION in scores:
            step.show("proof score", state.score)
            st.segmented_control(
                "By", scores, key="proof score", required=True, label_visibility="collapsed", width="content",
                format_func=lambda by: f"by the {by}", on_change=lambda: step.turn(score=st.session_state["proof score"]),
            )  # fmt: skip
        if state.which:
            st.selectbox(
                "Order", list(_SORTS), key="proof reading order", format_func=_SORTS.get, width=180, label_visibility="collapsed",
                on_change=lambda: step.turn(reading_order=st.session_state["proof reading order"]),
            )  # fmt: skip
        if state.said or state.quarter:
            st.button(_cut(state), key="proof uncut", type="tertiary", icon=":material/close:",
                      on_click=lambda: step.turn(said="", quarter=""))  # fmt: skip


def _cut(state: Proof) -> str:
    """What a click on a chart cut the list to."""
    parts = [f"quarter from {state.quarter}"] if state.quarter else []
    if state.said:
        low, high = state.bounds.values()
        by_chance = f"predicted {numbers.percent(low)} to {numbers.percent(high)}"
        parts.append(by_chance if state.score == PREDICTION else f"score {low:.0f} to {high:.0f}")
    return " · ".join(parts)
