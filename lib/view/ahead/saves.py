"""Save plans, moves between plans or tiers, and accounts that renew flat.

section   the three of them, one below another
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.ahead import saveaccounts
from lib.view import door, look, numbers, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.ahead import asking
from lib.view.ahead.aheadstate import Ahead
from lib.view.plain import plain

ORDERS = {
    "times": "Most often first",
    "arr": "ARR, highest first",
    "renewal": "Next renewal first",
    "account": "By account",
}
_GROUPS = {"plan": "With a save plan", "none": "At risk, without one"}
_ALL, _NOT_GIVEN = "All that moved", "not given"
_SAVED = ["name", "account", "save_outcome", "counts_from_on", "arr_then", "currency", "csm", "segment"]
_TERMS = [
    "name", "account", "went_on", "moved_when", "went_from", "went_to", "arr_before", "arr_after", "arr_gained", "currency",
    "renewal_line", "csm", "segment",
]  # fmt: skip
_KINDS = {"plan": "Plans of the contracts", "tier": "Tiers of the accounts"}
_COLUMNS = [
    "name",
    "account",
    "n_flat",
    "flat_since_on",
    "renews_on",
    "arr_due",
    "currency",
    "renewal_line",
    "csm",
    "segment",
]


def section(book: Book, state: Ahead) -> dict[str, Answer]:
    """What save plans came to, where accounts moved, and who never does."""
    return _saved(book, state) | _moved(book, state) | _flat(book, state)


def _saved(book: Book, state: Ahead) -> dict[str, Answer]:
    look.section("Save plans", "opened in the period, beside accounts at risk when it opened, without one")
    answer = door.try_ask("save_rate", book)
    if answer is None:
        return {}
    if not answer.table["n_plans"].sum():
        look.empty(
            "No save plans, and nobody at risk",
            "Save plans are written on My book and on an account; those of the period are rated here.",
        )
        return {"Save plans": answer}
    paper.table(
        tables.records(answer.table),
        [
            Column("Accounts", lambda row: plain(row["save_group"])),
            Column("Looked at", lambda row: numbers.count(row["n_plans"]), is_number=True),
            Column("Decided", lambda row: numbers.count(row["n_decided_accounts"]), is_number=True),
            Column("Saved", lambda row: numbers.count(row["n_saved"]), is_number=True),
            Column("Save rate", lambda row: asking.cell(row, "save_rate"), is_number=True),
            Column("of ARR", lambda row: asking.cell(row, "arr_save_rate"), is_number=True),
            Column("ARR decided", lambda row: numbers.money(row["arr_decided"]), is_number=True),
        ],
        label="What became of save plans",
    )
    look.note("<br>".join(plain(note) for note in answer.notes))
    said = {f"{group} {which}": f"{_GROUPS[group]}: {which}" for group in _GROUPS for which in saveaccounts.WHICH}
    asking.choice(
        "Accounts", "saved", ["", *said], state, said=lambda name: said.get(name, "List accounts …"), width=300
    )
    group, _, which = state.saved.partition(" ")
    with st.container():  # always there: what stands below keeps its place
        found = asking.listed(
            book, state, "save_accounts", {"group": group, "which": which}, columns=_SAVED, page="saved_page",
            file_name="saves.csv",
        ) if state.saved else {}  # fmt: skip
    return {"Save plans": answer, **({"Save plans listed": found["Accounts"]} if found else {})}


def _moved(book: Book, state: Ahead) -> dict[str, Answer]:
    look.section("From plan to plan", "terms that were renewed, or changed in mid-term, in the period")
    asking.choice("What moved", "moved", list(_KINDS), state, said=_KINDS.get, width=240)
    answer = door.try_ask("plan_moves", book, what=state.moved)
    if answer is None:
        return {}
    told = answer.table[answer.table["went_from"].notna() | answer.table["went_to"].notna()]
    if told.empty:
        look.empty(
            "No plans are known",
            "The column plan of a contract file (or tier of an accounts file) would fill this part.",
        )
        return {"Moves": answer}
    look.html(f'<p class="hl-said">{_said(told, state)}</p>')
    moves = told[told["is_move"]].sort_values("n_moved_accounts", ascending=False)
    if moves.empty:
        return {"Moves": answer}
    paper.table(
        tables.records(moves), _columns(told["currency"].nunique() > 1), label="Moves between plans", height=360
    )
    return {"Moves": answer, **_terms(book, moves, state)}


def _terms(book: Book, moves: pd.DataFrame, state: Ahead) -> dict[str, Answer]:
    """The terms of one move, or of all of them."""
    known = {_way(row): row for row in tables.records(moves.drop_duplicates(["moved_when", "went_from", "went_to"]))}
    named = [state.move] if state.move not in ("", _ALL, *known) else []
    asking.choice(
        "Move", "move", ["", _ALL, *known, *named], state, said=lambda name: name or "List terms …", width=360
    )
    row = known.get(state.move)
    asked = {name: _given(row[name]) for name in ("moved_when", "went_from", "went_to")} if row else {}
    with st.container():  # always there: what stands below keeps its place
        if not state.move:
            return {}
        if row is None and state.move != _ALL:
            look.empty("No terms here", "No term went this way in the period. Choose another.")
            return {}
        found = asking.listed(
            book, state, "moved_accounts", {"what": state.moved, **asked}, columns=_TERMS, page="move_page", file_name="moves.csv",
        )  # fmt: skip
    return {"Terms listed": found["Accounts"]} if found else {}


def _way(row: dict) -> str:
    """Starter → Team, at renewal."""
    return f"{_given(row['went_from']) or _NOT_GIVEN} → {_given(row['went_to']) or _NOT_GIVEN}, {row['moved_when']}"


def _given(value: object) -> str:
    return value if isinstance(value, str) else ""


def _said(told: pd.DataFrame, state: Ahead) -> str:
    moves = told[told["is_move"]]
    n, n_moved = int(told["n_moved_lines"].sum()), int(moves["n_moved_lines"].sum())
    if not n_moved:
        return f"None of {numbers.plural(n, 'term')} came to another {state.moved}."
    gained = moves.groupby("currency")["arr_gained"].sum()
    up, down = (asking.money(_side(moves, sign)) for sign in (1, -1))
    where = asking.money(gained.to_dict())
    return (
        f"<b>{numbers.count(n_moved)} of {numbers.plural(n, 'term')}</b> came to another {state.moved}: ways that gained brought "
        f"{up}, ways that lost took {down}, {where} in all."
    )


def _side(moves: pd.DataFrame, sign: int) -> dict:
    return moves[moves["arr_gained"] * sign > 0].groupby("currency")["arr_gained"].sum().mul(sign).to_dict()


def _columns(several: bool) -> list[Column]:
    return [
        Column("From", lambda row: paper.text(row["went_from"])),
        Column("To", lambda row: paper.text(row["went_to"])),
        Column("When", lambda row: plain(row["moved_when"])),
        *([Column("Currency", lambda row: paper.text(row["currency"]))] if several else []),
        Column("Accounts", lambda row: numbers.count(row["n_moved_accounts"]), is_number=True),
        Column("of those of that plan", lambda row: asking.cell(row, "plan_rate"), is_number=True),
        Column("ARR before", lambda row: numbers.money(row["arr_before"]), is_number=True),
        Column("ARR after", lambda row: numbers.money(row["arr_after"]), is_number=True),
        Column("Gained", lambda row: numbers.money(row["arr_gained"]), is_number=True),
    ]


def _flat(book: Book, state: Ahead) -> dict[str, Answer]:
    times = door.definitions().renewals_ahead.flat_times
    look.section("Flat again and again", f"live lines whose last {times} renewals or more were flat to the cent")
    listed = asking.listed(
        book, state, "flat_renewers", {}, columns=_COLUMNS, page="flat_page", file_name="flat.csv", orders=ORDERS,
        order="flat_order", nobody=("Nobody renews flat again and again", "No live line was flat so many times in a row."),
    )  # fmt: skip
    return {"Flat": listed["Accounts"]} if listed else {}
