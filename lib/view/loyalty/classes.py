"""The classes of the page: how many people are loyal, casual, dormant, or never came; and the people of one.

tiles    one per class, each opens its people
people   the list of the class that is open
"""

from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.facts.people import CLASSES
from lib.measures import Answer
from lib.view import accountlist, door, look, numbers, step, tables
from lib.view.audiences import saving
from lib.view.loyalty.loyaltystate import Loyalty
from lib.view.paging import PAGE
from lib.view.tiles import Tile, row

_LABELS = {
    "loyal": "Loyal",
    "casual": "Casual",
    "dormant": "Dormant",
    "never": "Never came",
    "deactivated": "Deactivated",
}
_COLUMNS = [
    "name", "person_name", "last_use_on", "days_since_coming", "hope_rate", "n_active_weeks", "role", "buying_role", "csm",
    "came_on", "adopted_on", "loyal_on", "account", "person",
]  # fmt: skip
_SORTS = {
    "last_use": "Last use first", "newest": "Newest first", "oldest": "Longest there first", "account": "By account",
    "person": "By person",
}  # fmt: skip


def tiles(book: Book) -> Answer:
    """How many people are what, against 30 days before; each opens its people."""
    answer = door.ask("user_classes", book)
    shown = []
    for each in tables.records(answer.table):
        name = each["user_class"]
        share = numbers.percent(each["class_rate"], 0) if name != "deactivated" and each["n_in_all"] else ""
        below = _change(each["n_users_change"])
        shown.append(Tile(name, _LABELS[name], numbers.count(each["n_users"]), share, below, "List them"))
    row(shown, {name: _opener(name) for name in CLASSES})
    return answer


def _opener(name: str):
    def opened() -> None:
        step.turn(people=name)
        look.ask_to_scroll("people")

    return opened


def _change(change: int | None) -> str:
    if pd.isna(change):
        return "not known 30 days ago"
    if not change:
        return "as 30 days ago"
    return f"{'▲' if change > 0 else '▼'} {numbers.count(abs(change))} in 30 days"


def people(book: Book, state: Loyalty) -> dict[str, Answer]:
    """The people of the class that is open, with the chance they have yet."""
    if not state.people:
        return {}
    asked = {"user_class": state.people, "sort": state.order}
    answer = door.try_ask("people", book, **asked, limit=PAGE, offset=(state.people_page - 1) * PAGE)
    if answer is None:
        return {}
    look.section(f"{_LABELS[state.people]}: the people", "a click on an account's name opens it", place="people")
    _choose(state)
    if answer.table.empty:
        look.empty("Nobody here", "Nobody of this book is in this class, or the list is shorter: go to the first page.")
        return {"People": answer}
    table = answer.table
    columns = [name for name in _COLUMNS if name in ("account", "person") or table[name].notna().any()]
    accountlist.show(
        table, columns, door.whole("people", book, **asked), key="people", page=state.people_page,
        parameter="people_page", file_name=f"people-{state.people}.csv", most=420,
        beside=lambda: saving.offer(
            book, whom="people", asks="people", options={"user_class": state.people}, n=int(table["n_rows"].iat[0]),
            view=Loyalty(people=state.people).to_query(), says=f"people, {_LABELS[state.people].lower()}",
        ),
    )  # fmt: skip
    return {"People": replace(answer, table=table.head(0))}  # the list itself stands above, whole


def _choose(state: Loyalty) -> None:
    step.show("order of people", state.order)

    def sorted_by() -> None:
        step.turn(order=st.session_state["order of people"])

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="people choice"):
        st.selectbox("Order", list(_SORTS), key="order of people", format_func=_SORTS.get, on_change=sorted_by,
                     label_visibility="collapsed", width=200)  # fmt: skip
        st.button("Close", key="close people", type="tertiary", on_click=lambda: step.turn(people=""))
