"""How many accounts there are of each matter: bars in rows, or columns where the matters are weeks.

Bar           what is drawn, one per matter
rows          the chart of a few matters
columns       the chart of weeks
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

HEIGHT = 250


@dataclass(frozen=True)
class Bar:
    """One matter. `name` and `money` are texts from data, as typed; `is_open`: its accounts are listed."""

    name: str
    n: int
    money: str
    is_open: bool = False


def rows(bars: Sequence[Bar], *, unit: str, colours: theme.Palette):
    """Bars in their order, with how many and their ARR beside them."""
    at, right = list(range(len(bars))), 1.5 * max([*(bar.n for bar in bars), 1])
    drawn = {
        "type": "bar", "orientation": "h", "x": [bar.n for bar in bars], "y": at, "width": 0.62, "customdata": at,
        "hoverinfo": "skip",
        "marker": {"color": [colours.hot if bar.is_open else colours.blue for bar in bars]}, **theme.STILL,
    }  # fmt: skip
    said = [f"{numbers.count(bar.n)}  <span style='color:{colours.muted}'>{plain(bar.money)}</span>" for bar in bars]
    return theme.figure(
        [
            theme.rows_hit([_hover(bar, unit) for bar in bars], (0, right)),
            drawn,
            theme.labels(said, [bar.n for bar in bars], colours.ink),
        ],
        [bar.name for bar in bars],
        colours,
        title_x=unit,
        xaxis={
            "range": [0, right],
            "tickformat": ",",
            "rangemode": "tozero",
            **({"dtick": 1} if right < 6 else {"nticks": 6}),
        },
    )


def columns(bars: Sequence[Bar], *, unit: str, colours: theme.Palette):
    """One column a week, in their order."""
    import plotly.graph_objects as go

    small = {"color": colours.muted, "size": 12}
    at = list(range(len(bars)))
    drawn = {
        "type": "bar", "x": at, "y": [bar.n for bar in bars], "width": 0.78, "customdata": at,
        "hovertext": [_hover(bar, unit) for bar in bars], "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": [colours.hot if bar.is_open else colours.blue for bar in bars]}, **theme.STILL,
    }  # fmt: skip
    every = max(-(-len(bars) // 9), 1)
    layout = theme.bare(colours) | {
        "height": HEIGHT, "margin": {"l": 10, "r": 10, "t": 8, "b": 42}, "clickmode": "event+select",
        "xaxis": {
            "tickvals": at[::every], "ticktext": [plain(bar.name) for bar in bars][::every], "tickfont": small, "tickangle": 0,
            "showgrid": False, "zeroline": False, "fixedrange": True,
            "title": {"text": "week in which use began to be lower", "font": small, "standoff": 6},
        },
        "yaxis": {
            "gridcolor": colours.grid, "tickfont": small, "fixedrange": True, "nticks": 5, "tickformat": ",d", "zeroline": False,
            "automargin": True, "rangemode": "tozero", "title": {"text": unit, "font": small, "standoff": 6},
        },
    }  # fmt: skip
    return go.Figure(data=[drawn], layout=layout)


def alternative(bars: Sequence[Bar], *, unit: str, by: str) -> str:
    """The chart in words."""
    said = "; ".join(f"{bar.name} {numbers.count(bar.n)}" for bar in bars[:20])
    return f"Bars of {unit} by {by}: {said}."


def _hover(bar: Bar, unit: str) -> str:
    return f"<b>{plain(bar.name)}</b><br>{numbers.count(bar.n)} {unit}<br>{plain(bar.money)}"
