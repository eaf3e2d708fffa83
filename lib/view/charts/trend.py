"""A figure month by month, with its band, and the line it is to reach.

Point         one day
figure        the chart
alternative   the chart in words
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from lib.book import say_day
from lib.view import numbers
from lib.view.charts import theme

HEIGHT = 270


@dataclass(frozen=True)
class Point:
    """One day; NaN where nothing was known."""

    on: date
    value: float
    lo: float
    hi: float
    n: int


def figure(
    points: Sequence[Point],
    *,
    target: float,
    said: str,
    spelt: Callable[[float, float, float], str],
    is_rate: bool,
    colours: theme.Palette,
):
    """The line with its band, and the target as a dashed line with what is said of it. `spelt`: a value with its interval."""
    known = [point for point in points if point.value == point.value]
    ends = [each for point in known for each in (point.value, point.lo, point.hi) if each == each] + [target]
    low, high = min(ends), max(ends)
    room = 0.12 * (high - low or abs(high) or 1)
    named = [point.on for point in points][::-2][::-1]
    drawn = theme.figure(
        [*_band(known, colours), _line(points, spelt, colours)], [], colours, title_x="",
        xaxis={"type": "date", "showgrid": False, "zeroline": False, "tickvals": named,
               "ticktext": [f"{day:%b %Y}" for day in named]},
    )  # fmt: skip
    drawn.update_layout(height=HEIGHT, margin={"l": 10, "r": 16, "t": 10, "b": 28}, clickmode="none", hovermode="x")
    drawn.update_yaxes(
        range=[max(low - room, 0) if low >= 0 else low - room, high + room],
        tickmode="auto", tickvals=None, ticktext=None, nticks=6,
        tickformat=".0%" if is_rate and high - low > 0.04 else ".1%" if is_rate else None,
        tickfont={"color": colours.muted, "size": 12}, showgrid=True, gridcolor=colours.grid,
    )  # fmt: skip
    drawn.add_shape(
        type="line", x0=0, x1=1, xref="paper", y0=target, y1=target, line={"color": colours.muted, "width": 1.6, "dash": "dash"}
    )  # fmt: skip
    drawn.add_annotation(
        x=0, xref="paper", xanchor="left", y=target, yanchor="bottom", text=f"target: {said}", showarrow=False,
        font={"size": 12, "color": colours.muted},
    )  # fmt: skip
    return drawn


def alternative(points: Sequence[Point], *, name: str, said: str, spelt: Callable[[float, float, float], str]) -> str:
    """The chart in words."""
    known = [point for point in points if point.value == point.value]
    ends = [f"{spelt(each.value, each.lo, each.hi)} on {say_day(each.on)}" for each in known[:1] + known[1:][-1:]]
    return f"{name} month by month: {', then '.join(ends)}; the target is {said}."


def _band(known: Sequence[Point], colours: theme.Palette) -> list[dict]:
    with_band = [point for point in known if point.lo == point.lo and point.hi == point.hi]
    red, green, blue = (int(colours.blue[at : at + 2], 16) for at in (1, 3, 5))
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": [point.on for point in with_band],
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    fill = {"fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},0.16)"}
    return [edge | {"y": [point.lo for point in with_band]}, edge | {"y": [point.hi for point in with_band]} | fill]


def _line(points: Sequence[Point], spelt: Callable[[float, float, float], str], colours: theme.Palette) -> dict:
    hover = [
        f"{say_day(each.on)}<br>{spelt(each.value, each.lo, each.hi)}<br>{numbers.n_of(each.n)}" for each in points
    ]
    return {
        "type": "scatter", "mode": "lines+markers", "connectgaps": False, "x": [point.on for point in points],
        "y": [point.value if point.value == point.value else None for point in points],
        "line": {"color": colours.blue, "width": 2.4}, "marker": {"size": 6, "color": colours.blue},
        "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
