"""Hazard ratios as dots with whiskers about 1, on a scale of multiples; the group the others are compared with is a ring at 1.

Row           what is drawn, one per group
figure        the chart
alternative   the chart in words
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme

TICKS = (0.1, 0.2, 0.33, 0.5, 0.67, 1, 1.5, 2, 3, 5, 10)


@dataclass(frozen=True)
class Row:
    """One dot. `name` and `hover` are of ours, or have passed `plain`; NaN bounds: what the others are compared with."""

    name: str
    ratio: float
    lo: float
    hi: float
    is_hot: bool
    said: str
    hover: str


def figure(rows: Sequence[Row], *, title: str, colours: theme.Palette):
    """Dots of `rows` in their order, on a logarithmic scale; a whisker past its ends is cut there."""
    at = list(range(len(rows)))
    ends = [each for row in rows for each in (row.ratio, row.lo, row.hi) if each == each and each > 0]
    low, high = max(min([*ends, 0.8]), 0.1), min(max([*ends, 1.25]), 10)
    left, furthest = math.log10(low) - 0.03, math.log10(high) + 0.03
    right = furthest + 0.55 * (furthest - left)
    colour = [colours.hot if row.is_hot else colours.blue for row in rows]
    lines = [
        {
            "type": "scatter", "mode": "lines", "x": [max(row.lo, low), min(row.hi, high)], "y": [place, place],
            "hoverinfo": "skip", "line": {"color": shade, "width": 2},
        }
        for place, row, shade in zip(at, rows, colour, strict=True)
        if row.lo == row.lo and row.hi == row.hi
    ]  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "hoverinfo": "skip", "y": at,
        "x": [min(max(row.ratio, low), high) if row.ratio == row.ratio else None for row in rows],
        "marker": {
            "color": colour, "size": 11, "symbol": ["circle" if row.lo == row.lo else "circle-open" for row in rows],
            "line": {"width": 1.8, "color": colour},
        },
    }  # fmt: skip
    ticks = [each for each in TICKS if low <= each <= high]
    words = theme.labels([row.said for row in rows], [10**furthest] * len(rows), colours.ink)
    hit = theme.rows_hit([row.hover for row in rows], (10**left, 10**right))
    drawn = theme.figure(
        [hit, *lines, dots, words], [row.name for row in rows], colours, title_x=title,
        xaxis={"type": "log", "range": [left, right], "tickvals": ticks, "ticktext": [f"×{each:g}" for each in ticks],
               "zeroline": False},
    )  # fmt: skip
    drawn.update_layout(clickmode="none")
    drawn.add_shape(
        type="line", x0=1, x1=1, y0=0, y1=1, yref="paper", line={"color": colours.muted, "width": 1.4, "dash": "dash"}
    )
    return drawn


def alternative(rows: Sequence[Row], *, of: str) -> str:
    """The chart in words."""
    said = "; ".join(f"{row.name}: {numbers.NOTHING if row.ratio != row.ratio else f'{row.ratio:.2f}'}" for row in rows)
    return f"Dots with whiskers of {of}: {said}."
