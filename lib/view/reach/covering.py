"""Coverage against the touch model by CSM or another dimension, and where it stopped when the period opened.

section   both, and the accounts behind
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.measures.reach.covered import LATE, MET, UNMANAGED
from lib.view import door, look, numbers, tables
from lib.view.plain import plain
from lib.view.reach import behind, opening, sentences
from lib.view.reach.reachstate import MISSING, Reach
from lib.view.words import word

_LABELS = {
    "level": "", "n": "Customers", "due": "To meet", "rate": "Met in time", "not": "Not met", "arr": "ARR not met",
    "late": "Late by, median", "free": "None asked",
}  # fmt: skip
_TAIL = {
    "state": "When the period opened", "n": "Customers", "lost": "Lost in the period", "rate": "Lost, share", "arr": "ARR lost",
    "more": "Lost more than those met, points",
}  # fmt: skip
_SAID = {MET: "Met in time", LATE: "Not met in time", UNMANAGED: "Not met, no CSM"}


def section(book: Book, state: Reach, rows: Sequence[dict]) -> dict[str, Answer]:
    """`rows` are those of coverage, the whole first."""
    every = ", ".join(
        f"{plain(model)} every {days:g} days" for model, days in door.definitions().reach.meet_every_days if days
    )
    look.section("Are accounts met as often as they should be?", f"by touch model: {every}" if every else "")
    levels = [row for row in rows if not row["is_whole"]]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="cover choice"):
        opening.choose("cover", state.cover, "Coverage by")
    if rows and not rows[0]["n_to_meet"]:
        look.empty(
            "Nobody is to be met", "No customer of this book has a touch model that asks for meetings.",
            "Accounts need a column touch_model (high, mid, low, digital), and the section [reach] of the definitions says how "
            "often each is to be met.",
        )  # fmt: skip
    elif levels:
        opening.table(levels, _cells, _open, key="coverage table", labels=_LABELS | {"level": plain(word(state.cover))})
    shown = behind.panel(book, state, "coverage")
    return shown | _tail(book, state)


def _cells(row: Mapping) -> dict[str, str]:
    late = row["late_p50_days"]
    return {
        "level": opening.named(row["coverage_level"]), "n": numbers.count(row["n_customers_now"]),
        "due": numbers.count(row["n_to_meet"]), "rate": sentences.rate(row, "coverage_rate"),
        "not": numbers.count(row["n_not_met"] + row["n_unmanaged"]), "arr": numbers.money(row["arr_not_met"]),
        "late": numbers.NOTHING if late != late else numbers.plural(late, "day"),
        "free": numbers.count(row["n_none_asked"]),
    }  # fmt: skip


def _open(row: Mapping) -> None:
    level = row["coverage_level"]
    opening.show("coverage", which="behind", level=level if isinstance(level, str) else MISSING)


def _tail(book: Book, state: Reach) -> dict[str, Answer]:
    """Who was covered how when the period opened, and who was lost."""
    answer = door.try_ask("coverage_tail", book)
    if answer is None:
        return {}
    rows = [row for row in tables.records(answer.table) if not row["is_whole"]]
    look.section(
        "Where did coverage stop, and who was lost?", f"as of {say_day(book.opens_on)}; losses in the period after it"
    )
    if not rows:
        look.empty(
            "Nobody was there to be lost", "No customer of this book was live when the period opened; widen the period."
        )
        return {"The tail": answer}
    look.html(f'<p class="hl-said">{_told(rows)}</p>')
    opening.table(rows, _tail_cells, _open_tail, key="tail table", labels=_TAIL)
    look.note(
        "It goes with being met and need not come of it. Compared within touch model, and whether a renewal fell in the period."
    )
    return {"The tail": answer} | behind.panel(book, state, "tail")


def _told(rows: Sequence[Mapping]) -> str:
    by = {row["coverage_then"]: row for row in rows}
    behind_ = [by[state] for state in (LATE, UNMANAGED) if state in by]
    if MET not in by or not behind_:
        return "Whether contact was in time cannot be told of these customers as of that day."
    n, lost = (sum(row[name] for row in behind_) for name in ("n_then_customers", "n_tail_lost"))
    told = f"{numbers.count(n)} customers had not been met in time: {numbers.percent(lost / n)} of them were lost"
    told += f", and {numbers.percent(by[MET]['tail_churn_rate'])} of those met."
    row = behind_[0]
    if row["lost_more_lo"] > 0 or row["lost_more_hi"] < 0:
        return f"<b>{told}</b> Of those alike it is {sentences.points(row, 'lost_more')} points: beyond chance."
    return f"{told} Of those alike that is no difference beyond chance."


def _tail_cells(row: Mapping) -> dict[str, str]:
    state = row["coverage_then"]
    return {
        "state": _SAID.get(state, state.capitalize()), "n": numbers.count(row["n_then_customers"]),
        "lost": numbers.count(row["n_tail_lost"]), "rate": sentences.rate(row, "tail_churn_rate"),
        "arr": f"{numbers.money(row['arr_then_lost'])} · {numbers.percent(row['arr_lost_rate'])}",
        "more": sentences.points(row, "lost_more"),
    }  # fmt: skip


def _open_tail(row: Mapping) -> None:
    opening.show("tail", state=row["coverage_then"])
