"""How long it takes: accounts by days in bins that never move, those finished solid, those still on the way hatched, and the
share that is through by each bin's end.

Bin           what is drawn, one per bin
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme

HEIGHT = 290


@dataclass(frozen=True)
class Bin:
    """Days from `first` up to and with `until` (none: no end); shares by its end, NaN where nothing can be said."""

    first: int
    until: int | None
    n_finished: int
    n_unfinished: int  # by their days so far
    n_exited: int
    share: float
    lo: float
    hi: float

    @property
    def label(self) -> str:
        """0–7, or 731+."""
        return f"{self.first}+" if self.until is None else f"{self.first}–{self.until}"


def figure(bins: Sequence[Bin], *, colours: theme.Palette):
    """Stacked bars of the bins side by side, all as wide, and the line of shares over them."""
    import plotly.graph_objects as go

    at, hover = list(range(len(bins))), [_hover(each) for each in bins]
    small = {"color": colours.muted, "size": 12}
    most = max([each.n_finished + each.n_unfinished + each.n_exited for each in bins] + [1])
    hatch = {
        "shape": "/",
        "size": 6,
        "solidity": 0.28,
        "fillmode": "overlay",
        "fgcolor": colours.blue,
        "bgcolor": colours.page,
    }

    outlined = {"color": colours.page, "line": {"color": colours.blue, "width": 1}, "pattern": hatch}

    def bars(counts: Sequence[int], marker: dict) -> dict:
        return {"type": "bar", "x": at, "y": list(counts), "width": 0.86, "marker": marker, "hovertext": hover,
                "hovertemplate": "%{hovertext}<extra></extra>"}  # fmt: skip

    known = [(place, each) for place, each in enumerate(bins) if each.share == each.share]
    line = {
        "type": "scatter", "mode": "lines+markers", "yaxis": "y2", "x": [place + 0.43 for place, _ in known],
        "y": [each.share for _, each in known], "line": {"color": colours.ink, "width": 2},
        "marker": {"size": 5, "color": colours.ink},
        "hovertext": [hover[place] for place, _ in known], "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    layout = theme.bare(colours) | {
        "height": HEIGHT, "margin": {"l": 10, "r": 10, "t": 8, "b": 42}, "barmode": "stack", "bargap": 0,
        "xaxis": {
            "tickvals": at, "ticktext": [each.label for each in bins], "tickfont": small, "showgrid": False, "zeroline": False,
            "fixedrange": True, "range": [-0.6, len(bins) - 0.3], "title": {"text": "days", "font": small, "standoff": 6},
        },
        "yaxis": {
            "range": [0, 1.08 * most], "gridcolor": colours.grid, "tickfont": small, "fixedrange": True, "nticks": 5,
            "zeroline": False, "automargin": True, "title": {"text": "accounts", "font": small, "standoff": 6},
        },
        "yaxis2": {
            "range": [0, 1.08], "overlaying": "y", "side": "right", "tickformat": ".0%", "tickfont": small, "fixedrange": True,
            "showgrid": False, "zeroline": False, "tickvals": [0, 0.25, 0.5, 0.75, 1], "automargin": True,
        },
    }  # fmt: skip
    return go.Figure(
        data=[
            bars([each.n_finished for each in bins], {"color": colours.blue}),
            bars([each.n_unfinished for each in bins], outlined),
            bars([each.n_exited for each in bins], {"color": colours.rest}),
            line,
        ],
        layout=layout,
    )  # fmt: skip


def alternative(bins: Sequence[Bin]) -> str:
    """The chart in words."""
    said = "; ".join(
        f"{each.label} days: {numbers.count(each.n_finished)} finished, {numbers.count(each.n_unfinished)} on the way, "
        f"{numbers.percent(each.share, 0)} through"
        for each in bins
    )
    return f"Bars of accounts by days between the two stages. {said}."


def _hover(each: Bin) -> str:
    lines = [f"<b>{each.label} days</b>", f"{numbers.plural(each.n_finished, 'account')} came there in these days"]
    if each.n_unfinished:
        lines.append(f"{numbers.count(each.n_unfinished)} so many days on the way")
    if each.n_exited:
        lines.append(f"{numbers.count(each.n_exited)} left after so many days")
    if each.share == each.share:
        lines.append(f"{numbers.interval(each.share, each.lo, each.hi)} through by then")
    return "<br>".join(lines)
