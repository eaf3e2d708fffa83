"""How many accounts were warned of for how long: a bar per bin of days, those never warned of first and in the accent.

Bin           one bar
figure        the chart; a click gives the bin's number
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme


@dataclass(frozen=True)
class Bin:
    """Accounts of some days of warning. `name` is words of ours."""

    name: str
    n: int
    share: float
    said: str  # of its money, past `plain`
    is_hot: bool


def figure(bins: Sequence[Bin], *, colours: theme.Palette):
    """Bars of the bins in their order."""
    most = max([each.n for each in bins] + [1])
    right = 1.6 * most
    bars = {
        "type": "bar", "orientation": "h", "x": [each.n for each in bins], "y": list(range(len(bins))), "width": 0.62,
        "hoverinfo": "skip", "marker": {"color": [colours.hot if each.is_hot else colours.blue for each in bins]}, **theme.STILL,
    }  # fmt: skip
    hover = [f"<b>{each.name}</b><br>{numbers.plural(each.n, 'account')}, {each.said}" for each in bins]
    said = [
        f"{numbers.count(each.n)}  <span style='color:{colours.muted}'>{numbers.percent(each.share, 0)}</span>"
        for each in bins
    ]
    return theme.figure(
        [theme.rows_hit(hover, (0, right)), bars, theme.labels(said, [each.n for each in bins], colours.ink)],
        [each.name for each in bins], colours, title_x="accounts lost", xaxis={"range": [0, right], "nticks": 6, "zeroline": False},
    )  # fmt: skip


def alternative(bins: Sequence[Bin]) -> str:
    """The chart in words."""
    said = "; ".join(f"{each.name}: {numbers.count(each.n)}" for each in bins)
    return f"Bars of accounts lost by the days for which they had been red at the loss. {said}."
