"""The drill: where in the book one stands, what the selection splits into, and the accounts of it.

panel   breadcrumb, Back and Lock; the split as a picture, clicked to go deeper; the accounts beside it
"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.facts.base import OUTCOMES
from lib.measures import Answer
from lib.measures.breakdown import DEEPEST
from lib.store.dimensions import StoredDimension
from lib.view import door, look, numbers, step
from lib.view.hotspots import listing, sentences, splits
from lib.view.hotspots.hotstate import BASES, VIEWS, HotState, Path
from lib.view.plain import plain
from lib.view.words import word

FIRST = ("channel", "segment", "region", "plan")  # what a selection is split by first, where the data has it


def panel(book: Book, state: HotState, outcome: str, dimensions: Sequence[StoredDimension]) -> dict[str, Answer]:
    """The whole drill of the page; gives the answers it showed, for the passport."""
    here = door.try_ask("breakdown", book, outcome=state.outcome or None, within=state.path)
    if here is None:
        return {}
    _crumbs(state)
    if here.table.empty:
        look.empty("Nobody is here", "No account has these values in this period. Go a step back, or widen the book.")
        return {"Selection": here}
    verb, row = OUTCOMES[outcome].verb, here.table.iloc[0]
    look.note(_standing(row, state, verb))
    picture, accounts = st.columns([1, 1], gap="medium")
    with picture:
        shown = _split(book, state, outcome, dimensions)
    with accounts:
        n, n_lost = int(row["n"]), int(row["n_lost"])
        listing.panel(book, state, verb=verb, n=n, n_lost=n_lost)
    return {"Selection": here, **shown}


def _go(path: Path) -> None:
    step.turn(to=path)


def _crumbs(state: HotState) -> None:
    """All ▸ Region: US ▸ Channel: Reseller; each goes back to itself."""
    with st.container(horizontal=True, key="crumbs", vertical_alignment="center"):
        _crumb(state, 0, "All")
        for depth, (name, value) in enumerate(state.path, 1):
            st.html('<span class="hl-sep">▸</span>', width="content")
            _crumb(state, depth, f"{word(name)}: {'missing' if value is None else value}")
        if state.path:
            st.space("stretch")
            st.button("Back", key="drill back", icon=":material/arrow_back:", on_click=_go, args=(state.path[:-1],))
            _lock(state)


def _crumb(state: HotState, depth: int, said: str) -> None:
    is_here = depth == len(state.path)
    label = f"**{plain(said)}**" if is_here else plain(said)
    there = state.path[:depth]
    st.button(label, key=f"crumb {depth}", type="tertiary", disabled=is_here, on_click=_go, args=(there,))


def _lock(state: HotState) -> None:
    """The button that turns the path into filters of the book, as far as the book can hold it."""
    values_of = {each.name: each.values for each in door.opened().dimensions}
    held = tuple((name, value) for name, value in state.path if name in values_of and value in (None, *values_of[name]))
    st.button(
        "Lock",
        key="drill lock",
        icon=":material/lock:",
        disabled=not held,
        help="Makes this selection a filter of the book: it stays while you explore the rest, here and on every page. A filter "
        "reads values as of the book's day, the drill as of the opening day. Usage patterns cannot be locked.",
        on_click=step.lock,
        args=(held,),
    )


def _standing(row: pd.Series, state: HotState, verb: str) -> str:
    """Where one stands, in a line: accounts, rate, money, and the base it is compared with."""
    rate = numbers.interval(row["churn_rate"], row["churn_rate_lo"], row["churn_rate_hi"])
    said = [numbers.plural(row["n"], "account"), f"{numbers.count(row['n_lost'])} {verb}: {rate}"]
    if row["arr"]:
        of_arr = f"{numbers.money(row['arr_lost'])} of {numbers.money(row['arr'])} ARR"
        said.append(f"{of_arr} {verb}: {numbers.percent(row['arr_loss_rate'])}")
    if state.path:
        where = {"parent": sentences.place(row["parent"]), "rest": "in the rest", "overall": "overall"}
        said.append(f"{numbers.percent(row[f'{state.base}_rate'])} {plain(where[state.base])}")
    return " · ".join(f'<span class="hl-nowrap">{each}</span>' for each in said)


def _split(book: Book, state: HotState, outcome: str, dimensions: Sequence[StoredDimension]) -> dict[str, Answer]:
    """The picture of what the selection splits into, with what chooses it."""
    taken = {name for name, _ in state.path}
    free = {each.name: each for each in dimensions if each.name not in taken}
    if len(state.path) == DEEPEST or not free:
        look.empty("As deep as it goes", f"A breakdown combines {DEEPEST} dimensions. The accounts are listed beside.")
        return {}
    view = _view(state, OUTCOMES[outcome].has_period)
    split, against = st.columns([1.3, 1])
    with split:
        by = _split_by(book, state, free)
    if view == "rate":
        with against:
            _compare_with(state)
    answer = splits.ask(book, state, view, by)
    if answer is None:
        return {}

    def go(value: str | None) -> None:
        _go((*state.path, (by.name, value)))

    splits.show(answer, state, view, by, OUTCOMES[outcome].verb, go)
    return {"Split": answer}


def _view(state: HotState, has_period: bool) -> str:
    views = [name for name in VIEWS if has_period or name != "change"]
    step.show("view", state.view if state.view in views else "rate")

    def chosen() -> None:
        step.turn(view=st.session_state["view"])

    return st.segmented_control(
        "Picture",
        views,
        key="view",
        format_func=VIEWS.get,
        required=True,
        label_visibility="collapsed",
        on_change=chosen,
    )


def _split_by(book: Book, state: HotState, free: dict[str, StoredDimension]) -> StoredDimension:
    """The dimension the selection is split by: the one chosen, or the first with more than one value."""
    settled = {name for name, values in book.filters if len(values) == 1}
    words = [name for name, each in free.items() if each.is_default and not each.cuts]
    usual = [*FIRST, *words, *free]
    first = next((name for name in usual if name in free and name not in settled), next(iter(free)))
    step.show("by", state.by if state.by in free else first)

    def chosen() -> None:
        step.turn(by=st.session_state["by"])

    return free[st.selectbox("Split by", list(free), key="by", format_func=word, on_change=chosen)]


def _compare_with(state: HotState) -> None:
    step.show("base", state.base)

    def chosen() -> None:
        step.turn(base=st.session_state["base"])

    st.selectbox("Compare with", list(BASES), key="base", format_func=BASES.get, on_change=chosen)
