"""What the page asks, the choices at its head, and what is said where there is nothing.

stand     the state of the page, of the link
ask       the levers and what is kept; where there is nothing to ask, says what would bring it and ends the page
told      the rows of the levers of the currency shown, by lever and part
kept      the row of what is kept
head      the takeaway, pool or calendar, the choices under "More", the link to this view
shown_currency   the currency that is shown, of several
options   what every question about the view is asked with
"""

from dataclasses import replace
from typing import NoReturn

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import address, booklink, door, frame, look, numbers, step, tables
from lib.view.renewals import sentences, spelt
from lib.view.renewals.renewalsstate import CLOSED, NONE, Renewals, read_state

Told = dict[tuple[str, str], dict]
_VIEWS = {"pool": "Pool", "calendar": "Calendar"}


def stand() -> Renewals:
    """The state of the page, of the link."""
    state, dropped = read_state(address.read(), door.opened().dimensions)
    step.stand(state=state)
    frame.notices(dropped)
    return state


def ask(book: Book, state: Renewals) -> tuple[Answer, Answer]:
    """The levers of the period and what is kept; where there is neither, says why and ends the page."""
    if door.opened().manifest.as_of is None:
        _without_dates()
    with st.skeleton(height=420):
        levers = door.ask("renewals", book, **options(state))
        rates = door.ask("retention", book, **options(state))
    if _n(levers.table, state.view):
        return levers, rates
    other = "calendar" if state.view == "pool" else "pool"
    if _n(door.ask("renewals", book, **options(replace(state, view=other))).table, other):
        _nothing_due(state)
    _nothing()


def options(state: Renewals) -> dict[str, str]:
    """What every question about the view is asked with."""
    return {"view": state.view, "money": state.money}


def told(answer: Answer, state: Renewals) -> Told:
    """The rows of the levers of the currency shown, by lever and part."""
    rows = answer.table[answer.table["currency"] == shown_currency(answer, state)]
    return {(row["lever"], row["part"]): row for row in tables.records(rows)}


def kept(rates: Answer, levers: Answer, state: Renewals) -> dict | None:
    """The row of what is kept, of the currency shown."""
    rows = tables.records(rates.table[rates.table["currency"] == shown_currency(levers, state)])
    return rows[0] if rows else None


def currencies(answer: Answer) -> list[str]:
    """The currencies there are, the one with most ARR first."""
    first = answer.table[answer.table["lever"].isin(("due", "opening", "closing"))]
    return first.groupby("currency")["lever_arr"].sum().sort_values(ascending=False, kind="stable").index.tolist()


def shown_currency(answer: Answer, state: Renewals) -> str:
    """The currency that is shown: the state's, where there is such, else the one with most ARR."""
    found = currencies(answer)
    said = "" if state.currency == NONE else state.currency
    return said if state.currency and said in found else next(iter(found), "")


def head(book: Book, levers: Answer, rates: Answer, state: Renewals) -> None:
    """The takeaway, and the choices beside it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="renewals-said"):
        look.html(
            f'<p class="hl-said">{sentences.takeaway(told(levers, state), kept(rates, levers, state), state)}</p>'
        )
        _toggle(state)
        _currency(levers, state)
        _more(state)
        frame.share({**booklink.query(book), **state.to_query()})
    _cautions(book, kept(rates, levers, state))


def _cautions(book: Book, kept: dict | None) -> None:
    """What to know before reading on: that the data ends before the day, that there are few accounts."""
    last_day, few = door.opened().manifest.as_of, door.definitions().reading.few_accounts
    with st.container():  # always there: what comes and goes must not move what stands below it
        if book.as_of > last_day:
            look.notice(
                f"The data ends on {say_day(last_day)}, before {say_day(book.as_of)}: what came to its end after that counts as "
                "pending or lapsed, since no file could say that it renewed."
            )
        if kept is not None and 0 < kept["n_customers"] < few:
            look.note(
                f"{numbers.plural(kept['n_customers'], 'account')}: too few to tell much; the intervals say how little."
            )


def _toggle(state: Renewals) -> None:
    step.show("renewals view", state.view)
    st.segmented_control(
        "View", list(_VIEWS), key="renewals view", format_func=_VIEWS.get, required=True, label_visibility="collapsed",
        width="content",
        help="Pool: what was due for renewal in the period, and what became of it. Calendar: from opening to closing ARR, whatever "
        "was due.",
        on_change=lambda: step.turn(view=st.session_state["renewals view"], **CLOSED),
    )  # fmt: skip


def _currency(levers: Answer, state: Renewals) -> None:
    found = currencies(levers)
    with st.container(width="content"):  # always there: what comes and goes must not move what stands below it
        if len(found) > 1:
            step.show("renewals currency", shown_currency(levers, state))
            st.selectbox(
                "Currency", found, key="renewals currency", format_func=spelt.currency, width=110, label_visibility="collapsed",
                on_change=lambda: step.turn(currency=st.session_state["renewals currency"] or NONE),
                help="Amounts of different currencies are never added up; rates between them can be given in the definitions.",
            )  # fmt: skip


def _more(state: Renewals) -> None:
    with st.popover("More", icon=":material/tune:"):
        step.show("renewals money", state.money)
        st.segmented_control(
            "Amounts", ["arr", "mrr"], key="renewals money", format_func=str.upper, required=True,
            on_change=lambda: step.turn(money=st.session_state["renewals money"]),
            help="A year's amount, or a twelfth of it.",
        )  # fmt: skip


def _n(table: pd.DataFrame, view: str) -> int:
    """How much there is to show: renewals that were due; or whatever moved or stood."""
    own = table[table["lever"] == "due"] if view == "pool" else table
    return int(own["n_terms"].sum())


def _without_dates() -> NoReturn:
    look.empty(
        "No dates, no renewals",
        "The data says who has left, but not when. Renewals are read from contracts: account, start, end, ARR; seats, plan, notice "
        "and currency tell more.",
        "<code>.venv/bin/python -m lib import contracts.csv</code>",
    )
    st.stop()


def _nothing_due(state: Renewals) -> NoReturn:
    if state.view == "pool":
        look.empty(
            "No renewals fall in this period",
            "No term longer than a month comes to its end in it: contracts are monthly, evergreen, or end at another time. "
            "The calendar "
            "shows what moved all the same; or widen the period, or lift a filter.",
        )
    else:
        look.empty(
            "Nothing moved in this period",
            "The pool still has renewals that were due. Or widen the period, or lift a filter.",
        )
    other = "calendar" if state.view == "pool" else "pool"
    st.button(f"Show the {other}", key="other view", type="primary", on_click=lambda: step.turn(view=other, **CLOSED))
    st.stop()


def _nothing() -> NoReturn:
    look.empty(
        "No contracts here",
        "No account of this book has a contract that was live or came to its end in this period. Widen the period, lift a "
        "filter, or "
        "bring contracts: account, start, end, ARR; seats, plan, notice and currency tell more.",
        "<code>.venv/bin/python -m lib import contracts.csv</code>",
    )
    st.stop()
