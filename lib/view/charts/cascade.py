"""From one score to another, row by row: what each part gives or takes, and how much more it could have given.

Row           one row
ADDS, GIVES, TAKES, STANDS   what it is: more than before, a part of the score, less, a score that stands
figure        the chart
alternative   the chart in words
signed        points with their sign
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lib.view import numbers
from lib.view.charts import theme

ADDS, GIVES, TAKES, STANDS = "adds", "gives", "takes", "stands"
_ROOM = 20  # points at the right, for the labels


@dataclass(frozen=True)
class Row:
    """One row, from one score to another. `name` is text as typed; label and hover have passed `plain`."""

    name: str
    kind: str
    begins: float
    ends: float
    label: str
    hover: str
    more: float = 0.0  # what it could have given on top


def figure(rows: Sequence[Row], *, colours: theme.Palette, title_x: str):
    """Rows from the top, each beginning where the one before ends; a pale tail is what a part could have given on top."""
    names = [row.name for row in rows]
    top = max(max(row.begins, row.ends) + row.more for row in rows)
    made = theme.figure(
        [*_bars(rows, colours), theme.rows_hit([row.hover for row in rows], (0, top + _ROOM))],
        names,
        colours,
        title_x=title_x,
        xaxis={"range": [0, max(top, 1) + _ROOM], "tickvals": list(range(0, 101, 20)), "zeroline": False},
    )
    made.update_layout(
        shapes=_links(rows, colours), annotations=[_label(at, row, colours) for at, row in enumerate(rows)]
    )
    return made


def alternative(rows: Sequence[Row], about: str) -> str:
    """The chart in words."""
    return f"{about}, step by step: {'; '.join(f'{row.name} {row.label}' for row in rows)}."


def signed(value: float) -> str:
    """+4.8, or −30.4."""
    return f"{'+' if value > 0 else numbers.MINUS if value < 0 else ''}{abs(value):.1f}"


def _bars(rows: Sequence[Row], colours: theme.Palette) -> list[dict]:
    fill = {ADDS: colours.good, GIVES: colours.blue, TAKES: colours.hot, STANDS: colours.rest}
    at = list(range(len(rows)))
    bar = {"type": "bar", "orientation": "h", "y": at, "width": 0.62, "hoverinfo": "skip", **theme.STILL}
    tails = [row for row in rows if row.more]
    return [
        bar | {
            "base": [min(row.begins, row.ends) for row in rows], "x": [abs(row.ends - row.begins) for row in rows],
            "marker": {"color": [fill[row.kind] for row in rows]},
        },
        bar | {
            "y": [rows.index(row) for row in tails], "base": [row.ends for row in tails], "x": [row.more for row in tails],
            "marker": {"color": colours.grid, "line": {"color": colours.rest, "width": 0.6}},
        },
    ]  # fmt: skip


def _links(rows: Sequence[Row], colours: theme.Palette) -> list[dict]:
    line = {"color": colours.rest, "width": 1}
    return [
        {"type": "line", "x0": row.ends, "x1": row.ends, "y0": at + 0.31, "y1": at + 0.69, "line": line}
        for at, (row, _) in enumerate(pairwise(rows))
    ]


def _label(at: int, row: Row, colours: theme.Palette) -> dict:
    return {
        "x": max(row.begins, row.ends) + row.more, "y": at, "text": row.label, "showarrow": False, "xanchor": "left", "xshift": 5,
        "font": {"size": 12.5, "color": colours.ink if row.kind == STANDS else colours.muted}, "captureevents": False,
    }  # fmt: skip
