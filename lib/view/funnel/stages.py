"""The funnel of the page: a stage a row, what came of those that entered it, and how they go on to the next.

ask       the stages of the book; where there are none, says which files would fill the page and ends it
stand     the state of the page, of the link
journeys  the journeys there are, each with its stages in order
journey_of  the one that is shown
rows_of   its rows in order, without the whole of it
row_of    that of the stage that is open
said      the takeaway, the choice among several journeys, the link to this view
show      the rows; a click on one opens its accounts
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import address, booklink, door, frame, look, numbers, step, tables
from lib.view.funnel import changing, sentences
from lib.view.funnel.funnelstate import Funnel, read_state
from lib.view.plain import plain

_NAMELESS = "everybody else"  # of a journey for those without one of their own


def ask(book: Book) -> Answer:
    """The stages of the book; where nobody came to any, says why and ends the page."""
    with st.skeleton(height=420):
        answer = door.ask("funnel", book)
    if _n(answer.table):
        return answer
    ever = replace(book.uncut(), opens_on=date(1900, 1, 1), closes_on=book.as_of + timedelta(days=1))
    if book == ever or not _n(door.ask("funnel", ever).table):
        look.empty(
            "No stages are known yet",
            "The journey is read from milestones (account, stage, the day it was reached); or from contracts with their seats, "
            "usage events and promised outcomes, by what completes each stage in the definitions.",
            "<code>.venv/bin/python -m lib import milestones.csv events.csv contracts.csv</code>",
        )
        changing.folded(book)
    else:
        look.empty(
            "Nobody came into a stage",
            "No account of this book came into a stage in this period, and none is inside one. Widen the period, or lift a filter.",
        )
    st.stop()


def _n(table: pd.DataFrame) -> int:
    return int(table["n_entered"].sum() + table["n_now"].sum())


def journeys(answer: Answer) -> dict[str, list[str]]:
    """The journeys there are, each with its stages in order."""
    found = answer.table[answer.table["place"] > 0].sort_values(["journey", "place"])
    return {name: rows["stage"].tolist() for name, rows in found.groupby("journey", sort=True)}


def stand(answer: Answer, slow_orders: Sequence[str]) -> Funnel:
    """The state of the page, of the link."""
    state, dropped = read_state(address.read(), door.opened().dimensions, journeys(answer), slow_orders)
    step.stand(state=state)
    frame.notices(dropped)
    return state


def journey_of(answer: Answer, state: Funnel) -> str:
    """The journey that is shown: the state's, else the first."""
    return state.journey or next(iter(journeys(answer)), "")


def rows_of(answer: Answer, state: Funnel) -> list[dict]:
    """The rows of the journey in order, without the whole of it; with levels, those of all of them."""
    return [row for row in _journey(answer, state) if row["place"] > 0]


def row_of(answer: Answer, state: Funnel) -> dict | None:
    """The row of the stage that is open."""
    return next((row for row in rows_of(answer, state) if row["stage"] == state.stage), None)


def _journey(answer: Answer, state: Funnel) -> list[dict]:
    of_journey = answer.table["journey"] == journey_of(answer, state)
    rows = tables.records(answer.table[of_journey].sort_values("place", kind="stable"))
    return [row | {"is_bottleneck": row["is_bottleneck"] is True} for row in rows]


def said(book: Book, answer: Answer, levels: Answer | None, state: Funnel) -> None:
    """The takeaway, the choice among several journeys, and the link to this view."""
    whole, least = rows_of(answer, state), door.definitions().journey.least_accounts
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="funnel-said"):
        told = sentences.takeaway(whole, [] if levels is None else rows_of(levels, state), least)
        look.html(f'<p class="hl-said">{told}</p>')
        if len(journeys(answer)) > 1:
            _choose(answer, state)
        frame.share({**booklink.query(book), **state.to_query()})
    if remark := _remark(whole):
        look.note(remark)


def _choose(answer: Answer, state: Funnel) -> None:
    names = list(journeys(answer))
    step.show("funnel journey", state.journey or names[0])

    def turned() -> None:
        first = st.session_state["funnel journey"] == names[0]
        step.turn(
            journey="" if first else st.session_state["funnel journey"],
            stage="", level="", after="", until="", slow_stage="",
        )  # fmt: skip

    st.selectbox(
        "Journey", names, key="funnel journey", on_change=turned, width=230, label_visibility="collapsed",
        format_func=lambda name: f"Journey of {name or _NAMELESS}",
    )  # fmt: skip


