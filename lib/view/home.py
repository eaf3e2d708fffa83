"""The overview, card by card. It grows: a card is one function that draws one answer, or nothing where there is none.

tiles     the headline figures against the previous period; each leads to its rows
hot       the hottest segments, each leading to itself
changed   what the period did against the one before it
data      how fresh the data is and what was refused when it was read
"""

import streamlit as st

from lib.book import Book, say_day
from lib.facts.base import OUTCOMES
from lib.view import door, hotlist, imports, look, numbers, sentences
from lib.view import tiles as tile
from lib.view.drill import FIRST
from lib.view.hotstate import HotState
from lib.view.plain import plain
from lib.view.words import word

HOTSPOTS = "pages/hotspots.py"
N_HOT = 4


def columns():
    """The wide column of what to look at, and the narrow one of what stands behind it."""
    return st.columns([2.4, 1], gap="large")


def tiles(book: Book) -> None:
    """Lost accounts, the rate, lost ARR and hot-spots, each with the previous period."""
    outcome = door.outcomes(book)[0]
    verb = OUTCOMES[outcome].verb
    now = door.ask("breakdown", book).table
    if now.empty:
        look.empty(
            "Nobody is at risk here",
            "No account of this book could be lost in this period. Widen the period, or lift a filter.",
        )
        st.stop()
    before = door.ask("breakdown", book.previous()).table if OUTCOMES[outcome].has_period else now.head(0)
    found = _found(book)
    n_found = 0 if found is None else int(found.table["is_listed"].sum())
    row = now.iloc[0]
    old = before.iloc[0] if len(before) else None
    has_money = bool(row["arr"])
    shown = [
        tile.Tile("lost", f"Accounts {verb}", numbers.count(row["n_lost"]), f"of {numbers.count(row['n'])}", _than(row, old, "n_lost", numbers.count), f"List the {verb}"),
        tile.Tile("rate", f"Share {verb}", numbers.percent(row["churn_rate"]), f"{row['churn_rate_lo'] * 100:.1f}–{row['churn_rate_hi'] * 100:.1f}", _than(row, old, "churn_rate", numbers.percent), "Look inside"),
        tile.Tile("arr", f"ARR {verb}", numbers.money(row["arr_lost"]) if has_money else "–", f"of {numbers.money(row['arr'])}" if has_money else "", _than(row, old, "arr_lost", numbers.money) if has_money else "the data holds no ARR", "List by ARR"),
        tile.Tile("hotspots", "Hot-spots", str(n_found), "", "segments that stand out" if n_found else "nothing stands out", "See all", is_hot=n_found > 0),
    ]  # fmt: skip
    link = book.to_query()
    lost, everyone = HotState(rows="lost").to_query(), HotState().to_query()
    tile.linked(
        shown,
        HOTSPOTS,
        {"lost": {**link, **lost}, "rate": {**link, **everyone}, "arr": {**link, **lost}, "hotspots": link},
    )


def hot(book: Book) -> None:
    """The hottest segments, each leading to the hot-spot page with itself open."""
    look.section("Where it is hot", "most accounts at stake first")
    found = _found(book)
    if found is None:
        return
    verb = OUTCOMES[door.outcomes(book)[0]].verb
    listed = found.table[found.table["is_listed"]]
    if listed.empty:
        now = door.ask("breakdown", book).table.iloc[0]
        notes = "".join(f"<p>{plain(note)}</p>" for note in found.notes)
        look.html(
            f'<div class="hl-quiet"><b>{plain(sentences.nothing(now["n"], now["n_lost"], verb))}</b>{notes}</div>'
        )
        return
    hotlist.linked(listed, verb, HOTSPOTS, book.to_query(), N_HOT)
    if len(listed) > N_HOT:
        st.page_link(HOTSPOTS, label=f"All {len(listed)} hot-spots ›", query_params=book.to_query())


def changed(book: Book) -> None:
    """What the period did against the previous one, and which values did most of it."""
    outcome = door.outcomes(book)[0]
    if not OUTCOMES[outcome].has_period:
        return
    names = [each.name for each in door.dimensions(book)]
    by = next((name for name in ("region", *FIRST, *names) if name in names), None)
    if by is None:
        return
    look.section("What changed", "against the previous period")
    answer = door.try_ask("change", book, by=by)
    if answer is None:
        return
    verb = OUTCOMES[outcome].verb
    table = answer.table
    look.html(f'<p class="hl-said">{plain(sentences.changed(table, verb, by))}</p>')
    if table.empty or not table["n_before"].sum():
        return
    if warning := sentences.simpson(table, by):
        st.warning(plain(warning), icon=":material/balance:")
    moved = (table["rate_part"] + table["mix_part"]).abs().sort_values(ascending=False, kind="stable").index[:2]
    look.note("<br>".join(plain(sentences.mover(row, verb)) for row in table.loc[moved].to_dict("records")))
    query = {**book.to_query(), **HotState(view="change", by=by).to_query()}
    st.page_link(HOTSPOTS, label=f"The change by {plain(word(by))} ›", query_params=query)


def data(book: Book) -> None:
    """How fresh the data is, and what was refused when it was read."""
    manifest = door.opened().manifest
    look.section("The data")
    day = f"Data to {say_day(manifest.as_of)}" if manifest.as_of else "No dates in the data"
    events = manifest.n_rows.get("event", 0)
    said = [
        day,
        numbers.plural(manifest.n_rows["account"], "account"),
        *([numbers.plural(events, "usage event")] if events else []),
    ]
    look.note(" · ".join(said) + f"<br>published {plain(manifest.published_at[:16].replace('T', ' '))} UTC")
    imports.card(manifest)


def _found(book: Book):
    return door.try_ask("hotspots", book, outcome=None, weight="accounts", by=(), depth=None, min_n=None)


def _than(row, old, name: str, said) -> str:
    """The previous period's figure, and whether this one is better or worse."""
    if old is None or not old["n"]:
        return "no earlier period to compare"
    worse, better = row[name] > old[name], row[name] < old[name]
    look_of = "hl-worse" if worse else "hl-better" if better else ""
    arrow = "▲" if worse else "▼" if better else "="
    return f'<span class="{look_of}">{arrow}</span> {said(old[name])} in the previous period'
