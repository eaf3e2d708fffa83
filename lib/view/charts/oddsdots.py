"""Odds ratios as dots with whiskers about 1, on a scale on which twice and half are as far apart.

Row           what is drawn, one per trait
figure        the chart
alternative   the chart in words
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lib.view.charts import theme

_TICKS = {
    1 / 16: "1/16",
    1 / 8: "1/8",
    1 / 4: "1/4",
    1 / 2: "1/2",
    1: "1",
    2: "2",
    4: "4",
    8: "8",
    16: "16",
    32: "32",
    64: "64",
}


@dataclass(frozen=True)
class Row:
    """One dot. `name` is text from data, as typed; `verdict` is 1 (more), -1 (less) or 0 (not beyond chance); `hover` is HTML."""

    name: str
    odds: float
    lo: float
    hi: float
    verdict: int
    hover: str


def figure(rows: Sequence[Row], *, title: str, colours: theme.Palette, is_more_good: bool = False):
    """Dots of `rows` in their order."""
    at = list(range(len(rows)))
    left = min(*(math.log2(row.lo) for row in rows), -1.0)
    furthest = max(*(math.log2(row.hi) for row in rows), 1.0)
    right = furthest + 0.42 * (furthest - left)
    ticks = {math.log2(value): said for value, said in _TICKS.items() if left <= math.log2(value) <= furthest}
    if len(ticks) > 8:
        ticks = {place: said for place, said in ticks.items() if not round(place) % 2}
    of = {1: colours.good, -1: colours.hot} if is_more_good else {1: colours.hot, -1: colours.good}
    colour = [of.get(row.verdict, colours.rest) for row in rows]
    lines = [
        {
            "type": "scatter", "mode": "lines", "x": [math.log2(row.lo), math.log2(row.hi)], "y": [place, place],
            "hoverinfo": "skip", "line": {"color": shade, "width": 2.2 if row.verdict else 1.4},
            "opacity": 1 if row.verdict else 0.65,
        }
        for place, row, shade in zip(at, rows, colour, strict=True)
    ]  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "x": [math.log2(row.odds) for row in rows], "y": at, "customdata": at,
        "hoverinfo": "skip",
        "marker": {
            "color": colour, "size": [11 if row.verdict else 8 for row in rows], "opacity": 1,
            "symbol": [{1: "diamond", -1: "circle", 0: "circle-open"}[row.verdict] for row in rows],
            "line": {"width": 1.6, "color": colour},
        }, **theme.STILL,
    }  # fmt: skip
    said = [
        f"<span style='color:{colours.ink if row.verdict else colours.muted}'>{between(row.odds, row.lo, row.hi)}</span>"
        for row in rows
    ]
    return theme.figure(
        [theme.rows_hit([row.hover for row in rows], (left, right)), *lines, dots,
         theme.labels(said, [furthest] * len(rows), colours.muted)],
        [row.name for row in rows],
        colours,
        title_x=title,
        xaxis={
            "range": [left - 0.04 * (right - left), right], "zeroline": True, "zerolinewidth": 1.6, "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
        },
    )  # fmt: skip


def between(odds: float, lo: float, hi: float) -> str:
    """2.7 times (2.3 to 3.3)."""
    return f"{_short(odds)} times ({_short(lo)} to {_short(hi)})"


def alternative(rows: Sequence[Row], *, of: str) -> str:
    """The chart in words, for those who do not see it."""
    said = "; ".join(f"{row.name} {between(row.odds, row.lo, row.hi)}" for row in rows[:15])
    return f"Dots with whiskers of {of}: {said}."


def _short(value: float) -> str:
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"
