"""The customers behind the curves: all, those who left, those still there; of one value, where one is chosen.

section   what can be listed, and the list that is open
"""

from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import accountlist, door, look, numbers, step, tables
from lib.view.lives import staying
from lib.view.lives.livesstate import MISSING, Lives
from lib.view.paging import PAGE
from lib.view.plain import plain

_WHICH = {"all": ("Followed", "n_lives"), "left": ("Left", "n_lives_ended"), "still": ("Still there", "n_still_there")}
_SORTS = {
    "arr": "ARR, highest first", "shortest": "Shortest first", "longest": "Longest first", "newest": "Newest first",
    "account": "By account",
}  # fmt: skip
_COLUMNS = [
    "name", "account", "csm", "level", "life_from_on", "life_until_on", "life_days", "life_end", "currency", "arr_at_start",
    "acquisition_cost",
]  # fmt: skip
_EVERYBODY = ""


def section(book: Book, answer: Answer, state: Lives) -> dict[str, Answer]:
    """The customers behind each figure of the curves, as many as it says."""
    rows = {_named(row): row for row in staying.firsts(answer)}
    whole = tables.records(answer.table[answer.table["is_whole"].astype(bool)])[0]
    own = rows.get(state.level, whole)
    counts = {"n_lives": own["n_lives"], "n_lives_ended": own["n_lives_ended"]}
    counts["n_still_there"] = counts["n_lives"] - counts["n_lives_ended"]
    look.section("The customers", "a click on a name opens the account", place="lives")
    _choose(state, counts, list(rows))
    if not state.which:
        return {}
    asked = {"which": state.which, "sort": state.order}
    if state.level in rows:
        asked |= {"by": state.by, "level": "" if state.level == MISSING else state.level}
    found = door.try_ask("customer_lives", book, **asked, limit=PAGE, offset=(state.lives_page - 1) * PAGE)
    if found is None:
        return {}
    if found.table.empty:
        look.empty("No customers here", "Choose others above, or go to the first page.")
        return {"The list": found}
    columns = [name for name in _COLUMNS if name == "account" or found.table[name].notna().any()]
    accountlist.show(
        found.table, columns, door.whole("customer_lives", book, **asked), key="lives listed", page=state.lives_page,
        parameter="lives_page", file_name=f"customers-{state.which}.csv", most=420,
    )  # fmt: skip
    return {"The list": replace(found, table=found.table.head(0))}  # the list itself stands above, whole


def _choose(state: Lives, counts: dict[str, int], levels: list[str]) -> None:
    said = {name: f"{label} {numbers.count(counts[n])}" for name, (label, n) in _WHICH.items()}
    step.show("lives which", state.which or None)
    step.show("lives order", state.order)
    step.show("lives level", state.level if state.level in levels else _EVERYBODY)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lives list choice"):
        st.segmented_control(
            "Which customers", list(_WHICH), key="lives which", format_func=said.get, label_visibility="collapsed",
            on_change=lambda: step.turn(which=st.session_state["lives which"] or ""), width="content",
        )  # fmt: skip
        if levels:
            st.selectbox(
                "Whose", [_EVERYBODY, *levels], key="lives level", width=200, label_visibility="collapsed",
                format_func=lambda level: plain(level) if level else "All values",
                on_change=lambda: step.turn(level=st.session_state["lives level"], which=state.which or "all"),
            )  # fmt: skip
        if state.which:
            st.selectbox(
                "Order", list(_SORTS), key="lives order", format_func=_SORTS.get, width=200,
                label_visibility="collapsed", on_change=lambda: step.turn(order=st.session_state["lives order"]),
            )  # fmt: skip
            st.button("Close", key="close lives", type="tertiary", on_click=lambda: step.turn(which="", level=""))


def _named(row: dict) -> str:
    return row["level"] if isinstance(row["level"], str) else MISSING
