"""What a changed definition would do to today's figures, before it is saved.

show   how many accounts would stand elsewhere, and the figures of every stage, today's and what they would be
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.ask import ask as cursor
from lib.facts.moved import moves, stages_by
from lib.measures import Answer
from lib.view import door, look, numbers, tables, written
from lib.view.account import paper
from lib.view.plain import plain

_FOUND = "what the last draft of the journey would move"
_MOST = 3  # moves that are told
_READS = ("goal",)  # the tables of the workspace by which a stage is entered
_FIGURES: dict[str, tuple[str, Callable[[float], str]]] = {  # column of the funnel -> its heading, and how it is said
    "n_now": ("In it now", numbers.count),
    "n_entered": ("Came in", numbers.count),
    "n_completed": ("Completed it", numbers.count),
    "n_inside": ("Still in it", numbers.count),
    "conversion_rate": ("Conversion", numbers.percent),
    "dwell_p50": ("Half by day", numbers.count),
    "expected_days": ("Expected", numbers.count),
}
Moves = list[tuple[str | None, str | None, int]]


def show(book: Book, was: Definitions, would: Definitions, renamed: Mapping[str, str]) -> None:
    """Today's figures by `was`, and what they would be by `would`; a stage that only got another name is the same one."""
    look.section("What it would do", "to today's figures of this book; nothing is saved yet")
    found = written.tried(lambda: _moves(book, was, would))
    if found is None:
        return
    look.html(
        f'<p class="hl-said">{_told([(renamed.get(before, before), after, n) for before, after, n in found])}</p>'
    )
    both = [door.try_ask("funnel", book, meaning=each) for each in (was, would)]
    if None in both:
        return
    if bottleneck := _bottleneck(*(_slow(each) for each in both)):
        look.html(f'<p class="hl-said">{bottleneck}</p>')
    rows = _beside(*both, renamed)
    if rows:
        columns = [paper.Column("Stage", _name), *(_column(name) for name in _FIGURES)]
        paper.table(rows, columns, label="Figures of every stage, and what they would be")
        look.note(
            "Of those who came into a stage within the period: so many completed it or are still in it, and half did by the day."
        )


def _told(found: Moves) -> str:
    """12 of 128 accounts would stand in another stage: 8 in Usage instead of Adoption, ..."""
    moved = [each for each in found if each[0] != each[1]]
    n, n_all = sum(each[2] for each in moved), sum(each[2] for each in found)
    if not n:
        return f"No account would stand in another stage, of {numbers.plural(n_all, 'account')}."
    told = [f"{numbers.count(n)} in {_stage(after)} instead of {_stage(before)}" for before, after, n in moved[:_MOST]]
    more = f", and {numbers.plural(len(moved) - _MOST, 'smaller move')}" if len(moved) > _MOST else ""
    return f"<b>{numbers.plural(n, 'account')} of {numbers.count(n_all)} would stand in another stage</b>: {', '.join(told)}{more}."


def _stage(name: str | None) -> str:
    return "none" if name is None else f"“{plain(name)}”"


def _slow(answer: Answer) -> list[str]:
    return [row["stage"] for row in tables.records(answer.table) if row["is_bottleneck"]]


def _bottleneck(was: list[str], would: list[str]) -> str:
    """What becomes of the bottleneck, where it changes."""
    if was == would:
        return ""
    said = [" and ".join(map(_stage, each)) or "no stage" for each in (would, was)]
    return f"The bottleneck would be {said[0]} instead of {said[1]}."


def _beside(was: Answer, would: Answer, renamed: Mapping[str, str]) -> list[dict]:
    """A row per stage of either, those that would be first: its figures now, and what they would be."""
    then = {_key(row, renamed): row for row in tables.records(was.table)}
    now = {_key(row, {}): row for row in tables.records(would.table)}
    keys = dict.fromkeys([*now, *then])
    has_several = len({journey for journey, _, _ in keys}) > 1
    return [
        {"journey": journey if has_several else "", "stage": "The whole journey" if is_whole else stage,
         "was": then.get((journey, stage, is_whole)), "would": now.get((journey, stage, is_whole))}
        for journey, stage, is_whole in keys
    ]  # fmt: skip


def _key(row: dict, renamed: Mapping[str, str]) -> tuple[str, str, bool]:
    """Whose journey, which stage, and whether it is the way as a whole, which no stage of that name is."""
    is_whole = row["place"] == 0
    return row["journey"], row["stage"] if is_whole else renamed.get(row["stage"], row["stage"]), is_whole


def _name(row: dict) -> str:
    tag = "" if row["was"] and row["would"] else paper.tag("new" if row["would"] else "gone")
    return paper.said(f"{paper.short(row['stage'])} {tag}", row["journey"])


def _column(name: str) -> paper.Column:
    label, said = _FIGURES[name]

    def cell(row: dict) -> str:
        was, would = (said(each[name]) if each else numbers.NOTHING for each in (row["was"], row["would"]))
        shown = would if was == would else f"{was} → <b>{would}</b>"
        return f'<span title="{_intervals(row)}">{shown}</span>' if name == "conversion_rate" else shown

    return paper.Column(label, cell, is_number=True)


def _intervals(row: dict) -> str:
    """The conversion of a stage with its interval, today's and what it would be: for whoever points at it."""
    both = [each for each in (row["was"], row["would"]) if each]
    ends = ("conversion_rate", "conversion_lo", "conversion_hi")
    return " → ".join(dict.fromkeys(numbers.interval(*(each[end] for end in ends)) for each in both))


def _moves(book: Book, was: Definitions, would: Definitions) -> Moves:
    """How many accounts stand where by each. The book is not cut by how accounts stand: that changes, too."""
    snapshot, asked = door.opened(), replace(book, states=())
    key = (snapshot.version, was.hash, would.hash, door.scope().key, asked, written.version(_READS))
    kept = st.session_state.get(_FOUND)
    if kept and kept[0] == key:
        return kept[1]
    said = written.tables(_READS)
    with cursor(snapshot, asked, was, door.scope(), said) as con:
        before = stages_by(con, asked.as_of)
    with cursor(snapshot, asked, would, door.scope(), said) as con:
        found = moves(con, asked.as_of, before)
    st.session_state[_FOUND] = (key, found)
    return found
