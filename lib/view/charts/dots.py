"""Figures as dots with whiskers, against a line they are held to: a diagonal, or a level.

Dot           one of them
figure        the chart; a click gives the dot's number
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view.charts import theme

HEIGHT = 290


@dataclass(frozen=True)
class Dot:
    """One figure at `x`; NaN where there is nothing to tell. `label` and `said` are words of ours, `hover` is HTML."""

    x: float
    y: float
    lo: float
    hi: float
    label: str
    hover: str
    is_hot: bool = False


def figure(
    dots: Sequence[Dot],
    *,
    title_x: str,
    title_y: str,
    colours: theme.Palette,
    line: str = "",
    level: float | None = None,
    is_x_rate: bool = False,
    is_y_rate: bool = True,
    named: bool = False,
):
    """Dots in their order. `line`: "diagonal" where x and y should be alike; `level`: a line at that height.

    named   the labels stand under the dots in the place of numbers
    """
    import plotly.graph_objects as go

    told = [(number, dot) for number, dot in enumerate(dots) if dot.y == dot.y]
    small = {"color": colours.muted, "size": 12}
    ends = [end for _, dot in told for end in (dot.y, dot.lo, dot.hi) if end == end] + (
        [level] if level is not None else []
    )
    low, high = (0, max(ends, default=1)) if is_y_rate else (min(ends, default=0), max(ends, default=1))
    pad = 0.08 * (high - low or 1)
    right = max([dot.x for dot in dots], default=1)
    colour = [colours.hot if dot.is_hot else colours.blue for _, dot in told]
    whiskers = [
        {
            "type": "scatter", "mode": "lines", "x": [dot.x, dot.x], "y": [dot.lo, dot.hi], "hoverinfo": "skip",
            "line": {"width": 1.8, "color": shade},
        }
        for (_, dot), shade in zip(told, colour, strict=True)
        if dot.lo == dot.lo
    ]  # fmt: skip
    marks = {
        "type": "scatter", "mode": "markers", "x": [dot.x for _, dot in told], "y": [dot.y for _, dot in told],
        "customdata": [number for number, _ in told], "hovertext": [dot.hover for _, dot in told],
        "hovertemplate": "%{hovertext}<extra></extra>", "cliponaxis": False,
        "marker": {"size": 11, "color": colour, "symbol": ["diamond" if dot.is_hot else "circle" for _, dot in told]},
        **theme.STILL,
    }  # fmt: skip
    held = {"type": "line", "line": {"color": colours.muted, "width": 1.2, "dash": "dash"}, "layer": "below"}
    shapes = [held | {"x0": 0, "x1": min(right, high), "y0": 0, "y1": min(right, high)}] if line == "diagonal" else []
    shapes += [held | {"x0": 0, "x1": 1, "xref": "paper", "y0": level, "y1": level}] if level is not None else []
    axis = {"tickfont": small, "fixedrange": True, "zeroline": False, "automargin": True}
    layout = theme.bare(colours) | {
        "height": HEIGHT, "margin": {"l": 10, "r": 14, "t": 10, "b": 44}, "clickmode": "event+select", "shapes": shapes,
        "xaxis": axis | {
            "title": {"text": title_x, "font": small, "standoff": 8}, "showgrid": False,
            **({"tickvals": [dot.x for dot in dots], "ticktext": [dot.label for dot in dots],
                "range": [min(dot.x for dot in dots) - 0.5, right + 0.5]} if named
               else {"range": [-0.02 * right, 1.04 * right], "tickformat": ".0%" if is_x_rate else None, "nticks": 7}),
        },
        "yaxis": axis | {
            "title": {"text": title_y, "font": small, "standoff": 8}, "gridcolor": colours.grid, "range": [low - pad, high + pad],
            "tickformat": ".0%" if is_y_rate else ".2f", "nticks": 6,
        },
    }  # fmt: skip
    return go.Figure(data=[*whiskers, marks], layout=layout)


def alternative(dots: Sequence[Dot], *, of: str) -> str:
    """The chart in words."""
    said = "; ".join(f"{dot.label}: {dot.y:.3g} ({dot.lo:.3g} to {dot.hi:.3g})" for dot in dots if dot.y == dot.y)
    return f"Dots with whiskers of {of}. {said}."
