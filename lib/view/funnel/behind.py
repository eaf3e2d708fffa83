"""The stage that is open, or a cell of it: how long it takes, and its accounts.

panel   all of it; gives the answers for the passport
"""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import accountlist, door, look, numbers, step
from lib.view.funnel import segments, sentences, stages
from lib.view.funnel.funnelstate import Funnel
from lib.view.funnel.segments import MISSING
from lib.view.paging import PAGE
from lib.view.plain import plain

_COLUMNS = [
    "name", "account", "csm", "arr", "renews_on", "entered_on", "days", "ending", "left_on", "next_stage",
]  # fmt: skip
_SORTS = {
    "longest": "Longest there first", "newest": "Newest first", "arr": "ARR, highest first", "renewal": "Next renewal first",
    "account": "By account",
}  # fmt: skip


_SPREAD = (
    ("a quarter", "dwell_p25"), ("half", "dwell_p50"), ("three quarters", "dwell_p75"), ("nine tenths", "dwell_p90"),
)  # fmt: skip


def panel(book: Book, answer: Answer, levels: Answer | None, state: Funnel) -> dict[str, Answer]:
    """The stage that is open, or its cell of the state's level: what it says, and the accounts behind each of its figures."""
    row = segments.row_of(levels, state) if state.level else stages.row_of(answer, state)
    if row is None:
        look.empty("No such accounts here", "Nobody of this book came into this stage in this period.")
        return {}
    with st.container(border=True, key="stage-opened"):
        whose = f" · {plain(state.level)}" if state.level else ""
        look.section(
            f"{plain(row['stage'])}{whose}: the accounts", "a click on an account's name opens it", place="stage"
        )
        if lines := _told(row):
            look.note("<br>".join(lines))
        _choose(row, state)
        return _list(book, row["journey"], state)


def _told(row: dict) -> list[str]:
    """The quantiles, the share that went on by day 30, 60 and 90, and how it was two quarters ago."""
    lines = []
    spread = [
        f"{said} by day {row[name]:,.0f}"
        for said, name in _SPREAD
        if row[name] == row[name]
    ]  # fmt: skip
    if spread:
        lines.append(f"Gone on, if nobody left: {', '.join(spread)}.")
    by_day = [
        f"{sentences.share(*(row[f'within_{day}_{each}'] for each in ('rate', 'lo', 'hi')))} by day {day}"
        for day in (30, 60, 90)
        if row[f"within_{day}_rate"] == row[f"within_{day}_rate"]
    ]
    if by_day:
        lines.append(f"Gone on, with those who leave in the count: {', '.join(by_day)}.")
    if row["was_p50"] == row["was_p50"]:
        p = f" (p = {row['p_past']:.2f})" if row["p_past"] == row["p_past"] else ""
        lines.append(f"{sentences.QUARTERS.capitalize()} half had gone on by day {row['was_p50']:,.0f}{p}.")
    return lines


def _choose(row: dict, state: Funnel) -> None:
    counted = {
        "now": ("Inside now", "n_now"), "entered": ("Came in", "n_entered"), "completed": ("Went on", "n_completed"),
        "inside": ("Of them still inside", "n_inside"), "exited": ("Left", "n_exited"),
    }  # fmt: skip
    words = {name: f"{said} {numbers.count(row[n])}" for name, (said, n) in counted.items()}
    step.show("stage which", state.which)
    step.show("stage order", state.order)

    def turned() -> None:
        step.turn(which=st.session_state["stage which"], order=st.session_state["stage order"])

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="stage choice"):
        st.segmented_control("Which accounts", list(words), key="stage which", format_func=words.get, on_change=turned,
                             required=True, label_visibility="collapsed", width="content")  # fmt: skip
        st.selectbox("Order", list(_SORTS), key="stage order", format_func=_SORTS.get, on_change=turned, width=200,
                     label_visibility="collapsed")  # fmt: skip
        st.button("Close", key="close stage", type="tertiary", on_click=lambda: step.turn(stage="", level=""))


def _list(book: Book, journey: str, state: Funnel) -> dict[str, Answer]:
    asked = {"stage": state.stage, "journey": journey, "which": state.which, "sort": state.order}
    asked |= {"by": segments.by(state), "level": "" if state.level == MISSING else state.level} if state.level else {}
    answer = door.try_ask("stage_accounts", book, **asked, limit=PAGE, offset=(state.accounts_page - 1) * PAGE)
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty("No accounts here", "Choose others above, or go to the first page.")
        return {"Accounts": answer}
    hidden = _hidden(state.which)
    columns = [
        name for name in _COLUMNS if name == "account" or (name not in hidden and answer.table[name].notna().any())
    ]
    accountlist.show(
        answer.table, columns, door.whole("stage_accounts", book, **asked), key="stage accounts", page=state.accounts_page,
        parameter="accounts_page", file_name=f"stage-{state.which}.csv", most=420,
    )  # fmt: skip
    return {"Accounts": replace(answer, table=answer.table.head(0))}  # the list itself stands above, whole


def _hidden(which: str) -> Sequence[str]:
    """Columns that say the same in every row."""
    return () if which == "entered" else ("ending",)
