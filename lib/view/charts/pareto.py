"""Where the loss is: lost ARR (or accounts) by value, most first, and how much of it the first few make up.

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
    """One bar: what was lost, its share of all that was lost, and the share of this one and those before it."""

    name: str
    lost: float
    share: float
    running: float


def figure(rows: Sequence[Row], *, unit: str, colours: theme.Palette):
    """Bars of `rows` in their order, most lost first; the first ones that make up 80 % in the accent."""
    import plotly.graph_objects as go

    at = list(range(len(rows)))
    vital = [row.running - row.share < 0.8 for row in rows]
    most = max([*(row.lost for row in rows), 1e-9])
    hover = [
        f"<b>{plain(row.name)}</b><br>{numbers.count(row.lost)} {unit} lost<br>{numbers.percent(row.share)} of all that was lost"
        f"<br>{numbers.percent(row.running)} with those above"
        for row in rows
    ]
    chart = go.Figure()
    chart.add_bar(
        x=[most * 1.5] * len(rows), y=at, orientation="h", width=1, marker={"color": "rgba(0,0,0,0)"}, customdata=at,
        hovertext=hover, hovertemplate="%{hovertext}<extra></extra>", selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    chart.add_bar(
        x=[row.lost for row in rows], y=at, orientation="h", width=0.62, customdata=at, hoverinfo="skip",
        marker={"color": [colours.blue if hot else colours.rest for hot in vital]},
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    said = [
        f"  {numbers.money(row.lost)}  <span style='color:{colours.muted}'>{numbers.percent(row.running, 0)} so far</span>"
        for row in rows
    ]
    chart.add_scatter(
        x=[max(row.lost, 0) for row in rows], y=at, mode="text", text=said, textposition="middle right", hoverinfo="skip", customdata=at,
        textfont={"size": 12.5, "color": colours.ink}, cliponaxis=False,
        selected={"textfont": {"color": colours.ink}}, unselected={"textfont": {"color": colours.ink}},
    )  # fmt: skip
    theme.dress(chart, colours, n_rows=len(rows), title_x=f"{unit} lost")
    chart.update_layout(barmode="overlay")
    chart.update_xaxes(range=[0, most * 1.5], tickformat="~s" if most >= 1_000 else ",.0f")
    theme.label_rows(chart, [_short(row.name) for row in rows])
    return chart


def alternative(rows: Sequence[Row], *, unit: str, by: str) -> str:
    """The chart in words."""
    said = "; ".join(f"{row.name} {numbers.money(row.lost)}" for row in rows[:12])
    return f"Bars of the {unit} lost by {by}, most first: {said}."
