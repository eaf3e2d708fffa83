"""Hot-spots as ranked sentences, each with its rate as a small bar; a click opens the segment.

show     the ranked list of the hot-spot page
linked   the first few, each a link to the hot-spot page with the segment open
query_of the link's parameters that open a segment
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from lib.export import segment_text
from lib.view import look, numbers, tables
from lib.view.charts.line import rate_line
from lib.view.hotspots import sentences
from lib.view.hotspots.hotstate import HotState, Path
from lib.view.plain import plain
from lib.view.words import worded

N_SHOWN = 6  # the rest is a click away
_NAN = float("nan")
_HELD = {
    "yes": ("hot before, too", " hl-yes"),
    "no": ("new in this period", ""),
    "too few": ("too few before to tell", ""),
}


def show(table: pd.DataFrame, verb: str, state: HotState, on_open: Callable[[Path], None]) -> None:
    """All listed hot-spots, and folded below them what was taken into account as well."""
    listed = tables.records(table[table["is_listed"]])
    longest = _longest(listed, state.weight)
    for rank, row in enumerate(listed[:N_SHOWN], 1):
        _spot(rank, row, verb, state, longest, on_open)
    if len(listed) > N_SHOWN:
        rest_open = any(set(state.path) == set(row["segment"].items()) for row in listed[N_SHOWN:])
        with st.expander(f"{len(listed) - N_SHOWN} more hot-spots", expanded=rest_open):
            for rank, row in enumerate(listed[N_SHOWN:], N_SHOWN + 1):
                _spot(rank, row, verb, state, longest, on_open)
    others = tables.records(table[~table["is_listed"]])
    if others:
        with st.expander(f"Also taken into account: {len(others)}"):
            look.note(
                "These differ from what the other hot-spots let one expect, but their own rate is not above the rest's. "
                "The search keeps them in mind so that they do not colour the others."
            )
            for row in others:
                name = plain(segment_text(worded(row["segment"])))
                said = f"{numbers.percent(row['churn_rate'])} {verb}, {numbers.percent(row['rest_rate'])} in the rest"
                look.html(f'<div class="hl-note"><b>{name}</b>: {said}, {numbers.n_of(row["n"])}</div>')


def linked(table: pd.DataFrame, verb: str, page: str, query: Mapping[str, Sequence[str]], most: int) -> None:
    """The first `most` hot-spots; each leads to `page` with its segment open. `query` is the book's."""
    listed = tables.records(table[table["is_listed"]].head(most))
    longest = _longest(listed)
    for rank, row in enumerate(listed, 1):
        with st.container(key=f"spot-{rank}"):
            words, picture, opens = st.columns([6.6, 2.6, 0.9], vertical_alignment="center", gap="medium")
            with words:
                look.html(_sentence(rank, row, verb, "accounts"))
            with picture:
                look.html(_line(row, "accounts", longest))
            with opens:
                st.page_link(page, label="Open ›", query_params={**query, **query_of(row["segment"])})


def query_of(segment: Mapping[str, str | None]) -> dict[str, list[str]]:
    """The parameters that open `segment` on the hot-spot page."""
    return HotState(path=tuple(segment.items())).to_query()


def _spot(rank: int, row: dict, verb: str, state: HotState, longest: float, on_open: Callable[[Path], None]) -> None:
    path = tuple(row["segment"].items())
    is_open = set(state.path) == set(path)
    with st.container(key=f"spot-{rank}{'-open' if is_open else ''}"):
        words, picture, opens = st.columns([6.4, 3, 0.9], vertical_alignment="center", gap="medium")
        with words:
            look.html(_sentence(rank, row, verb, state.weight))
        with picture:
            look.html(_line(row, state.weight, longest))
        with opens:
            st.button("Open ›", key=f"open spot {rank}", type="tertiary", on_click=on_open, args=(path,))


def _sentence(rank: int, row: dict, verb: str, weight: str) -> str:
    said = sentences.hotspot(row, verb, weight)
    held, look_of = _HELD.get(row["held"], ("", ""))
    tag = f'<span class="hl-tag{look_of}">{held}</span>' if held else ""
    also = "; ".join(segment_text(worded(each)) for each in row["aliases"])
    alias = f'<span class="hl-also">the same accounts as {plain(also)}</span>' if also else ""
    faded = " hl-tentative" if row["confidence"] != "firm" else ""
    return (
        f'<div class="hl-spot{faded}"><span class="hl-rank">{rank}</span>'
        f"<span><b>{plain(said.segment)}</b>: {plain(said.text)}{tag}{alias}</span></div>"
    )


def _line(row: dict, weight: str, longest: float) -> str:
    is_faded = row["confidence"] != "firm"
    if weight == "arr":
        rate, base = sentences.arr_rates(row)
        return rate_line(rate, _NAN, _NAN, base, row["n"], longest=longest, is_faded=is_faded)
    lo, hi = row["churn_rate_lo"], row["churn_rate_hi"]
    return rate_line(row["churn_rate"], lo, hi, row["parent_rate"], row["n"], longest=longest, is_faded=is_faded)


def _longest(rows: Sequence[dict], weight: str = "accounts") -> float:
    if weight == "arr":
        return max((rate for row in rows for rate in sentences.arr_rates(row)), default=1.0)
    return max((row["churn_rate_hi"] for row in rows), default=1.0)
