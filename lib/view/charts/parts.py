"""What changed since the previous period: for each value, the part its own rate did and the part its share did.

Row           what is drawn, one per value
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain


@dataclass(frozen=True)
class Row:
    """One value: its rate before and now, its share before and now, and its two parts of the change, all as shares."""

    name: str
    rate_before: float
    rate: float
    share_before: float
    share: float
    rate_part: float
    mix_part: float


def figure(rows: Sequence[Row], *, verb: str, colours: theme.Palette):
    """Two bars a row in points: its own rate (accent where it got worse) and its share of accounts (hatched)."""
    at = list(range(len(rows)))
    ends = [100 * part for row in rows for part in (row.rate_part, row.mix_part)]
    left, furthest = 1.15 * min(*ends, -0.1), 1.15 * max(*ends, 0.1)
    right = furthest + 0.6 * (furthest - left)
    own = {
        "type": "bar", "orientation": "h", "x": [row.rate_part * 100 for row in rows], "y": at, "width": 0.32, "offset": -0.34,
        "marker": {"color": [colours.hot if row.rate_part > 0 else colours.blue for row in rows]},
        "customdata": at, "hoverinfo": "skip", **theme.STILL,
    }  # fmt: skip
    mix = {
        "type": "bar", "orientation": "h", "x": [row.mix_part * 100 for row in rows], "y": at, "width": 0.32, "offset": 0.02,
        "marker": {"color": colours.rest, "pattern": {"shape": "/", "size": 5, "fgcolor": colours.page}},
        "customdata": at, "hoverinfo": "skip", **theme.STILL,
    }  # fmt: skip
    said = [f"{numbers.percent(row.rate_before)} → {numbers.percent(row.rate)}" for row in rows]
    hover = [
        f"<b>{plain(row.name)}</b><br>{verb}: {numbers.percent(row.rate_before)}, now {numbers.percent(row.rate)}"
        f"<br>share of accounts: {numbers.percent(row.share_before)}, now {numbers.percent(row.share)}"
        f"<br>its own rate: {numbers.points(row.rate_part)}<br>its share: {numbers.points(row.mix_part)}"
        for row in rows
    ]
    return theme.figure(
        [theme.rows_hit(hover, (left, right)), own, mix, theme.labels(said, [furthest] * len(rows), colours.muted)],
        [row.name for row in rows],
        colours,
        title_x="points of the change",
        xaxis={"range": [left, right], "zeroline": True, "zerolinewidth": 1.4, "nticks": 6},
    )


def alternative(rows: Sequence[Row], *, verb: str, by: str) -> str:
    """The chart in words."""
    said = "; ".join(
        f"{row.name} {numbers.percent(row.rate_before)}, now {numbers.percent(row.rate)}" for row in rows[:12]
    )
    return f"Bars of what each {by} did to the share {verb} since the previous period: {said}."
