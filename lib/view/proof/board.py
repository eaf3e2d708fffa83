"""The proof of the health score: the sentence that leads it, its tiles, and the parts below.

section   all of it; gives the answers for the passport
"""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.health.proof import is_by_chance
from lib.measures.health.proven import RULES
from lib.view import booklink, door, frame, look, numbers, step, tables, tiles
from lib.view.plain import plain
from lib.view.proof import judged, lost, quarters, readings, sentences
from lib.view.proof.proofstate import Proof
from lib.view.tiles import Tile


def section(book: Book, state: Proof) -> dict[str, Answer]:
    """What the score said of those lost, whether it ranks, how long it warned, and whether it still does."""
    days = int(state.within)
    with st.skeleton(height=420):
        losses, proof = door.try_ask("health_losses", book), door.try_ask("health_proof", book, days=days)
    if losses is None or proof is None:
        return {}
    shown = {"Of those lost": losses, "Each score": proof}
    if losses.table.empty and proof.table.empty:
        _nothing(losses, proof)
        return shown
    whole, scores = next(iter(tables.records(losses.table)), None), tables.records(proof.table)
    _lead(book, state, whole, scores, days)
    if whole:
        _tiles(whole, scores, state)
        shown |= lost.section(book, state, whole)
    if not scores:
        judged.section(book, state, proof)
        return shown
    shown |= judged.section(book, state, proof)
    shown |= quarters.section(book, state)
    return shown | readings.section(book, state, proof.table)


def _lead(book: Book, state: Proof, whole: Mapping | None, scores: list[dict], days: int) -> None:
    """The sentence; beneath it whether the scores work here."""
    words = door.definitions().health
    with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute", key="proof said"):
        led = (
            sentences.leading(whole, words.proof_days, words.final_days) if whole else "Nobody was lost in this period."
        )
        sums = f"<br><small>{sentences.adds_up(whole, words.proof_days, words.final_days)}</small>" if whole else ""
        look.html(f'<p class="hl-said hl-first"><b>{led}</b>{sums}</p>')
        frame.share({**booklink.query(book), **state.to_query()})
    said = [sentences.verdict(row, days) for row in scores]
    with st.container():  # always there: what stands below keeps its place
        if failing := [text for text, fails in said if fails]:
            look.notice(*(f"<b>{plain(text)}</b>" for text in failing))
        for text, fails in said:
            if not fails:
                look.note(plain(text))


def _tiles(whole: Mapping, scores: list[dict], state: Proof) -> None:
    words, n = door.definitions().health, whole["n_proof_losses"]
    shown = [
        Tile("lost", "Lost in the period", numbers.count(n), f"{numbers.money(whole['lost_arr_then'])} ARR",
             f"{numbers.count(whole['n_none_before'])} without a score then", "List them"),
        Tile("red", f"Red {words.proof_days} days before", numbers.count(whole["n_red_before"]), "",
             f"{_rate(whole, 'warned_rate')} of those lost", "List them"),
        Tile("green", "Green to the end", numbers.count(whole["n_green_final"]), f"{numbers.money(whole['green_arr_then'])} ARR",
             f"{_rate(whole, 'false_green_rate')} of those lost", "List them", is_hot=whole["n_green_final"] > 0),
    ]  # fmt: skip
    opens = {
        name: partial(_open_lost, which)
        for name, which in (("lost", "all"), ("red", "red"), ("green", "green to the end"))
    }
    for row in scores[:1]:
        shown.append(
            Tile("right", "Right when red", numbers.percent(row["precision_red"], 0),
                 f"base rate {numbers.percent(row['loss_base_rate'])}",
                 f"{numbers.count(row['n_red_lost'])} of {numbers.plural(row['n_red_readings'], 'red reading')}",
                 "List the readings", is_hot=not row["untold"] and is_by_chance(row))
        )  # fmt: skip
        opens["right"] = _open_red
    tiles.row(shown, opens)


def _rate(row: Mapping, name: str) -> str:
    return numbers.interval(row[name], row[f"{name}_lo"], row[f"{name}_hi"])


def _open_lost(which: str) -> None:
    step.turn(lost=which, lead="")
    look.ask_to_scroll("lost")


def _open_red() -> None:
    step.turn(which="red and lost", score=RULES, said="", quarter="", level="")
    look.ask_to_scroll("readings")


def _nothing(losses: Answer, proof: Answer) -> None:
    """What keeps the page empty, and which file would fill it."""
    undecided = dict(zip(losses.left_out["reason"], losses.left_out["n"], strict=True))
    if undecided:
        said = ", ".join(f"{numbers.count(n)} {plain(reason)}" for reason, n in undecided.items())
        look.empty("Nothing can be proved yet", f"Nobody was lost for certain in this period: {said}.")
        return
    look.empty(
        "Nothing can be proved here",
        "A score is held against losses after it: of this book and period there are neither losses nor scores old enough.",
        "Contracts with their first and last days (account, starts_on, ends_on, arr), a year of them or more, and a file of usage "
        "events (occurred_at, account, person, feature) would fill this page. Or widen the period.",
        "<code>.venv/bin/python -m lib import contracts.csv</code>",
    )
