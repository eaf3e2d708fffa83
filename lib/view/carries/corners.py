"""Satisfied, skilled, in use? Four corners of use and satisfaction, each with what to do, and the accounts of one.

section   the tiles, who is in none of them, and the list that is open
"""

from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.facts.carried import CORNERS
from lib.measures import Answer
from lib.view import accountlist, door, look, numbers, step
from lib.view.carries.carriesstate import Carries
from lib.view.paging import PAGE
from lib.view.tiles import Tile, row

_NOT_KNOWN = CORNERS[-1]
_FACES = {  # two rows: high use above, low use below; unhappy at the left, satisfied at the right
    "false comfort": ("False comfort: high use, unhappy", "Used because they must: ask what hurts before the renewal does."),
    "strong": ("Strong: high use, satisfied", "Ask for a reference; widen what is used."),
    "at the edge": ("At the edge: low use, unhappy", "Find one outcome that matters and get it done with them."),
    "quiet champions": ("Quiet champions: low use, satisfied", "Good will without habit: train, and bring more people in."),
}  # fmt: skip
_SKILLED = {"all": "All", "proficient": "Proficient", "not proficient": "Not proficient", "not known": "Not known"}
_SORTS = {
    "renewal": "Next renewal first", "arr": "ARR, highest first", "satisfaction": "Least satisfied first", "account": "By account",
}  # fmt: skip
_COLUMNS = [
    "name", "account", "csm", "arr", "renews_on", "days_to_renewal", "usage_level", "seats_active_rate", "satisfaction",
    "satisfied_by", "satisfied_score", "proficiency", "proficiency_score", "advanced_used_rate",
]  # fmt: skip


def section(book: Book, state: Carries) -> dict[str, Answer]:
    """The corners of the accounts that are live, on the day; below, those of the one that is open."""
    look.section(
        "Satisfied, skilled, in use?", f"three signals read together, on {say_day(book.as_of)}", place="corners"
    )
    answer = door.try_ask("corners", book)
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty(
            "No live accounts", "No account of this book is live on this day. Lift a filter, or look as of another day."
        )
        return {"Corners": answer}
    if set(answer.table["corner"]) == {_NOT_KNOWN}:
        look.empty(
            "Too little is known to tell",
            "It takes use and satisfaction: usage events (account, person, feature, time), and surveys with scores, tickets with "
            "ratings, or a sentiment that the team wrote, of the last year.",
            "<code>.venv/bin/python -m lib import events.csv surveys.csv tickets.csv</code>",
        )
        return {"Corners": answer}
    _tiles(answer.table)
    _others(answer.table)
    return {"Corners": answer, **_list(book, state)}


def _tiles(table: pd.DataFrame) -> None:
    names = list(_FACES)
    for pair in (names[:2], names[2:]):
        tiles = {name: _tile(name, table[table["corner"] == name]) for name in pair}
        row(list(tiles.values()), {tile.name: _opener(name) for name, tile in tiles.items()})


def _tile(name: str, rows: pd.DataFrame) -> Tile:
    label, advice = _FACES[name]
    n, skilled = int(rows["n_accounts"].sum()), rows.groupby("proficiency")["n_accounts"].sum()
    words = (("proficient", "proficient"), ("not proficient", "not"), (_NOT_KNOWN, "not known"))
    split = " · ".join(f"{numbers.count(skilled[each])} {said}" for each, said in words if each in skilled)
    renewing, arr = (numbers.money(rows[column].sum()) for column in ("arr_renewing", "arr"))
    money = f"{renewing} of {arr} ARR renews within {door.definitions().standing.renewing_days} days"
    is_hot = name == "false comfort" and n > 0
    below = f"{split or 'nobody here'}<br>{money}<br><b>{advice}</b>"
    return Tile(f"corner-{name.replace(' ', '-')}", label, numbers.count(n), "", below, "List them", is_hot)


def _others(table: pd.DataFrame) -> None:
    n = int(table.loc[table["corner"] == _NOT_KNOWN, "n_accounts"].sum())
    if not n:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="corner unknown"):
        look.note(
            f"{numbers.plural(n, 'account')} in no corner: how they use it, or how satisfied they are, is not known."
        )
        st.button("List them ›", key="open corner unknown", type="tertiary", on_click=_opener(_NOT_KNOWN))


def _opener(name: str):
    def opened() -> None:
        step.turn(corner=name, skilled="all")
        look.ask_to_scroll("corner")

    return opened


def _list(book: Book, state: Carries) -> dict[str, Answer]:
    if not state.corner:
        return {}
    look.section(f"{state.corner.capitalize()}: the accounts", "a click on an account's name opens it", place="corner")
    _choose(state)
    asked = {"corner": state.corner, "proficiency": state.skilled, "sort": state.corner_order}
    answer = door.try_ask("corner_accounts", book, **asked, limit=PAGE, offset=(state.corner_page - 1) * PAGE)
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty("No accounts here", "Choose others above, or go to the first page.")
        return {"Accounts of the corner": answer}
    table = answer.table
    said = () if state.corner == _NOT_KNOWN else ("usage_level", "satisfaction")  # the corner itself
    columns = [name for name in _COLUMNS if name == "account" or (name not in said and table[name].notna().any())]
    accountlist.show(
        table, columns, door.whole("corner_accounts", book, **asked), key="corner accounts", page=state.corner_page,
        parameter="corner_page", file_name=f"{state.corner.replace(' ', '-')}.csv", most=420,
    )  # fmt: skip
    return {"Accounts of the corner": replace(answer, table=table.head(0))}  # the list itself stands above, whole


def _choose(state: Carries) -> None:
    step.show("corner skilled", state.skilled)
    step.show("corner order", state.corner_order)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="corner choice"):
        st.segmented_control(
            "Proficiency", list(_SKILLED), key="corner skilled", format_func=_SKILLED.get, required=True,
            label_visibility="collapsed", on_change=lambda: step.turn(skilled=st.session_state["corner skilled"]),
        )  # fmt: skip
        st.selectbox(
            "Order", list(_SORTS), key="corner order", format_func=_SORTS.get, width=200, label_visibility="collapsed",
            on_change=lambda: step.turn(corner_order=st.session_state["corner order"]),
        )  # fmt: skip
        st.button("Close", key="close corner", type="tertiary", on_click=lambda: step.turn(corner=""))
