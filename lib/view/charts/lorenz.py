"""How few accounts most of the loss comes from: the share of the loss by the share of accounts, those who lost most first.

Curve         one group of accounts
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme

HEIGHT = 330


@dataclass(frozen=True)
class Curve:
    """One group: shares of accounts and of the loss, how many accounts each point is, and what it is called at the line."""

    name: str
    accounts: Sequence[float]
    loss: Sequence[float]
    n: Sequence[int]
    is_first: bool


def figure(curves: Sequence[Curve], *, colours: theme.Palette):
    """The curves above the dashed line on which all would have lost alike."""
    import plotly.graph_objects as go

    small = {"color": colours.muted, "size": 12}
    axis = {
        "range": [-0.01, 1.02], "tickformat": ".0%", "gridcolor": colours.grid, "zeroline": False, "fixedrange": True,
        "tickfont": small, "nticks": 6,
    }  # fmt: skip
    layout = theme.bare(colours) | {
        "height": HEIGHT, "margin": {"l": 10, "r": 10, "t": 10, "b": 40}, "clickmode": "none", "hovermode": "closest",
        "xaxis": axis | {"title": {"text": "share of accounts, those that lost most first", "font": small}, "automargin": True},
        "yaxis": axis | {"title": {"text": "share of the loss", "font": small}, "automargin": True},
        "shapes": [
            {"type": "line", "x0": 0, "x1": 1, "y0": 0, "y1": 1, "line": {"color": colours.rest, "width": 1.4, "dash": "dash"}}
        ],
        "annotations": [
            {"x": 0.72, "y": 0.66, "text": "if all had lost alike", "showarrow": False, "font": small, "xanchor": "left"},
            *(_name(curve, colours) for curve in curves),
        ],
    }  # fmt: skip
    return go.Figure(data=[_line(curve, colours) for curve in curves], layout=layout)


def alternative(curves: Sequence[Curve]) -> str:
    """The chart in words."""
    said = []
    for curve in curves:
        at = min(range(len(curve.accounts)), key=lambda i: abs(curve.accounts[i] - 0.1))
        share = numbers.percent(curve.accounts[at], 0)
        said.append(f"{curve.name}: the first {share} of accounts make up {numbers.percent(curve.loss[at], 0)}")
    return f"The share of the loss by the share of accounts, those that lost most first. {'; '.join(said)}."


def _line(curve: Curve, colours: theme.Palette) -> dict:
    hover = [
        f"the first {numbers.plural(n, 'account')} ({numbers.percent(share)}) of {curve.name}"
        f"<br>{numbers.percent(loss)} of the loss"
        for share, loss, n in zip(curve.accounts, curve.loss, curve.n, strict=True)
    ]
    return {
        "type": "scatter", "mode": "lines", "x": list(curve.accounts), "y": list(curve.loss),
        "line": {"color": _colour(curve, colours), "width": 2.4}, "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _name(curve: Curve, colours: theme.Palette) -> dict:
    """Below the line, where it has come so far; the other, which is above it, further up."""
    at = next(i for i, loss in enumerate(curve.loss) if loss >= (0.75 if curve.is_first else 0.97))
    left = curve.accounts[at] < 0.55
    return {
        "x": curve.accounts[at], "y": curve.loss[at], "text": curve.name, "showarrow": False,
        "xanchor": "left" if left else "right", "yanchor": "top" if left else "bottom", "xshift": 8 if left else -8,
        "font": {"size": 12.5, "color": _colour(curve, colours)},
    }  # fmt: skip


def _colour(curve: Curve, colours: theme.Palette) -> str:
    return colours.blue if curve.is_first else colours.second
