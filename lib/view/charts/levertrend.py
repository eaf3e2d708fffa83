"""Figures period by period, each in a small chart of its own: bars with their whiskers, those that may still change hatched.

Point         one period of one figure
Panel         one figure, or two that must be seen together
figure        the charts side by side
alternative   the charts in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme

WIDE, HEIGHT = 4, 172  # charts in a row, pixels of a row
MANY = 1_000  # a click gives the panel's number times this, and the point's
_GAP = 0.04  # of the width, between two charts


@dataclass(frozen=True)
class Point:
    """One period; NaN where there is nothing to tell. The hover has passed `plain`."""

    label: str
    value: float
    lo: float
    hi: float
    hover: str
    is_unfinished: bool


@dataclass(frozen=True)
class Panel:
    """One figure as bars; or `beside` it a second one, both as lines. Names are words of ours."""

    name: str
    points: Sequence[Point]
    is_loss: bool = False
    beside_name: str = ""
    beside: Sequence[Point] = ()


def figure(panels: Sequence[Panel], *, colours: theme.Palette):
    """The panels in rows of WIDE, each on a scale of its own."""
    import plotly.graph_objects as go

    n_rows = -(-len(panels) // WIDE)
    small = {"color": colours.muted, "size": 11}
    layout = theme.bare(colours) | {
        "height": HEIGHT * n_rows + 10, "margin": {"l": 40, "r": 6, "t": 24, "b": 24}, "annotations": [], "barmode": "overlay",
        "clickmode": "event+select", "bargap": 0.2,
    }  # fmt: skip
    traces = []
    width = (1 - _GAP * (min(len(panels), WIDE) - 1)) / min(len(panels), WIDE)
    for number, panel in enumerate(panels):
        row, column = divmod(number, WIDE)
        name = "" if number == 0 else str(number + 1)
        x, top = column * (width + _GAP), 1 - row / n_rows
        bottom = top - 1 / n_rows + (0.27 / n_rows if row < n_rows - 1 else 0)
        low, high = _range(panel)
        at = _ticks(panel)
        layout[f"xaxis{name}"] = {
            "domain": [x, x + width], "anchor": f"y{name}", "showgrid": False, "zeroline": False, "fixedrange": True,
            "tickfont": small, "range": [-0.6, len(panel.points) - 0.4], "tickvals": at,
            "ticktext": [panel.points[each].label for each in at], "tickangle": 0,
        }  # fmt: skip
        layout[f"yaxis{name}"] = {
            "domain": [bottom, top - (0.02 if row else 0)], "anchor": f"x{name}", "range": [low, high], "nticks": 4,
            "gridcolor": colours.grid, "zeroline": low < 0, "zerolinecolor": colours.rest, "fixedrange": True, "tickfont": small,
            "tickformat": ".0%" if high - low > 0.04 else ".1%" if high - low > 0.004 else ".2%",
        }  # fmt: skip
        layout["annotations"].append(
            {"x": x, "y": top, "xref": "paper", "yref": "paper", "text": _title(panel, colours), "showarrow": False,
             "xanchor": "left", "yanchor": "bottom", "font": {"size": 12.5, "color": colours.ink}}
        )  # fmt: skip
        drawn = _lines(panel, colours) if panel.beside else _bars(panel, colours)
        drawn.append(_hit(panel, number, low, high))
        traces += [each | {"xaxis": f"x{name}", "yaxis": f"y{name}"} for each in drawn]
    return go.Figure(data=traces, layout=layout)


def alternative(panels: Sequence[Panel]) -> str:
    """The charts in words."""
    said = []
    for panel in panels:
        for name, points in ((panel.name, panel.points), (panel.beside_name, panel.beside)):
            known = [each for each in points if each.value == each.value and not each.is_unfinished]
            ends = [f"{numbers.percent(each.value)} in {each.label}" for each in known[:1] + known[1:][-1:]]
            if name:
                said.append(f"{name}: {', then '.join(ends).replace('<br>', ' ') or 'not known'}")
    return f"Period by period. {'; '.join(said)}."


def _bars(panel: Panel, colours: theme.Palette) -> list[dict]:
    colour = colours.hot if panel.is_loss else colours.blue
    at = {each: [i for i, point in enumerate(panel.points) if point.is_unfinished is each and point.value == point.value]
          for each in (False, True)}  # fmt: skip
    hatch = {"pattern": {"shape": "/", "size": 5, "solidity": 0.4, "fgcolor": colour, "bgcolor": colours.page}}
    return [
        {
            "type": "bar", "x": where, "y": [panel.points[i].value for i in where], "width": 0.72, "hoverinfo": "skip",
            "marker": {"color": colour, **(hatch if is_unfinished else {})}, **theme.STILL,
            "error_y": {
                "type": "data", "symmetric": False, "thickness": 1.1, "width": 2, "color": colours.ink,
                "array": [_whisker(panel.points[i].hi - panel.points[i].value) for i in where],
                "arrayminus": [_whisker(panel.points[i].value - panel.points[i].lo) for i in where],
            },
        }
        for is_unfinished, where in at.items()
    ]  # fmt: skip


def _lines(panel: Panel, colours: theme.Palette) -> list[dict]:
    """The band of the first, both lines; a ring is unfinished."""
    drawn = []
    for points, colour in ((panel.points, colours.blue), (panel.beside, colours.second)):
        known = [i for i, each in enumerate(points) if each.value == each.value]
        drawn.append(
            {
                "type": "scatter", "mode": "lines+markers", "x": known, "y": [points[i].value for i in known], "hoverinfo": "skip",
                "line": {"color": colour, "width": 2},
                "marker": {
                    "size": 6, "color": colour, "line": {"width": 1.4, "color": colour},
                    "symbol": ["circle-open" if points[i].is_unfinished else "circle" for i in known],
                },
                "error_y": {
                    "type": "data", "symmetric": False, "thickness": 1, "width": 0, "color": colour,
                    "array": [_whisker(points[i].hi - points[i].value) for i in known],
                    "arrayminus": [_whisker(points[i].value - points[i].lo) for i in known],
                },
                "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}},
            }
        )  # fmt: skip
    return drawn


def _hit(panel: Panel, number: int, low: float, high: float) -> dict:
    """An unseen bar over the whole of every period."""
    at = list(range(len(panel.points)))
    hover = [
        "<br>".join(filter(None, [point.hover, panel.beside[i].hover if panel.beside else ""]))
        for i, point in enumerate(panel.points)
    ]
    return {
        "type": "bar", "base": low, "x": at, "y": [high - low] * len(at), "width": 1, "marker": {"color": theme.UNSEEN},
        "customdata": [number * MANY + each for each in at], "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>",
        **theme.STILL,
    }  # fmt: skip


def _range(panel: Panel) -> tuple[float, float]:
    both = [*panel.points, *panel.beside]
    known = [each.value for each in both if each.value == each.value]
    usual = max([abs(each) for each in known] + [1e-9])
    ends = known + [
        min(max(end, -2 * usual), 2 * usual) for each in both for end in (each.lo, each.hi) if end == end
    ]  # one wide whisker does not press the others flat
    if panel.beside:
        low, high = min(ends, default=0.0), max(ends, default=1.0)
        room = 0.15 * (high - low or 0.1)
        return max(low - room, 0), high + room
    low, high = min([*ends, 0.0]), max([*ends, 0.0])
    return 1.1 * low, 1.1 * high if high > 0 else 0.02 * (high - low or 1)


def _ticks(panel: Panel) -> list[int]:
    """Every period's label where there is room, else every second or third, the last one always."""
    n = len(panel.points)
    return list(range(n))[:: -max(1, -(-n // 6))][::-1]


def _title(panel: Panel, colours: theme.Palette) -> str:
    if not panel.beside:
        return f"<b>{panel.name}</b>"
    return (
        f"<b><span style='color:{colours.blue}'>{panel.name}</span> and "
        f"<span style='color:{colours.second}'>{panel.beside_name}</span></b>"
    )


def _whisker(length: float) -> float:
    return max(length, 0) if length == length else 0
