"""Exceptions of My book: the accounts that left the path, one line each; ticked ones are worked on, many at once.

section   the list, its headline, and what can be done with the rows that are ticked
"""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import accountlink, door, look, numbers, private, tables
from lib.view.exceptions import doing, plays
from lib.view.mybook import mine
from lib.view.mybook.worklist import day_of_work
from lib.view.plain import plain
from lib.view.writing import pen, told

_PLACE, _MINE = "exceptions of my book", "my own exceptions alone"
_MOST = 300  # rows sent to the browser; the download has all
_COLUMNS = ["name", "account", "exceptions", "newest_on", "arr", "renews_on", "in_hand", "exception_owner"]


def section(book: Book) -> dict[str, Answer]:
    """The accounts of the book with open exceptions. Not of a reader's own upload."""
    if private.is_on():
        return {}
    day, (book, whose) = day_of_work(book), mine.work(book)
    whole = door.try_ask("my_exceptions", book, on=day, whose=whose, limit=1)
    if whole is None:
        return {}
    n = 0 if whole.table.empty else int(whole.table["n_rows"].iat[0])
    said = f"{numbers.plural(n, 'account')} off the path; most ARR with the nearest renewal first" if n else ""
    look.section("Exceptions", said, place="exceptions")
    _part(book, day, whose)
    return {"Exceptions": replace(whole, table=whole.table.head(0))}


@st.fragment
def _part(book: Book, day: date, whose: tuple[str, ...] | None) -> None:
    told.again()
    told.show(_PLACE)
    me = pen.my_names()
    is_mine = bool(me) and st.checkbox("Mine alone", key=_MINE, help=plain(f"owned by {' or '.join(me)}"))
    asked = {"on": day, "owner": tuple(me) if is_mine else None, "whose": whose}
    answer = door.try_ask("my_exceptions", book, **asked, limit=_MOST)
    if answer is None:
        return
    table = answer.table
    if table.empty:
        on = [each.rule for each in door.definitions().exceptions.on()]
        look.note(f"None is open. Rules that are on: {plain(', '.join(on))}." if on else "No rule is switched on.")
        return
    ticked = _table(table)
    with st.container():  # always there: what comes and goes must not move what stands below it
        if ticked and pen.can_write():
            _acts(book, asked, table["account"].iloc[ticked].tolist())
    with st.container(horizontal=True, vertical_alignment="center"):
        n_rows = int(table["n_rows"].iat[0])
        if n_rows > len(table):
            look.note(f"The first {numbers.count(len(table))} of {numbers.count(n_rows)}.")
        for each in answer.left_out.itertuples():
            look.note(f"Not listed: {numbers.count(each.n)} {each.reason}.")
        tables.download(
            "Download", "exceptions.csv", door.whole("my_exceptions", book, **asked), key="download exceptions",
            drop=("n_rows",),
        )  # fmt: skip


def _table(table: pd.DataFrame) -> list[int]:
    """The list; gives the places of the rows that are ticked. Another list is another table."""
    rows = tables.records(table)
    rules = ["; ".join(each.rpartition(", since ")[0] for each in row["exceptions"]) for row in rows]
    said = table.assign(exceptions=rules, in_hand=[_in_hand(row) for row in rows])
    columns = [name for name in _COLUMNS if said[name].notna().any() and (name != "in_hand" or said[name].any())]
    if "name" in columns:
        columns.remove("account")
    listed, names = accountlink.opening(said[list(dict.fromkeys([*columns, "account"]))], key="exceptions")
    event = tables.show(
        listed[columns],
        key=tables.named("exceptions", table[["account", "newest_on", "n_exceptions", "n_started", "n_tasks_done"]]),
        height=min(42 + 32 * len(table), 390),
        labels={"newest_on": "Newest", "exception_owner": "Owner"},
        config={
            "exceptions": st.column_config.TextColumn("Exceptions", width=310),
            **names,
            "in_hand": st.column_config.TextColumn("In hand", width=95),
        },
        selects="multi-row" if pen.can_write() else "",
    )
    return list(event.selection.rows) if pen.can_write() else []


def _in_hand(row: dict) -> str:
    """What is done about them already."""
    return f"{row['n_tasks_done']} of {numbers.plural(row['n_tasks'], 'task')}" if row["n_started"] else ""


def _acts(book: Book, asked: dict, accounts: list[str]) -> None:
    """What can be done with the exceptions that are listed of the accounts that are ticked; of several kinds, with those chosen."""
    answer = door.try_ask("account_exceptions", book, **asked, accounts=accounts, only="open")
    if answer is None:
        return
    table = answer.table[~answer.table["is_waiting"].astype(bool)]
    rows = tables.records(table.astype(object).where(table.notna(), None))
    rules = list(dict.fromkeys(row["exception_rule"] for row in rows))
    name = sha256(repr((sorted(accounts), rules)).encode()).hexdigest()[:12]
    if len(rules) > 1:
        chosen = st.pills(
            "Which", rules, selection_mode="multi", default=rules, key=f"rules {name}", label_visibility="collapsed"
        )
        rows = [row for row in rows if row["exception_rule"] in chosen]
    if not rows:
        look.note("Choose which exceptions it is about.")
        return
    name = sha256(repr([(row["account"], row["exception_rule"], row["person"]) for row in rows]).encode()).hexdigest()[
        :12
    ]
    once = {(row["account"], row["exception_rule"], row["person"]): row for row in rows}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="exception-acts"):
        plays.offer(book, rows, _PLACE)
        rows = list(once.values())
        st.button(f"Done ({len(rows)})", key=f"done exceptions {name}", on_click=doing.done, args=(_PLACE, rows))
        doing.snoozing(_PLACE, rows, name)
        doing.handing(_PLACE, rows, name)
