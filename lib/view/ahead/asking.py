"""What the parts of the page of renewals ahead share: choices that are steps, lists of accounts, and money by its currency.

choice    a box of choices for a field of the state
money     amounts as people read them, each in its currency
listed    a list of accounts with its choice of order, or what stands in its place
cell      rate (low–high) in a cell of a table
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import accountlist, door, look, numbers, step
from lib.view.ahead.aheadstate import Ahead
from lib.view.paging import PAGE
from lib.view.plain import plain

_HIGH = 420


def choice(
    label: str, field: str, options: Sequence[str], state: Ahead, *, said: Callable[[str], str], width: int = 260
) -> None:
    """A box that shows and sets `field` of the state; the labels that `said` gives are texts of ours or of data, as typed."""
    key = f"ahead {field}"
    step.show(key, getattr(state, field))

    def turned() -> None:
        step.turn(**{field: st.session_state[key]})

    st.selectbox(
        label, list(options), key=key, format_func=said, on_change=turned, width=width, label_visibility="collapsed"
    )


def money(amounts: Mapping[object, float]) -> str:
    """9.7 M USD, 1.2 M EUR: the largest first; past `plain`."""
    largest = sorted(
        ((amount, name) for name, amount in amounts.items() if amount == amount), key=lambda each: -each[0]
    )
    return (
        ", ".join(
            f"{numbers.money(amount)}{f' {plain(name)}' if isinstance(name, str) and name else ''}"
            for amount, name in largest[:3]
        )
        or numbers.NOTHING
    )


def cell(row: Mapping, name: str) -> str:
    """A rate with its interval, in a cell of a table."""
    return numbers.interval(row[name], row[f"{name}_lo"], row[f"{name}_hi"])


def listed(
    book: Book,
    state: Ahead,
    measure: str,
    asked: Mapping[str, object],
    *,
    columns: Sequence[str],
    page: str,
    file_name: str,
    orders: Mapping[str, str] | None = None,
    order: str = "",
    nobody: tuple[str, str] = ("No accounts here", "Choose others, or go to the first page."),
    labels: Mapping[str, str] | None = None,
    choose: Callable[[], None] | None = None,
    says: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> dict[str, Answer]:
    """The accounts of `measure`, a page of them, with what chooses among them; the answer without its rows, for the passport.

    page    field of the state that has the list's page; order: the one that has its order, one of `orders`
    nobody  what stands in the place of no rows; says: adds columns that are texts
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{page} choices"):
        if choose:
            choose()
        if orders:
            choice("Order", order, list(orders), state, said=orders.get, width=240)
    whole = {**asked, **({"sort": getattr(state, order)} if orders else {})}
    number = getattr(state, page)
    with st.container():  # always there: what stands below keeps its place
        answer = door.try_ask(measure, book, **whole, limit=PAGE, offset=(number - 1) * PAGE)
        if answer is None:
            return {}
        if answer.table.empty:
            look.empty(*nobody)
            return {"Accounts": answer}
        table = says(answer.table) if says else answer.table
        shown = [name for name in columns if name == "account" or table[name].notna().any()]
        if table["currency"].nunique(dropna=False) == 1 and "currency" in shown:
            shown.remove("currency")  # said above the list
        accountlist.show(
            table, shown, door.whole(measure, book, **whole), key=f"list {page}", page=number, parameter=page,
            file_name=file_name, most=_HIGH, labels=labels,
        )  # fmt: skip
    return {"Accounts": replace(answer, table=answer.table.head(0))}  # the list itself stands above, whole
