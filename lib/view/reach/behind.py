"""The accounts behind the figure that is open, right below the part it stands in.

panel   the list, where a figure of the part is open
"""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.reach.impact import LEAD, SAVED
from lib.view import accountlist, door, look, step
from lib.view.paging import PAGE
from lib.view.plain import plain
from lib.view.reach.reachstate import LISTS, MISSING, Reach
from lib.view.words import word_within

_ASKS = {
    "reach": "reach_accounts", "coverage": "coverage_accounts", "tail": "tail_accounts", "impact": "impact_accounts",
    "plays": "play_accounts",
}  # fmt: skip
_WHICH = {
    "reach": {
        "all": "All", "reached": "Reached", "digital only": "Digital only", "one-way only": "One-way only",
        "not touched": "Not touched", "proactive": "Of our own accord", "reactive": "Because asked",
    },
    "coverage": {"behind": "Behind", "met in time": "Met in time", "too new": "Too new", "none asked": "None asked", "all": "All"},
    "tail": {"all": "All", "lost": "Lost", "kept": "Kept"},
    "impact": {"all": "All", "came": "It came", "not": "It did not"},
    "plays": {"all": "All", "came": "It came", "not": "It did not"},
}  # fmt: skip
_SORTS = {
    "arr": "ARR, highest first", "longest": "Longest without contact first", "renewal": "Next renewal first",
    "account": "By account", "newest": "Newest first", "outcome": "It did not come first",
}  # fmt: skip
_TITLES = {
    "reach": "Who was reached",
    "coverage": "Who is met in time",
    "tail": "Who was covered then",
    "impact": "Behind the figure",
}


def panel(book: Book, state: Reach, at: str) -> dict[str, Answer]:
    """The accounts of the open figure of the part `at`; nothing where none is open."""
    with st.container(key=f"behind {at}"):  # always there: what comes and goes must not move what stands below it
        return _opened(book, state) if state.at == at else {}


def _opened(book: Book, state: Reach) -> dict[str, Answer]:
    asked = _asked(state)
    found = door.try_ask(_ASKS[state.at], book, **asked, limit=PAGE, offset=(state.list_page - 1) * PAGE)
    look.section(_title(state), "a click on a name opens the account", place="behind")
    _choose(state)
    if found is None:
        return {}
    if found.table.empty:
        look.empty("No accounts here", "Choose others above, or go to the first page.")
        return {"Accounts": found}
    table = found.table
    columns = [
        name for name in table if name != "n_rows" and (name in ("account", "name") or table[name].notna().any())
    ]
    accountlist.show(
        table, ["name", *(name for name in columns if name != "name")], door.whole(_ASKS[state.at], book, **asked),
        key=f"reach accounts {state.at}", page=state.list_page, parameter="list_page", file_name=f"{_ASKS[state.at]}.csv", most=420,
    )  # fmt: skip
    return {"Accounts": replace(found, table=table.head(0))}  # the list itself stands above, whole


def _asked(state: Reach) -> dict:
    """The options of the list, those that are set."""
    asked: dict = {"which": state.which, "sort": state.order}
    if state.level:
        asked |= {"by": state.dimension, "level": "" if state.level == MISSING else state.level}
    if state.at == "tail":
        asked["state"] = state.state
    if state.at == "impact":
        asked |= {"figure": state.figure, "side": state.side}
    if state.at == "plays":
        asked |= {"play": state.play, "side": _side(state), "outcome": state.outcome}
    return asked


def _side(state: Reach) -> str:
    return "without" if state.side == "without" else "with"


def _title(state: Reach) -> str:
    """Which accounts, in words past `plain`."""
    if state.at == "plays":
        return f"{plain(state.play)}: who is compared"
    parts = [_TITLES[state.at]]
    if state.at == "tail":
        parts.append("behind" if state.state == "behind" else state.state)
    if state.at == "impact":
        parts.append({SAVED: "save plans, and at risk without", LEAD: "save plans"}.get(state.figure, state.figure))
    if state.level:
        parts.append(f"{plain(word_within(state.dimension))} {plain(state.level)}")
    return ": ".join([parts[0], ", ".join(parts[1:])]) if parts[1:] else parts[0]


def _choose(state: Reach) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reach list choice"):
        if state.at in ("impact", "plays") and state.figure != LEAD:
            words = {"with": "With it", "without": "Without it"}
            value = _side(state) if state.at == "plays" else state.side
            _segments("side", value, words if state.at == "plays" else {"all": "Both", **words})
        _segments(
            "which",
            state.which,
            _WHICH[state.at] | ({} if state.which in _WHICH[state.at] else {state.which: state.which.capitalize()}),
        )
        step.show("reach order", state.order)
        st.selectbox(
            "Order", list(LISTS[state.at][1]), key="reach order", format_func=_SORTS.get, width=210, label_visibility="collapsed",
            on_change=lambda: step.turn(order=st.session_state["reach order"]),
        )  # fmt: skip
        st.button(
            "Close",
            key="close reach list",
            type="tertiary",
            on_click=lambda: step.turn(at="", which="", level="", order=""),
        )


def _segments(parameter: str, value: str, words: Mapping[str, str]) -> None:
    key = f"reach {parameter}"
    step.show(key, value)
    st.segmented_control(
        parameter.capitalize(), list(words), key=key, format_func=words.get, required=True, label_visibility="collapsed",
        width="content", on_change=lambda: step.turn(**{parameter: st.session_state[key]}),
    )  # fmt: skip
