"""The same period by the rules of other tools, and one sentence each on why they differ: folded, asked when it is opened.

folded   the table
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import door, look, numbers, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.renewals import board, spelt
from lib.view.renewals.renewalsstate import Renewals


def folded(book: Book, levers: Answer, state: Renewals) -> dict[str, Answer]:
    """The table of rules, of the currency shown."""
    place = st.expander(
        "The same period by other tools' rules", icon=":material/compare_arrows:", key="other rules", on_change="rerun"
    )
    if not place.open:
        return {}
    with place:
        answer = door.try_ask("rules", book, money=state.money)
        if answer is None:
            return {}
        rows = tables.records(answer.table[answer.table["currency"] == board.shown_currency(levers, state)])
        paper.table(rows, _columns(spelt.amount(state.money)), label="Churn of the period by each rule")
        look.note(
            "In the style of what each publishes of its rules, on these contracts. None is wrong: each divides by something else."
        )
    return {"Rules": answer}


def _columns(unit: str) -> list[Column]:
    return [
        Column("Rule", lambda row: f"<b>{row['rule']}</b>", is_narrow=True),
        Column(
            "Lost", lambda row: f"{numbers.count(row['n_lost'])} of {numbers.count(row['of_accounts'])}", is_number=True
        ),
        Column("Logo churn", lambda row: numbers.percent(row["logo_churn_rate"]), is_number=True),
        Column(
            f"{unit} gone",
            lambda row: f"{numbers.money(row['arr_gone'])} of {numbers.money(row['of_arr'])}",
            is_number=True,
        ),
        Column("Revenue churn", lambda row: numbers.percent(row["revenue_churn_rate"]), is_number=True),
        Column("Why it differs", lambda row: row["why"]),
    ]
