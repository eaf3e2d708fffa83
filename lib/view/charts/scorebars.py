"""How a book scores: accounts by ten points, in the colours of their scores, and those without a score set apart at the right.

Bar           what is drawn, one per ten points and colour
TONES         colour of a score -> colour of the palette
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme

TONES = {"red": "hot", "amber": "caution", "green": "good", "none": "rest"}
HEIGHT = 300
_APART = 10.6  # where those without a score stand, in bars
_ROOM = 1.24  # above the highest bar, for its number and the words of the colours


@dataclass(frozen=True)
class Bar:
    """Accounts of one colour from `low` to ten points above; None: they have no score, for the reason `said`."""

    low: int | None
    colour: str
    n: int
    arr: float
    said: str = ""

    @property
    def at(self) -> float:
        return _APART if self.low is None else self.low / 10


def figure(bars: Sequence[Bar], *, cuts: tuple[float, float], colours: theme.Palette):
    """Stacked bars; `cuts`: where red ends and green begins, as dotted lines."""
    import plotly.graph_objects as go

    small = {"color": colours.muted, "size": 12}
    whole: dict[float, int] = {}
    bases = []
    for bar in bars:
        bases.append(whole.get(bar.at, 0))
        whole[bar.at] = bases[-1] + bar.n
    drawn = {
        "type": "bar", "x": [bar.at + 0.5 for bar in bars], "y": [bar.n for bar in bars], "base": bases, "width": 0.9,
        "marker": {"color": [getattr(colours, TONES[bar.colour]) for bar in bars], "line": {"width": 1, "color": colours.page}},
        "customdata": list(range(len(bars))), "hovertext": [_hover(bar) for bar in bars],
        "hovertemplate": "%{hovertext}<extra></extra>", **theme.STILL,
    }  # fmt: skip
    counts = {
        "type": "scatter", "mode": "text", "x": [at + 0.5 for at in whole], "y": list(whole.values()), "hoverinfo": "skip",
        "text": [numbers.count(n) for n in whole.values()], "textposition": "top center",
        "textfont": {"size": 12, "color": colours.ink}, "cliponaxis": False,
        **{name: {"textfont": {"color": colours.ink}} for name in ("selected", "unselected")},
    }  # fmt: skip
    has_none = _APART in whole
    ticks = [*range(0, 11, 2), *([_APART + 0.5] if has_none else [])]
    most = max([*whole.values(), 1])
    layout = theme.bare(colours) | {
        "height": HEIGHT, "margin": {"l": 10, "r": 10, "t": 8, "b": 42}, "clickmode": "event+select", "barmode": "overlay",
        "xaxis": {
            "range": [-0.15, _APART + 1.1 if has_none else 10.15], "tickvals": ticks, "tickfont": small,
            "ticktext": [*(f"{10 * at}" for at in range(0, 11, 2)), *(["no score"] if has_none else [])], "tickangle": 0,
            "showgrid": False, "zeroline": False, "fixedrange": True,
            "title": {"text": "health score", "font": small, "standoff": 6},
        },
        "yaxis": {
            "range": [0, _ROOM * most], "gridcolor": colours.grid, "tickfont": small, "fixedrange": True, "nticks": 5,
            "tickformat": ",", "zeroline": False, "automargin": True, "title": {"text": "accounts", "font": small, "standoff": 6},
        },
        "shapes": [
            {"type": "line", "x0": cut / 10, "x1": cut / 10, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
             "line": {"color": colours.muted, "width": 1.2, "dash": "dot"}}
            for cut in cuts
        ],
        "annotations": [
            {"x": at / 10, "y": 1, "yref": "paper", "yanchor": "top", "showarrow": False, "text": said,
             "font": {"size": 12, "color": getattr(colours, TONES[said])}}
            for said, at in (("red", cuts[0] / 2), ("amber", sum(cuts) / 2), ("green", (cuts[1] + 100) / 2))
        ],
    }  # fmt: skip
    return go.Figure(data=[drawn, counts], layout=layout)


def alternative(bars: Sequence[Bar]) -> str:
    """The chart in words."""
    said = [
        f"{numbers.count(bar.n)} {bar.colour} from {bar.low} to {bar.low + 10}"
        if bar.low is not None
        else f"{numbers.count(bar.n)} without a score"
        for bar in bars
    ]
    return f"Accounts by health score: {'; '.join(said)}."


def _hover(bar: Bar) -> str:
    title = f"no score: {bar.said}" if bar.low is None else f"{bar.colour}, {bar.low} to {bar.low + 10} points"
    return f"<b>{title}</b><br>{numbers.plural(bar.n, 'account')}<br>{numbers.count(bar.arr)} ARR"
