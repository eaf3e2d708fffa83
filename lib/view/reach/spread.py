"""Reach by a dimension: each value with people's and digital reach, and the quadrant of impact and reach.

section   the quadrant, the table, the accounts behind
"""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import door, look, numbers, step, tables
from lib.view.charts import quadrant, theme
from lib.view.charts.quadrant import Dot
from lib.view.plain import plain
from lib.view.reach import behind, opening, sentences
from lib.view.reach.reachstate import GAINS, MISSING, Reach
from lib.view.words import word

_GAINS = {"kept": "Stayed", "expanded": "Bought more", "advocates": "Speak for us"}
_LABELS = {
    "level": "", "n": "Customers", "reach": "Reached by a person", "arr": "of ARR", "digital": "By campaigns",
    "none": "Not touched", "proactive": "Of our own accord", "more": "More with reach, points",
}  # fmt: skip


def section(book: Book, state: Reach, rows: Sequence[dict]) -> dict[str, Answer]:
    """`rows` are those of reach, the whole first."""
    whole, levels = rows[0], [row for row in rows if not row["is_whole"]]
    look.section("Where does reach go with impact?", "each dot opens its customers")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reach choice"):
        opening.choose("by", state.by, "Reach by")
        step.show("reach gain", state.gain)
        st.segmented_control(
            "Impact", list(GAINS), key="reach gain", format_func=_GAINS.get, required=True, label_visibility="collapsed",
            width="content", on_change=lambda: step.turn(gain=st.session_state["reach gain"]),
        )  # fmt: skip
    found = door.try_ask("impact", book, by=state.by) if state.by else None
    more = {} if found is None else _more(found, state.gain)
    if levels:
        _picture(levels, more, whole, state)
        opening.table(
            levels,
            partial(_cells, more=more),
            _open,
            key="reach table",
            labels=_LABELS | {"level": plain(word(state.by))},
        )
    shown = behind.panel(book, state, "reach")
    return shown | ({"Impact by value": found} if found is not None else {})


def _more(found: Answer, gain: str) -> dict[str | None, dict]:
    rows = tables.records(found.table)
    told = [row for row in rows if not row["is_whole"] and row["impact_figure"] == gain]
    return {_key(row["impact_level"]): row for row in told}


def _key(level: object) -> str | None:
    return level if isinstance(level, str) else None


def _picture(levels: Sequence[dict], more: Mapping, whole: Mapping, state: Reach) -> None:
    shown = [row for row in levels if _key(row["reach_level"]) in more]
    dots = [_dot(row, more[_key(row["reach_level"])]) for row in shown]
    if not any(dot.y == dot.y for dot in dots):
        look.note(
            "What came of reach cannot be told by value: too few customers when the period opened, or no contact known."
        )
        return
    theme.show(
        quadrant.figure(
            dots, title_x="reached by a person, share of customers",
            title_y=f"{_GAINS[state.gain].lower()}: more with reach, points",
            colours=theme.palette(), middle=whole["reach_rate"],
        ),
        f"reach quadrant {state.by} {state.gain}",
        alt=quadrant.alternative(dots, of="the difference that goes with reach, in points, by reach"),
        on_click=lambda at: _open(shown[at]),
    )  # fmt: skip
    look.note(
        "Height: how many more stayed, bought more or came to speak for us of customers that a person had reached before the "
        "period than of others alike; it goes with reach and need not come of it. Open and grey: not beyond chance among all of "
        "them. The dashed lines: no difference, and the reach of all."
    )


def _dot(row: Mapping, more: Mapping) -> Dot:
    name = opening.named(row["reach_level"])
    hover = "<br>".join(
        [
            f"<b>{plain(name)}</b>",
            f"{sentences.rate(row, 'reach_rate')} reached of {numbers.count(row['n_customers_now'])}",
            f"{sentences.points(more, 'impact_more')} points with reach",
            f"{numbers.count(more['n_impact_alike'])} reached then, of {numbers.count(more['n_with_it'] + more['n_without_it'])}",
        ]
    )
    ends = (more["impact_more"], more["impact_more_lo"], more["impact_more_hi"])
    return Dot(name, row["reach_rate"], *ends, sentences.verdict(more), hover)


def _cells(row: Mapping, more: Mapping) -> dict[str, str]:
    gain = more.get(_key(row["reach_level"]))
    return {
        "level": opening.named(row["reach_level"]), "n": numbers.count(row["n_customers_now"]),
        "reach": sentences.rate(row, "reach_rate"), "arr": numbers.percent(row["arr_reach_rate"], 0),
        "digital": sentences.rate(row, "digital_rate"), "none": numbers.percent(row["n_not_touched"] / row["n_customers_now"], 0),
        "proactive": numbers.percent(row["proactive_touch_rate"], 0),
        "more": sentences.points(gain, "impact_more") if gain else numbers.NOTHING,
    }  # fmt: skip


def _open(row: Mapping) -> None:
    opening.show("reach", level=_key(row["reach_level"]) or MISSING)
