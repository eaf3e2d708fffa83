"""The list behind a figure: the renewals, or the moves, of one lever.

panel   which they are, and the list; gives the answer for the passport
"""

from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.renewals.listing import VIEWS
from lib.view import accountlist, door, look, numbers, step
from lib.view.paging import PAGE
from lib.view.plain import plain
from lib.view.renewals import board, levels, spelt
from lib.view.renewals.renewalsstate import CLOSED, MISSING, NOBODY, Renewals

_COLUMNS = [
    "name", "account", "csm", "line", "moved_on", "lever", "arr_from", "arr_to", "arr_moved", "lever_arr", "seats_from", "seats_to",
    "plan_from", "plan_to", "notice_by", "notice", "lost_reason",
]  # fmt: skip
_SORTS = {"arr": "Most money first", "soonest": "Earliest first", "latest": "Latest first", "account": "By account"}
_SPLIT = ("volume", "price", "edition", "untold")
_PIECES = {  # the parts a lever has, by view
    ("pool", "lapsed"): ("with notice", "without notice"),
    **{(view, lever): _SPLIT for view in VIEWS for lever in ("upsell", "upsell_mid_term", "downsell_mid_term")},
    ("calendar", "downsell"): _SPLIT,
}
_OWN = set(_SPLIT)  # parts whose amount is another than that of the move


def panel(book: Book, levers: Answer, state: Renewals) -> dict[str, Answer]:
    """The list that is open."""
    place = st.container()  # always there: what comes and goes must not move what stands below it
    if not state.lever:
        return {}
    with place.container(border=True, key="renewals-opened"):
        asked = _asked(levers, state)
        answer = door.try_ask("renewal_accounts", book, **asked, limit=PAGE, offset=(state.listed_page - 1) * PAGE)
        look.section(_title(state), _aside(answer, state), place="listed")
        _choose(state)
        return {} if answer is None else _list(book, answer, asked, state)


def _asked(levers: Answer, state: Renewals) -> dict[str, object]:
    asked = {
        "view": state.list_view, "lever": state.lever, "part": _piece(state), "money": state.money, "sort": state.order,
        "currency": board.shown_currency(levers, state),
    }  # fmt: skip
    if state.begins and state.ends:
        asked |= {"period_from": state.begins, "period_until": state.ends}
    if state.level:
        asked |= {"by": levels.by(state), "level": "" if state.level == MISSING else state.level}
    if state.csm:
        asked |= {"csm": "" if state.csm == NOBODY else state.csm}
    return asked


def _piece(state: Renewals) -> str:
    return state.piece if state.piece in _PIECES.get((state.list_view, state.lever), ()) else ""


def _title(state: Renewals) -> str:
    said = [spelt.parted(state.lever, _piece(state), state.list_view)]
    if state.level:
        said.append(plain("without one" if state.level == MISSING else state.level))
    if state.csm:
        said.append(plain("nobody's" if state.csm == NOBODY else state.csm))
    if state.begins and state.ends:
        said.append(spelt.period(state.begins, state.ends))
    return " · ".join(said)


def _aside(answer: Answer | None, state: Renewals) -> str:
    if answer is None or answer.table.empty:
        return ""
    first = answer.table.iloc[0]
    n, n_accounts = first["n_rows"], first["n_rows_accounts"]
    what = "renewal" if _is_of_renewals(state) else "move"
    count = numbers.plural(n_accounts, "account")
    said = count if _is_of_a_day(state) else f"{numbers.plural(n, what)} of {count}"
    money = numbers.money(first["arr_rows"])
    return f"{said} · {money} {spelt.amount(state.money)} · a click on an account's name opens it"


def _is_of_renewals(state: Renewals) -> bool:
    moves = ("new", "reactivated", "cross_sell", "upsell_mid_term", "downsell_mid_term")
    return state.list_view == "pool" and state.lever not in moves


def _is_of_a_day(state: Renewals) -> bool:
    return state.list_view == "calendar" and state.lever in ("opening", "closing", "customers", "gone")


def _choose(state: Renewals) -> None:
    view = state.list_view
    step.show("listed lever", state.lever)
    step.show("listed order", state.order)
    pieces = _PIECES.get((view, state.lever), ())
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="listed choice"):
        st.selectbox(
            "Lever", list(VIEWS[view]), key="listed lever", format_func=lambda name: spelt.lever(name, view), width=210,
            label_visibility="collapsed", on_change=lambda: step.turn(lever=st.session_state["listed lever"], piece=""),
        )  # fmt: skip
        with st.container(width="content"):  # always there: what comes and goes must not move what stands below it
            if pieces:
                step.show("listed piece", _piece(state))
                st.segmented_control(
                    "Part", ["", *pieces], key="listed piece", format_func=lambda name: spelt.PARTS.get(name, "All"), required=True,
                    label_visibility="collapsed", width="content",
                    on_change=lambda: step.turn(piece=st.session_state["listed piece"] or ""),
                )  # fmt: skip
        st.selectbox(
            "Order", list(_SORTS), key="listed order", format_func=_SORTS.get, width=190, label_visibility="collapsed",
            on_change=lambda: step.turn(order=st.session_state["listed order"]),
        )  # fmt: skip
        st.button("Close", key="close renewals", type="tertiary", on_click=lambda: step.turn(**CLOSED))


def _list(book: Book, answer: Answer, asked: dict, state: Renewals) -> dict[str, Answer]:
    if answer.table.empty:
        look.empty("Nothing here", "Choose another lever above, or go to the first page.")
        return {"List": answer}
    table = answer.table.assign(lever=[spelt.lever(each, state.list_view) for each in answer.table["lever"]])
    hidden = set() if _piece(state) in _OWN else {"lever_arr"}
    hidden |= {"notice"} if (table["notice"] == "none").all() else set()
    hidden |= (
        {"lever"} if table["lever"].nunique() == 1 and state.lever not in ("due", "decided", "lost", "moved") else set()
    )
    hidden |= {"line"} if table["n_rows"].iat[0] == len(table) and table["line"].nunique() == 1 else set()
    columns = [
        name
        for name in _COLUMNS
        if name == "account" or (name not in hidden and (table[name].notna() & (table[name] != "")).any())
    ]
    accountlist.show(
        table, columns, door.whole("renewal_accounts", book, **asked), key="renewals listed", page=state.listed_page,
        parameter="listed_page", file_name=f"renewals-{state.lever.replace('_', '-')}.csv", most=420,
        drop=("n_rows", "n_rows_accounts", "arr_rows"), labels=_labels(state),
    )  # fmt: skip
    return {"List": replace(answer, table=answer.table.head(0))}  # the list itself stands above, whole


def _labels(state: Renewals) -> dict[str, str]:
    unit = spelt.amount(state.money)
    labels = {"arr_from": f"{unit} before", "arr_to": f"{unit} after", "arr_moved": "Change", "lever": "What came"}
    if state.list_view == "calendar":
        labels["lever"] = "What moved"
        if state.lever in ("opening", "closing"):
            labels["arr_to"] = unit
    if _is_of_renewals(state):
        labels |= {"moved_on": "Renews on", "arr_from": f"{unit} due", "arr_to": f"{unit} renewed"}
    if part := _piece(state):
        labels["lever_arr"] = f"Of it {part}"
    return labels
