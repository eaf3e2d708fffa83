"""The six levers side by side: what each found, and the ARR at stake; the open one is marked.

stand   the state of the page, of the link
ask     the answer
show    the cards
"""

from functools import partial

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.levers.found import LEVERS
from lib.view import address, booklink, door, frame, look, numbers, step, tables
from lib.view.levers.leverstate import Lever, read_state
from lib.view.levers.words import ASKS, NAMES, TOUCHED, money

_IN_A_ROW = 3


def stand() -> Lever:
    """The state of the page, of the link."""
    state, dropped = read_state(address.read())
    step.stand(state=state)
    frame.notices(dropped)
    return state


def ask(book: Book) -> Answer | None:
    """What the six levers found; None where it could not be asked, which is said in its place."""
    with st.skeleton(height=320):
        return door.try_ask("levers", book)


def show(book: Book, answer: Answer | None, state: Lever) -> None:
    """A card per lever; a click opens it below."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="levers top"):
        look.note("An account may be with several levers, so they do not add up.")
        st.space("stretch")
        tables.download("Download", "levers.csv", door.whole("levers", book), key="download levers", is_quiet=True)
        frame.share({**booklink.query(book), **state.to_query()})
    if answer is None:
        return
    for first in range(0, len(LEVERS), _IN_A_ROW):
        for name, column in zip(LEVERS[first : first + _IN_A_ROW], st.columns(_IN_A_ROW, gap="small"), strict=True):
            is_open = name == state.lever
            with column.container(border=True, key=f"tile-{'open' if is_open else 'lever'}-{name}", height="stretch"):
                look.html(_face(answer.table[answer.table["revenue_lever"] == name], name))
                st.button(
                    "Shown below" if is_open else "Open ›", key=f"open lever {name}", type="tertiary", disabled=is_open,
                    on_click=partial(_open, name),
                )  # fmt: skip


def _open(name: str) -> None:
    step.turn(lever=name, need="", barrier="", lists="accounts", order="", which="now")
    look.ask_to_scroll("lever")


def _face(rows: pd.DataFrame, name: str) -> str:
    first = tables.records(rows.head(1))[0]
    n, n_people = first["n_found_accounts"], first["n_found_people"]
    at_stake = money(dict(zip(rows["currency"], rows["stake_arr"], strict=True)))
    about = "about " if first["is_estimate"] and at_stake != numbers.NOTHING else ""
    people = f" · {numbers.count(n_people)} {TOUCHED[name]}" if name in TOUCHED and n_people else ""
    return (
        f'<div class="hl-tile"><div class="hl-label">{NAMES[name]}</div>'
        f'<div class="hl-value">{about}{at_stake}<small>ARR at stake</small></div>'
        f'<div class="hl-aside"><b>{numbers.plural(n, "account")}</b>{people}. {ASKS[name]}</div></div>'
    )
