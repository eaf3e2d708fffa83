"""The overview, card by card. It grows: a card is one function that draws one answer, or nothing where there is none.

tiles     the headline figures against the previous period; each leads to its rows
hot       the hottest segments, each leading to itself
changed   what the period did against the one before it
data      how fresh the data is and what was refused when it was read
"""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.facts.base import OUTCOMES
from lib.measures import Answer
from lib.store.counted import sentences as sentences_of_events
from lib.view import booklink, door, frame, imports, look, numbers, tables
from lib.view import tiles as tile
from lib.view.hotspots import drill, headline, hotlist, hotpage, sentences
from lib.view.hotspots.hotstate import HotState
from lib.view.plain import plain
from lib.view.words import word_within

HOTSPOTS = "pages/hotspots.py"
N_HOT = 4
N_MOVERS = 2


def columns():
    """The wide column of what to look at, and the narrow one of what stands behind it."""
    return st.columns([2.6, 1], gap="medium")


def tiles(book: Book) -> None:
    """Accounts lost, the share, ARR lost and hot-spots, each with the previous period; each leads to its rows."""
    outcome = OUTCOMES[door.outcomes(book)[0]]
    now = _whole(book).table
    if now.empty:
        frame.nobody_at_risk()
    before = _whole(book.previous()).table if outcome.has_period else now.head(0)
    found = _found(book)
    row, old = now.iloc[0], before.iloc[0] if len(before) else None
    below = {
        "lost": _than(row, old, "n_lost", numbers.count),
        "rate": _than(row, old, "churn_rate", numbers.percent),
        "arr": _than(row, old, "arr_lost", numbers.money),
        "hotspots": "segments that stand out" if headline.n_listed(found) else "nothing stands out",
    }
    opens = {"lost": f"List the {outcome.verb}", "rate": "Look inside", "arr": "List by ARR", "hotspots": "See all"}
    here, lost = booklink.query(book), {**booklink.query(book), **HotState(rows="lost").to_query()}
    queries = {"lost": lost, "rate": here, "arr": lost, "hotspots": here}
    tile.linked(headline.figures(row, found, outcome.verb, below=below, opens=opens), HOTSPOTS, queries)


def hot(book: Book) -> None:
    """The hottest segments, each leading to the hot-spot page with itself open."""
    look.section("Where it is hot", "most accounts at stake first")
    found, verb = _found(book), OUTCOMES[door.outcomes(book)[0]].verb
    if found is None:
        return
    if not headline.n_listed(found):
        hotpage.nothing(_whole(book), found, verb)
        return
    hotlist.linked(found.table, verb, HOTSPOTS, booklink.query(book), N_HOT)
    if headline.n_listed(found) > N_HOT:
        st.page_link(HOTSPOTS, label=f"All {headline.n_listed(found)} hot-spots ›", query_params=booklink.query(book))


def changed(book: Book) -> None:
    """What the period did against the previous one, and which values did most of it."""
    outcome = OUTCOMES[door.outcomes(book)[0]]
    names = [each.name for each in door.dimensions(book)]
    by = next((name for name in ("region", *drill.FIRST, *names) if name in names), None)
    if not outcome.has_period or by is None:
        return
    look.section("What changed", "against the previous period")
    answer = door.try_ask("change", book, by=by)
    if answer is None:
        return
    table = answer.table
    look.html(f'<p class="hl-said">{plain(sentences.changed(table, outcome.verb, by))}</p>')
    if table.empty or not table["n_before"].sum():
        return
    if warning := sentences.simpson(table, by):
        look.notice(plain(warning), icon="⚖")
    moved = (table["rate_part"] + table["mix_part"]).abs().sort_values(ascending=False, kind="stable").index[:N_MOVERS]
    movers = tables.records(table.loc[moved])
    look.note("<br>".join(plain(sentences.mover(row, outcome.verb)) for row in movers))
    query = {**booklink.query(book), **HotState(view="change", by=by).to_query()}
    st.page_link(HOTSPOTS, label=f"The change by {plain(word_within(by))} ›", query_params=query)


def data(book: Book) -> None:
    """How fresh the data is, and what was refused when it was read."""
    manifest = door.opened().manifest
    look.section("The data")
    said = [f"Data to {say_day(manifest.as_of)}" if manifest.as_of else "No dates in the data"]
    said.append(numbers.plural(manifest.n_rows["account"], "account"))
    if n_events := manifest.n_rows.get("event", 0):
        said.append(numbers.plural(n_events, "usage event"))
    look.note(f"{' · '.join(said)}<br>published {plain(manifest.published_at[:16].replace('T', ' '))} UTC")
    if door.scope().is_all:  # refused cells and counts are of accounts that others may not see
        if told := sentences_of_events(manifest.counted):
            look.note("<br>".join(told))
        imports.card(manifest)


def _whole(book: Book) -> Answer:
    """The book as one row, asked as the hot-spot page asks: one cache entry for both."""
    return door.ask("breakdown", book, outcome=None, within=())


def _found(book: Book) -> Answer | None:
    """The hot-spots as the hot-spot page asks for them unasked: one cache entry for both."""
    return hotpage.ask(book, HotState())


def _than(row: pd.Series, old: pd.Series | None, name: str, said: Callable[[float], str]) -> str:
    """The previous period's figure, and whether this one is worse or better."""
    if old is None or not old["n"]:
        return "no earlier period to compare"
    arrow, look_of = (
        ("▲", "hl-worse") if row[name] > old[name] else ("▼", "hl-better") if row[name] < old[name] else ("=", "")
    )
    return f'<span class="{look_of}">{arrow}</span> {said(old[name])} in the previous period'
