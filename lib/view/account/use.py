"""Use against what was bought: people active, week by week, the seats as steps, and the changes of contract.

panel        the chart
figure       the same as a Plotly figure
alternative  the chart in words
"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import look, numbers
from lib.view.account import head
from lib.view.account.state import OneAccount
from lib.view.charts import theme
from lib.view.plain import plain

_MOST_LABELS = 6  # changes of contract that are named in the chart
_APART = 75  # days between two names


def panel(book: Book, state: OneAccount) -> dict[str, Answer]:
    """The chart, or what file would fill it."""
    look.section("Use against seats", "people active in each full week; lines mark changes of contract")
    weeks = head.ask("account_weeks", book, state)
    if weeks is None:
        return {}
    table = weeks.table
    if table["n_people"].isna().all():
        look.empty("No use known by this day", "Import usage events (account, person, feature, time) to see it here.")
        return {"Use": weeks}
    told = head.ask("account_timeline", book, state, kind="contract")
    changes = told.table if told is not None else pd.DataFrame(columns=["happened_on", "title"])
    changes = changes[pd.to_datetime(changes["happened_on"]) >= table["week_on"].min()]
    marks = [(row.happened_on, row.title) for row in changes.itertuples()]
    st.plotly_chart(
        figure(table, marks, colours=theme.palette()),
        key="use",
        theme=None,
        alt=alternative(table, marks),
        config={"displayModeBar": False, "doubleClick": False},
    )
    return {"Use": weeks}


def figure(table: pd.DataFrame, marks: Sequence[tuple[object, str]], *, colours: theme.Palette):
    """People as an area, seats as steps, changes of contract as lines from top to bottom."""
    import plotly.graph_objects as go

    days = [pd.Timestamp(each).date() for each in table["week_on"]]
    people, seats = _floats(table["n_people"]), _floats(table["seats"])
    events = _floats(table["n_events"])
    hover = [
        f"week of {say_day(day)}<br>{_said(n, 'person', 'people')} active, {_said(n_events, 'event')}"
        f"<br>{_said(bought, 'seat')} bought"
        for day, n, n_events, bought in zip(days, people, events, seats, strict=True)
    ]
    traces = [
        {
            "type": "scatter", "mode": "lines", "x": days, "y": people, "line": {"color": colours.blue, "width": 2},
            "fill": "tozeroy", "fillcolor": _wash(colours.blue), "connectgaps": False,
            "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>",
        },
        {
            "type": "scatter", "mode": "lines", "x": days, "y": seats, "connectgaps": False, "hoverinfo": "skip",
            "line": {"color": colours.muted, "width": 1.6, "shape": "hv"},
        },
    ]  # fmt: skip
    small = {"color": colours.muted, "size": 12}
    layout = {
        "height": 230,
        "margin": {"l": 10, "r": 70, "t": 22, "b": 24},
        "font": {"family": theme.FONT, "size": 13, "color": colours.ink},
        "paper_bgcolor": theme.UNSEEN,
        "plot_bgcolor": theme.UNSEEN,
        "showlegend": False,
        "dragmode": False,
        "hovermode": "x",
        "hoverlabel": {
            "bgcolor": colours.page,
            "bordercolor": colours.rest,
            "font": {"color": colours.ink, "size": 13, "family": theme.FONT},
            "align": "left",
        },
        "xaxis": {"type": "date", "tickfont": small, "showgrid": False, "fixedrange": True, "tickformat": "%b %Y", "nticks": 9},
        "yaxis": {
            "rangemode": "tozero", "gridcolor": colours.grid, "tickfont": small, "fixedrange": True, "nticks": 5,
            "zeroline": False, "automargin": True,
        },
        "shapes": [
            {
                "type": "line", "x0": day, "x1": day, "y0": 0, "y1": 1, "yref": "paper",
                "line": {"color": colours.rest, "width": 1, "dash": "dot"},
            }
            for day, _ in _dated(marks)
        ],
        "annotations": [*_named(marks, colours), *_ends(days, people, seats, colours)],
    }  # fmt: skip
    return go.Figure(data=traces, layout=layout)


def alternative(table: pd.DataFrame, marks: Sequence[tuple[object, str]]) -> str:
    """The chart in words."""
    known = table[table["n_people"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    said = [
        f"People active by week: {first['n_people']:.0f} in the week of {_day(first['week_on'])}, "
        f"{last['n_people']:.0f} in the week of {_day(last['week_on'])}, {known['n_people'].max():.0f} at most"
    ]
    if pd.notna(table["seats"].iloc[-1]):
        said.append(f"seats bought at the end: {table['seats'].iloc[-1]:.0f}")
    said += [f"{title} on {say_day(day)}" for day, title in _dated(marks)]
    return "; ".join(said) + "."


def _named(marks: Sequence[tuple[object, str]], colours: theme.Palette) -> list[dict]:
    """What the newest changes were, above their lines; of those close together the newest."""
    named: list[tuple] = []
    for day, title in _dated(marks):
        if len(named) < _MOST_LABELS and (not named or (named[-1][0] - day).days >= _APART):
            named.append((day, title))
    return [
        {
            "x": day, "y": 1, "yref": "paper", "yanchor": "bottom", "xanchor": "center", "showarrow": False,
            "text": plain(title.removeprefix("Contract ")), "font": {"size": 11.5, "color": colours.muted},
        }
        for day, title in named
    ]  # fmt: skip


def _ends(days: list, people: list, seats: list, colours: theme.Palette) -> list[dict]:
    """The two lines' names, at their right ends."""
    last = [
        (name, colour, values)
        for name, colour, values in (("people", colours.blue, people), ("seats", colours.muted, seats))
    ]
    found = [
        (name, colour, next((y for y in reversed(values) if y is not None), None)) for name, colour, values in last
    ]
    return [
        {
            "x": 1, "xref": "paper", "y": y, "xanchor": "left", "xshift": 6, "showarrow": False,
            "text": f"{numbers.count(y)} {name}", "font": {"size": 12.5, "color": colour},
        }
        for name, colour, y in found
        if y is not None
    ]  # fmt: skip


def _dated(marks: Sequence[tuple[object, str]]) -> list[tuple]:
    return [(pd.Timestamp(day).date(), title) for day, title in marks]


def _floats(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in values]


def _said(n: float | None, one: str, many: str | None = None) -> str:
    return numbers.NOTHING if n is None else numbers.plural(n, one, many)


def _day(value: object) -> str:
    return say_day(pd.Timestamp(value).date())


def _wash(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"
