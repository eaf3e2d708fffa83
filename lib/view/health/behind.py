"""The accounts behind the figure that was clicked, right below the part it stands in.

panel     the list, where a figure of the part is open
renewal   a renewal window in words
SCORES    how columns of scores are drawn
"""

from dataclasses import replace
from datetime import date

import streamlit as st

from lib.book import Book, say_day
from lib.facts.standing import spelt
from lib.measures import Answer
from lib.measures.health.stood import GONE, NEW, WHY
from lib.view import accountlist, door, look, step
from lib.view.health.explorerstate import MISSING, Explorer
from lib.view.paging import PAGE
from lib.view.plain import plain
from lib.view.words import word_within

_COLUMNS = [
    "name", "account", "csm", "level", "from_colour", "colour", "health_score_before", "health_score", "health_change", "held_by",
    "arr", "arr_then", "renews_on", "profile", "known_share",
]  # fmt: skip
_SORTS = {
    "arr": "ARR, highest first", "lowest": "Lowest score first", "highest": "Highest score first",
    "fell": "Fell most first", "renewal": "Next renewal first", "account": "By account",
}  # fmt: skip
_BANDS = {
    "0": "no ARR", "1": "smallest quarter by ARR", "2": "second smallest quarter by ARR", "3": "second largest quarter by ARR",
    "4": "largest quarter by ARR",
}  # fmt: skip
_NARROW = 78  # pixels
SCORES = {
    name: st.column_config.NumberColumn(label, format="%.1f", help=about, width=_NARROW)
    for name, label, about in (
        ("health_score", "Score", "the health score of the day"),
        ("health_score_before", "Score then", "the health score of the earlier day"),
        ("health_change", "Change", "points the score moved"),
    )
}


def panel(book: Book, state: Explorer, at: str, since: str) -> dict[str, Answer]:
    """The accounts of the open figure of the part `at`; nothing where none is open."""
    with st.container(key=f"behind {at}"):  # always there: what comes and goes must not move what stands below it
        return _opened(book, state, since) if state.at == at else {}


def _opened(book: Book, state: Explorer, since: str) -> dict[str, Answer]:
    asked = _asked(state, since)
    found = door.try_ask("health_accounts", book, **asked, limit=PAGE, offset=(state.list_page - 1) * PAGE)
    look.section(_title(state), "a click on a name opens the account", place="behind")
    _choose(state)
    if found is None:
        return {}
    if found.table.empty:
        look.empty("No accounts here", "Click on another figure, or go to the first page.")
        return {"Accounts": found}
    table = found.table
    hidden = {"from_colour", "health_score_before", "health_change", "arr_then"} if state.week else set()
    hidden |= set() if state.from_colour or state.to_colour else {"arr_then"}
    hidden |= {"colour"} if state.colour else set()
    shown = [name for name in _COLUMNS if name == "account" or (name not in hidden and table[name].notna().any())]
    accountlist.show(
        table, shown, door.whole("health_accounts", book, **asked), key=f"health accounts {state.at}", page=state.list_page,
        parameter="list_page", file_name="health-accounts.csv", most=420, config=SCORES,
    )  # fmt: skip
    return {"Accounts": replace(found, table=table.head(0))}  # the list itself stands above, whole


def _asked(state: Explorer, since: str) -> dict:
    """The options of the list, those that are set."""
    said = {
        "colour": state.colour, "from_colour": state.from_colour, "to_colour": state.to_colour, "why": state.why,
        "window": state.window, "day": state.week, "since": "" if state.week else since,
        "score_from": int(state.score) if state.score else "", "band": int(state.band) if state.band else "",
    }  # fmt: skip
    asked = {name: value for name, value in said.items() if value != ""} | {"sort": state.order}
    if state.at == "levels":
        asked |= (
            {"by": state.by, "level": "" if state.level == MISSING else state.level}
            if state.level
            else {"by": state.by}
        )
    return asked


def _title(state: Explorer) -> str:
    """Which accounts, in words past `plain`."""
    parts = []
    if state.from_colour or state.to_colour:
        then = {"": "any colour", NEW: "no customers", "none": "no score"}.get(state.from_colour, state.from_colour)
        now = {"": "any colour", GONE: "gone", "none": "no score"}.get(state.to_colour, state.to_colour)
        parts.append(f"{then} then, {now} now")
    if state.colour:
        parts.append("no score" if state.colour == "none" else state.colour)
    if state.score:
        parts.append(f"{state.score} to {int(state.score) + 10} points")
    if state.why:
        parts.append(WHY[state.why])
    if state.band:
        parts.append(_BANDS[state.band])
    if state.window:
        parts.append(f"renewal {renewal(state.window)}")
    if state.at == "levels" and state.level:
        parts.append(f"{word_within(state.by)} {state.level}")
    if state.week:
        parts.append(f"on {say_day(date.fromisoformat(state.week))}")
    return f"The accounts: {plain(', '.join(parts))}" if parts else "The accounts"


def _choose(state: Explorer) -> None:
    step.show("health order", state.order)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="health list choice"):
        st.selectbox(
            "Order", list(_SORTS), key="health order", format_func=_SORTS.get, width=210, label_visibility="collapsed",
            on_change=lambda: step.turn(order=st.session_state["health order"]),
        )  # fmt: skip
        st.button("Close", key="close health list", type="tertiary", on_click=lambda: step.turn(at=""))


def renewal(window: str) -> str:
    """A renewal window in words: within 30 days, in 31 to 60 days, later, overdue."""
    said = {"none": "none known", "in grace": "overdue", "later": "later"}.get(window)
    told = said or str(spelt("renewal", window, door.definitions().standing.renewal_windows_days))
    return f"within {told}" if told == window and not said else told
