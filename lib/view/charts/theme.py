"""Colours, type and margins of all figures, light and dark; and how a figure is put on a page.

Palette   the roles of colour
palette   the one of the reader's theme
dress     a figure's common look
show      put it on the page, with its text alternative; a click on a row calls back with the row's number
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

ROW = 30  # pixels of one horizontal bar
FONT = "Source Sans, Source Sans Pro, sans-serif"


@dataclass(frozen=True)
class Palette:
    """What a colour is for; the values are those of .streamlit/config.toml."""

    ink: str
    muted: str
    hot: str
    blue: str
    good: str
    second: str
    rest: str
    grid: str
    page: str


LIGHT = Palette("#1B2733", "#5B6876", "#C8430A", "#1F6FB2", "#0F7B6C", "#7A4FB5", "#8A96A3", "#E9EDF1", "#FFFFFF")
DARK = Palette("#E6EBF0", "#9AA8B6", "#FF8A50", "#6FB4EA", "#4CC3AE", "#B79AE8", "#6B7885", "#22303C", "#0F1720")


def palette() -> Palette:
    """The palette of the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def dress(
    figure, colours: Palette, *, n_rows: int, title_x: str = "", left: int = 10, right: int = 20, top: int = 8
) -> None:
    """The look all horizontal charts share: rows from the top, quiet grid, no legend unless asked, no zoom."""
    figure.update_layout(
        height=top + 46 + ROW * max(n_rows, 2),
        margin={"l": left, "r": right, "t": top, "b": 38},
        font={"family": FONT, "size": 13, "color": colours.ink},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        clickmode="event+select",
        bargap=0.36,
        hoverlabel={"bgcolor": colours.page, "bordercolor": colours.rest, "font": {"color": colours.ink, "size": 13, "family": FONT}, "align": "left"},
        xaxis={
            "title": {"text": title_x, "font": {"size": 12, "color": colours.muted}, "standoff": 8},
            "gridcolor": colours.grid, "zerolinecolor": colours.rest, "tickfont": {"color": colours.muted, "size": 12},
            "fixedrange": True, "automargin": True,
        },
        yaxis={
            "autorange": False, "range": [n_rows - 0.4, -0.6], "showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True,
            "tickfont": {"size": 13, "color": colours.ink}, "ticks": "", "ticklabelstandoff": 8,
        },
    )  # fmt: skip


def label_rows(figure, labels: list[str]) -> None:
    """Names beside the rows: positions are numbers, so that no name is taken for a number, a date or another's twin."""
    figure.update_yaxes(tickmode="array", tickvals=list(range(len(labels))), ticktext=labels)


def show(figure, key: str, *, alt: str, on_click: Callable[[int], None] | None = None) -> None:
    """Put the figure on the page. Clicking a row calls `on_click` with the number in its customdata."""

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"]
        if points:
            at = points[0].get("customdata", points[0].get("point_index"))
            on_click(int(at[0] if isinstance(at, (list, tuple)) else at))

    st.plotly_chart(
        figure,
        key=key,
        theme=None,
        alt=alt,
        config={"displayModeBar": False, "doubleClick": False},
        on_select=clicked if on_click else "ignore",
        selection_mode="points",
    )
