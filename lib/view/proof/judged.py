"""Each score on the same readings: how it ranks, what red came to, whether chances mean what they say.

section   the verdict, the table of both, by a dimension where one is chosen, and the bins beside what came
"""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.health.proven import COLUMN_OF, PREDICTION, RULES
from lib.view import door, look, numbers, step, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.charts import dots, theme
from lib.view.charts.dots import Dot
from lib.view.plain import plain
from lib.view.proof import sentences
from lib.view.proof.proofstate import Proof
from lib.view.words import word, word_within

_CALLED = {RULES: "Rules", PREDICTION: "Prediction"}


def section(book: Book, state: Proof, proof: Answer) -> dict[str, Answer]:
    """How well each score told losses; `proof` is of the whole book."""
    days = int(state.within)
    look.section(
        "Does it rank, and is red right?", f"customers on every fourth Sunday; a loss counts within {days} days"
    )
    _choose(state)
    rows = tables.records(proof.table)
    if not rows:
        look.empty("No reading can be judged yet", *(plain(note) for note in proof.notes))
        return {}
    paper.table(rows, _columns(lambda row: _CALLED[row["scored_by"]]), label="Each score on the same readings")
    look.note("<br>".join(plain(note) for note in proof.notes))
    shown = {}
    if state.by:
        of = door.try_ask("health_proof", book, by=state.by, days=days)
        if of is not None:
            levels = tables.records(of.table[~of.table["is_whole"].astype(bool)])
            paper.table(levels, _columns(_named, state.by), label="Each score by value", height=420)
            shown["By value"] = of
    return shown | _bins(book, state, days)


def _choose(state: Proof) -> None:
    names = ["", *COLUMN_OF, *(each.name for each in door.opened().dimensions if each.name not in COLUMN_OF)]
    step.show("proof by", state.by)
    step.show("proof within", state.within)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="proof choice"):
        st.selectbox(
            "Readings by", names, key="proof by", width=230, label_visibility="collapsed",
            format_func=lambda name: f"By {word_within(name)}" if name else "All together",
            on_change=lambda: step.turn(by=st.session_state["proof by"], level="", which=""),
        )  # fmt: skip
        st.segmented_control(
            "Lost within", ["90", "180"], key="proof within", format_func=lambda days: f"Lost within {days} days", required=True,
            label_visibility="collapsed", on_change=lambda: step.turn(within=st.session_state["proof within"]), width="content",
        )  # fmt: skip


def _columns(named, by: str = "") -> list[Column]:
    first = (
        [Column(plain(word(by)), named), Column("Score", lambda row: row["scored_by"])]
        if by
        else [Column("Score", named)]
    )
    return [
        *first,
        Column("Readings", lambda row: numbers.count(row["n_readings"]), is_number=True),
        Column("Lost after", lambda row: numbers.count(row["n_readings_lost"]), is_number=True),
        Column("AUC", lambda row: f"{_below(sentences.interval(row, 'auc', 2))}{_why(row)}", is_number=True),
        Column("Red", lambda row: numbers.count(row["n_red_readings"]), is_number=True),
        Column("Right when red", lambda row: _below(_rate(row, "precision_red")), is_number=True),
        Column("Base rate", lambda row: numbers.percent(row["loss_base_rate"]), is_number=True),
        Column("Lift", lambda row: _below(sentences.interval(row, "red_lift")), is_number=True),
        Column("Found by red", lambda row: _below(_rate(row, "recall_red")), is_number=True),
        Column("Slope", lambda row: _below(sentences.interval(row, "calibration_slope", 2)), is_number=True),
        Column("Lost / exp.", lambda row: _below(sentences.interval(row, "observed_ratio", 2)), is_number=True),
    ]


def _rate(row: Mapping, name: str) -> str:
    return numbers.interval(row[name], row[f"{name}_lo"], row[f"{name}_hi"])


def _below(said: str) -> str:
    """A figure with its interval below it: all of them fit beside one another."""
    figure, _, interval = said.partition(" (")
    return f"{figure}<small>{interval.rstrip(')')}</small>" if interval else figure


def _why(row: Mapping) -> str:
    """Why a row is blank, or that it ranks by chance."""
    if row["untold"]:
        return f"<small>{plain(row['untold'])}</small>"
    return "<small>no better than chance</small>" if row["auc_lo"] <= 0.5 else ""


def _named(row: Mapping) -> str:
    return paper.short(row["proof_level"]) if isinstance(row["proof_level"], str) else "not given"


def _bins(book: Book, state: Proof, days: int) -> dict[str, Answer]:
    """What was said in ten bins, beside what came."""
    answer = door.try_ask("health_calibration", book, days=days)
    if answer is None or answer.table.empty:
        return {}
    found = [by for by in (PREDICTION, RULES) if by in set(answer.table["scored_by"])]
    for by, column in zip(found, st.columns(2, gap="medium"), strict=False):
        with column:
            _chart(by, tables.records(answer.table[answer.table["scored_by"] == by]), days, state)
    return {"What was said, and what came": answer}


def _chart(by: str, rows: Sequence[dict], days: int, state: Proof) -> None:
    is_chance = by == PREDICTION
    look.html(
        f'<div class="hl-label">{"What was predicted, and what came" if is_chance else "The score, and what came"}</div>'
    )
    drawn = [
        Dot(
            row["said_mean"], row["came_rate"], row["came_rate_lo"], row["came_rate_hi"], _between(row, is_chance),
            _hover(row, is_chance),
        )
        for row in rows
    ]  # fmt: skip
    said = {
        "title_x": f"predicted chance within {days} days" if is_chance else "health score",
        "title_y": f"lost within {days} days",
        "line": "diagonal" if is_chance else "",
        "is_x_rate": is_chance,
    }

    def opened(rows: Sequence[dict], number: int) -> None:
        row = rows[number]
        step.turn(which="all", score=by, said=f"{row['said_from']!r},{row['said_until']!r}", quarter="", level="")
        look.ask_to_scroll("readings")

    theme.show(
        dots.figure(drawn, colours=theme.palette(), **said), f"proof bins {by}",
        alt=dots.alternative(drawn, of=f"the share lost within {days} days by what was said"), on_click=partial(opened, rows),
    )  # fmt: skip
    look.note(
        "On the dashed line chances mean what they say. "
        if is_chance
        else "The share lost should fall as the score rises. "
    )


def _between(row: Mapping, is_chance: bool) -> str:
    low, high = row["said_from"], row["said_until"]
    return f"{numbers.percent(low)} to {numbers.percent(high)}" if is_chance else f"{low:.0f} to {high:.0f}"


def _hover(row: Mapping, is_chance: bool) -> str:
    return "<br>".join(
        [
            f"<b>{'predicted' if is_chance else 'score'} {_between(row, is_chance)}</b>",
            f"{_rate(row, 'came_rate')} lost after",
            f"{numbers.count(row['n_readings'])} readings",
        ]
    )
