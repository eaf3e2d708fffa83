"""The drill: where in the book one stands, what the selection splits into, and the accounts of it.

panel   breadcrumb, Back and Lock; the split as a picture, clicked to go deeper; the accounts beside it
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.export import value_text
from lib.facts.base import OUTCOMES
from lib.measures import Answer
from lib.measures.breakdown import DEEPEST
from lib.store.dimensions import StoredDimension
from lib.view import address, bookbar, door, listing, look, numbers, sentences
from lib.view.charts import bars, pareto, parts, theme
from lib.view.hotstate import BASES, VIEWS, HotState, Path, is_of_state
from lib.view.plain import plain
from lib.view.words import word

MOST_BARS = 24
_MARK = {"parent": "the best parent's rate", "rest": "the rate of the rest", "overall": "the overall rate"}
FIRST = ("channel", "segment", "region", "plan")  # what a selection is split by first, where the data has it


def put(book: Book, state: HotState) -> None:
    """Make `book` and `state` the page's. For callbacks."""
    address.write(lambda name: bookbar.is_of_book(name) or is_of_state(name), {**book.to_query(), **state.to_query()})


def panel(book: Book, state: HotState, outcome: str, dimensions: Sequence[StoredDimension]) -> dict[str, Answer]:
    """The whole drill of the page; gives the answers it showed, for the passport."""
    asked = {"outcome": state.outcome or None, "within": state.path}
    here = door.try_ask("breakdown", book, **asked)
    if here is None:
        return {}
    by = _split_by(book, state, dimensions)
    verb = OUTCOMES[outcome].verb
    _crumbs(book, state, {each.name for each in door.opened().dimensions})
    if here.table.empty:
        look.empty(
            "Nobody is here",
            "No account of the book has these values in this period. Go a step back, or widen the book.",
        )
        return {"Selection": here}
    row = here.table.iloc[0]
    look.note(_standing(row, state, verb))
    shown = {"Selection": here}
    chart, accounts = st.columns([1, 1], gap="large")
    with chart:
        _controls(book, state, by, dimensions, OUTCOMES[outcome].has_period)
        if by is None:
            look.empty(
                "As deep as it goes", f"A breakdown combines {DEEPEST} dimensions. The accounts are listed beside."
            )
        else:
            shown |= _split(book, state, by, verb)
    with accounts:
        listing.panel(
            book, state, verb=verb, n=int(row["n"]), n_lost=int(row["n_lost"]), put=lambda new: put(book, new)
        )
    return shown


def _split_by(book: Book, state: HotState, dimensions: Sequence[StoredDimension]) -> StoredDimension | None:
    """The dimension the selection is split by: the one chosen, or the first with more than one value; None at the bottom."""
    taken = {name for name, _ in state.path}
    free = {each.name: each for each in dimensions if each.name not in taken}
    if len(state.path) >= DEEPEST or not free:
        return None
    if state.by in free:
        return free[state.by]
    settled = {name for name, values in book.filters if len(values) == 1}
    order = [*FIRST, *(name for name, each in free.items() if each.is_default), *free]
    return next((free[name] for name in order if name in free and name not in settled), next(iter(free.values())))


def _crumbs(book: Book, state: HotState, filterable: set[str]) -> None:
    """All ▸ region: US ▸ channel: Reseller; each goes back to itself."""
    with st.container(horizontal=True, key="crumbs", vertical_alignment="center"):
        st.button(
            "All", key="crumb 0", type="tertiary", on_click=put, args=(book, state.drilled(())), disabled=not state.path
        )
        for depth, (name, value) in enumerate(state.path, 1):
            st.html('<span class="hl-sep">▸</span>', width="content")
            said = f"{word(name)}: {'missing' if value is None else value}"
            is_last = depth == len(state.path)
            label = f"**{plain(said)}**" if is_last else plain(said)
            st.button(
                label,
                key=f"crumb {depth}",
                type="tertiary",
                on_click=put,
                args=(book, state.drilled(state.path[:depth])),
                disabled=is_last,
            )
        if state.path:
            st.space("stretch")
            st.button(
                "Back",
                key="drill back",
                icon=":material/arrow_back:",
                on_click=put,
                args=(book, state.drilled(state.path[:-1])),
            )
            _lock(book, state, filterable)


def _lock(book: Book, state: HotState, filterable: set[str]) -> None:
    locked = tuple(step for step in state.path if step[0] in filterable)
    narrower = book
    for name, value in locked:
        narrower = narrower.where(name, [value])
    st.button(
        "Lock",
        key="drill lock",
        icon=":material/lock:",
        disabled=not locked,
        help="Makes this selection a filter of the book: it stays while you explore the rest, here and on every page. Filters read "
        "values as of the book's day, the drill as of the opening day; usage patterns cannot be locked.",
        on_click=put,
        args=(narrower, state.drilled(tuple(step for step in state.path if step not in locked))),
    )


