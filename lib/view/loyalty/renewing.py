"""Accounts on the page: adopted or not against their renewal, and those of one window.

section   the table by how near the renewal is, and the list that is open
"""

from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.facts.standing import spelt
from lib.measures import Answer
from lib.view import accountlist, door, look, numbers, step, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.audiences import saving
from lib.view.loyalty.clock import windows
from lib.view.loyalty.loyaltystate import Loyalty
from lib.view.paging import PAGE

_WHICH = {
    "": "List accounts …",
    "not_adopted": "Not adopted",
    "adopted": "Adopted",
    "unknown": "Nobody known",
    "all": "All",
}
_COLUMNS = [
    "name", "account", "csm", "arr", "renews_on", "days_to_renewal", "adopted_share_rate", "n_users", "n_adopted_users",
    "n_loyal_users", "adopted_on",
]  # fmt: skip


def section(book: Book, state: Loyalty) -> dict[str, Answer]:
    """Accounts by how near their renewal is; below, those that were chosen."""
    share = door.definitions().adoption.account_adopted_share
    look.section(
        "Accounts against their renewal", f"adopted: {share * 100:.0f} % of the people with an open login have"
    )
    answer = door.try_ask("account_adoption", book)
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty(
            "No live accounts", "No account of this book is live on this day. Lift a filter, or look as of another day."
        )
        return {"Accounts": answer}
    paper.table(tables.records(answer.table), _columns(), label="Accounts adopted by how near their renewal is")
    _choose(state)
    return {"Accounts": answer, **_list(book, state)}


def _columns() -> list[Column]:
    days = door.definitions().standing.renewal_windows_days
    called = {
        f"{days[0]:.0f} days": f"within {days[0]:.0f} days",
        "later": f"later than {days[-1]:.0f} days",
        "rolling": "rolling contract",
        "none": "no renewal known",
    }
    return [
        Column("Renewal", lambda row: called.get(row["renewal_window"]) or spelt("renewal", row["renewal_window"], days)),
        Column("Accounts", lambda row: numbers.count(row["n_accounts"]), is_number=True),
        Column("Adopted", lambda row: numbers.count(row["n_accounts_adopted"]), is_number=True),
        Column("Not adopted", lambda row: numbers.count(row["n_accounts_not_adopted"]), is_number=True),
        Column("Nobody known", lambda row: numbers.count(row["n_accounts_unknown"]), is_number=True),
        Column("Share adopted", lambda row: numbers.interval(row["adopted_rate"], row["adopted_rate_lo"], row["adopted_rate_hi"]),
               is_number=True),
        Column("ARR", lambda row: numbers.money(row["arr"]), is_number=True),
        Column("ARR not adopted", lambda row: numbers.money(row["arr_not_adopted"]), is_number=True),
    ]  # fmt: skip


def _choose(state: Loyalty) -> None:
    step.show("adoption which", state.which)
    step.show("adoption window", state.window)

    def turned() -> None:
        step.turn(which=st.session_state["adoption which"], window=st.session_state["adoption window"])

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="adoption choice"):
        st.selectbox(
            "Which accounts", list(_WHICH), key="adoption which", format_func=_WHICH.get, on_change=turned, width=200,
            label_visibility="collapsed",
        )  # fmt: skip
        st.selectbox(
            "Renewal", ["", *windows()], key="adoption window", on_change=turned, width=220, label_visibility="collapsed",
            format_func=lambda name: f"Renewal: {name}" if name else "Whenever they renew",
        )  # fmt: skip


def _says(state: Loyalty) -> str:
    """The accounts that are listed, in words."""
    which = {"all": "accounts", "unknown": "accounts of which nobody is known"}.get(
        state.which, f"accounts, {_WHICH[state.which].lower()}"
    )
    return f"{which}, renewal {state.window}" if state.window else which


def _list(book: Book, state: Loyalty) -> dict[str, Answer]:
    if not state.which:
        return {}
    asked = {"which": state.which, **({"window": state.window} if state.window else {})}
    answer = door.try_ask("adoption_accounts", book, **asked, limit=PAGE, offset=(state.accounts_page - 1) * PAGE)
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty("No accounts here", "Choose others, or go to the first page.")
        return {"Accounts listed": answer}
    table = answer.table
    columns = [name for name in _COLUMNS if name == "account" or table[name].notna().any()]
    accountlist.show(
        table, columns, door.whole("adoption_accounts", book, **asked), key="adoption accounts", page=state.accounts_page,
        parameter="accounts_page", file_name=f"adoption-{state.which}.csv", most=420,
        beside=lambda: saving.offer(
            book, whom="accounts", asks="adoption_accounts", options=asked, n=int(table["n_rows"].iat[0]),
            view=Loyalty(which=state.which, window=state.window).to_query(), says=_says(state),
        ),
    )  # fmt: skip
    return {"Accounts listed": replace(answer, table=table.head(0))}  # the list itself stands above, whole
