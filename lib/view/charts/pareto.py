"""Where the loss is: lost ARR (or accounts) by value, most first, and how much of it the first few make up.

Row           what is drawn, one per value
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

VITAL = 0.8  # the share of the loss that the values drawn in full colour make up


@dataclass(frozen=True)
class Row:
    """One bar: what was lost, its share of all that was lost, and the share of this one and those before it."""

    name: str
    lost: float
    share: float
    running: float


def figure(rows: Sequence[Row], *, unit: str, colours: theme.Palette):
    """Bars of `rows` in their order, most lost first."""
    at = list(range(len(rows)))
    right = 1.5 * max([*(row.lost for row in rows), 1e-9])
    bars = {
        "type": "bar", "orientation": "h", "x": [row.lost for row in rows], "y": at, "width": 0.62, "customdata": at,
        "marker": {"color": [colours.blue if row.running - row.share < VITAL else colours.rest for row in rows]},
        "hoverinfo": "skip", **theme.STILL,
    }  # fmt: skip
    said = [
        f"{numbers.money(row.lost)}  <span style='color:{colours.muted}'>{numbers.percent(row.running, 0)} so far</span>"
        for row in rows
    ]
    hover = [
        f"<b>{plain(row.name)}</b><br>{numbers.count(row.lost)} {unit} lost<br>{numbers.percent(row.share)} of all that was lost"
        f"<br>{numbers.percent(row.running)} with those above"
        for row in rows
    ]
    return theme.figure(
        [theme.rows_hit(hover, (0, right)), bars, theme.labels(said, [max(row.lost, 0) for row in rows], colours.ink)],
        [row.name for row in rows],
        colours,
        title_x=f"{unit} lost",
        xaxis={"range": [0, right], "tickformat": "~s" if right >= 1_000 else ",.0f"},
    )


def alternative(rows: Sequence[Row], *, unit: str, by: str) -> str:
    """The chart in words."""
    said = "; ".join(f"{row.name} {numbers.money(row.lost)}" for row in rows[:12])
    return f"Bars of the {unit} lost by {by}, most first: {said}."
