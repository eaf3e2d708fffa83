"""The renewals of the quarter on My book: what is still to be decided, by deadline, and what is known and said of each.

card   in a few figures, and the list beneath: those open, all, or those decided
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.triage import WHICH
from lib.view import accountlist, door, look, numbers, step
from lib.view.mybook.mybookstate import MyBook
from lib.view.paging import PAGE
from lib.view.plain import plain

COLUMNS = [
    "name", "account", "decide_by", "renews_on", "arr_renewing", "renewal_outcome", "notice", "risk_reasons", "has_save_plan",
    "renewal_call", "call_amount", "last_touch_on", "csm",
]  # fmt: skip
_FIGURES = {
    "open": "to decide", "decided": "decided", "asked": "asked to cancel", "save plan": "save plan under way",
    "commit": "called commit", "likely": "called likely", "at_risk": "called at risk",
}  # fmt: skip


def card(book: Book, state: MyBook) -> dict[str, Answer]:
    """What comes up for renewal, the nearest deadline first."""
    asked = {"which": state.which}
    answer = door.try_ask("triage", book, **asked, limit=PAGE, offset=(state.renewals_page - 1) * PAGE)
    if answer is None:
        return {}
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="renewals of"
    ):
        look.section("Renewals of the quarter", plain(answer.notes[0]) if answer.notes else "")
        _choose(state)
    figures = answer.table if len(answer.table) else door.ask("triage", book, limit=1).table
    if figures.empty:
        look.empty(
            "No renewals",
            "No contract ends in this quarter, and no notice is due. Lift a filter, or look as of another day.",
        )
        return {"Renewals": answer}
    look.html(_figures(figures["by_figure"].iat[0]))
    if answer.table.empty:
        look.empty("No renewals here", "Choose “All”, or go to the first page.")
    else:
        _list(book, state, answer, asked)
    return {"Renewals": Answer(answer.table.head(0), answer.left_out, answer.notes, answer.sql)}


def _choose(state: MyBook) -> None:
    step.show("which renewals", state.which)

    def chosen() -> None:
        step.turn(which=st.session_state["which renewals"])

    st.segmented_control(
        "Which renewals", ["open", *(name for name in WHICH if name != "open")], key="which renewals", required=True,
        format_func={"open": "To decide", "all": "All", "decided": "Decided"}.get, on_change=chosen, label_visibility="collapsed",
        width="content",
    )  # fmt: skip


def _list(book: Book, state: MyBook, answer: Answer, asked: dict) -> None:
    table = answer.table
    said = table.assign(risk_reasons=[", ".join(reasons) for reasons in table["risk_reasons"]])
    columns = [name for name in COLUMNS if said[name].notna().any() and (name != "has_save_plan" or said[name].any())]
    accountlist.show(
        said, columns, door.whole("triage", book, **asked), key="renewals", page=state.renewals_page,
        parameter="renewals_page", file_name="renewals.csv", most=330, drop=("n_rows", "by_figure"),
    )  # fmt: skip


def _figures(found: list[dict]) -> str:
    """Each figure that is not zero: how many, of what, and how much."""
    parts = [
        f"<span><b>{numbers.count(each['n'])}</b> {_FIGURES[each['figure']]} <i>{numbers.money(each['arr'])} ARR</i></span>"
        for each in found
        if each["n"] or each["figure"] in ("open", "decided")
    ]
    return f'<p class="hl-figures">{"".join(parts)}</p>'
