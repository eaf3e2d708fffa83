"""Stages against the values of a dimension: the median days in each, against those expected; hot where that is beyond chance.

Cell          what is drawn, one per stage and value
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

ROW = 46


@dataclass(frozen=True)
class Cell:
    """One cell; row and column are its place, from 0. NaN where nothing can be said."""

    row: int
    column: int
    n: int
    days: float
    lo: float
    hi: float
    expected: float  # days it is held against
    is_hot: bool  # slower, beyond chance
    is_small: bool
    beside: str = ""  # what else a hover says, past `plain`
    is_open: bool = False

    @property
    def ratio(self) -> float:
        """Days / expected days."""
        return self.days / self.expected if self.expected > 0 else float("nan")


def figure(cells: Sequence[Cell], stages: Sequence[str], levels: Sequence[str], *, colours: theme.Palette):
    """The cells in rows of stages and columns of levels; both are names as typed."""
    drawn = theme.figure(
        [_bars(cells, stages, levels, colours)],
        stages,
        colours,
        title_x="",
        xaxis={
            "range": [-0.02, len(levels)], "side": "top", "tickmode": "array", "showgrid": False, "zeroline": False, "ticks": "",
            "tickvals": [at + 0.5 for at in range(len(levels))], "ticktext": [_short(each, len(levels)) for each in levels],
        },
    )  # fmt: skip
    drawn.update_layout(
        height=50 + ROW * max(len(stages), 2), margin={"l": 10, "r": 10, "t": 34, "b": 6}, bargap=0,
        annotations=[_letters(cell, colours) for cell in cells], shapes=[_frame(cell, colours) for cell in cells if cell.is_open],
    )  # fmt: skip
    return drawn


def alternative(cells: Sequence[Cell], stages: Sequence[str], levels: Sequence[str]) -> str:
    """The chart in words."""
    said = "; ".join(f"{stages[each.row]}, {levels[each.column]}: {_said_plain(each)}" for each in cells[:24])
    return f"Median days in each stage by value, against those expected. {said}."


def _bars(cells: Sequence[Cell], stages: Sequence[str], levels: Sequence[str], colours: theme.Palette) -> dict:
    """One bar of width one per cell."""
    return {
        "type": "bar", "orientation": "h", "base": [cell.column for cell in cells], "x": [1] * len(cells),
        "y": [cell.row for cell in cells], "width": 0.94, "customdata": list(range(len(cells))),
        "hovertext": [_hover(cell, stages[cell.row], levels[cell.column]) for cell in cells],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {
            "color": [_shade(cell, colours) for cell in cells], "line": {"color": colours.page, "width": 2},
            "opacity": [0.5 if cell.is_small else 1 for cell in cells],
        }, **theme.STILL,
    }  # fmt: skip


def _letters(cell: Cell, colours: theme.Palette) -> dict:
    faded = cell.is_small or cell.days != cell.days
    return {
        "x": cell.column + 0.5, "y": cell.row, "text": _said(cell, colours), "showarrow": False, "captureevents": False,
        "font": {"size": 12.5, "color": colours.page if cell.is_hot else colours.muted if faded else colours.ink},
    }  # fmt: skip


def _frame(cell: Cell, colours: theme.Palette) -> dict:
    """Around the cell that is open."""
    return {
        "type": "rect", "x0": cell.column, "x1": cell.column + 1, "y0": cell.row - 0.48, "y1": cell.row + 0.48,
        "line": {"color": colours.ink, "width": 2.4},
    }  # fmt: skip


def _said(cell: Cell, colours: theme.Palette) -> str:
    if cell.days != cell.days:
        return f"not half yet<br><span style='font-size:10.5px'>{numbers.n_of(cell.n)}</span>"
    ratio = f"×{cell.ratio:.1f} · " if cell.ratio == cell.ratio else ""
    days = f"<b>{numbers.plural(cell.days, 'day')}</b>" if cell.is_hot else numbers.plural(cell.days, "day")
    return f"{days}<br><span style='font-size:10.5px'>{ratio}{numbers.n_of(cell.n)}</span>"


def _said_plain(cell: Cell) -> str:
    if cell.days != cell.days:
        return f"not half of {numbers.count(cell.n)} yet"
    return f"{numbers.plural(cell.days, 'day')} of {numbers.count(cell.n)}{', slower beyond chance' if cell.is_hot else ''}"


def _hover(cell: Cell, stage: str, level: str) -> str:
    lines = [f"<b>{plain(stage)}</b> · {plain(level)}", f"{numbers.plural(cell.n, 'account')} came in"]
    if cell.days == cell.days:
        hi = "more" if cell.hi != cell.hi else f"{cell.hi:,.0f}"
        lo = "" if cell.lo != cell.lo else f" ({cell.lo:,.0f} to {hi})"
        lines.append(f"median {numbers.plural(cell.days, 'day')}{lo}")
    else:
        lines.append("fewer than half have gone on so far")
    if cell.ratio == cell.ratio:
        lines.append(f"{cell.ratio:.2f} × the {cell.expected:,.0f} days expected")
    if cell.beside:
        lines.append(cell.beside)
    return "<br>".join([*lines, *(["too few to tell"] if cell.is_small else [])])


def _shade(cell: Cell, colours: theme.Palette) -> str:
    return colours.hot if cell.is_hot and not cell.is_small else colours.grid


def _short(name: str, n: int) -> str:
    longest = 22 if n <= 5 else 14
    return plain(name if len(name) <= longest else f"{name[: longest - 1]}…")
