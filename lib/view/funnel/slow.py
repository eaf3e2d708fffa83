"""Who is slow: accounts inside a stage for longer than most of their peers were, with what it costs.

section   the choice of stage and order, and the list
SORTS     the orders there are
"""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import accountlist, door, look, numbers, step
from lib.view.funnel.funnelstate import Funnel
from lib.view.paging import PAGE
from lib.view.plain import plain

SORTS = {
    "cost": "Late for their renewal first", "slowest": "Slowest first", "renewal": "Next renewal first", "account": "By account",
}  # fmt: skip
_COLUMNS = [
    "name", "stage", "days", "peers_dwell_days", "velocity", "next_rate", "expected_on", "renews_on", "is_late_for_renewal", "arr",
    "csm", "percentile", "segment", "entered_on", "slow_since", "peers", "n_peers", "account",
]  # fmt: skip


def section(book: Book, whole: Sequence[dict], state: Funnel) -> dict[str, Answer]:
    """Accounts that are slow, those of one stage or of all; nothing where the journey has one stage."""
    if len(whole) < 2:
        return {}
    words = door.definitions().journey
    look.section(
        "Who is slow",
        f"longer in the stage than {words.slow_share * 100:.0f} % of their peers; a click on a name opens the account",
        place="slow",
    )
    _choose(whole, state)
    asked = {"journey": whole[0]["journey"], "sort": state.slow_order}
    asked |= {"stage": state.slow_stage} if state.slow_stage else {}
    with st.skeleton(height=300):
        answer = door.try_ask("laggards", book, **asked, limit=PAGE, offset=(state.slow_page - 1) * PAGE)
    if answer is None:
        return {}
    look.note(plain(answer.notes[0]))
    if answer.table.empty:
        if state.slow_page == 1 and answer.left_out["n"].sum():
            look.empty(
                "Too little to tell",
                "Days expected of a stage, given at “Change the journey”, tell who is slow in it.",
            )
        elif state.slow_page == 1:
            look.empty("Nobody is slow here", "Every account of this book is within the days of most of its peers.")
        else:
            look.empty("No accounts here", "Go to the first page.")
        return {"Slow": answer}
    table = answer.table
    hidden = ("stage",) if state.slow_stage else ()
    columns = [name for name in _COLUMNS if name not in hidden and (name == "account" or table[name].notna().any())]
    labels = {"days": "Days", "peers_dwell_days": "Peers' median", "next_rate": f"Through in {words.next_days} days"}
    accountlist.show(
        table, columns, door.whole("laggards", book, **asked), key="slow accounts", page=state.slow_page, parameter="slow_page",
        file_name="slow-accounts.csv", most=420, labels=labels,
        config={"velocity": st.column_config.NumberColumn("× peers", format="%.1f")},
    )  # fmt: skip
    return {"Slow": replace(answer, table=table.head(0))}  # the list itself stands above, whole


def _choose(whole: Sequence[dict], state: Funnel) -> None:
    step.show("slow stage", state.slow_stage)
    step.show("slow order", state.slow_order)
    inside = {row["stage"]: numbers.count(row["n_now"]) for row in whole[:-1]}

    def turned() -> None:
        step.turn(slow_stage=st.session_state["slow stage"], slow_order=st.session_state["slow order"])

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="slow choice"):
        st.selectbox("Stage", ["", *inside], key="slow stage", on_change=turned, width=260, label_visibility="collapsed",
                     format_func=lambda name: f"Of the {inside[name]} in {name}" if name else "In any stage")  # fmt: skip
        st.selectbox("Order", list(SORTS), key="slow order", on_change=turned, width=240, label_visibility="collapsed",
                     format_func=SORTS.get)  # fmt: skip
