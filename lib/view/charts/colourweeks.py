"""Colours week by week: the share that is red as a line with its band, and beneath it accounts of each colour, stacked.

Week          what is drawn, one per week
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lib.book import say_day
from lib.view import numbers
from lib.view.charts import theme
from lib.view.charts.scorebars import TONES

HEIGHT = 380
_DAY = 86_400_000  # milliseconds


@dataclass(frozen=True)
class Week:
    """One week: accounts of each colour, and the share of those scored that is red; NaN where none is."""

    on: date
    n: dict[str, int]
    rate: float
    lo: float
    hi: float
    arr_red: float
    mean: float
    is_new_rules: bool


def figure(weeks: Sequence[Week], *, colours: theme.Palette):
    """Two charts on one axis of time; a bar's customdata is week x colour, in the order of TONES."""
    import plotly.graph_objects as go

    small = {"color": colours.muted, "size": 12}
    days, hover = [week.on for week in weeks], [_hover(week) for week in weeks]
    bars = [
        {
            "type": "bar", "x": days, "y": [week.n[colour] for week in weeks], "width": 6.4 * _DAY, "name": colour,
            "marker": {"color": getattr(colours, tone), "line": {"width": 0}}, "hovertext": hover,
            "hovertemplate": "%{hovertext}<extra></extra>", **theme.STILL,
            "customdata": [len(TONES) * at + place for at in range(len(weeks))],
        }
        for place, (colour, tone) in enumerate(TONES.items())
    ]  # fmt: skip
    known = [week for week in weeks if week.rate == week.rate]
    red, green, blue = (int(colours.hot[at : at + 2], 16) for at in (1, 3, 5))
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "yaxis": "y2",
            "x": [week.on for week in known]}  # fmt: skip
    line = [
        edge | {"y": [week.lo for week in known]},
        edge | {"y": [week.hi for week in known], "fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},0.16)"},
        edge | {
            "y": [week.rate for week in known], "line": {"width": 2.2, "color": colours.hot}, "hoverinfo": "text",
            "hovertext": [_hover(week) for week in known], "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]  # fmt: skip
    top = max([week.hi for week in known] + [0.01])
    layout = theme.bare(colours) | {
        "height": HEIGHT, "margin": {"l": 10, "r": 10, "t": 22, "b": 28}, "barmode": "stack", "clickmode": "event+select",
        "xaxis": {"type": "date", "showgrid": False, "zeroline": False, "fixedrange": True, "tickfont": small,
                  "anchor": "y", "nticks": 9, "tickformat": "%b %Y"},
        "yaxis": {"domain": [0, 0.5], "gridcolor": colours.grid, "tickfont": small, "fixedrange": True, "nticks": 4,
                  "tickformat": ",", "zeroline": False, "automargin": True},
        "yaxis2": {"domain": [0.6, 1], "gridcolor": colours.grid, "tickfont": small, "fixedrange": True, "nticks": 4,
                   "zeroline": False, "automargin": True, "range": [0, 1.1 * top],
                   "tickformat": ".0%" if top > 0.04 else ".1%"},
        "shapes": [
            {"type": "line", "x0": week.on, "x1": week.on, "yref": "paper", "y0": 0, "y1": 1,
             "line": {"color": colours.muted, "width": 1.4, "dash": "dash"}}
            for week in weeks if week.is_new_rules
        ],
        "annotations": [
            _said("share red", 1, colours.hot, colours), _said(_legend(colours), 0.5, colours.ink, colours),
            *({"x": week.on, "yref": "paper", "y": 1, "yanchor": "bottom", "xanchor": "left", "text": "new rules",
               "showarrow": False, "font": small} for week in weeks if week.is_new_rules),
        ],
    }  # fmt: skip
    return go.Figure(data=[*bars, *line], layout=layout)


def alternative(weeks: Sequence[Week]) -> str:
    """The chart in words."""
    known = [week for week in weeks if week.rate == week.rate]
    ends = [f"{numbers.interval(week.rate, week.lo, week.hi)} on {say_day(week.on)}" for week in known[:1] + known[-1:]]
    return f"Share of accounts that are red, week by week: {', then '.join(ends) or numbers.NOTHING}."


def _said(text: str, y: float, colour: str, colours: theme.Palette) -> dict:
    return {"x": 0, "xref": "paper", "y": y, "yref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False,
            "text": text, "font": {"size": 12.5, "color": colour}}  # fmt: skip


def _legend(colours: theme.Palette) -> str:
    said = {name: f"<span style='color:{getattr(colours, tone)}'>■</span> {name}" for name, tone in TONES.items()}
    return f"accounts: {'  '.join({**said, 'none': said['none'].replace('none', 'no score')}.values())}"


def _hover(week: Week) -> str:
    lines = [
        f"<b>{say_day(week.on)}</b>",
        f"{numbers.interval(week.rate, week.lo, week.hi)} red",
        *(f"{numbers.count(week.n[name])} {'without a score' if name == 'none' else name}" for name in TONES),
        f"{numbers.count(week.arr_red)} ARR red",
    ]
    return "<br>".join([*lines, *([f"mean score {week.mean:.0f}"] if week.mean == week.mean else [])])
