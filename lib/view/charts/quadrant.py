"""A share of each of some things against a difference: a dot with a whisker, told apart where it is beyond chance.

Dot           one of them
figure        the chart; a click gives the dot's number
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

HEIGHT = 330
MOST_NAMED = 14  # of more only those beyond chance are named beside their dots


@dataclass(frozen=True)
class Dot:
    """One of them: `x` is a share, `y` a difference with its interval, drawn as points; NaN: not told. `name` is text
    from data, as typed.

    verdict   1 (more), -1 (less), 0: not beyond chance, drawn faded
    """

    name: str
    x: float
    y: float
    lo: float
    hi: float
    verdict: int
    hover: str


def figure(
    dots: Sequence[Dot],
    *,
    title_x: str,
    title_y: str,
    colours: theme.Palette,
    middle: float | None = None,
):
    """Dots in their order about a line at no difference; `middle`: a line across it, such as the mean of x."""
    import plotly.graph_objects as go

    told = [(number, dot) for number, dot in enumerate(dots) if dot.y == dot.y and dot.x == dot.x]
    small = {"color": colours.muted, "size": 12}
    colour = [{1: colours.good, -1: colours.hot, 0: colours.rest}[dot.verdict] for _, dot in told]
    ends = [100 * end for _, dot in told for end in (dot.lo, dot.hi, dot.y) if end == end] + [-1.0, 1.0]
    low, high = min(ends), max(ends)
    right = max([dot.x for _, dot in told], default=1)
    left = min([dot.x for _, dot in told], default=0)
    pad = 0.08 * (right - left or 1)
    whiskers = [
        {
            "type": "scatter", "mode": "lines", "x": [dot.x, dot.x], "y": [100 * dot.lo, 100 * dot.hi], "hoverinfo": "skip",
            "line": {"width": 2.2 if dot.verdict else 1.2, "color": shade}, "opacity": 1 if dot.verdict else 0.5,
        }
        for (_, dot), shade in zip(told, colour, strict=True)
    ]  # fmt: skip
    are_few = len(told) <= MOST_NAMED
    marks = {
        "type": "scatter", "mode": "markers+text", "x": [dot.x for _, dot in told], "y": [100 * dot.y for _, dot in told],
        "customdata": [number for number, _ in told], "hovertext": [dot.hover for _, dot in told],
        "hovertemplate": "%{hovertext}<extra></extra>", "cliponaxis": False,
        "text": [f"  {_short(dot.name)}" if are_few or dot.verdict else "" for _, dot in told], "textposition": "middle right",
        "textfont": {"size": 12.5, "color": [colours.ink if dot.verdict else colours.muted for _, dot in told]},
        "marker": {
            "size": [12 if dot.verdict else 9 for _, dot in told], "color": colour, "line": {"width": 1.6, "color": colour},
            "symbol": [{1: "circle", -1: "diamond", 0: "circle-open"}[dot.verdict] for _, dot in told],
        }, **theme.STILL,
    }  # fmt: skip
    held = {"type": "line", "line": {"color": colours.rest, "width": 1.2, "dash": "dash"}, "layer": "below"}
    shapes = [held | {"x0": 0, "x1": 1, "xref": "paper", "y0": 0, "y1": 0}]
    if middle is not None and middle == middle:
        shapes.append(held | {"x0": middle, "x1": middle, "y0": 0, "y1": 1, "yref": "paper"})
    axis = {"tickfont": small, "fixedrange": True, "zeroline": False, "automargin": True, "gridcolor": colours.grid}
    layout = theme.bare(colours) | {
        "height": HEIGHT, "margin": {"l": 10, "r": 20, "t": 10, "b": 44}, "clickmode": "event+select", "shapes": shapes,
        "xaxis": axis | {
            "title": {"text": title_x, "font": small, "standoff": 8}, "nticks": 7,
            "range": [left - pad, right + 3 * pad], "tickformat": ".0%",
        },
        "yaxis": axis | {
            "title": {"text": title_y, "font": small, "standoff": 8}, "nticks": 6,
            "range": [low - 0.08 * (high - low), high + 0.08 * (high - low)],
        },
    }  # fmt: skip
    return go.Figure(data=[*whiskers, marks], layout=layout)


def alternative(dots: Sequence[Dot], *, of: str) -> str:
    """The chart in words, for those who do not see it."""
    said = "; ".join(
        f"{dot.name} {numbers.points_between(dot.y, dot.lo, dot.hi)}" for dot in dots[:15] if dot.y == dot.y
    )
    return f"Dots with whiskers of {of}: {said}."


def _short(name: str, longest: int = 24) -> str:
    return plain(name if len(name) <= longest else f"{name[: longest - 1]}…")
