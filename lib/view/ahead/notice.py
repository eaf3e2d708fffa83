"""Deadlines for notice: until when customers can still say that they leave.

section   the sentence, the weeks, and the accounts
"""

from functools import partial

import pandas as pd

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import door, look, numbers, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.ahead import asking
from lib.view.ahead.aheadstate import Ahead
from lib.view.plain import plain

ORDERS = {"deadline": "Next deadline first", "arr": "ARR, highest first", "account": "By account"}
_COLUMNS = [
    "name",
    "account",
    "notice_by",
    "days_to_notice",
    "renews_on",
    "has_asked",
    "arr_due",
    "currency",
    "csm",
    "segment",
]


def section(book: Book, state: Ahead) -> dict[str, Answer]:
    """Renewals whose notice is still to be given, or not."""
    days = door.definitions().renewals_ahead.notice_days
    look.section(
        "Deadlines for notice", f"within {days} days; past it a customer that says nothing is bound for another term"
    )
    answer = door.try_ask("notice_deadlines", book)
    if answer is None:
        return {}
    shown = {"Deadlines": answer}
    if answer.table.empty:
        look.empty(
            "No deadlines ahead",
            "No notice is due in these days. The column notice_by of a contract file, one row per term, would fill this part.",
        )
        return shown
    look.html(f'<p class="hl-said">{_said(answer.table)}</p>')
    paper.table(tables.records(answer.table), _columns(answer.table), label="Deadlines for notice by week", height=320)
    return shown | asking.listed(
        book, state, "notice_accounts", {"week": state.week} if state.week else {},
        columns=_COLUMNS, page="notice_page", file_name="deadlines.csv", orders=ORDERS, order="notice_order",
        choose=partial(_choose, answer.table, state),
    )  # fmt: skip


def _said(weeks: pd.DataFrame) -> str:
    n, n_asked = int(weeks["n_deadlines"].sum()), int(weeks["n_asked"].sum())
    arr, asked = (asking.money(weeks.groupby("currency")[name].sum().to_dict()) for name in ("arr_due", "arr_asked"))
    said = f"<b>{numbers.plural(n, 'renewal')}, {arr} ARR</b>, can still be refused by a notice."
    return said + (
        f" {numbers.count(n_asked)} of them asked to cancel ({asked})."
        if n_asked
        else " None of them has asked to cancel."
    )


def _columns(weeks: pd.DataFrame) -> list[Column]:
    several = weeks["currency"].nunique() > 1
    return [
        Column("Week of", lambda row: paper.day(row["week_from"])),
        *([Column("Currency", lambda row: plain(row["currency"]) or numbers.NOTHING)] if several else []),
        Column("Deadlines", lambda row: numbers.count(row["n_deadlines"]), is_number=True),
        Column("ARR", lambda row: numbers.money(row["arr_due"]), is_number=True),
        Column("Asked to cancel", lambda row: numbers.count(row["n_asked"]), is_number=True),
        Column("ARR asked to cancel", lambda row: numbers.money(row["arr_asked"]), is_number=True),
    ]


def _choose(weeks: pd.DataFrame, state: Ahead) -> None:
    n = weeks.groupby("week_from")["n_deadlines"].sum()
    known = {at.date().isoformat(): f"Week of {say_day(at.date())} ({numbers.count(of)})" for at, of in n.items()}
    named = {state.week: f"Week of {state.week}"} if state.week and state.week not in known else {}
    said = {"": "Any week", **known, **named}
    asking.choice("Week", "week", list(said), state, said=said.get, width=240)
