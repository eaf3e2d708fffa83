"""A score week by week over its colours, with signs above it for what happened.

Week          one reading; Band: the colours that held between two days
figure        the chart
alternative   the chart in words
sign_of       the sign of what happened, as the chart calls it; LETTERS: as a letter
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from lib.book import say_day
from lib.view.charts import theme
from lib.view.health import words
from lib.view.plain import plain

HEIGHT = 270
_MONTHS = 200  # of fewer days the axis names days
_LANE = 108  # where the signs stand
_SIGNS = (  # how what happened begins -> its sign, the gravest first
    (("notice given", "asked to cancel", "renewal overdue"), "x"),
    (("renewed", "renews on", "seats", "ARR"), "square"),
    (("renewal in",), "triangle-right"),
    (("reached", "from trial"), "triangle-up"),
    (("",), "cross"),
)
LETTERS = {"x": "✕", "square": "■", "triangle-right": "▶", "triangle-up": "▲", "cross": "✚"}  # the same in a text


@dataclass(frozen=True)
class Week:
    """One reading. Texts are as typed."""

    day: date
    score: float | None
    colour: str
    profile: str
    marks: Sequence[str]


@dataclass(frozen=True)
class Band:
    """From which day to which the colours begin where they do."""

    from_day: date
    to_day: date
    red_below: float
    green_from: float


def figure(weeks: Sequence[Week], bands: Sequence[Band], *, colours: theme.Palette):
    """The score as a line, broken where there is none; a sign above a week in which something happened."""
    import plotly.graph_objects as go

    small = {"color": colours.muted, "size": 12}
    ticks = "%b %Y" if (weeks[-1].day - weeks[0].day).days > _MONTHS else "%-d %b %Y"
    layout = theme.bare(colours) | {
        "height": HEIGHT, "margin": {"l": 10, "r": 96, "t": 8, "b": 26}, "hovermode": "closest",
        "xaxis": {
            "type": "date", "range": [weeks[0].day - timedelta(4), weeks[-1].day + timedelta(4)], "tickfont": small,
            "showgrid": False, "fixedrange": True, "tickformat": ticks, "nticks": 8, "zeroline": False,
        },
        "yaxis": {
            "range": [0, _LANE + 8], "tickvals": [0, 20, 40, 60, 80, 100], "tickfont": small, "showgrid": False, "fixedrange": True,
            "zeroline": False, "automargin": True,
        },
        "shapes": [shape for band in bands for shape in _washes(band, colours)],
        "annotations": _names(bands[-1], colours),
    }  # fmt: skip
    return go.Figure(
        data=[_line(weeks, colours), _ends(weeks, colours), _happened(weeks, colours), _seen(weeks)], layout=layout
    )


def alternative(weeks: Sequence[Week]) -> str:
    """The chart in words."""
    known = [week for week in weeks if week.score is not None]
    if not known:
        return "The score week by week: there is none in any week."
    first, last = known[0], known[-1]
    said = [
        f"The score week by week: {words.score(first.score)} on {say_day(first.day)}, {words.score(last.score)} on "
        f"{say_day(last.day)}, {words.score(min(week.score for week in known))} at least, "
        f"{words.score(max(week.score for week in known))} at most"
    ]
    said += [f"{say_day(week.day)}: {', '.join(week.marks)}" for week in weeks if week.marks]
    return "; ".join(said) + "."


def sign_of(marks: Sequence[str]) -> str:
    """The sign of what happened in a week: that of the gravest of it."""
    return next(sign for begins, sign in _SIGNS if any(mark.startswith(begins) for mark in marks))


def _line(weeks: Sequence[Week], colours: theme.Palette) -> dict:
    x, y = [], []
    for week, after in pairwise([*weeks, None]):
        x.append(week.day)
        y.append(week.score)
        if after is not None and (after.day - week.day).days > 7:
            x.append(week.day + timedelta(1))
            y.append(None)
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "connectgaps": False, "hoverinfo": "skip",
        "line": {"color": colours.ink, "width": 2},
    }  # fmt: skip


def _ends(weeks: Sequence[Week], colours: theme.Palette) -> dict:
    last = weeks[-1]
    return {
        "type": "scatter", "mode": "markers+text", "x": [last.day], "y": [last.score], "hoverinfo": "skip", "cliponaxis": False,
        "marker": {"size": 9, "color": words.ink(last.colour, colours), "line": {"color": colours.page, "width": 1.5}},
        "text": [words.score(last.score) if last.score is not None else ""], "textposition": "middle right",
        "textfont": {"size": 13, "color": colours.ink},
    }  # fmt: skip


def _happened(weeks: Sequence[Week], colours: theme.Palette) -> dict:
    marked = [week for week in weeks if week.marks]
    signs = [sign_of(week.marks) for week in marked]
    return {
        "type": "scatter", "mode": "markers", "x": [week.day for week in marked], "y": [_LANE] * len(marked), "hoverinfo": "skip",
        "marker": {
            "size": 9, "symbol": signs, "color": [colours.hot if sign == "x" else colours.muted for sign in signs],
        }, "cliponaxis": False,
    }  # fmt: skip


def _seen(weeks: Sequence[Week]) -> dict:
    """An unseen column over every week, for the pointer."""
    hover = [
        f"<b>{say_day(week.day)}</b><br>{words.SIGNS[week.colour]} {words.score(week.score)} {words.WORDS[week.colour]}"
        f"<br>{plain(week.profile)}{''.join(f'<br>{plain(mark)}' for mark in week.marks)}"
        for week in weeks
    ]
    return {
        "type": "bar", "x": [week.day for week in weeks], "y": [_LANE + 8] * len(weeks), "width": 7 * 86_400_000,
        "marker": {"color": theme.UNSEEN}, "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>", **theme.STILL,
    }  # fmt: skip


def _washes(band: Band, colours: theme.Palette) -> list[dict]:
    edges = ((0, band.red_below, "red"), (band.red_below, band.green_from, "amber"), (band.green_from, 100, "green"))
    return [
        {
            "type": "rect", "x0": band.from_day, "x1": band.to_day, "y0": low, "y1": high, "layer": "below", "line": {"width": 0},
            "fillcolor": words.ink(colour, colours), "opacity": 0.13,
        }
        for low, high, colour in edges
    ]  # fmt: skip


def _names(band: Band, colours: theme.Palette) -> list[dict]:
    """What the colours are called, at the right, as they are now."""
    said = {
        "red": (band.red_below / 2, f"below {band.red_below:g}"),
        "amber": ((band.red_below + band.green_from) / 2, ""),
        "green": ((band.green_from + 100) / 2, f"from {band.green_from:g}"),
    }
    return [
        {
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": 34, "y": y, "showarrow": False, "align": "left",
            "text": "<br>".join(each for each in (f"{words.SIGNS[colour]} {colour}", edge) if each),
            "font": {"size": 11.5, "color": words.ink(colour, colours)},
        }
        for colour, (y, edge) in said.items()
    ]  # fmt: skip
