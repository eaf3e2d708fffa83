"""What was or is forecast, a row each: the range of 8 of 10 as a pale bar, half of them as a darker one, and what came as a dot.

Span          one row
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain


@dataclass(frozen=True)
class Span:
    """One forecast, as shares of what is due; `came` is NaN where nothing has yet. `name` and `said` are words of ours."""

    name: str
    said: str
    expected: float
    lo: float
    hi: float
    lo50: float
    hi50: float
    came: float
    is_inside: bool


def figure(rows: Sequence[Span], *, low: float, colours: theme.Palette):
    """Bars on one scale from `low`, a line at what is expected; a full dot came within the range, a ring did not."""
    at = list(range(len(rows)))
    right = max([1.0, *(row.hi for row in rows), *(row.came for row in rows if row.came == row.came)])
    edge = right + 0.62 * (right - low)  # room for the words
    traces = [
        theme.rows_hit([_hover(row) for row in rows], (low, edge)),
        _bars(at, [(row.lo, row.hi) for row in rows], 0.46, 0.28, colours),
        _bars(at, [(row.lo50, row.hi50) for row in rows], 0.46, 0.6, colours),
        {
            "type": "scatter", "mode": "markers", "x": [row.expected for row in rows], "y": at, "hoverinfo": "skip",
            "marker": {"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": colours.page}},
        },
        {
            "type": "scatter", "mode": "markers", "x": [row.came if row.came == row.came else None for row in rows], "y": at,
            "hoverinfo": "skip", "cliponaxis": False,
            "marker": {
                "size": 11, "color": [colours.ink if row.is_inside else colours.page for row in rows],
                "line": {"width": 2.2, "color": [colours.ink if row.is_inside else colours.hot for row in rows]},
            },
        },
        theme.labels([row.said for row in rows], [right + 0.01 * (right - low)] * len(rows), colours.ink),
    ]  # fmt: skip
    ticks = [each / 100 for each in range(0, 151, 5 if right - low <= 0.3 else 10) if low <= each / 100 <= right + 1e-9]
    drawn = theme.figure(
        traces, [row.name for row in rows], colours, title_x="renewed / due, ARR",
        xaxis={"range": [low, edge], "tickformat": ".0%", "tickvals": ticks, "zeroline": False},
    )  # fmt: skip
    drawn.update_layout(clickmode="none")
    return drawn


def alternative(rows: Sequence[Span]) -> str:
    """The chart in words."""
    each = [
        f"{row.name}: {row.said}"
        + (f", {'inside' if row.is_inside else 'outside'} the range" if row.came == row.came else "")
        for row in rows
    ]
    return f"ARR that renews, as ranges that hold 8 of 10: {'; '.join(each)}."


def _bars(
    at: Sequence[int], ends: Sequence[tuple[float, float]], width: float, opacity: float, colours: theme.Palette
) -> dict:
    return {
        "type": "bar", "orientation": "h", "base": [lo for lo, _ in ends], "x": [hi - lo for lo, hi in ends], "y": list(at),
        "width": width, "marker": {"color": colours.blue, "opacity": opacity}, "hoverinfo": "skip",
    }  # fmt: skip


def _hover(row: Span) -> str:
    lines = [
        f"<b>{plain(row.name)}</b>",
        row.said,
        f"expected {numbers.percent(row.expected)}",
        f"8 of 10: {numbers.percent(row.lo)} to {numbers.percent(row.hi)}",
        f"half: {numbers.percent(row.lo50)} to {numbers.percent(row.hi50)}",
    ]
    if row.came == row.came:
        lines.append(f"came: {numbers.percent(row.came)}, {'inside' if row.is_inside else 'outside'}")
    return "<br>".join(lines)
