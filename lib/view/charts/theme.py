"""Colours, type and margins of all figures, light and dark; and how a figure is put on a page.

Palette   the roles of colour
palette   the one of the reader's theme
bare      what the layout of every chart begins with
figure    traces with the look all horizontal charts share
rows_hit  an unseen trace over whole rows: a click or a pointer anywhere in a row means the row
labels    text beside bars
show      put a figure on the page, with its text alternative; a click on a row calls back with the row's number
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from lib.view.plain import plain

ROW = 30  # pixels of one horizontal bar
FONT = "Source Sans, Source Sans Pro, sans-serif"
UNSEEN = "rgba(0,0,0,0)"
STILL = {
    "selected": {"marker": {"opacity": 1}},
    "unselected": {"marker": {"opacity": 1}},
}  # a click is seen on the page


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
    caution: str


LIGHT = Palette(
    "#1B2733", "#5B6876", "#C8430A", "#1F6FB2", "#0F7B6C", "#7A4FB5", "#8A96A3", "#E9EDF1", "#FFFFFF", "#9A6700"
)
DARK = Palette(
    "#E6EBF0", "#9AA8B6", "#FF8A50", "#6FB4EA", "#4CC3AE", "#B79AE8", "#6B7885", "#22303C", "#0F1720", "#E3B341"
)


def palette() -> Palette:
    """The palette of the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def bare(colours: Palette) -> dict:
    """What the layout of every chart begins with: our type on no ground, a hover label, no legend and no tools."""
    return {
        "font": {"family": FONT, "size": 13, "color": colours.ink}, "paper_bgcolor": UNSEEN, "plot_bgcolor": UNSEEN,
        "showlegend": False, "dragmode": False, "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": colours.page, "bordercolor": colours.rest, "align": "left",
            "font": {"color": colours.ink, "size": 13, "family": FONT},
        },
    }  # fmt: skip


def figure(traces: Sequence[dict], names: Sequence[str], colours: Palette, *, title_x: str, xaxis: dict):
    """Horizontal rows from the top, a quiet grid, no legend, no zoom. `names` is text from data, as typed.

    Rows are at whole numbers, so that no name is taken for a number, a date or the twin of another.
    """
    import plotly.graph_objects as go

    small = {"color": colours.muted, "size": 12}
    layout = bare(colours) | {
        "height": 54 + ROW * max(len(names), 2),
        "margin": {"l": 10, "r": 20, "t": 8, "b": 38},
        "clickmode": "event+select",
        "barmode": "overlay",
        "xaxis": {
            "title": {"text": title_x, "font": small, "standoff": 8},
            "gridcolor": colours.grid,
            "zerolinecolor": colours.rest,
            "tickfont": small,
            "fixedrange": True,
            "automargin": True,
            **xaxis,
        },
        "yaxis": {
            "range": [len(names) - 0.4, -0.6],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
            "ticks": "",
            "ticklabelstandoff": 8,
            "tickfont": {"size": 13, "color": colours.ink},
            "tickmode": "array",
            "tickvals": list(range(len(names))),
            "ticktext": [_short(name) for name in names],
        },
    }
    return go.Figure(data=list(traces), layout=layout)


def rows_hit(hover: Sequence[str], x: Sequence[float]) -> dict:
    """An unseen bar from x[0] to x[1] in every row; `hover` is HTML whose data has passed `plain`."""
    at = list(range(len(hover)))
    return {
        "type": "bar", "orientation": "h", "base": x[0], "x": [x[1] - x[0]] * len(hover), "y": at, "width": 1, "offset": -0.5,
        "marker": {"color": UNSEEN}, "customdata": at, "hovertext": list(hover), "hovertemplate": "%{hovertext}<extra></extra>",
        **STILL,
    }  # fmt: skip


def labels(text: Sequence[str], x: Sequence[float], colour: str) -> dict:
    """Text that begins at `x` of every row."""
    at = list(range(len(text)))
    return {
        "type": "scatter", "mode": "text", "x": list(x), "y": at, "text": [f"  {each}" for each in text],
        "textposition": "middle right",
        "textfont": {"size": 12.5, "color": colour}, "hoverinfo": "skip", "cliponaxis": False, "customdata": at,
        "selected": {"textfont": {"color": colour}}, "unselected": {"textfont": {"color": colour}},
    }  # fmt: skip


def show(figure, key: str, *, alt: str, on_click: Callable[[int], None]) -> None:
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
        on_select=clicked,
        selection_mode="points",
    )


def _short(name: str, longest: int = 28) -> str:
    return plain(name if len(name) <= longest else f"{name[: longest - 1]}…")
