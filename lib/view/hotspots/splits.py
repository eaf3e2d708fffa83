"""What a selection splits into by one dimension: its rates, where the loss is, or what changed. A click goes into a value.

ask    the answer of a picture
show   the picture, the words under it, and the box that does without a mouse what a click does
"""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.store.dimensions import StoredDimension
from lib.view import address, door, look, numbers, tables
from lib.view.charts import bars, pareto, parts, theme
from lib.view.hotspots import sentences
from lib.view.hotspots.hotstate import BASES, HotState
from lib.view.plain import plain
from lib.view.words import word

MOST_BARS = 24  # values past these, those with the fewest accounts, are said and not drawn
Go = Callable[[str | None], None]
_MARK = {"parent": "the best parent's rate", "rest": "the rate of the rest", "overall": "the overall rate"}
_NAN = float("nan")


def ask(book: Book, state: HotState, view: str, by: StoredDimension) -> Answer | None:
    """The answer of the picture `view` of the selection, split by `by`."""
    asked = {"outcome": state.outcome or None, "within": state.path}
    if view == "change":
        return door.try_ask("change", book, by=by.name, **asked)
    return door.try_ask("breakdown", book, by=(by.name,), **asked)


def show(answer: Answer, state: HotState, view: str, by: StoredDimension, verb: str, go: Go) -> None:
    """The picture `view` of `answer`; `go` goes into a value."""
    if answer.table.empty:
        look.empty("Nothing to split", "No account of the selection is at risk.")
    elif view == "change":
        _changes(answer.table, state, by, verb, go)
    elif view == "pareto":
        _losses(answer.table, state, by, go)
    else:
        _rates(answer.table, state, by, verb, go)


def _rates(table: pd.DataFrame, state: HotState, by: StoredDimension, verb: str, go: Go) -> None:
    by_arr = state.weight == "arr"
    few = door.definitions().reading.few_accounts
    shown, n_more = _first(_ordered(table, by, "arr_loss_rate" if by_arr else "churn_rate", few))
    rows = [_bar(row, by.name, state.base, by_arr, few) for row in shown]
    unit = "ARR" if by_arr else "accounts"
    figure = bars.figure(rows, verb=verb, base=BASES[state.base], unit=unit, colours=theme.palette())
    _picture(figure, state, by, shown, go, alt=bars.alternative(rows, verb=verb, by=word(by.name)))
    said = [f"Click a bar to go into it. The mark is {_MARK[state.base]}."]
    if by_arr:
        said.append("Shares of ARR have no test here: a few large accounts can move them.")
    if any(row.is_hot for row in rows):
        said.append("Orange: above it, and above the other bars by more than chance among so many.")
    if any(row.is_small for row in rows):
        said.append(f"Faded: fewer than {few} accounts, too few to tell.")
    if n_more:
        said.append(f"{numbers.plural(n_more, 'value')} with fewer accounts not drawn.")
    look.note(" ".join(said))


def _losses(table: pd.DataFrame, state: HotState, by: StoredDimension, go: Go) -> None:
    column, unit = ("arr_lost", "ARR") if table["arr_lost"].sum() > 0 else ("n_lost", "accounts")
    if not table[column].sum():
        look.empty("Nothing was lost here", "The selection lost no account in this period.")
        return
    table = table.sort_values(column, ascending=False, kind="stable")
    share = table[column] / table[column].sum()
    shown = tables.records(table.assign(part=share, running=share.cumsum()).head(MOST_BARS))
    rows = [pareto.Row(_name(row, by.name), row[column], row["part"], row["running"]) for row in shown]
    figure = pareto.figure(rows, unit=unit, colours=theme.palette())
    _picture(figure, state, by, shown, go, alt=pareto.alternative(rows, unit=unit, by=word(by.name)))
    look.note(
        f"Most {unit} lost first, with the running share of the selection's loss; blue makes up the first "
        f"{numbers.percent(pareto.VITAL, 0)}. Click a bar to go into it."
    )


def _changes(table: pd.DataFrame, state: HotState, by: StoredDimension, verb: str, go: Go) -> None:
    if not table["n_before"].sum():
        look.empty("No earlier period", "The data does not reach back to the period before this one.")
        return
    look.html(f'<p class="hl-said">{plain(sentences.changed(table, verb, by.name))}</p>')
    if warning := sentences.simpson(table, by.name):
        look.notice(plain(warning), icon="⚖")
    moved = (table["rate_part"] + table["mix_part"]).abs().sort_values(ascending=False, kind="stable")
    shown = tables.records(table.loc[moved.index].head(MOST_BARS))
    drawn = ("rate_before", "churn_rate", "share_before", "share", "rate_part", "mix_part")
    rows = [parts.Row(_name(row, by.name), *(row[name] for name in drawn)) for row in shown]
    figure = parts.figure(rows, verb=verb, colours=theme.palette())
    _picture(figure, state, by, shown, go, alt=parts.alternative(rows, verb=verb, by=word(by.name)))
    look.note(
        "Solid: what the value's own rate did to the whole (orange: worse, blue: better). Hatched: what its share of accounts did. "
        "All bars add up to the change."
    )


def _picture(figure, state: HotState, by: StoredDimension, shown: Sequence[dict], go: Go, *, alt: str) -> None:
    """The chart, and a box that goes into a value without a mouse. Both are new for every split: no selection outlives it."""
    values = [row["segment"][by.name] for row in shown]
    key = "/".join(address.pair(*step) for step in (*state.path, (by.name, state.view)))
    theme.show(figure, f"split {key}", alt=alt, on_click=lambda at: go(values[at]))

    def chosen() -> None:
        at = st.session_state[f"go {key}"]
        if at is not None:
            go(values[at])

    st.selectbox(
        "Go into",
        range(len(values)),
        index=None,
        key=f"go {key}",
        placeholder="Click a bar, or choose a value here",
        format_func=lambda at: _name(shown[at], by.name),
        label_visibility="collapsed",
        on_change=chosen,
    )


def _bar(row: dict, by: str, base: str, by_arr: bool, few: int) -> bars.Row:
    if by_arr:
        drawn = (row["arr_loss_rate"], _NAN, _NAN, row[f"{base}_arr_loss_rate"])
    else:
        drawn = (row["churn_rate"], row["churn_rate_lo"], row["churn_rate_hi"], row[f"{base}_rate"])
    q = _NAN if by_arr else row["q_value"]
    return bars.Row(_name(row, by), row["n"], row["n_lost"], *drawn, row["arr"], row["arr_lost"], q, few)


def _ordered(table: pd.DataFrame, by: StoredDimension, rate: str, few: int) -> pd.DataFrame:
    """Bands in their own order; other values with the highest rate first and small ones last."""
    if by.cuts:
        at = {value: position for position, value in enumerate(by.values)}
        position = [at.get(segment[by.name], len(at)) for segment in table["segment"]]
        return table.assign(at=position).sort_values("at", kind="stable")
    small = table["n"] < few
    return table.assign(small=small).sort_values(["small", rate], ascending=[True, False], kind="stable")


def _first(table: pd.DataFrame) -> tuple[list[dict], int]:
    """At most MOST_BARS rows, those with the most accounts, in the order given; and how many were left out."""
    if len(table) <= MOST_BARS:
        return tables.records(table), 0
    kept = table["n"].nlargest(MOST_BARS).index
    return tables.records(table[table.index.isin(kept)]), len(table) - MOST_BARS


def _name(row: dict, by: str) -> str:
    value = row["segment"][by]
    return "(missing)" if value is None else value