def _standing(row: pd.Series, state: HotState, verb: str) -> str:
    """Where one stands, in a line: accounts, rate, money, and the base it is compared with."""
    said = [
        numbers.plural(row["n"], "account"),
        f"{numbers.count(row['n_lost'])} {verb}: {numbers.interval(row['churn_rate'], row['churn_rate_lo'], row['churn_rate_hi'])}",
    ]
    if row["arr"]:
        said.append(
            f"{numbers.money(row['arr_lost'])} of {numbers.money(row['arr'])} ARR {verb}: {numbers.percent(row['arr_loss_rate'])}"
        )
    if state.path:
        base = row[f"{state.base}_rate"]
        where = (
            sentences.place(row["parent"])
            if state.base == "parent"
            else f"in {BASES[state.base]}"
            if state.base == "rest"
            else "overall"
        )
        said.append(f"{numbers.percent(base)} {plain(where)}")
    return " · ".join(f'<span class="hl-nowrap">{each}</span>' for each in said)


def _controls(
    book: Book, state: HotState, by: StoredDimension | None, dimensions: Sequence[StoredDimension], has_period: bool
) -> None:
    taken = {name for name, _ in state.path}
    free = [each.name for each in dimensions if each.name not in taken]
    views = [name for name in VIEWS if has_period or name != "change"]
    st.session_state["view"] = state.view if state.view in views else "rate"
    st.segmented_control(
        "Picture", views, key="view", format_func=VIEWS.get, required=True, label_visibility="collapsed",
        on_change=lambda: put(book, replace(state, view=st.session_state["view"])),
    )  # fmt: skip
    split, against = st.columns([1.3, 1], vertical_alignment="bottom")
    if by is not None:
        st.session_state["by"] = by.name
        split.selectbox(
            "Split by",
            free,
            key="by",
            format_func=word,
            on_change=lambda: put(book, replace(state, by=st.session_state["by"])),
        )
    st.session_state["base"] = state.base
    against.selectbox(
        "Compare with", list(BASES), key="base", format_func=BASES.get,
        on_change=lambda: put(book, replace(state, base=st.session_state["base"])),
    )  # fmt: skip


def _split(book: Book, state: HotState, by: StoredDimension, verb: str) -> dict[str, Answer]:
    asked = {"outcome": state.outcome or None, "within": state.path, "by": by.name}
    if state.view == "change":
        answer = door.try_ask("change", book, **asked)
        if answer is not None:
            _show_change(book, state, by, verb, answer)
        return {} if answer is None else {"Change": answer}
    answer = door.try_ask("breakdown", book, **{**asked, "by": (by.name,)})
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty("Nothing to split", "No account of the selection is at risk.")
    elif state.view == "pareto":
        _show_pareto(book, state, by, answer.table)
    else:
        _show_rates(book, state, by, verb, answer.table)
    return {"Split": answer}


def _show_rates(book: Book, state: HotState, by: StoredDimension, verb: str, table: pd.DataFrame) -> None:
    by_arr = state.weight == "arr"
    shown, n_more = _first(_ordered(table, by, "arr_loss_rate" if by_arr else "churn_rate"))
    values = [row["segment"][by.name] for row in shown]
    rows = [_bar(row, by.name, state.base, by_arr) for row in shown]
    figure = bars.figure(
        rows, verb=verb, base=BASES[state.base], unit="ARR" if by_arr else "accounts", colours=theme.palette()
    )
    _picture(figure, book, state, by, values, alt=bars.alternative(rows, verb=verb, by=word(by.name)))
    said = [f"Click a bar to go into it. The mark is {_MARK[state.base]}."]
    if by_arr:
        said.append("Shares of ARR have no interval here; a few large accounts can move them.")
    if any(row.is_hot and not row.is_small for row in rows):
        said.append(
            "Orange: "
            + ("half as much again as its base." if by_arr else "even the low end of the interval is above it.")
        )
    if any(row.is_small for row in rows):
        said.append(f"Faded: fewer than {bars.FEW} accounts, too few to tell.")
    if n_more:
        said.append(f"{numbers.plural(n_more, 'value')} with fewer accounts not drawn; the download has them.")
    look.note(" ".join(said))


