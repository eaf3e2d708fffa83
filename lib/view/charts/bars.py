"""Rates of values as bars with whiskers: hot ones in the accent, small ones faded, the base each is compared with as a mark.

figure   the chart
Row      what it draws, one per value
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

FEW = 30  # accounts under which a rate is too loose to act on: faded, and said so


@dataclass(frozen=True)
class Row:
    """One bar. `name` is text from data, as typed."""

    name: str
    n: int
    n_lost: int
    rate: float
    lo: float
    hi: float
    base: float
    arr: float
    arr_lost: float

    @property
    def is_hot(self) -> bool:
        """The whole interval lies above the base; without an interval, half as much again as the base."""
        return self.lo > self.base if self.lo == self.lo else self.rate > 1.5 * self.base

    @property
    def is_small(self) -> bool:
        return self.n < FEW


def figure(rows: Sequence[Row], *, verb: str, base: str, unit: str, colours: theme.Palette):
    """Bars of `rows` in their order. `base` names what the marks stand for; `unit` is accounts or ARR."""
    import plotly.graph_objects as go

    at = list(range(len(rows)))
    colour = [colours.hot if row.is_hot and not row.is_small else colours.blue for row in rows]
    opacity = [0.35 if row.is_small else 1.0 for row in rows]
    ends = [row.hi if row.hi == row.hi else row.rate for row in rows]
    longest = max([*(end for end in ends if end == end), *(row.base for row in rows if row.base == row.base), 0.01])
    hover = [_hover(row, verb, base, unit) for row in rows]
    chart = go.Figure()
    chart.add_bar(  # a click anywhere in a row is a click on it
        x=[longest * 1.34] * len(rows), y=at, orientation="h", marker={"color": "rgba(0,0,0,0)"}, width=1,
        customdata=at, hovertext=hover, hovertemplate="%{hovertext}<extra></extra>", **_unmoved("rgba(0,0,0,0)", 1),
    )  # fmt: skip
    whiskers = {
        "type": "data", "symmetric": False, "thickness": 1.4, "width": 4, "color": colours.ink,
        "array": [row.hi - row.rate for row in rows], "arrayminus": [row.rate - row.lo for row in rows],
    }  # fmt: skip
    chart.add_bar(
        x=[row.rate for row in rows], y=at, orientation="h", width=0.62, marker={"color": colour, "opacity": opacity},
        error_x=whiskers, customdata=at, hoverinfo="skip", selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    chart.add_scatter(
        x=[row.base for row in rows], y=at, mode="markers", hoverinfo="skip", customdata=at,
        marker={"symbol": "line-ns", "size": 17, "line": {"width": 2.2, "color": colours.muted}},
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    chart.add_scatter(
        x=[max(end, row.base if row.base == row.base else 0) if end == end else 0 for end, row in zip(ends, rows, strict=True)], y=at, mode="text",
        text=[f"  {numbers.percent(row.rate)}  <span style='color:{colours.muted}'>{numbers.n_of(row.n)}</span>" for row in rows],
        textposition="middle right", textfont={"size": 12.5, "color": colours.ink}, hoverinfo="skip", cliponaxis=False, customdata=at,
        selected={"textfont": {"color": colours.ink}}, unselected={"textfont": {"color": colours.ink}},
    )  # fmt: skip
    theme.dress(chart, colours, n_rows=len(rows), title_x=f"{plain(verb)}, share of {unit}")
    chart.update_layout(barmode="overlay")
    chart.update_xaxes(range=[0, longest * 1.34], tickformat=".0%" if longest > 0.04 else ".1%")
    theme.label_rows(chart, [_short(row.name) for row in rows])
    return chart


def alternative(rows: Sequence[Row], *, verb: str, by: str) -> str:
    """The chart in words, for those who do not see it."""
    said = "; ".join(f"{row.name} {numbers.percent(row.rate)} of {numbers.count(row.n)}" for row in rows[:12])
    return f"Bars of the share {verb} by {by}: {said}."


def _hover(row: Row, verb: str, base: str, unit: str) -> str:
    lines = [
        f"<b>{plain(row.name)}</b>",
        f"{numbers.interval(row.rate, row.lo, row.hi)} of {unit} {verb}",
        f"{numbers.count(row.n_lost)} of {numbers.count(row.n)} accounts",
    ]
    if row.arr == row.arr and row.arr:
        lines.append(f"{numbers.count(row.arr_lost)} of {numbers.count(row.arr)} ARR")
    if row.base == row.base:
        lines.append(f"{plain(base)}: {numbers.percent(row.base)}")
    if row.is_small:
        lines.append(f"fewer than {FEW} accounts: too few to tell")
    return "<br>".join(lines)


def _short(name: str, longest: int = 28) -> str:
    return plain(name if len(name) <= longest else f"{name[: longest - 1]}…")


def _unmoved(colour: str, opacity: float) -> dict:
    """A selected bar looks as it did: what a click does is seen on the page, not in the chart."""
    marker = {"marker": {"color": colour, "opacity": opacity}}
    return {"selected": marker, "unselected": marker}
