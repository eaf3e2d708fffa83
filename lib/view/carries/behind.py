"""The accounts behind a trait: those that had it before the period, or those that had not.

section   the list of the trait that is open
"""

from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.facts.base import OUTCOMES
from lib.measures import Answer
from lib.view import accountlist, door, look, numbers, step
from lib.view.carries import sentences, traits
from lib.view.carries.carriesstate import Carries
from lib.view.paging import PAGE
from lib.view.plain import plain

_COLUMNS = ["name", "account", "state", "csm", "segment", "plan", "arr", "tenure_days"]
_SORTS = {
    "arr": "ARR, highest first", "lost": "Lost first", "oldest": "Oldest first", "youngest": "Youngest first",
    "account": "By account",
}  # fmt: skip


def section(book: Book, answer: Answer | None, state: Carries) -> dict[str, Answer]:
    """The accounts of the trait that is open."""
    if answer is None or answer.table.empty:
        return {}
    if not state.kind:
        return {}
    found = traits.opened(answer, state)
    name = plain(sentences.called(found)) if found else "The accounts"
    look.section(f"{name}: the accounts", "a click on an account's name opens it", place="behind")
    if found is None:
        look.empty("Nobody had it", "No account of this book had the trait of the link before this period.")
        return {}
    verb = OUTCOMES[state.outcome or door.outcomes(book)[0]].verb
    _choose(found, state, verb)
    return _list(book, state, verb)


def _choose(row: dict, state: Carries, verb: str) -> None:
    yes, no = sentences.with_it(row["trait_kind"])
    sides = {"with": f"{yes} {numbers.count(row['n_with'])}", "without": f"{no} {numbers.count(row['n_without'])}"}
    n, n_lost = row[f"n_{state.side}"], row[f"n_lost_{state.side}"]
    which = {
        "all": f"All {numbers.count(n)}",
        "lost": f"{verb.capitalize()} {numbers.count(n_lost)}",
        "kept": f"Kept {numbers.count(n - n_lost)}",
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="carries behind"):
        _segments("side", state.side, sides)
        _segments("which", state.which, which)
        step.show("carries order", state.order)
        st.selectbox(
            "Order", list(_SORTS), key="carries order", format_func=_SORTS.get, width=190, label_visibility="collapsed",
            on_change=lambda: step.turn(order=st.session_state["carries order"]),
        )  # fmt: skip
        st.button("Close", key="close carries", type="tertiary", on_click=lambda: step.turn(kind="", trait=""))


def _segments(parameter: str, value: str, words: dict[str, str]) -> None:
    key = f"carries {parameter}"
    step.show(key, value)
    st.segmented_control(
        parameter.capitalize(), list(words), key=key, format_func=words.get, required=True, label_visibility="collapsed",
        on_change=lambda: step.turn(**{parameter: st.session_state[key]}),
    )  # fmt: skip


def _list(book: Book, state: Carries, verb: str) -> dict[str, Answer]:
    asked = {
        "trait_kind": state.kind,
        "trait": state.trait,
        "side": state.side,
        "which": state.which,
        "sort": state.order,
    }
    asked |= {"outcome": state.outcome} if state.outcome else {}
    answer = door.try_ask("carries_accounts", book, **asked, limit=PAGE, offset=(state.accounts_page - 1) * PAGE)
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty("No accounts here", "Choose others above, or go to the first page.")
        return {"Accounts": answer}
    table = answer.table.assign(state=[verb if lost else "kept" for lost in answer.table["is_lost"]])
    columns = [name for name in _COLUMNS if name == "account" or table[name].notna().any()]
    accountlist.show(
        table, columns, door.whole("carries_accounts", book, **asked), key="carries accounts", page=state.accounts_page,
        parameter="accounts_page", file_name=f"accounts-{state.side}-trait.csv", most=420, labels={"state": "State"},
    )  # fmt: skip
    return {
        "Accounts": replace(answer, table=pd.DataFrame(columns=answer.table.columns))
    }  # the list itself stands above, whole