def _remark(whole: Sequence[dict]) -> str:
    """What is to be known of the stages before reading on: that they are the files' own, or that nobody is past the first."""
    ours = {each.stage.casefold() for each in door.definitions().journey.stages}
    if not ours & {row["stage"].strip().casefold() for row in whole}:
        return (
            "The stages are those of the files, in the order in which accounts come to them; no days are expected of them. "
            "“Change the journey” below gives them an order and days of your own."
        )
    if not any(row["n_entered"] or row["n_now"] for row in whole[1:]):
        return (
            "Nobody is known to be past the first stage. Milestones (account, stage, the day it was reached) say who went on; "
            "so do usage events and contracts with their seats."
        )
    return ""


def show(answer: Answer, levels: Answer | None, state: Funnel) -> st.delta_generator.DeltaGenerator | None:
    """The rows; gives the place below that of the stage that is open."""
    whole, few = rows_of(answer, state), door.definitions().journey.least_accounts
    most, place = max(max(row["n_entered"] for row in whole), 1), None
    tags = sentences.tags(whole, [] if levels is None else rows_of(levels, state))
    with st.container(gap=None, key="funnel"):
        look.html(
            '<div class="hl-stage hl-stage-head"><span>Stage</span><span><i class="hl-on"></i> went on <i class="hl-still"></i> '
            'still inside <i class="hl-gone"></i> left, of those who came in this period</span></div>'
        )
        for row in whole:
            _row(row, state, _face(row, most, tags.get(row["place"], ""), few=few, is_last=row is whole[-1]))
            below = st.container()  # always there: what opens must not move what stands below it
            if row["stage"] == state.stage:
                place = below
    for row in _journey(answer, state):
        if row["place"] == 0 and row["n_entered"]:
            first, last = plain(whole[0]["stage"]), plain(whole[-1]["stage"])
            look.note(
                f"The whole journey, from {first} to {last}: {sentences.goes_on(row).replace(' go on ', ' come there ')}."
            )
    return place


def _row(row: dict, state: Funnel, face: str) -> None:
    is_open = row["stage"] == state.stage and not state.level
    name = row["stage"]

    def opened() -> None:
        step.turn(stage="" if is_open else name, level="", which="now")
        if not is_open:
            look.ask_to_scroll("stage")

    with st.container(horizontal=True, gap=None, key=f"funnel-stage-{row['place']}{'-open' if is_open else ''}"):
        look.html(face)
        said = f"{numbers.count(row['n_now'])} inside now"
        st.button("Close" if is_open else said, key=f"open stage {row['place']}", type="tertiary", on_click=opened)


def _face(row: dict, most: int, tag: str, *, few: int, is_last: bool) -> str:
    """The row: name, what came of those who came in as a bar and in words, how they go on. In the accent where `tag` is hot."""
    kinds = f"{' hl-slowest' if 'hl-yes' in tag else ''}{' hl-few' if row['n_entered'] < few else ''}"
    parts = [
        ("on", row["n_completed"], "went on"),
        ("still", row["n_inside"], "still inside"),
        ("gone", row["n_exited"], "left"),
    ]
    bars = "".join(f'<i class="hl-{name}" style="width:{100 * n / most:.2f}%"></i>' for name, n, _ in parts if n)
    told = ", ".join(f"{numbers.count(n)} {said}" for name, n, said in parts if not (is_last and name == "on"))
    below = "" if is_last else f'<p><span aria-hidden="true">↓</span> {sentences.goes_on(row)}{tag}</p>'
    objective = _objective(row)
    asked = f'&nbsp;<i class="hl-what" title="{plain(objective)}">?</i>' if objective else ""
    return (
        f'<div class="hl-stage{kinds}"><span><b>{plain(row["stage"])}</b>{asked}</span>'
        f'<span class="hl-flow" aria-hidden="true">{bars}</span>'
        f"<span><b>{numbers.count(row['n_entered'])}</b> came in: {told}</span>{below}</div>"
    )


def _objective(row: dict) -> str:
    asked = (row["journey"], row["stage"].casefold())
    stages = door.definitions().journey.stages
    return next((each.objective for each in stages if (each.journey, each.stage.casefold()) == asked), "")
