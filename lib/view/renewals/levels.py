"""The levers against a dimension: a row per value, each figure with its interval; a click on one opens its list.

by        the dimension that is asked, none where the data has none
section   the choice of the dimension and the table
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.facts.levels import OTHER
from lib.measures import Answer
from lib.view import door, look, numbers, step, tables
from lib.view.plain import plain
from lib.view.renewals import board, spelt
from lib.view.renewals.figures import opens
from lib.view.renewals.renewalsstate import MISSING, Renewals
from lib.view.words import word, word_within

USUAL = "segment"
MOST = 15  # values that are shown; all are in the download
_FIGURES = {  # heading: the list a click opens, and where the figure stands
    "pool": {
        "Due": ("due", "", "amount"), "Decided": ("decided", "", "n"), "Gross retention, %": ("decided", "", "grr"),
        "Net retention, %": ("decided", "", "nrr"), "Logo churn, %": ("gone", "", "logo_churn_rate"),
        "Lapsed, notice": ("lapsed", "with notice", "rate"), "Lapsed, none": ("lapsed", "without notice", "rate"),
        "Down-sell": ("downsell", "", "rate"), "Up-sell": ("upsell", "", "rate"),
    },
    "calendar": {
        "Opening": ("opening", "", "amount"), "Customers": ("customers", "", "n"), "Gross retention, %": ("customers", "", "grr"),
        "Net retention, %": ("customers", "", "nrr"), "Logo churn, %": ("gone", "", "logo_churn_rate"), "New": ("new", "", "rate"),
        "Up-sell": ("upsell", "", "rate"), "Down-sell": ("downsell", "", "rate"), "Lapsed": ("lapse", "", "rate"),
        "Cancelled": ("cancellation", "", "rate"),
    },
}  # fmt: skip
_WITH_INTERVAL = ("grr", "nrr", "logo_churn_rate")


def by(state: Renewals) -> str:
    """The dimension that is asked, none where the data has none."""
    known = [each.name for each in door.opened().dimensions]
    return state.by or (USUAL if USUAL in known else next(iter(known), ""))


def section(book: Book, levers: Answer, state: Renewals) -> dict[str, Answer]:
    """The choice of the dimension and the table; nothing where the data has no dimension."""
    if not by(state):
        look.empty(
            "Nothing to cut by",
            "The data has no property of accounts: columns such as segment, region or plan are read with them.",
        )
        return {}
    of = "decided ARR" if state.view == "pool" else "the opening ARR"
    look.section(
        f"Levers by {plain(word_within(by(state)))}",
        f"each alone, in % of {of.replace('ARR', spelt.amount(state.money))}; a click on a figure lists it",
    )
    asked = {**board.options(state), "by": by(state)}
    _choose(book, asked, state)
    with st.skeleton(height=240):
        found, rates = door.try_ask("renewals", book, **asked), door.try_ask("retention", book, **asked)
    if found is None or rates is None:
        return {}
    rows = _rows(found, rates, board.shown_currency(levers, state), state)
    if len(rows) < 2:
        look.empty("Nothing to compare", "All accounts have the same value. Choose another dimension.")
    else:
        _table(rows, state)
    return {"Levers by segment": found, "Retention by segment": rates}


def _choose(book: Book, asked: dict, state: Renewals) -> None:
    step.show("renewals by", by(state))

    def turned() -> None:
        open_list = {"lever": "", "level": ""} if state.level else {}
        step.turn(by=st.session_state["renewals by"], **open_list)

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="renewals segments"):
        st.selectbox(
            "By", [each.name for each in door.opened().dimensions], key="renewals by", width=230, label_visibility="collapsed",
            format_func=lambda name: f"By {word_within(name)}", on_change=turned,
        )  # fmt: skip
        tables.download(
            "Levers", "renewals-by.csv", door.whole("renewals", book, **asked), key="download levers by", is_quiet=True
        )
        tables.download("Retention", "retention-by.csv", door.whole("retention", book, **asked), key="download retention by",
                        is_quiet=True)  # fmt: skip


def _rows(found: Answer, rates: Answer, currency: str, state: Renewals) -> list[dict]:
    """A row per value, most due (or most at the opening) first: its levers by name and part, and what is kept."""
    rows: dict[str, dict] = {}
    for row in tables.records(found.table[found.table["currency"] == currency]):
        rows.setdefault(_level(row), {"level": _level(row), "told": {}})["told"][row["lever"], row["part"]] = row
    for row in tables.records(rates.table[rates.table["currency"] == currency]):
        if _level(row) in rows:
            rows[_level(row)]["kept"] = row
    first = ("due", "") if state.view == "pool" else ("opening", "")
    told = [
        row for row in rows.values() if row["level"] != OTHER and any(each["n_terms"] for each in row["told"].values())
    ]
    return sorted(told, key=lambda row: -row["told"][first]["lever_arr"])


def _table(rows: list[dict], state: Renewals) -> None:
    shown, columns = rows[:MOST], _FIGURES[state.view]
    few = door.definitions().reading.few_accounts
    name = word(by(state))
    table = pd.DataFrame(
        [{name: row["level"], **{head: _figure(row, *each) for head, each in columns.items()}} for row in shown]
    )
    key = f"levels {state.view}"
    config = {name: st.column_config.TextColumn(name, pinned=True)}
    for number, (head, (lever, piece, _)) in enumerate(columns.items()):
        config[head] = st.column_config.ButtonColumn(
            head, type="tertiary", alignment="right", key=f"{key} {number}",
            on_click=_opener(f"{key} {number}", shown, lever, piece, state),
        )  # fmt: skip
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        row_height=32,
        height="content",
        column_config=config,
        placeholder="–",
    )
    said = []
    if small := [row["level"] for row in shown if row.get("kept") is None or row["kept"]["n_customers"] < few]:
        said.append(
            f"Values with fewer than {few} accounts decided say little: {numbers.plural(len(small), 'such value')}."
        )
    if len(rows) > MOST:
        said.append(f"The {MOST} largest of {len(rows)} values are shown; all are in the download.")
    if said:
        look.note(" ".join(said))


def _opener(key: str, rows: list[dict], lever: str, piece: str, state: Renewals):
    def clicked() -> None:
        at = st.session_state[key]["row"]
        if 0 <= at < len(rows):
            opens(lever, piece, level=rows[at]["level"])()

    return clicked


def _figure(row: dict, lever: str, piece: str, kind: str) -> str:
    kept = row.get("kept") or {}
    if kind == "n":
        return numbers.count(kept.get("n_customers", 0))
    if kind in _WITH_INTERVAL:
        return numbers.interval(*(kept.get(f"{kind}{end}", float("nan")) for end in ("", "_lo", "_hi"))).replace(
            " %", ""
        )
    told = row["told"].get((lever, piece))
    if told is None:
        return numbers.NOTHING
    return spelt.money_of(told) if kind == "amount" else numbers.percent(abs(told["arr_rate"]))


def _level(row: dict) -> str:
    return row["level"] if isinstance(row["level"], str) and row["level"] else MISSING
