"""A way to an account where the link names none, or none that the reader has.

find   a box to search by name or id, and the accounts that need somebody first
"""

import pandas as pd
import streamlit as st

from lib.book import MOST_SEARCHED, Book
from lib.view import door, frame, look, numbers
from lib.view.account import head
from lib.view.account.state import OneAccount
from lib.view.plain import label, plain

_FIRST = 12


def find(book: Book, state: OneAccount) -> None:
    """A box to search by name or id, and the accounts that need somebody first."""
    if state.account:
        look.notice(f"There is no account “{plain(state.account)}” here.")
    searched = st.text_input(
        "Find an account", key="find an account", placeholder="Any name or id", icon=":material/search:",
        max_chars=MOST_SEARCHED, width=420,
    )  # fmt: skip
    with st.container():
        if searched.strip():
            _found(book, searched.strip())
        else:
            _first(book)


def _found(book: Book, searched: str) -> None:
    answer = door.try_ask("account_find", frame.on_its_day(book), search=searched)
    if answer is None:
        return
    if answer.table.empty:
        look.empty("No account is called that", "Try a part of its name, or its id.")
        return
    n_rows = int(answer.table["n_rows"].iat[0])
    first = f"the first {len(answer.table)} of " if n_rows > len(answer.table) else ""
    shown = f"{first}{numbers.plural(n_rows, 'account')}"
    look.section("Found", shown)
    _listed(answer.table, ("segment", "csm"))


def _first(book: Book) -> None:
    answer = door.try_ask("mybook", book, limit=_FIRST)
    if answer is None or answer.table.empty:
        return
    look.section("Those that need somebody first", "ARR at risk first, then the nearest renewal")
    _listed(answer.table, ("segment", "csm"))


def _listed(table: pd.DataFrame, beside: tuple[str, ...]) -> None:
    for at, row in enumerate(table.to_dict("records")):
        name = row["account"] if pd.isna(row["name"]) else row["name"]
        said = [row["account"], *(row[each] for each in beside if not pd.isna(row[each]))]
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"account-found-{at}"):
            head.opener(f"{label(name)} ›", row["account"], key=f"open found {at}")
            look.note(plain(" · ".join(said)))