def _show_pareto(book: Book, state: HotState, by: StoredDimension, table: pd.DataFrame) -> None:
    column, unit = ("arr_lost", "ARR") if table["arr_lost"].sum() > 0 else ("n_lost", "accounts")
    if not table[column].sum():
        look.empty("Nothing was lost here", "The selection lost no account in this period.")
        return
    table = table.sort_values(column, ascending=False, kind="stable")
    share = table[column] / table[column].sum()
    table = table.assign(lost=table[column], part=share, running=share.cumsum())
    shown = table.head(MOST_BARS).to_dict("records")
    rows = [pareto.Row(_name(row["segment"], by.name), row["lost"], row["part"], row["running"]) for row in shown]
    figure = pareto.figure(rows, unit=unit, colours=theme.palette())
    _picture(
        figure,
        book,
        state,
        by,
        [row["segment"][by.name] for row in shown],
        alt=pareto.alternative(rows, unit=unit, by=word(by.name)),
    )
    look.note(
        f"Most {unit} lost first, with the running share of the selection's loss. Blue makes up the first 80 %. Click a bar to go into it."
    )


def _show_change(book: Book, state: HotState, by: StoredDimension, verb: str, answer: Answer) -> None:
    table = answer.table
    if table.empty or not table["n_before"].sum():
        look.empty("No earlier period", "The data does not reach back to the period before this one.")
        return
    look.note(f"<b>{plain(sentences.changed(table, verb))}</b>")
    if warning := sentences.simpson(table, by.name):
        st.warning(plain(warning), icon=":material/balance:")
    order = (table["rate_part"] + table["mix_part"]).abs().sort_values(ascending=False, kind="stable").index
    shown = table.loc[order].head(MOST_BARS).to_dict("records")
    rows = [
        parts.Row(
            _name(row["segment"], by.name),
            row["rate_before"],
            row["churn_rate"],
            row["share_before"],
            row["share"],
            row["rate_part"],
            row["mix_part"],
        )
        for row in shown
    ]
    figure = parts.figure(rows, verb=verb, colours=theme.palette())
    _picture(
        figure,
        book,
        state,
        by,
        [row["segment"][by.name] for row in shown],
        alt=parts.alternative(rows, verb=verb, by=word(by.name)),
    )
    look.note(
        "Solid: what the value's own rate did to the whole (orange: worse, blue: better). Hatched: what its share of accounts did. All bars add up to the change."
    )


def _picture(
    figure, book: Book, state: HotState, by: StoredDimension, values: Sequence[str | None], *, alt: str
) -> None:
    """The chart of a split; a click goes into the value. Without a mouse, the box below it does the same."""
    go: Callable[[int], None] = lambda at: put(book, state.drilled((*state.path, (by.name, values[at]))))  # noqa: E731
    theme.show(figure, _key(state, by.name), alt=alt, on_click=go)
    key = f"go {_key(state, by.name)}"
    st.selectbox(
        "Go into", range(len(values)), index=None, key=key, placeholder="Click a bar, or choose a value here",
        format_func=lambda at: "(missing)" if values[at] is None else values[at], label_visibility="collapsed",
        on_change=lambda: go(st.session_state[key]) if st.session_state[key] is not None else None,
    )  # fmt: skip


def _key(state: HotState, by: str) -> str:
    """A chart of its own for every split, so that no selection outlives its picture."""
    return "split " + "/".join(address.pair(*step) for step in (*state.path, (by, state.view)))


def _bar(row: dict, by: str, base: str, by_arr: bool) -> bars.Row:
    nan = float("nan")
    if by_arr:
        rate, lo, hi, compared = row["arr_loss_rate"], nan, nan, row[f"{base}_arr_loss_rate"]
    else:
        rate, lo, hi, compared = row["churn_rate"], row["churn_rate_lo"], row["churn_rate_hi"], row[f"{base}_rate"]
    return bars.Row(
        _name(row["segment"], by), row["n"], row["n_lost"], rate, lo, hi, compared, row["arr"], row["arr_lost"]
    )


def _ordered(table: pd.DataFrame, by: StoredDimension, rate: str) -> pd.DataFrame:
    """Bands in their own order; other values with the highest rate first and small ones last."""
    if by.cuts:
        at = {value: position for position, value in enumerate(by.values)}
        return table.assign(at=[at.get(segment[by.name], len(at)) for segment in table["segment"]]).sort_values(
            "at", kind="stable"
        )
    return table.assign(small=table["n"] < bars.FEW).sort_values(
        ["small", rate], ascending=[True, False], kind="stable"
    )


def _first(table: pd.DataFrame) -> tuple[list[dict], int]:
    """At most MOST_BARS rows, those with the most accounts, in the order given; and how many were left out."""
    if len(table) <= MOST_BARS:
        return table.to_dict("records"), 0
    kept = table["n"].nlargest(MOST_BARS).index
    return table[table.index.isin(kept)].to_dict("records"), len(table) - MOST_BARS


def _name(segment: dict, by: str) -> str:
    value = segment[by]
    return "(missing)" if value is None else value if value_text(by, value) == value else str(value)


__all__ = ["Path", "panel", "put"]
