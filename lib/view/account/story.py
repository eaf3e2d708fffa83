"""The story of an account: everything that happened, on one line of time.

timeline   the rows, newest first, of one kind or all
LABELS     what the kinds are called
PAGE       rows of it that are shown at a time
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import accountlink, door, frame, look, step, tables
from lib.view.account import head, paper
from lib.view.account.paper import Column, day, tag, text
from lib.view.account.state import OneAccount
from lib.view.paging import foot
from lib.view.plain import plain

LABELS = {
    "": "All", "contract": "Contracts", "milestone": "Milestones", "goal": "Goals", "ticket": "Tickets", "survey": "Surveys",
    "touch": "Touches", "change": "Changes", "written": "Written",
}  # fmt: skip
PAGE = 200  # rows at a time: each has a text that somebody wrote
_HOT = ("Contract cancelled", "Notice given", "Asked to cancel", "Contract ended", "Cancel request")


def timeline(book: Book, state: OneAccount) -> dict[str, Answer]:
    """The rows, newest first, of one kind or all; long texts are cut here and whole in the download."""
    look.section("Timeline", "newest first; changes of contract stand out", place="timeline")
    _choose(state)
    answer = head.ask("account_timeline", book, state, kind=state.kind, limit=PAGE, offset=(state.page - 1) * PAGE)
    if answer is None:
        return {}
    for note in answer.notes:
        look.note(plain(note))
    rows = tables.records(answer.table)
    if not rows:
        is_cut = state.kind or state.page > 1
        filled = "Contracts, tickets, surveys, touches and milestones fill it."
        said = "Choose “All”, or go to the first page." if is_cut else filled
        look.empty("Nothing happened here by this day", said)
        return {"Timeline": answer}
    columns = [
        Column("Day", lambda row: day(row["happened_on"]), is_narrow=True),
        Column(
            "What", lambda row: tag(row["happening"], "yes" if row["title"].startswith(_HOT) else ""), is_narrow=True
        ),
        Column("", lambda row: _said(row)),
        Column("Who", lambda row: "" if pd.isna(row["who"]) else text(row["who"]), is_narrow=True),
        Column("", lambda row: _link(row["link"]), is_narrow=True),
    ]
    paper.table(rows, columns, label="Timeline", height=520)
    with st.container(horizontal=True, vertical_alignment="center", key="timeline foot"):
        foot(state.page, len(rows), int(rows[0]["n_rows"]), name="timeline", size=PAGE)
        asked = door.whole("account_timeline", frame.on_its_day(book), account=state.account, kind=state.kind)
        tables.download(
            "Download", "account-timeline.csv", asked, key="download timeline", drop=("n_rows",), is_quiet=True
        )
    return {"Timeline": answer}


def _choose(state: OneAccount) -> None:
    step.show("kind of happening", state.kind)

    def chosen() -> None:
        step.turn(kind=st.session_state["kind of happening"] or "")
        look.ask_to_scroll("timeline")

    st.segmented_control(
        "Kind", list(LABELS), key="kind of happening", format_func=LABELS.get, required=True, on_change=chosen,
        label_visibility="collapsed",
    )  # fmt: skip


def _said(row: dict) -> str:
    title = paper.short(row["title"])
    is_bold = row["happening"] in ("contract", "milestone", "goal")
    return paper.said(f"<b>{title}</b>" if is_bold else title, row["detail"])


def _link(url: object) -> str:
    """A link out, where it is one a browser may follow."""
    found = accountlink.web(url)
    return f'<a href="{plain(found)}" target="_blank" rel="noopener noreferrer">open</a>' if found else ""
