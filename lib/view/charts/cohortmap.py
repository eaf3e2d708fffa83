"""Cohorts as a triangle of cells, one hue and one scale for the whole of it; unfinished cells hatched with the day they complete.

Cell          what is drawn, one per cohort and step
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lib.view import numbers
from lib.view.charts import theme
from lib.view.charts.shades import letters_on, shade
from lib.view.plain import plain

ROW = 34


@dataclass(frozen=True)
class Cell:
    """One cell. `cohort` is text from data, as typed; row and step are its place, from 0."""

    row: int
    step: int
    cohort: str
    label: str  # of the step
    n_eligible: int
    n_retained: int
    rate: float
    lo: float
    hi: float
    is_complete: bool
    is_small: bool
    completes_on: date | None
    beside: str = ""  # what else a hover says
    under: str = ""  # a small second line in the cell
    is_open: bool = False


def figure(
    cells: Sequence[Cell],
    rows: Sequence[str],
    sizes: Sequence[int],
    steps: Sequence[str],
    *,
    verb: str,
    colours: theme.Palette,
):
    """The cells in rows of cohorts and columns of steps. `rows` are names as typed; the last one is the pooled mean."""
    told = _told(cells)
    top, bottom = max([*told, 0.01]), min([*told, 1.0])
    low = 0.0 if bottom < 0.5 * top else bottom - 0.25 * (top - bottom)
    done = [cell for cell in cells if cell.is_complete]
    waiting = [cell for cell in cells if not cell.is_complete]
    drawn = theme.figure(
        [
            _bars(done, [_shade(cell.rate, low, top, colours) for cell in done], verb, colours),
            _bars(waiting, [colours.page] * len(waiting), verb, colours, is_hatched=True),
        ],
        rows,
        colours,
        title_x="",
        xaxis={
            "range": [-1.02, len(steps)], "side": "top", "tickmode": "array", "showgrid": False, "zeroline": False, "ticks": "",
            "tickvals": [-0.5, *(at + 0.5 for at in range(len(steps)))], "ticktext": ["n", *steps],
        },
    )  # fmt: skip
    drawn.update_layout(height=46 + ROW * max(len(rows), 2), margin={"l": 10, "r": 10, "t": 34, "b": 6}, bargap=0)
    drawn.update_layout(
        annotations=[
            *_sizes(sizes, colours),
            *(_letters(cell, _shade(cell.rate, low, top, colours), colours) for cell in cells),
        ],
        shapes=[_frame(cell, colours) for cell in cells if cell.is_open],
    )  # at once: plotly checks all of them anew for each that is added
    if len(rows) > 2:
        drawn.add_hline(y=len(rows) - 1.5, line={"color": colours.rest, "width": 1})
    return drawn


def scale(cells: Sequence[Cell]) -> str:
    """The scale of the colours, in words."""
    rates = _told(cells)
    return f"from {numbers.percent(min(rates), 0)} (light) to {numbers.percent(max(rates), 0)} (dark)" if rates else ""


def _told(cells: Sequence[Cell]) -> list[float]:
    """The rates that set the scale: of complete cells that are not few, where there are such."""
    whole = [cell for cell in cells if cell.is_complete and cell.rate == cell.rate]
    return [cell.rate for cell in whole if not cell.is_small] or [cell.rate for cell in whole]


def alternative(cells: Sequence[Cell], rows: Sequence[str], *, verb: str) -> str:
    """The chart in words."""
    said = []
    for at, name in enumerate(rows[:12]):
        of_row = [cell for cell in cells if cell.row == at and cell.is_complete]
        if of_row:
            said.append(f"{name}: {', '.join(numbers.percent(cell.rate, 0) for cell in of_row)}")
    return f"Share that {verb}, of each cohort, step by step. {'; '.join(said)}."


def _bars(
    cells: Sequence[Cell], fill: Sequence[str], verb: str, colours: theme.Palette, *, is_hatched: bool = False
) -> dict:
    """One bar of width one per cell."""
    pattern = {
        "shape": "/",
        "size": 7,
        "solidity": 0.2,
        "fillmode": "overlay",
        "fgcolor": colours.rest,
        "fgopacity": 0.22,
        "bgcolor": colours.page,
    }
    hatch = {"pattern": pattern} if is_hatched else {}
    return {
        "type": "bar", "orientation": "h", "base": [cell.step for cell in cells], "x": [1] * len(cells),
        "y": [cell.row for cell in cells], "width": 0.94,
        "customdata": [cell.row * 1_000 + cell.step for cell in cells],
        "hovertext": [_hover(cell, verb) for cell in cells], "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": list(fill), "line": {"color": colours.page, "width": 2}, **hatch}, **theme.STILL,
    }  # fmt: skip


def _sizes(sizes: Sequence[int], colours: theme.Palette) -> list[dict]:
    """How many each cohort has, before its row."""
    return [
        {
            "x": -0.08, "y": at, "text": numbers.count(n), "showarrow": False, "xanchor": "right",
            "font": {"size": 12.5, "color": colours.muted},
        }
        for at, n in enumerate(sizes)
    ]  # fmt: skip


def _letters(cell: Cell, fill: str, colours: theme.Palette) -> dict:
    """What a cell says, in a colour that reads well on its fill."""
    return {
        "x": cell.step + 0.5, "y": cell.row, "text": _said(cell), "showarrow": False, "captureevents": False,
        "font": {
            "size": 12.5 if cell.is_complete else 11,
            "color": letters_on(fill, colours) if cell.is_complete else colours.muted,
        },
    }  # fmt: skip


def _frame(cell: Cell, colours: theme.Palette) -> dict:
    """Around the cell that is open."""
    return {
        "type": "rect", "x0": cell.step, "x1": cell.step + 1, "y0": cell.row - 0.48, "y1": cell.row + 0.48,
        "line": {"color": colours.ink, "width": 2.4},
    }  # fmt: skip


def _said(cell: Cell) -> str:
    if cell.is_complete:
        said = numbers.percent(cell.rate, 0)
        said = f"<i>{said}</i>" if cell.is_small else said
        return f"{said}<br><span style='font-size:9.5px'>{cell.under}</span>" if cell.under else said
    return f"{cell.completes_on.day} {cell.completes_on:%b}" if cell.completes_on else ""


def _hover(cell: Cell, verb: str) -> str:
    lines = [f"<b>{plain(cell.cohort)}</b> · {plain(cell.label)}"]
    if cell.n_eligible:
        lines.append(f"{numbers.interval(cell.rate, cell.lo, cell.hi)} {verb}")
        lines.append(f"{numbers.count(cell.n_retained)} of {numbers.count(cell.n_eligible)}")
    if cell.beside:
        lines.append(cell.beside)
    if not cell.is_complete and cell.completes_on:
        lines.append(f"unfinished: complete on {cell.completes_on.day} {cell.completes_on:%b %Y}, in no mean")
    elif cell.is_small:
        lines.append("few: loose")
    return "<br>".join(lines)


def _share(rate: float, low: float, top: float) -> float:
    return 0.0 if rate != rate or top <= low else min(max((rate - low) / (top - low), 0.0), 1.0)


def _shade(rate: float, low: float, top: float, colours: theme.Palette) -> str:
    """Between the page's colour and blue."""
    return shade(_share(rate, low, top), colours)
