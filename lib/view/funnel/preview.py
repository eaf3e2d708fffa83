"""What a changed definition would do to today's figures, before it is saved.

show   how many accounts would stand elsewhere, and the figures of every stage, today's and what they would be
"""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.ask import ask as cursor
from lib.facts.moved import moves, stages_by
from lib.view import door, look, numbers, written
from lib.view.plain import plain

_FOUND = "what the last draft of the journey would move"
_MOST = 3  # moves that are told
_READS = ("goal",)  # the tables of the workspace by which a stage is entered
Moves = list[tuple[str | None, str | None, int]]


def show(book: Book, was: Definitions, would: Definitions, renamed: Mapping[str, str]) -> None:
    """Today's figures by `was`, and what they would be by `would`; a stage that only got another name is the same one."""
    look.section("What it would do", "to today's figures of this book; nothing is saved yet")
    try:
        found = [(renamed.get(before, before), after, n) for before, after, n in _moves(book, was, would)]
    except Refused as refusal:
        look.notice(plain(refusal))
        return
    look.html(f'<p class="hl-said">{_told(found)}</p>')


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
