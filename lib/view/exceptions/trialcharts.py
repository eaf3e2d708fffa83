"""The pictures of a trial: exceptions begun and open day by day, and the share that rules which are on tell of as well.

days      the chart; a click on a day lists the accounts told of on it
overlap   bars with whiskers; a click on one lists the accounts in both
"""

import math

import pandas as pd

from lib.book import say_day
from lib.view import look, numbers, step, tables
from lib.view.charts import theme
from lib.view.exceptions.exceptionstate import CLOSED
from lib.view.plain import plain

_HEIGHT = 250


def days(table: pd.DataFrame) -> None:
    """A bar per day for what began, a line for what was open."""
    import plotly.graph_objects as go

    colours = theme.palette()
    rows, small = tables.records(table), {"color": colours.muted, "size": 12}
    hover = [
        f"{say_day(row['trial_day'].date())}<br>{numbers.plural(row['n_fired'], 'exception')} began, "
        f"{numbers.count(row['n_open_that_day'])} open"
        for row in rows
    ]
    x = [row["trial_day"] for row in rows]
    began = {
        "type": "bar", "x": x, "y": [row["n_fired"] for row in rows], "marker": {"color": colours.hot}, "width": 86_400_000 * 0.9,
        "customdata": list(range(len(rows))), "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>", **theme.STILL,
    }  # fmt: skip
    is_open = {
        "type": "scatter", "mode": "lines", "x": x, "yaxis": "y2", "hoverinfo": "skip",
        "y": [row["n_open_that_day"] for row in rows],
        "line": {"color": colours.blue, "width": 2, "shape": "hv"},
    }  # fmt: skip
    axis = {
        "tickfont": small,
        "fixedrange": True,
        "zeroline": False,
        "automargin": True,
        "rangemode": "tozero",
        "nticks": 4,
        "tickformat": ",d",
    }
    layout = theme.bare(colours) | {
        "height": _HEIGHT, "margin": {"l": 10, "r": 10, "t": 10, "b": 30}, "clickmode": "event+select", "bargap": 0.05,
        "xaxis": {"tickfont": small, "fixedrange": True, "showgrid": False, "nticks": 7, "tickformat": "%-d %b"},
        "yaxis": axis | {"gridcolor": colours.grid, "title": _named("began", colours.hot)},
        "yaxis2": axis | {"overlaying": "y", "side": "right", "showgrid": False, "title": _named("open", colours.blue)},
    }  # fmt: skip
    look.note("<b>Day by day</b>: exceptions that would have begun, and those open")
    n, most, now = (
        numbers.count(each) for each in (table["n_fired"].sum(), table["n_fired"].max(), rows[-1]["n_open_that_day"])
    )
    span = f"From {say_day(x[0].date())} to {say_day(x[-1].date())}"
    alt = f"{span}, {n} exceptions would have begun, at most {most} on a day; {now} are open at the end."
    theme.show(
        go.Figure(data=[is_open, began], layout=layout), "trial days", alt=alt,
        on_click=lambda at: _opened(which="told", day=x[at].date().isoformat()),
    )  # fmt: skip


def _named(text: str, colour: str) -> dict:
    return {"text": text, "font": {"color": colour, "size": 12}, "standoff": 6}


def overlap(table: pd.DataFrame) -> None:
    """A bar per rule that is on."""
    rows = [row for row in tables.records(table) if math.isfinite(row["overlap_rate"])]
    look.note("<b>Overlap</b>: of its accounts, the share that a rule which is on tells of at the same time")
    if not rows:
        look.note("No account has one, or no other rule is on.")
        return
    colours = theme.palette()
    most = max(row["overlap_rate_hi"] for row in rows)
    at = list(range(len(rows)))
    bars = {
        "type": "bar", "orientation": "h", "x": [row["overlap_rate"] for row in rows], "y": at, "width": 0.55, "hoverinfo": "skip",
        "marker": {"color": colours.blue}, "customdata": at,
        "error_x": {
            "type": "data", "symmetric": False, "color": colours.muted, "thickness": 1.2, "width": 3,
            "array": [row["overlap_rate_hi"] - row["overlap_rate"] for row in rows],
            "arrayminus": [row["overlap_rate"] - max(row["overlap_rate_lo"], 0) for row in rows],
        }, **theme.STILL,
    }  # fmt: skip
    hover = [_hover(row) for row in rows]
    said = [f"{numbers.percent(row['overlap_rate'], 0)}, n = {numbers.count(row['n_in_both'])}" for row in rows]
    right = 1.5 * max(most, 0.01)
    ends = theme.labels(said, [row["overlap_rate_hi"] for row in rows], colours.muted)
    names, xaxis = [row["exception_rule"] for row in rows], {"range": [0, right], "tickformat": ".0%", "nticks": 5}
    figure = theme.figure([theme.rows_hit(hover, (0, right)), bars, ends], names, colours, title_x="", xaxis=xaxis)
    alt = "; ".join(f"{plain(row['exception_rule'])} {text}" for row, text in zip(rows, said, strict=True))

    def clicked(at: int) -> None:
        _opened(which="open", shared=rows[at]["exception_rule"])

    theme.show(figure, "trial overlap", alt=f"Also told of by {alt}.", on_click=clicked)


def _hover(row: dict) -> str:
    back = numbers.percent(row["overlap_back_rate"]) if row["n_of_rule"] else numbers.NOTHING
    return (
        f"{plain(row['exception_rule'])}<br>{numbers.count(row['n_in_both'])} of {numbers.plural(row['n_tried'], 'account')}: "
        f"{numbers.interval(row['overlap_rate'], row['overlap_rate_lo'], row['overlap_rate_hi'])}<br>"
        f"of the {numbers.count(row['n_of_rule'])} of that rule {back} are in the tried one"
    )


def _opened(**figure: str) -> None:
    step.turn(**(CLOSED | figure))
    look.ask_to_scroll("trial-accounts")
