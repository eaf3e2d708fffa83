"""The accounts behind a figure: as many rows as the figure says, sorted, searched and paged by the store, downloadable whole.

panel   the list of the selection of the hot-spot page
"""

from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.export import segment_text
from lib.view import accountlink, door, look, numbers, step, tables
from lib.view.audiences import saving
from lib.view.hotspots.hotstate import ROWS, HotState
from lib.view.paging import PAGE, foot
from lib.view.words import worded

SORTS = {
    "ARR, highest first": ("arr", False), "ARR, lowest first": ("arr", True),
    "Name, A to Z": ("name", True), "Name, Z to A": ("name", False),
    "Account, A to Z": ("account", True), "CSM, A to Z": ("csm", True),
    "Age, oldest first": ("tenure_days", False), "Age, youngest first": ("tenure_days", True),
    "Lost first": ("is_lost", False), "Lost last": ("is_lost", True),
}  # fmt: skip
_IF_ANY = ("csm", "channel", "segment", "region", "plan", "tenure_days")  # left out where all of a page is empty


def panel(book: Book, state: HotState, *, verb: str, n: int, n_lost: int) -> None:
    """The accounts of the selection: `n` of them at risk, `n_lost` lost."""
    _choose(state, verb, n, n_lost)
    asked = {"within": state.path, "outcome": state.outcome or None, "search": state.find, "sort": state.sort}
    asked |= {"descending": not state.up, "only_lost": state.rows == "lost", "only_decided": True}
    answer = door.try_ask("accounts", book, **asked, limit=PAGE, offset=(state.page - 1) * PAGE)
    if answer is None:
        return
    if answer.table.empty:
        way_out = "Clear the search, or go a step back." if state.find else "Go a step back, or to the first page."
        look.empty("No accounts here", way_out)
        return
    n_rows = int(answer.table["n_rows"].iat[0])
    listed, names = accountlink.opening(_readable(answer.table, verb), key="accounts")
    tables.show(listed, key="accounts", height=430, labels={"state": "State"}, config=names)
    with st.container(horizontal=True, vertical_alignment="center"):
        foot(state.page, len(answer.table), n_rows, name="accounts", also=" found" if state.find else "")
        file = f"accounts-{_file_name(segment_text(dict(state.path)))}.csv"
        everyone = door.whole("accounts", book, **asked)
        tables.download("Download", file, everyone, key="download accounts", drop=("n_rows",))
        _save(book, state, n_rows, verb)


def _save(book: Book, state: HotState, n: int, verb: str) -> None:
    """The accounts of the selection, whatever their order; of the reader's search those found."""
    asked = {"within": state.path, "outcome": state.outcome or None, "search": state.find}
    asked |= {"only_lost": state.rows == "lost", "only_decided": True}
    where = segment_text(worded(dict(state.path)))
    found = f", named like “{state.find}”" if state.find else ""
    saving.offer(
        book, whom="accounts", asks="accounts", options=asked, n=n, view=replace(state, page=1).to_query(),
        says=f"{where}, {verb if state.rows == 'lost' else 'at risk'}{found}",
    )  # fmt: skip


def _choose(state: HotState, verb: str, n: int, n_lost: int) -> None:
    """All or the lost, whom to find, and in which order."""
    labels = {"all": f"All {numbers.count(n)}", "lost": f"{verb.capitalize()} {numbers.count(n_lost)}"}
    sort = next((said for said, by in SORTS.items() if by == (state.sort, state.up)), None)
    own = f"{state.sort}, {'lowest' if state.up else 'highest'} first"  # an order that only a link can name
    step.show("rows", state.rows)
    step.show("find", state.find)
    step.show("sort", sort or own)

    def chosen() -> None:
        step.turn(rows=st.session_state["rows"])

    def found() -> None:
        step.turn(find=st.session_state["find"])

    def sorted_by() -> None:
        by, up = SORTS.get(st.session_state["sort"], (state.sort, state.up))
        step.turn(sort=by, up=up)

    hidden = {"label_visibility": "collapsed"}
    with st.container(horizontal=True, vertical_alignment="center", key="listing"):
        st.segmented_control(
            "Which", list(ROWS), key="rows", format_func=labels.get, required=True, on_change=chosen, **hidden
        )
        st.text_input(
            "Find",
            key="find",
            placeholder="Find",
            icon=":material/search:",
            max_chars=200,
            on_change=found,
            width=105,
            **hidden,
        )
        st.selectbox("Sort", [*SORTS, *([] if sort else [own])], key="sort", on_change=sorted_by, width=170, **hidden)


def _readable(table: pd.DataFrame, verb: str) -> pd.DataFrame:
    """The columns that say something, the outcome in words."""
    said = ["pending" if pd.isna(lost) else verb if lost else "kept" for lost in table["is_lost"]]
    has_name = ["name"] if table["name"].notna().any() else []
    has_arr = ["arr"] if table["arr"].fillna(0).any() else []
    others = [name for name in _IF_ANY if table[name].notna().any()]
    return table.assign(state=said)[[*has_name, "account", *has_arr, "state", *others]]


def _file_name(text: str) -> str:
    """Letters and figures of `text`: a file name every system takes."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text)[:80].strip("-")
