"""From one amount to another, step by step: what came on top, what was taken away, what is still open.

Step          one column
LEVEL, UP, DOWN, KEPT, OPEN   what a column is: an amount that stands, more, less, a part that was kept, a part not yet decided
figure        the chart
alternative   the chart in words
begins_at     where its axis begins
money         an amount with its sign
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lib.view import numbers
from lib.view.charts import theme

HEIGHT = 290
LEVEL, UP, DOWN, KEPT, OPEN = "level", "up", "down", "kept", "open"
_BROKEN = 0.5  # where everything that moves is above this share of the highest column, the axis begins higher


@dataclass(frozen=True)
class Step:
    """One column: `amount` from `base` upwards, whatever its sign. Name and hover have passed `plain`."""

    name: str
    kind: str
    base: float
    amount: float
    label: str
    hover: str
    is_open: bool = False


def figure(steps: Sequence[Step], *, colours: theme.Palette):
    """The columns from left to right, a thin line where one begins at the end of the last."""
    import plotly.graph_objects as go

    low, high = _axis(steps)
    room = 0.12 * (high - low or 1)
    at = list(range(len(steps)))
    small = {"color": colours.muted, "size": 12}
    layout = theme.bare(colours) | {
        "height": HEIGHT, "margin": {"l": 10, "r": 10, "t": 12, "b": 10}, "clickmode": "event+select", "barmode": "overlay",
        "xaxis": {
            "range": [-0.6, len(steps) - 0.4], "tickmode": "array", "tickvals": at, "ticktext": [step.name for step in steps],
            "tickfont": {"size": 12, "color": colours.ink}, "tickangle": 0, "fixedrange": True, "showgrid": False,
            "zeroline": False, "automargin": True,
        },
        "yaxis": {
            "range": [low, high + room], "gridcolor": colours.grid, "zeroline": False, "fixedrange": True, "tickfont": small,
            "tickformat": "~s", "nticks": 5, "automargin": True,
        },
        "annotations": [_label(step, number, room, colours) for number, step in enumerate(steps)],
        "shapes": [*_links(steps, low, colours), *_breaks(steps, low, high, colours), *_frames(steps, low, colours)],
    }  # fmt: skip
    seen = [step for step in steps if step.amount]
    drawn = [
        _bars([step for step in seen if step.kind != OPEN], steps, low, colours),
        _bars([step for step in seen if step.kind == OPEN], steps, low, colours, is_hatched=True),
        {
            "type": "bar", "base": low, "x": at, "y": [high + room - low] * len(steps), "width": 1,
            "marker": {"color": theme.UNSEEN}, "customdata": at, "hovertext": [step.hover for step in steps],
            "hovertemplate": "%{hovertext}<extra></extra>", **theme.STILL,
        },
    ]  # fmt: skip
    return go.Figure(data=drawn, layout=layout)


def alternative(steps: Sequence[Step]) -> str:
    """The chart in words."""
    said = [f"{step.name} {step.label}".replace("<br>", " ") for step in steps]
    return f"Step by step: {'; '.join(said)}."


def begins_at(steps: Sequence[Step]) -> float:
    """The amount at which the axis begins: 0, or more where all that moves is far above it."""
    return _axis(steps)[0]


def _axis(steps: Sequence[Step]) -> tuple[float, float]:
    high = max([step.base + step.amount for step in steps] + [1])
    moving = [step.base for step in steps if step.kind != LEVEL and step.amount]
    low = min([*moving, *(step.amount for step in steps if step.kind == LEVEL)], default=0)
    return (max(low - 0.35 * (high - low), 0), high) if low > _BROKEN * high else (0, high)


def _bars(of: Sequence[Step], steps: Sequence[Step], low: float, colours: theme.Palette, *, is_hatched: bool = False):
    fill = {LEVEL: colours.rest, UP: colours.good, DOWN: colours.hot, KEPT: colours.blue, OPEN: colours.rest}
    hatch = {"pattern": {"shape": "/", "size": 6, "solidity": 0.4, "fgcolor": colours.rest, "bgcolor": colours.page}}
    begins = [max(step.base, low) for step in of]
    return {
        "type": "bar", "x": [steps.index(step) for step in of], "base": begins,
        "y": [step.base + step.amount - begin for step, begin in zip(of, begins, strict=True)], "width": 0.62,
        "marker": {"color": [fill[step.kind] for step in of], **(hatch if is_hatched else {})},
        "customdata": [steps.index(step) for step in of], "hoverinfo": "skip", **theme.STILL,
    }  # fmt: skip


def _label(step: Step, at: int, room: float, colours: theme.Palette) -> dict:
    return {
        "x": at, "y": step.base + step.amount, "text": step.label, "showarrow": False, "yanchor": "bottom", "captureevents": False,
        "font": {"size": 12.5, "color": colours.ink if step.amount else colours.muted},
    }  # fmt: skip


def _links(steps: Sequence[Step], low: float, colours: theme.Palette) -> list[dict]:
    """Between two columns, where the second goes on at the height at which the first ends."""
    line = {"color": colours.rest, "width": 1}
    found = []
    for number, (one, other) in enumerate(pairwise(steps)):
        ends, begins = {one.base, one.base + one.amount}, {other.base, other.base + other.amount}
        shared = [y for y in ends for other_y in begins if abs(y - other_y) < 0.005 and y > low]
        if shared:
            found.append(
                {"type": "line", "x0": number + 0.31, "x1": number + 0.69, "y0": max(shared), "y1": max(shared), "line": line}
            )  # fmt: skip
    return found


def _breaks(steps: Sequence[Step], low: float, high: float, colours: theme.Palette) -> list[dict]:
    """A gap near the foot of every column that stands below the axis."""
    if not low:
        return []
    y = low + 0.07 * (high - low)
    half = 0.012 * (high - low)
    return [
        {
            "type": "path", "line": {"width": 0}, "fillcolor": colours.page,
            "path": f"M {at - 0.33} {y - half} L {at + 0.33} {y + half} L {at + 0.33} {y + 3 * half} L {at - 0.33} {y + half} Z",
        }
        for at, step in enumerate(steps)
        if step.kind == LEVEL
    ]  # fmt: skip


def _frames(steps: Sequence[Step], low: float, colours: theme.Palette) -> list[dict]:
    """Around the column that is open."""
    return [
        {
            "type": "rect", "x0": at - 0.36, "x1": at + 0.36, "y0": max(step.base, low), "y1": step.base + step.amount,
            "line": {"color": colours.ink, "width": 2.2},
        }
        for at, step in enumerate(steps)
        if step.is_open
    ]  # fmt: skip


def money(amount: float, kind: str) -> str:
    """An amount as a column says it: with its sign where it is more or less."""
    sign = {UP: "+", DOWN: numbers.MINUS}.get(kind, "") if amount else ""
    return f"{sign}{numbers.money(amount)}"
