"""The way from a list of accounts to the page of one: a click on its name, one step back in the browser.

query    the parameters of a link to an account's page; the book follows
opening  a list whose names open the accounts of their rows
follow   go where the reader clicked: called once a run, above all lists
web      an address from data, where a browser may follow it

A cell of a table cannot hold a link within the app: a link column opens a new tab, which is another session, and would lose
a reader's own upload. A button in a cell starts a run, and a run that switches the page leaves a wrong step in the browser's
history. So the run draws a link to the page, and the browser follows it.
"""

from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.view import booklink, look
from lib.view.address import Query
from lib.view.plain import label
from lib.view.rooms import ACCOUNT
from lib.view.words import word

_OPENS, _N = "account the reader opens", "how often an account was opened"


def query(account: str, book: Book) -> Query:
    """The parameters of a link to the page of `account`; the book follows."""
    return {**booklink.query(book), "account": [account]}


def opening(table: pd.DataFrame, *, key: str, width: int | str = "medium") -> tuple[pd.DataFrame, dict[str, object]]:
    """The list `table` with a name in every row, and how its column of names, else of ids, is drawn: as buttons that open."""
    ids = table["account"].tolist()
    shown = "name" if "name" in table else "account"
    table = table.assign(**{shown: table[shown].fillna(table["account"])})
    names, opened = table[shown].tolist(), f"{key} opens"

    def clicked() -> None:
        row = st.session_state[opened]["row"]
        if 0 <= row < len(ids):
            st.session_state[_OPENS] = (ids[row], names[row])

    drawn = st.column_config.ButtonColumn(
        word(shown), type="tertiary", alignment="left", pinned=True, width=width, on_click=clicked, key=opened
    )
    return table, {shown: drawn}


def follow(book: Book) -> None:
    """Go to the account whose name was clicked."""
    with st.container(key="account-opened"):  # always there: what comes and goes must not move what stands below it
        if _OPENS not in st.session_state:
            return
        account, name = st.session_state.pop(_OPENS)
        st.page_link(ACCOUNT.file, label=f"Open {label(name or account)} ›", query_params=query(account, book))
        nonce = st.session_state[_N] = st.session_state.get(_N, 0) + 1  # the same script again would not run again
        look.script(
            f"/* {nonce} */ (() => {{ const wait = setInterval(() => {{"
            " const link = document.querySelector('.st-key-account-opened a');"
            " if (link) { clearInterval(wait); link.click(); } }, 20); setTimeout(() => clearInterval(wait), 5000) })()"
        )


def web(url: object) -> str:
    """`url` where a browser may follow it, http or https to a named host; else nothing."""
    if not isinstance(url, str) or any(letter.isspace() or not letter.isprintable() for letter in url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme.lower() in ("http", "https") and parts.hostname else ""
