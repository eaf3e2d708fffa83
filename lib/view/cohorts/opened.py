"""Who is behind the cell that was clicked: as many rows as it counts, paged, with a download.

panel   the list, or how to open one
"""

from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import accountlink, door, look, numbers, step, tables
from lib.view.audiences import saving
from lib.view.cohorts import controls
from lib.view.cohorts.cohortstate import Cohorts
from lib.view.paging import PAGE, foot
from lib.view.plain import plain
from lib.view.words import word

_OF_WHAT = {"users": "people", "accounts": "accounts", "arr_gross": "accounts", "arr_net": "accounts"}


def panel(book: Book, answer: Answer, state: Cohorts) -> dict[str, Answer]:
    """The members of the open cell."""
    if not state.open:
        return {}
    is_all, value = controls.read(state.open[0])
    at = int(state.open[1])
    found = answer.table[answer.table["step"] == at]
    is_it = found["cohort"].isna() if value is None else found["cohort"] == value
    cell = found[is_it & (found["is_pooled"] == is_all)]
    with st.container(border=True, key="cohort cell"):
        if cell.empty:
            look.note("The cell of the link is not among these cohorts.")
            return {}
        row = cell.iloc[0]
        name = "All complete cohorts" if is_all else controls.called(value)
        look.section(plain(f"{name} · {row['step_label']}"), "who is behind the cell", place="members")
        _which(state, int(row["n_retained"]), int(row["n_eligible"]))
        asked = state.options() | {"value": value or "", "pooled": is_all, "at": at, "which": state.which}
        members = door.try_ask("cohort_members", book, **asked, limit=PAGE, offset=(state.members_page - 1) * PAGE)
        if members is None:
            return {}
        if members.table.empty:
            look.empty("Nobody here", "Choose another of the three above, or another cell.")
            return {"Members": members}
        hidden = {"n_rows"} | ({"is_retained"} if state.which != "eligible" else set())
        shown = [name for name in members.table.columns if name not in hidden and members.table[name].notna().any()]
        listed, names = accountlink.opening(members.table[shown], key="cohort members")
        tables.show(listed, key="cohort members", height=min(360, 40 + 32 * len(listed)), config=names)
        with st.container(horizontal=True, vertical_alignment="center"):
            n_rows = int(members.table["n_rows"].iat[0])
            foot(state.members_page, len(members.table), n_rows, name="members", parameter="members_page")
            everyone = door.whole("cohort_members", book, **asked)
            tables.download(
                "Download", "cohort-members.csv", everyone, key="download members", drop=("n_rows",), is_quiet=True
            )
            _save(
                book, state, asked, n_rows, f"{name.replace('All', 'all', 1) if is_all else name}, {row['step_label']}"
            )
            st.button("Close", key="close cell", type="tertiary", on_click=lambda: step.turn(open=()))
    return {"Members": members}


def _save(book: Book, state: Cohorts, asked: dict, n: int, cell: str) -> None:
    """Of a cohort by time it is about those very people: the period that names it is kept."""
    kept, lost = _kept_and_lost(state)
    usual = "signup" if state.of == "users" else "contract_start"
    by = controls.BEGINS.get(state.cohort or usual) or word(state.cohort)
    which = {"retained": kept, "lost": lost, "eligible": "all"}[state.which].lower()
    saving.offer(
        book, whom="people" if state.of == "users" else "accounts", asks="cohort_members", options=asked, n=n,
        view=replace(state, first="", second="", members_page=1).to_query(),
        says=f"{_OF_WHAT[state.of]} by {by[0].lower()}{by[1:]}, {cell}: {which}", keeps_period=not asked["pooled"],
    )  # fmt: skip


def _kept_and_lost(state: Cohorts) -> tuple[str, str]:
    """What those who count are called, and the others."""
    is_first_use = state.feature and not state.of.startswith("arr_")
    return ("Used it", "Not yet") if is_first_use else ("Retained", "Not retained")


def _which(state: Cohorts, n_retained: int, n_eligible: int) -> None:
    kept, lost = _kept_and_lost(state)
    words = {
        "retained": f"{kept} {numbers.count(n_retained)}",
        "lost": f"{lost} {numbers.count(n_eligible - n_retained)}",
        "eligible": f"All {numbers.count(n_eligible)}",
    }
    step.show("which members", state.which)
    st.segmented_control(
        "Which", list(words), key="which members", format_func=words.get, required=True, label_visibility="collapsed",
        on_change=lambda: step.turn(which=st.session_state["which members"]),
    )  # fmt: skip
