"""The median days of stages by when accounts came in: a small chart per stage, each with its band and the days expected.

Point         one cohort of one stage
Panel         one stage
figure        the charts side by side, on one scale of time
alternative   the charts in words
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

WIDE, HEIGHT = 4, 200  # charts in a row, pixels of a row
_GAP = 0.045  # of the width, between two charts


@dataclass(frozen=True)
class Point:
    """One cohort; NaN where fewer than half have gone on."""

    on: date
    label: str
    n: int
    days: float
    lo: float
    hi: float
    is_unfinished: bool
    is_small: bool


@dataclass(frozen=True)
class Panel:
    """One stage. `name` is text from data, as typed."""

    name: str
    expected: float
    points: Sequence[Point]


def figure(panels: Sequence[Panel], *, colours: theme.Palette):
    """The panels in rows of WIDE, each on its own scale of days from 0."""
    import plotly.graph_objects as go

    n_rows = -(-len(panels) // WIDE)
    small = {"color": colours.muted, "size": 11.5}
    layout = theme.bare(colours) | {
        "height": HEIGHT * n_rows, "margin": {"l": 30, "r": 10, "t": 26, "b": 26},
        "annotations": [], "shapes": [],
    }  # fmt: skip
    traces = []
    width = (1 - _GAP * (min(len(panels), WIDE) - 1)) / min(len(panels), WIDE)
    for number, panel in enumerate(panels):
        row, column = divmod(number, WIDE)
        name = "" if number == 0 else str(number + 1)
        x, top = column * (width + _GAP), 1 - row / n_rows
        bottom = top - 1 / n_rows + (0.18 / n_rows if row < n_rows - 1 else 0)
        ticks = panel.points[::-2][::-1]
        layout[f"xaxis{name}"] = {
            "domain": [x, x + width], "anchor": f"y{name}", "type": "date", "showgrid": False, "zeroline": False,
            "fixedrange": True, "tickfont": small, "tickvals": [each.on for each in ticks],
            "ticktext": [each.label for each in ticks],
        }  # fmt: skip
        layout[f"yaxis{name}"] = {
            "domain": [bottom, top - (0.02 if row else 0)], "anchor": f"x{name}", "range": [0, _top(panel)], "nticks": 4,
            "gridcolor": colours.grid, "zeroline": False, "fixedrange": True, "tickfont": small,
        }  # fmt: skip
        layout["annotations"].append(
            {"x": x, "y": top, "xref": "paper", "yref": "paper", "text": f"<b>{_short(panel.name)}</b>{_expected(panel)}",
             "showarrow": False, "xanchor": "left", "yanchor": "bottom", "font": {"size": 12.5, "color": colours.ink}}
        )  # fmt: skip
        if panel.expected > 0:
            layout["shapes"].append(
                {"type": "line", "xref": f"x{name} domain", "x0": 0, "x1": 1, "yref": f"y{name}", "y0": panel.expected,
                 "y1": panel.expected, "line": {"color": colours.muted, "width": 1.4, "dash": "dot"}}
            )  # fmt: skip
        traces += [each | {"xaxis": f"x{name}", "yaxis": f"y{name}"} for each in _traces(panel, colours)]
    return go.Figure(data=traces, layout=layout)


def alternative(panels: Sequence[Panel]) -> str:
    """The charts in words."""
    said = []
    for panel in panels:
        known = [each for each in panel.points if each.days == each.days]
        ends = [f"{numbers.plural(each.days, 'day')} of those of {each.label}" for each in known[:1] + known[1:][-1:]]
        said.append(f"{panel.name}: {', then '.join(ends) or 'not known'}")
    return f"Median days in each stage by when accounts came in. {'; '.join(said)}."


def _traces(panel: Panel, colours: theme.Palette) -> list[dict]:
    """The band, the line through finished cohorts, its dashed end, and the points: a ring is unfinished."""
    known = [each for each in panel.points if each.days == each.days]
    done = [each for each in known if not each.is_unfinished]
    banded = [each for each in known if each.lo == each.lo and each.hi == each.hi]
    red, green, blue = (int(colours.blue[at : at + 2], 16) for at in (1, 3, 5))
    edge = {
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "x": [each.on for each in banded],
    }
    line = {"type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    loose = [*done[-1:], *(each for each in known if each.is_unfinished)]
    return [
        edge | {"y": [each.lo for each in banded]},
        edge | {"y": [each.hi for each in banded], "fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},0.16)"},
        line | {"x": [each.on for each in done], "y": [each.days for each in done], "line": {"color": colours.blue, "width": 2.2}},
        line | {"x": [each.on for each in loose], "y": [each.days for each in loose],
                "line": {"color": colours.blue, "width": 1.8, "dash": "dash"}},
        {
            "type": "scatter", "mode": "markers", "x": [each.on for each in known], "y": [each.days for each in known],
            "marker": {
                "size": 7, "color": colours.blue, "opacity": [0.4 if each.is_small else 1 for each in known],
                "symbol": ["circle-open" if each.is_unfinished else "circle" for each in known],
                "line": {"width": 1.6, "color": colours.blue},
            },
            "hovertext": [_hover(panel, each) for each in known], "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]  # fmt: skip


def _hover(panel: Panel, point: Point) -> str:
    hi = "more" if point.hi != point.hi else f"{point.hi:,.0f}"
    between = "" if point.lo != point.lo else f" ({point.lo:,.0f} to {hi})"
    lines = [
        f"<b>{plain(panel.name)}</b>, came in {point.label}",
        f"median {numbers.plural(point.days, 'day')}{between}",
        numbers.n_of(point.n),
    ]
    if point.is_unfinished:
        lines.append("unfinished: fewer than half had time")
    return "<br>".join([*lines, *(["few: loose"] if point.is_small else [])])


def _top(panel: Panel) -> float:
    ends = [each.hi if each.hi == each.hi else each.days for each in panel.points if each.days == each.days]
    usual = max(
        [
            *(each.days for each in panel.points if each.days == each.days),
            panel.expected if panel.expected > 0 else 1,
            1,
        ]
    )
    return 1.15 * min(max([*ends, usual]), 2.2 * usual)  # one wide band does not press the others flat


def _expected(panel: Panel) -> str:
    return f"  <span style='font-size:11px'>dotted: {panel.expected:.0f} expected</span>" if panel.expected > 0 else ""


def _short(name: str) -> str:
    return plain(name if len(name) <= 16 else f"{name[:15]}…")
