"""The accounts lost: days of warning, false greens by stage and by segment, and the list of them.

section   all of it
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.health.losses import NEVER
from lib.view import accountlist, door, look, numbers, step, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.charts import theme, warned
from lib.view.charts.warned import Bin
from lib.view.paging import PAGE
from lib.view.plain import plain
from lib.view.proof.proofstate import LOST, Proof
from lib.view.words import word

_SORTS = {
    "arr": "ARR, highest first", "newest": "Newest first", "lead": "Least warning first", "score": "Highest score first",
    "account": "By account",
}  # fmt: skip
_COLUMNS = [
    "name", "account", "lost_on", "arr_then", "stage", "segment", "colour_early", "score_before", "risk_before", "is_held_before",
    "colour_final", "score_final", "lead_days", "lost_reason", "renewal_ending", "csm",
]  # fmt: skip


def section(book: Book, state: Proof, whole: Mapping) -> dict[str, Answer]:
    """`whole` is the row of all accounts lost."""
    words, shown = door.definitions().health, {}
    look.section("How long before was it red?", "without a break to the last reading before the loss")
    left, right = st.columns([1, 1], gap="medium")
    with left:
        shown |= _warning(book, whole)
    with right:
        shown |= _by(book, words.final_days)
    look.section("The accounts lost", "a click on a name opens the account", place="lost")
    _choose(state, whole)
    return shown | _listed(book, state)


def _warning(book: Book, whole: Mapping) -> dict[str, Answer]:
    answer = door.try_ask("health_warning", book)
    if answer is None:
        return {}
    rows, n = tables.records(answer.table), whole["n_proof_losses"]
    bins = [
        Bin(
            row["lead"], row["n_proof_losses"], row["n_proof_losses"] / n, f"{numbers.money(row['lost_arr_then'])} ARR",
            row["lead"] == NEVER,
        )
        for row in rows
    ]  # fmt: skip

    def opened(number: int) -> None:
        step.turn(lost="all", lead=rows[number]["lead"])
        look.ask_to_scroll("lost")

    theme.show(
        warned.figure(bins, colours=theme.palette()), "proof warning", alt=warned.alternative(bins), on_click=opened
    )
    n_warned = int(whole["n_red_at_end"])
    if n_warned:
        look.note(
            f"Of the {numbers.count(n_warned)} red at their last reading, half had been so for "
            f"{numbers.plural(whole['lead_p50_days'], 'day')} or more."
        )
    return {"Days of warning": answer}


def _by(book: Book, final_days: int) -> dict[str, Answer]:
    """False greens by stage and by segment."""
    shown = {}
    for by in ("stage", "segment"):
        answer = door.try_ask("health_losses", book, by=by) if by == "stage" or _has(by) else None
        if answer is None:
            continue
        rows = tables.records(answer.table[~answer.table["is_whole"].astype(bool)])
        paper.table(
            rows,
            [
                Column(plain(word(by)), _named),
                Column("Lost", lambda row: numbers.count(row["n_proof_losses"]), is_number=True),
                Column("Green to the end", lambda row: numbers.count(row["n_green_final"]), is_number=True),
                Column("Share", _share, is_number=True),
            ],
            label=f"False greens by {by}", height=240,
        )  # fmt: skip
        shown[f"Lost by {by}"] = answer
    look.note(f"Green to the end: green {final_days} days before the loss. 95 % intervals (Wilson).")
    return shown


def _has(by: str) -> bool:
    return any(each.name == by for each in door.opened().dimensions)


def _share(row: Mapping) -> str:
    return numbers.interval(row["false_green_rate"], row["false_green_rate_lo"], row["false_green_rate_hi"])


def _named(row: Mapping) -> str:
    return paper.short(row["proof_level"]) if isinstance(row["proof_level"], str) else "not given"


def _choose(state: Proof, whole: Mapping) -> None:
    counts = {
        "all": "n_proof_losses", "red": "n_red_before", "amber": "n_amber_before", "green": "n_green_before",
        "none": "n_none_before", "green to the end": "n_green_final",
    }  # fmt: skip
    days = door.definitions().health.proof_days
    called = {"all": "Lost", "none": "No score", "green to the end": "Green to the end"}
    said = {
        name: f"{called.get(name, name.capitalize())}{f' {days} d before' if name in ('red', 'amber', 'green', 'none') else ''} "
        f"{numbers.count(whole[n])}"
        for name, n in counts.items()
    }
    step.show("proof lost", state.lost)
    step.show("proof order", state.order)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="proof lost choice"):
        st.segmented_control(
            "Which accounts", list(LOST), key="proof lost", format_func=said.get, label_visibility="collapsed", required=True,
            width="content", on_change=lambda: step.turn(lost=st.session_state["proof lost"], lead=""),
        )  # fmt: skip
        st.selectbox(
            "Order", list(_SORTS), key="proof order", format_func=_SORTS.get, width=210, label_visibility="collapsed",
            on_change=lambda: step.turn(order=st.session_state["proof order"]),
        )  # fmt: skip
        if state.lead:
            st.button(f"Warning: {state.lead}", key="proof any lead", type="tertiary", icon=":material/close:",
                      on_click=lambda: step.turn(lead=""))  # fmt: skip


def _listed(book: Book, state: Proof) -> dict[str, Answer]:
    asked = {**LOST[state.lost], "sort": state.order, **({"lead": state.lead} if state.lead else {})}
    with st.container():  # always there: what stands below keeps its place
        found = door.try_ask("health_lead", book, **asked, limit=PAGE, offset=(state.lost_page - 1) * PAGE)
        if found is None:
            return {}
        if found.table.empty:
            look.empty(*_nobody(state))
            return {"Accounts lost": found}
        columns = [name for name in _COLUMNS if name == "account" or found.table[name].notna().any()]
        accountlist.show(
            found.table, columns, door.whole("health_lead", book, **asked), key="proof lost list", page=state.lost_page,
            parameter="lost_page", file_name="lost-and-their-scores.csv", most=420,
            config=tables.tenths("score_before", "score_final"),
        )  # fmt: skip
    return {"Accounts lost": replace(found, table=found.table.head(0))}  # the list itself stands above, whole


def _nobody(state: Proof) -> Sequence[str]:
    if state.lost == "green to the end":
        return ("Nobody was green to the end", "Of every account lost the score had fallen, or there was none.")
    return ("No accounts here", "Choose others above, or go to the first page.")
