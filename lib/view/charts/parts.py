"""What changed since the previous period: for each value, the part its own rate did and the part its share did.

figure   the chart
Row      what it draws, one per value
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.charts.bars import _short
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
    """Two bars a row in points: its own rate (accent where it got worse) and its share (second series)."""
    import plotly.graph_objects as go

    at = list(range(len(rows)))
    furthest = max([*(abs(row.rate_part) + abs(row.mix_part) for row in rows), 0.002]) * 100 * 1.25
    hover = [
        f"<b>{plain(row.name)}</b><br>{verb}: {numbers.percent(row.rate_before)}, now {numbers.percent(row.rate)}"
        f"<br>share of accounts: {numbers.percent(row.share_before)}, now {numbers.percent(row.share)}"
        f"<br>its own rate: {numbers.points(row.rate_part)}<br>its share: {numbers.points(row.mix_part)}"
        for row in rows
    ]
    still = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
    chart = go.Figure()
    chart.add_bar(
        x=[2 * furthest] * len(rows), base=-furthest, y=at, orientation="h", width=1, marker={"color": "rgba(0,0,0,0)"},
        customdata=at, hovertext=hover, hovertemplate="%{hovertext}<extra></extra>", showlegend=False, offset=-0.5, **still,
    )  # fmt: skip
    chart.add_bar(
        x=[row.rate_part * 100 for row in rows], y=at, orientation="h", width=0.3, offset=-0.32, hoverinfo="skip", customdata=at,
        name="its own rate", marker={"color": [colours.hot if row.rate_part > 0 else colours.blue for row in rows]}, **still,
    )  # fmt: skip
    chart.add_bar(
        x=[row.mix_part * 100 for row in rows], y=at, orientation="h", width=0.3, offset=0.02, hoverinfo="skip", customdata=at,
        name="its share of accounts", marker={"color": colours.rest, "pattern": {"shape": "/", "size": 5, "fgcolor": colours.page}}, **still,
    )  # fmt: skip
    said = [f"{numbers.percent(row.rate_before)} → {numbers.percent(row.rate)}" for row in rows]
    chart.add_scatter(
        x=[furthest * 1.04] * len(rows), y=at, mode="text", text=said, textposition="middle right", hoverinfo="skip", customdata=at,
        textfont={"size": 12.5, "color": colours.muted}, cliponaxis=False,
        selected={"textfont": {"color": colours.muted}}, unselected={"textfont": {"color": colours.muted}},
    )  # fmt: skip
    theme.dress(chart, colours, n_rows=len(rows), title_x="points of the change", right=20)
    chart.update_layout(barmode="overlay")
    chart.update_xaxes(range=[-furthest, furthest * 1.55], zeroline=True, zerolinewidth=1, ticksuffix="")
    theme.label_rows(chart, [_short(row.name) for row in rows])
    return chart


def alternative(rows: Sequence[Row], *, verb: str, by: str) -> str:
    """The chart in words."""
    said = "; ".join(
        f"{row.name} {numbers.percent(row.rate_before)}, now {numbers.percent(row.rate)}" for row in rows[:12]
    )
    return f"Bars of what each {by} did to the share {verb} since the previous period: {said}."
