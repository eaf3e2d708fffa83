"""Stages against a dimension: how long each value takes, against the days expected; a click on a cell opens its accounts.

by        the dimension that is asked, none where the data has none
ask       the stages for each value of it
usual     the same of the usual dimension, whichever is chosen: what the takeaway is about
row_of    the row of the cell that is open
section   the choice of the dimension and the cells
"""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.facts.levels import OTHER
from lib.measures import Answer
from lib.view import door, look, step, tables
from lib.view.charts import stagemap, theme
from lib.view.charts.stagemap import Cell
from lib.view.funnel import stages
from lib.view.funnel.funnelstate import Funnel
from lib.view.plain import plain
from lib.view.words import word_within

MISSING = "(missing)"  # the level of those without a value
MOST_LEVELS = 8  # that are drawn; all are in the download
SURE = 0.05  # q up to which the values of a stage differ beyond chance
USUAL = "segment"


def by(state: Funnel) -> str:
    """The dimension that is asked, none where the data has none."""
    known = [each.name for each in door.opened().dimensions]
    return state.by or (USUAL if USUAL in known else next(iter(known), ""))


def ask(book: Book, state: Funnel) -> Answer | None:
    """The stages for each value of the dimension."""
    return door.try_ask("funnel", book, by=by(state)) if by(state) else None


def usual(book: Book, state: Funnel) -> Answer | None:
    """The same of the usual dimension, whichever is chosen: what the takeaway is about."""
    return ask(book, replace(state, by=""))


def row_of(answer: Answer | None, state: Funnel) -> dict | None:
    """The row of the cell that is open."""
    rows = [] if answer is None else stages.rows_of(answer, state)
    return next((row for row in rows if (row["stage"], _level(row)) == (state.stage, state.level)), None)


def section(book: Book, whole: Sequence[dict], answer: Answer | None, state: Funnel) -> None:
    """The choice of the dimension and the cells; nothing where the journey has one stage."""
    if answer is None or len(whole) < 2:
        return
    look.section("Stage by segment", "median days of those who came in; × the days expected")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="funnel segments"):
        _choose(state)
        tables.download("Download", "funnel-by-segment.csv", door.whole("funnel", book, by=by(state)),
                        key="download funnel by", is_quiet=True)  # fmt: skip
    rows = [row for row in stages.rows_of(answer, state) if row["place"] < whole[-1]["place"]]
    n = {}
    for row in rows:
        n[_level(row)] = n.get(_level(row), 0) + row["n_entered"]
    n.pop(OTHER, None)  # many values at once
    levels = sorted((name for name in n if n[name]), key=lambda name: -n[name])[:MOST_LEVELS]
    if len(levels) < 2:
        look.empty(
            "Nothing to compare", "All accounts that came into a stage have the same value. Choose another dimension."
        )
        return
    cells = _cells(rows, whole, levels, state)

    def opened(at: int) -> None:
        cell = cells[at]
        step.turn(stage=whole[cell.row]["stage"], level=levels[cell.column], which="entered")
        look.ask_to_scroll("stage")

    names = [row["stage"] for row in whole[:-1]]
    theme.show(
        stagemap.figure(cells, names, levels, colours=theme.palette()), "stage map",
        alt=stagemap.alternative(cells, names, levels), on_click=opened,
    )  # fmt: skip
    look.note(_told(rows, cells, len([name for name in n if n[name]])))


def _choose(state: Funnel) -> None:
    step.show("funnel by", by(state))
    st.selectbox(
        "By", [each.name for each in door.opened().dimensions], key="funnel by", width=230, label_visibility="collapsed",
        format_func=lambda name: f"By {word_within(name)}",
        on_change=lambda: step.turn(by=st.session_state["funnel by"], stage="" if state.level else state.stage, level=""),
    )  # fmt: skip


def _cells(rows: Sequence[dict], whole: Sequence[dict], levels: Sequence[str], state: Funnel) -> list[Cell]:
    few, at = door.definitions().journey.least_accounts, {row["place"]: number for number, row in enumerate(whole)}
    cells = []
    for row in rows:
        name = _level(row)
        if name in levels and row["place"] in at:
            place = at[row["place"]]
            usual = row["expected_days"] if row["expected_days"] == row["expected_days"] else whole[place]["dwell_p50"]
            is_small = row["n_entered"] < few
            is_late = row["q_levels"] <= SURE and row["dwell_p50_lo"] > usual
            is_hot = row["is_bottleneck"] or (is_late and not is_small)
            differ = (
                f"the values of this stage differ: q = {row['q_levels']:.2g}"
                if row["q_levels"] == row["q_levels"]
                else ""
            )
            is_open = (row["stage"], name) == (state.stage, state.level)
            cells.append(
                Cell(place, levels.index(name), row["n_entered"], row["dwell_p50"], row["dwell_p50_lo"], row["dwell_p50_hi"], usual,
                     is_hot, is_small, differ, is_open)
            )  # fmt: skip
    return cells


def _told(rows: Sequence[dict], cells: Sequence[Cell], n_levels: int) -> str:
    """Which stages differ beyond chance, what is faded, and what is not drawn."""
    differ = list(dict.fromkeys(row["stage"] for row in rows if row["q_levels"] <= SURE))
    few = door.definitions().journey.least_accounts
    large = [row["place"] for row in rows if row["n_entered"] >= few]
    parts = []
    if differ:
        names = " and ".join(plain(each) for each in differ)
        parts.append(f"<b>Beyond chance the values differ in {names}</b>; cells in colour are slower than expected.")
    elif len(large) > len(set(large)):
        parts.append("<b>Nothing differs beyond chance</b> between these values in any stage.")
    else:
        parts.append(f"Too few to compare: two values of {few} accounts or more are needed.")
    if any(cell.is_small for cell in cells):
        parts.append(f"Faded: fewer than {few} accounts.")
    if n_levels > MOST_LEVELS:
        parts.append(f"The {MOST_LEVELS} largest of {n_levels} values are drawn.")
    return " ".join(parts)


def _level(row: dict) -> str:
    return row["level"] if isinstance(row["level"], str) and row["level"] else MISSING
