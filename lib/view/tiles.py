"""Headline figures. Each opens the rows behind it: the whole tile is the button.

Tile   what one says
row    a row of tiles; a click calls back
linked a row of tiles that lead to another page
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from lib.view import look


@dataclass(frozen=True)
class Tile:
    """One figure: label, value, what stands beside and below it, and what a click does. Texts have passed `plain`."""

    name: str  # of its key
    label: str
    value: str
    beside: str = ""
    below: str = ""
    opens: str = ""  # the words of the click
    is_hot: bool = False


def row(tiles: Sequence[Tile], on_open: Mapping[str, Callable[[], None]]) -> None:
    """Tiles side by side; a click on one calls `on_open` of its name."""
    for tile, column in zip(tiles, st.columns(len(tiles), gap="small"), strict=True):
        with column.container(border=True, key=f"tile-{tile.name}", height="stretch"):
            look.html(_face(tile))
            st.button(f"{tile.opens} ›", key=f"open tile {tile.name}", type="tertiary", on_click=on_open[tile.name])


def linked(tiles: Sequence[Tile], page: str, queries: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
    """Tiles side by side; a click on one leads to `page` with the parameters of its name."""
    for tile, column in zip(tiles, st.columns(len(tiles), gap="small"), strict=True):
        with column.container(border=True, key=f"tile-{tile.name}", height="stretch"):
            look.html(_face(tile))
            st.page_link(page, label=f"{tile.opens} ›", query_params=dict(queries[tile.name]))


def _face(tile: Tile) -> str:
    beside = f"<small>{tile.beside}</small>" if tile.beside else ""
    return (
        f'<div class="hl-tile"><div class="hl-label">{tile.label}</div>'
        f'<div class="hl-value{" hl-hot" if tile.is_hot else ""}">{tile.value}{beside}</div>'
        f'<div class="hl-aside">{tile.below}</div></div>'
    )
