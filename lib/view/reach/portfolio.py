"""The portfolio of plays and campaigns: effect with its interval against the hours they took; which help, which cannot be told.

section   the chart, the table, and the accounts behind a play
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from lib.book import Book
from lib.effects import HARMS, HELPS
from lib.measures import Answer
from lib.measures.reach.plays import HELD, OUTCOMES
from lib.view import door, look, numbers, step, tables
from lib.view.charts import theme, whiskers
from lib.view.plain import plain
from lib.view.reach import behind, opening, sentences
from lib.view.reach.reachstate import Reach

_SIGN = {HELPS: 1, HARMS: -1}
_CALLED = {"kept": "Still a customer", "expanded": "Bought more", "used": "Still in use"}
_LABELS = {
    "play": "Play or campaign", "verdict": "Verdict", "effect": "Effect, points", "smallest": "Visible from",
    "rates": "With it / others", "n": "Compared", "hours": "Hours", "each": "an account",
}  # fmt: skip


def section(book: Book, state: Reach, answer: Answer) -> dict[str, Answer]:
    """`answer` is that of the plays, of the outcome of the state."""
    days = door.definitions().reach.effect_days
    look.section(
        "Which plays help, and at what cost?", f"what came within {days} days; each opens its accounts", place="plays"
    )
    step.show("reach outcome", state.outcome)
    st.segmented_control(
        "Outcome", list(OUTCOMES), key="reach outcome", format_func=_CALLED.get, required=True, label_visibility="collapsed",
        width="content",
        on_change=lambda: step.turn(outcome=st.session_state["reach outcome"], at="", list_page=1),
    )  # fmt: skip
    rows = tables.records(answer.table)
    if not rows:
        look.empty(
            "No play can be judged yet",
            "No account of this book was touched for the first time by a play or a campaign in this period, or drawn for one. "
            "Touches say which play they are part of (the column play).",
        )
        return {}
    told = [row for row in rows if row["effect"] == row["effect"]]
    if told:
        _picture(told, state)
    opening.table(rows, _cells, _open, key="plays table", labels=_LABELS, left=("verdict",), width=165)
    look.note("<br>".join(plain(note) for note in answer.notes))
    return behind.panel(book, state, "plays")


def _picture(rows: Sequence[dict], state: Reach) -> None:
    ends = ("effect", "effect_lo", "effect_hi")
    drawn = [
        whiskers.Row(_named(row), *(row[end] for end in ends), _SIGN.get(row["effect_verdict"], 0), _hover(row))
        for row in rows
    ]
    theme.show(
        whiskers.figure(
            drawn, title=f"{_CALLED[state.outcome].lower()}: more with the play, points; beside its name the hours it took",
            colours=theme.palette(),
        ),
        f"plays {state.outcome}", alt=whiskers.alternative(drawn, of="the effect of plays, in points"),
        on_click=lambda at: _open(rows[at]),
    )  # fmt: skip
    look.note(
        "Filled: beyond chance among all plays (a circle helps, a diamond harms). Open and grey: cannot tell yet."
    )


def _named(row: Mapping) -> str:
    name = row["play"]
    return f"{name if len(name) <= 17 else name[:16] + '…'} · {sentences.hours(row['hours_spent'])}"


def _hover(row: Mapping) -> str:
    lines = [
        f"<b>{plain(row['play'])}</b>: {row['effect_verdict']}",
        f"{sentences.points(row, 'effect')} points",
        f"{numbers.percent(row['with_it_rate'])} with it, {numbers.percent(row['others_rate'])} of others: "
        f"{_CALLED[row['effect_outcome']].lower()}",
        f"{numbers.count(row['n_with_it'])} against {numbers.count(row['n_others'])}, {row['compared_by']}",
        f"{sentences.hours(row['hours_spent'])} for {numbers.count(row['n_play_accounts'])} accounts",
    ]
    return "<br>".join([*lines, row["untold_because"]] if row["untold_because"] else lines)


def _cells(row: Mapping) -> dict[str, str]:
    is_told = row["effect"] == row["effect"]
    return {
        "play": row["play"], "verdict": _verdict(row), "effect": sentences.points(row, "effect"),
        "smallest": sentences.visible(row["smallest_effect"]) if is_told else numbers.NOTHING,
        "rates": f"{numbers.percent(row['with_it_rate'])} / {numbers.percent(row['others_rate'])}",
        "n": f"{numbers.count(row['n_with_it'])} / {numbers.count(row['n_others'])} {_whom(row)}",
        "hours": sentences.hours(row["hours_spent"]), "each": sentences.hours(row["hours_an_account"]),
    }  # fmt: skip


def _verdict(row: Mapping) -> str:
    """With the reason where it cannot be told."""
    return f"cannot tell: {row['untold_because']}" if row["untold_because"] else row["effect_verdict"]


def _whom(row: Mapping) -> str:
    """Those it is compared with."""
    return (
        "alike" if row["compared_by"] != HELD else "held out, by use" if row["effect_outcome"] == "used" else "held out"
    )


def _open(row: Mapping) -> None:
    opening.show("plays", play=row["play"], side="with")
