"""Differences as dots with whiskers about a zero line: those beyond chance in colour and of a shape of their own, the others faded.

Row           what is drawn, one per trait
figure        the chart
alternative   the chart in words
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme


@dataclass(frozen=True)
class Row:
    """One dot. `name` is text from data, as typed; `verdict` is 1 (more), -1 (less) or 0 (not beyond chance); `hover` is HTML."""

    name: str
    difference: float
    lo: float
    hi: float
    verdict: int
    hover: str


def figure(rows: Sequence[Row], *, title: str, colours: theme.Palette):
    """Dots of `rows` in their order; differences are shares and drawn as points."""
    at, ends = list(range(len(rows))), [100 * end for row in rows for end in (row.lo, row.hi)]
    left, furthest = min(*ends, -1.0), max(*ends, 1.0)
    step = next(each for each in (1, 2, 5, 10, 20, 50) if (furthest - left) / each <= 8)
    ticks = [step * tick for tick in range(math.ceil(left / step), math.floor(furthest / step) + 1)]
    right = furthest + 0.42 * (furthest - left)
    left -= 0.04 * (right - left)
    colour = [{1: colours.good, -1: colours.hot, 0: colours.rest}[row.verdict] for row in rows]
    lines = [
        {
            "type": "scatter", "mode": "lines", "x": [row.lo * 100, row.hi * 100], "y": [place, place], "hoverinfo": "skip",
            "line": {"color": shade, "width": 2.2 if row.verdict else 1.4}, "opacity": 1 if row.verdict else 0.65,
        }
        for place, row, shade in zip(at, rows, colour, strict=True)
    ]  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "x": [row.difference * 100 for row in rows], "y": at, "customdata": at,
        "hoverinfo": "skip",
        "marker": {
            "color": colour, "size": [11 if row.verdict else 8 for row in rows], "opacity": 1,
            "symbol": [{1: "circle", -1: "diamond", 0: "circle-open"}[row.verdict] for row in rows],
            "line": {"width": 1.6, "color": colour},
        }, **theme.STILL,
    }  # fmt: skip
    said = [
        f"<span style='color:{colours.ink if row.verdict else colours.muted}'>"
        f"{numbers.points_between(row.difference, row.lo, row.hi)}</span>"
        for row in rows
    ]
    return theme.figure(
        [theme.rows_hit([row.hover for row in rows], (left, right)), *lines, dots,
         theme.labels(said, [furthest] * len(rows), colours.muted)],
        [row.name for row in rows],
        colours,
        title_x=title,
        xaxis={"range": [left, right], "zeroline": True, "zerolinewidth": 1.6, "tickvals": ticks},
    )  # fmt: skip


def alternative(rows: Sequence[Row], *, of: str) -> str:
    """The chart in words, for those who do not see it."""
    said = "; ".join(f"{row.name} {numbers.points_between(row.difference, row.lo, row.hi)}" for row in rows[:15])
    return f"Dots with whiskers of {of}: {said}."
