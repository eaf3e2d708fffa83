"""The accounts behind a figure: as many rows as the figure says, sorted, searched and paged by the store, downloadable whole.

panel   the list of the selection of the hot-spot page
"""

import math
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.export import segment_text
from lib.view import door, look, numbers, tables
from lib.view.hotstate import ROWS, HotState

PAGE = 1_000  # rows sent to the browser at a time
SORTS = {
    "ARR, highest first": ("arr", False), "ARR, lowest first": ("arr", True),
    "Name, A to Z": ("name", True), "Name, Z to A": ("name", False),
    "Account, A to Z": ("account", True), "Age, oldest first": ("tenure_days", False), "Age, youngest first": ("tenure_days", True),
    "CSM, A to Z": ("csm", True), "Lost first": ("is_lost", False), "Lost last": ("is_lost", True),
}  # fmt: skip
_LEAST = (
    "name",
    "csm",
    "channel",
    "segment",
    "region",
    "plan",
    "tenure_days",
)  # columns left out where all of them is empty


def panel(book: Book, state: HotState, *, verb: str, n: int, n_lost: int, put: Callable[[HotState], None]) -> None:
    """The accounts of the selection: `n` of them at risk, `n_lost` lost. `put` makes a state the page's, for callbacks."""
    _choose_rows(state, verb, n, n_lost, put)
    options = {"within": state.path, "outcome": state.outcome or None, "search": state.find, "sort": state.sort}
    options |= {"descending": not state.up, "only_lost": state.rows == "lost", "only_decided": True}
    answer = door.try_ask("accounts", book, **options, limit=PAGE, offset=(state.page - 1) * PAGE)
    if answer is None:
        return
    total = int(answer.table["n_rows"].iat[0]) if len(answer.table) else 0
    if not total:
        look.empty(
            "No accounts here",
            "Nobody matches. Clear the search, or go a step back."
            if state.find
            else "Nobody of the book is in this selection.",
        )
        return
    first = (state.page - 1) * PAGE + 1
    tables.show(_readable(answer.table, verb), key="accounts", height=430, labels={"state": "State"})
    said, pages, whole = st.columns([1.5, 2, 1.3], vertical_alignment="center")
    with said:
        shown = f"{numbers.count(first)}–{numbers.count(first + len(answer.table) - 1)}"
        look.note(f"{shown} of {numbers.count(total)}{' found' if state.find else ''}")
    with pages:
        _turn(state, math.ceil(total / PAGE), put)
    with whole:
        name = f"accounts {segment_text(dict(state.path))}"
        tables.download(
            "Download all",
            f"{_file_name(name)}.csv",
            door.whole("accounts", book, **options),
            key="download accounts",
            drop=("n_rows",),
        )


def _choose_rows(state: HotState, verb: str, n: int, n_lost: int, put: Callable[[HotState], None]) -> None:
    labels = {"all": f"All {numbers.count(n)}", "lost": f"{verb.capitalize()} {numbers.count(n_lost)}"}
    which, find, order = st.columns([2.1, 2, 2], vertical_alignment="bottom")
    st.session_state["rows"] = state.rows
    st.session_state["find"] = state.find
    sort = next((said for said, by in SORTS.items() if by == (state.sort, state.up)), None)
    st.session_state["sort"] = sort or f"{state.sort}, {'up' if state.up else 'down'}"
    which.segmented_control(
        "Which accounts", list(ROWS), key="rows", format_func=labels.get, required=True, label_visibility="collapsed",
        on_change=lambda: put(replace(state, rows=st.session_state["rows"], page=1)),
    )  # fmt: skip
    find.text_input(
        "Find", key="find", placeholder="Find a name or id", icon=":material/search:", label_visibility="collapsed", max_chars=200,
        on_change=lambda: put(replace(state, find=st.session_state["find"], page=1)),
    )  # fmt: skip

    def sorted_by() -> None:
        by, up = SORTS[st.session_state["sort"]]
        put(replace(state, sort=by, up=up, page=1))

    options = [*SORTS, *([] if sort else [st.session_state["sort"]])]
    order.selectbox("Sort", options, key="sort", on_change=sorted_by, label_visibility="collapsed")


def _turn(state: HotState, n_pages: int, put: Callable[[HotState], None]) -> None:
    if n_pages < 2:
        return
    now = min(state.page, n_pages)
    key = f"account page {now}"
    st.pagination(
        n_pages,
        default=now,
        key=key,
        max_visible_pages=5,
        on_change=lambda: put(replace(state, page=st.session_state[key])),
    )


def _readable(table: pd.DataFrame, verb: str) -> pd.DataFrame:
    """The columns that say something, the state in words."""
    said = [
        ("pending" if lost is None or lost is pd.NA or lost != lost else verb if lost else "kept")
        for lost in table["is_lost"]
    ]
    kept = [name for name in _LEAST if table[name].notna().any()]
    first = [name for name in ("name",) if name in kept]
    rest = [name for name in kept if name not in first]
    has_arr = ["arr"] if (table["arr"].fillna(0) != 0).any() else []
    return table.assign(state=said)[[*first, "account", *has_arr, "state", *rest]]


def _file_name(text: str) -> str:
    """Letters and figures of `text`: a file name every system takes."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text)[:80].strip("-")
