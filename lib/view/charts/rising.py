"""Rising curves: the share that became so by each day, with its band, a marked day, and how many are still to come.

Curve         what is drawn, one per group; the first is the whole
figure        the chart
alternative   the chart in words
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

HEIGHT = 330
TICKS = (0, 30, 60, 90, 120, 180, 240, 300, 365, 540, 730, 1095)
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_APART = 0.055  # of the height of the chart: two names at the right end are no nearer


@dataclass(frozen=True)
class Curve:
    """One group. `name` is text from data, as typed; shares and bounds by each of `days`."""

    name: str
    days: Sequence[int]
    share: Sequence[float]
    lo: Sequence[float]
    hi: Sequence[float]
    n_at_risk: Sequence[int]


def figure(curves: Sequence[Curve], *, became: str, marks: Mapping[int, str], colours: theme.Palette):
    """The curves; the band and the numbers still to come are those of the first. `marks`: day -> what is said of it."""
    import plotly.graph_objects as go

    whole, last = curves[0], max(curves[0].days)
    top = min(1.0, 1.15 * max(max(curve.share) for curve in curves) + 0.02)
    small = {"color": colours.muted, "size": 12}
    at = dict(zip(whole.days, whole.n_at_risk, strict=True))
    ticks = [day for day in TICKS if day <= last]
    layout = theme.bare(colours) | {
        "height": HEIGHT,
        "margin": {"l": 10, "r": 20 if len(curves) == 1 else 130, "t": 24, "b": 48},
        "xaxis": {
            "range": [-0.005 * last, 1.005 * last], "tickvals": ticks,
            "ticktext": [f"day {day}<br>{numbers.count(_near(at, day))}" for day in ticks],
            "tickfont": small, "showgrid": False, "fixedrange": True, "zeroline": False, "ticklabelstandoff": 7,
        },
        "yaxis": {
            "range": [0, top], "tickformat": ".0%", "nticks": 6, "gridcolor": colours.grid, "tickfont": small, "fixedrange": True,
            "zeroline": False, "automargin": True,
        },
        "shapes": [
            {"type": "line", "x0": day, "x1": day, "y0": 0, "y1": 1, "yref": "paper",
             "line": {"color": colours.muted, "width": 1.2, "dash": "dot"}}
            for day in marks
        ],
        "annotations": [*_said(marks, colours), *(_names(curves, top, colours) if len(curves) > 1 else [])],
    }  # fmt: skip
    lines = [_line(number, curve, became, colours) for number, curve in enumerate(curves)]
    return go.Figure(data=[*_band(whole, colours), *reversed(lines)], layout=layout)


def alternative(curves: Sequence[Curve], *, became: str, marks: Mapping[int, str]) -> str:
    """The chart in words."""
    said = []
    for curve in curves[:12]:
        days = [day for day in (30, 60, *marks, max(curve.days)) if day <= max(curve.days)]
        at = dict(zip(curve.days, curve.share, strict=True))
        parts = ", ".join(f"{numbers.percent(_near(at, day))} by day {day}" for day in sorted(set(days)))
        said.append(f"{curve.name}: {parts}")
    return f"Curves of the share that {became}, by days after coming. {'; '.join(said)}."


def _line(number: int, curve: Curve, became: str, colours: theme.Palette) -> dict:
    hover = [
        f"<b>{plain(curve.name)}</b>, day {day}<br>{numbers.interval(share, lo, hi)} {became}<br>{numbers.count(n)} still to come"
        for day, share, lo, hi, n in zip(curve.days, curve.share, curve.lo, curve.hi, curve.n_at_risk, strict=True)
    ]
    return {
        "type": "scatter", "mode": "lines", "x": list(curve.days), "y": list(curve.share),
        "line": {"color": _colour(number, colours), "width": 2.6 if number == 0 else 1.8, "dash": _DASHES[number % len(_DASHES)]},
        "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _colour(number: int, colours: theme.Palette) -> str:
    return (colours.blue, colours.second, colours.good, colours.ink, colours.muted, colours.rest)[number % 6]


def _band(curve: Curve, colours: theme.Palette) -> list[dict]:
    red, green, blue = (int(colours.blue[at : at + 2], 16) for at in (1, 3, 5))
    known = [each for each in zip(curve.days, curve.lo, curve.hi, strict=True) if each[1] == each[1]]
    edge = {
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "x": [day for day, *_ in known],
    }
    return [
        edge | {"y": [lo for _, lo, _ in known]},
        edge | {"y": [hi for *_, hi in known], "fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},0.18)"},
    ]


def _said(marks: Mapping[int, str], colours: theme.Palette) -> list[dict]:
    """What is said of the marked days: of the earlier one at the left of its line, so that two do not run into each other."""
    first = min(marks, default=0)
    return [
        {
            "x": day, "y": 1, "yref": "paper", "text": said, "showarrow": False, "yanchor": "bottom",
            "xanchor": "right" if day == first and len(marks) > 1 else "left",
            "font": {"size": 12, "color": colours.muted},
        }
        for day, said in marks.items()
    ]  # fmt: skip


def _names(curves: Sequence[Curve], top: float, colours: theme.Palette) -> list[dict]:
    """Each group's name at the right end of its curve, no two on one another."""
    ends = sorted(enumerate(curves), key=lambda each: each[1].share[-1])
    named, height = [], -1.0
    for number, curve in ends:
        height = max(curve.share[-1], height + _APART * top)
        short = curve.name if len(curve.name) <= 18 else f"{curve.name[:17]}…"
        named.append(
            {
                "x": 1, "xref": "paper", "y": height, "text": plain(short), "showarrow": False, "xanchor": "left", "xshift": 6,
                "font": {"size": 12.5, "color": _colour(number, colours)},
            }
        )  # fmt: skip
    return named


def _near(at: Mapping[int, float], day: int) -> float:
    """The value of the last day known by `day`."""
    return at[max((known for known in at if known <= day), default=min(at))]
