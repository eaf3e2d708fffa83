"""Whether it helped: the sentence that leads the page, its tiles, and the parts below.

section   all of it; gives the answers for the passport
"""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from lib.book import Book
from lib.effects import HELPS
from lib.measures import Answer
from lib.measures.reach.reach import NO_TOUCHES
from lib.view import booklink, door, frame, look, numbers, tables, tiles
from lib.view.plain import plain
from lib.view.reach import covering, gains, opening, portfolio, sentences, spread
from lib.view.reach.reachstate import Reach
from lib.view.tiles import Tile


def section(book: Book, state: Reach) -> dict[str, Answer]:
    """Whom the team reached, how accounts are covered, and what came of it."""
    with st.skeleton(height=420):
        reach = door.try_ask("reach", book, by=state.by)
        is_told = reach is not None and not reach.table.empty and NO_TOUCHES not in reach.notes
        coverage = door.try_ask("coverage", book, by=state.cover) if is_told else None
        plays = door.try_ask("play_effects", book, outcome=state.outcome) if is_told else None
    if reach is None:
        return {}
    if not is_told:
        _nothing(not reach.table.empty)
    if coverage is None or plays is None:
        return {"Reach": reach}
    shown = {"Reach": reach, "Coverage": coverage, "Plays and campaigns": plays}
    rows, met, found = (tables.records(each.table) for each in (reach, coverage, plays))
    _lead(book, state, rows[0], met[0] if met else None, found)
    shown |= spread.section(book, state, rows)
    shown |= covering.section(book, state, met)
    shown |= gains.section(book, state)
    return shown | portfolio.section(book, state, plays)


def _lead(book: Book, state: Reach, reach: Mapping, coverage: Mapping | None, plays: list[dict]) -> None:
    days = door.definitions().reach.reach_days
    with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute", key="reach said"):
        first, second = sentences.leading(reach, days), sentences.then(coverage, plays)
        look.html(f'<p class="hl-said hl-first"><b>{first}</b><br><small>{second}</small></p>')
        frame.share({**booklink.query(book), **state.to_query()})
    _tiles(reach, coverage, plays, days)


def _tiles(reach: Mapping, coverage: Mapping | None, plays: list[dict], days: int) -> None:
    n_help = sum(row["effect_verdict"] == HELPS for row in plays)
    has_money = reach["arr_reach_rate"] == reach["arr_reach_rate"]
    shown = [
        Tile("reach", "Reached by a person", numbers.percent(reach["reach_rate"], 0), "",
             f"{sentences.rate(reach, 'reach_rate')} of {numbers.count(reach['n_customers_now'])} accounts in {days} days",
             "List them"),
        Tile("arr", "ARR reached", numbers.percent(reach["arr_reach_rate"], 0) if has_money else numbers.NOTHING, "",
             f"{sentences.rate(reach, 'arr_reach_rate')}, {numbers.money(reach['arr_reached'])}", "List by ARR"),
        Tile("digital", "Only by campaigns", numbers.percent(reach["n_digital_only"] / reach["n_customers_now"], 0), "",
             f"{numbers.count(reach['n_digital_only'])} accounts; campaigns write to {numbers.percent(reach['digital_rate'], 0)}",
             "List them"),
        Tile("proactive", "Of our own accord", numbers.percent(reach["proactive_touch_rate"], 0), "",
             f"of touches by people; {numbers.count(reach['n_reactive_accounts'])} accounts had to ask", "List who asked"),
        Tile("met", "Met in time", numbers.percent(coverage["coverage_rate"], 0) if coverage else numbers.NOTHING, "",
             f"of {numbers.count(coverage['n_to_meet'])}; {numbers.money(coverage['arr_not_met'])} ARR not" if coverage else "",
             "List those behind"),
        Tile("plays", "Plays that help", numbers.count(n_help), f"of {numbers.count(len(plays))}",
             "beyond chance among all", "See them"),
    ]  # fmt: skip
    tiles.row(
        shown,
        {
            "reach": partial(opening.show, "reach", which="reached"),
            "arr": partial(opening.show, "reach", which="reached", order="arr"),
            "digital": partial(opening.show, "reach", which="digital only"),
            "proactive": partial(opening.show, "reach", which="reactive"),
            "met": partial(opening.show, "coverage", which="behind"),
            "plays": partial(look.ask_to_scroll, "plays"),
        },
    )


def _nothing(has_customers: bool) -> None:
    """What keeps the page empty, and which file would fill it."""
    if not has_customers:
        look.empty(
            "No customer is in this book",
            "Clear the search, lift a filter of the bar at the left, or choose another day.",
        )
        return
    look.empty(
        "No contact by the team is known",
        plain(NO_TOUCHES),
        "A file of touches (account, occurred_at, kind, is_two_way, is_proactive, play) would fill this page; so do touches noted "
        "on My book and on the page of an account.",
        "<code>.venv/bin/python -m lib import touches.csv --as touch</code>",
    )
