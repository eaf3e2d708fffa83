"""Figures of several groups with their intervals, a row each, against one line they are to reach.

Range         what is drawn, one per group
figure        the chart
alternative   the chart in words
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain


@dataclass(frozen=True)
class Range:
    """One row. `name` is text from data, as typed; NaN where nothing can be said."""

    name: str
    value: float
    lo: float
    hi: float
    n: int
    is_met: bool | None
    is_small: bool  # too few to tell: faded


def figure(
    rows: Sequence[Range],
    *,
    target: float,
    said: str,
    spelt: Callable[[float], str],
    is_rate: bool,
    colours: theme.Palette,
):
    """Dots with whiskers: a full dot meets the target, a ring does not. `spelt`: a value in words."""
    at = list(range(len(rows)))
    ends = [each for row in rows for each in (row.value, row.lo, row.hi) if each == each] + [target]
    low, high = min([*ends, 0]), max(ends)
    width = high - low or 1
    right = high + 0.5 * width  # room for the words
    whiskers = {
        "type": "data", "symmetric": False, "thickness": 1.6, "width": 4, "color": colours.muted,
        "array": [_known(row.hi - row.value) or 0 for row in rows],
        "arrayminus": [_known(row.value - row.lo) or 0 for row in rows],
    }  # fmt: skip
    marks = {
        "size": 11, "color": colours.blue, "line": {"width": 2, "color": colours.blue},
        "opacity": [0.4 if row.is_small else 1 for row in rows],
        "symbol": ["circle" if row.is_met else "circle-open" for row in rows],
    }  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "x": [_known(row.value) for row in rows], "y": at,
        "marker": marks, "error_x": whiskers, "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    texts = [f"{spelt(row.value)}  <span style='color:{colours.muted}'>{numbers.n_of(row.n)}</span>" for row in rows]
    hit, words = theme.rows_hit([_hover(row, spelt) for row in rows], (low, right)), [high + 0.04 * width] * len(rows)
    drawn = theme.figure(
        [hit, dots, theme.labels(texts, words, colours.ink)],
        [row.name for row in rows], colours, title_x=f"dashed: {said}",
        xaxis={"range": [low, right], "tickformat": ".0%" if is_rate else None, "nticks": 7, "zeroline": False},
    )  # fmt: skip
    drawn.update_layout(clickmode="none")
    drawn.add_shape(
        type="line", x0=target, x1=target, y0=0, y1=1, yref="paper", line={"color": colours.muted, "width": 1.6, "dash": "dash"}
    )  # fmt: skip
    return drawn


def alternative(rows: Sequence[Range], *, name: str, by: str, said: str, spelt: Callable[[float], str]) -> str:
    """The chart in words."""
    each = "; ".join(f"{row.name} {spelt(row.value)} of {numbers.count(row.n)}" for row in rows)
    return f"{name} by {by}, the target is {said}: {each}."


def _hover(row: Range, spelt: Callable[[float], str]) -> str:
    between = f" ({spelt(row.lo)} to {spelt(row.hi)})" if row.lo == row.lo and row.hi == row.hi else ""
    lines = [f"<b>{plain(row.name)}</b>", f"{spelt(row.value)}{between}", f"{numbers.count(row.n)} accounts"]
    if row.is_met is not None:
        lines.append("meets the target" if row.is_met else "misses the target")
    return "<br>".join([*lines, *(["too few to tell"] if row.is_small else [])])


def _known(value: float) -> float | None:
    return value if value == value else None
