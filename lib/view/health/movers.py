"""Who changed colour, and what moved their scores.

section   the list, and which of it
"""

from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import accountlist, door, look, step
from lib.view.health import behind
from lib.view.health.explored import Told, since_of
from lib.view.health.explorerstate import Explorer
from lib.view.paging import PAGE

_COLUMNS = [
    "name",
    "account",
    "colours",
    "health_score_before",
    "health_score",
    "health_change",
    "why",
    "arr",
    "renews_on",
    "csm",
]
_POINTS = " points of 100"  # said once, in the heading
_WHICH = {"all": "All", "worse": "Went down", "better": "Went up"}
_SORTS = {"arr": "ARR, highest first", "fell": "Fell most first", "rose": "Rose most first", "account": "By account"}


def section(book: Book, told: Told, state: Explorer) -> dict[str, Answer]:
    """The accounts of another colour than then; nothing where no earlier day is known."""
    if not told.has_movement:
        return {}
    look.section("Who changed colour, and why", told.between, place="movers")
    _choose(state)
    asked = {"since": since_of(book, state), "which": state.which, "sort": state.mover_order}
    found = door.try_ask("health_movers", book, **asked, limit=PAGE, offset=(state.mover_page - 1) * PAGE)
    if found is None:
        return {}
    if found.table.empty:
        look.html('<div class="hl-quiet"><b>Nobody changed colour here.</b></div>')
        return {"Movers": found}
    rows = found.table
    table = rows.assign(
        colours=[f"{then} → {now}" for then, now in zip(rows["from_colour"], rows["to_colour"], strict=True)],
        why=["; ".join(each).replace(_POINTS, "") or "many small moves" for each in rows["moved_by"]],
    )
    said = {
        "account": None,  # the name opens it
        "colours": st.column_config.TextColumn("Colour", width=125),
        "why": st.column_config.TextColumn(
            "What moved it: points then → now, and what that did to the score", width="large"
        ),
    }
    shown = [name for name in _COLUMNS if name == "account" or table[name].notna().any()]
    accountlist.show(
        table, shown, door.whole("health_movers", book, **asked), key="health movers", page=state.mover_page,
        parameter="mover_page", file_name="health-movers.csv", most=380, config=behind.SCORES | said,
    )  # fmt: skip
    return {"Movers": replace(found, table=found.table.head(0))}  # the list itself stands above, whole


def _choose(state: Explorer) -> None:
    step.show("movers which", state.which)
    step.show("movers order", state.mover_order)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="movers choice"):
        st.segmented_control(
            "Which accounts", list(_WHICH), key="movers which", format_func=_WHICH.get, required=True, width="content",
            label_visibility="collapsed", on_change=lambda: step.turn(which=st.session_state["movers which"]),
        )  # fmt: skip
        st.selectbox(
            "Order", list(_SORTS), key="movers order", format_func=_SORTS.get, width=210, label_visibility="collapsed",
            on_change=lambda: step.turn(mover_order=st.session_state["movers order"]),
        )  # fmt: skip
