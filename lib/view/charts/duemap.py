"""Who is due when: months against CSMs, the more is due the darker, with a line at the day the book is seen as of.

Cell          what is drawn, one per month and CSM
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.charts.shades import letters_on, shade
from lib.view.plain import plain

ROW = 36
_DEEPEST = 0.6  # of the hue: letters are read on every shade


@dataclass(frozen=True)
class Cell:
    """One cell: its place, the amount due, what its second line says, whether that is a loss, and what a pointer sees."""

    row: int
    column: int
    amount: float
    under: str
    hover: str
    is_ahead: bool
    is_open: bool = False


def figure(cells: Sequence[Cell], rows: Sequence[str], months: Sequence[str], today: float, *, colours: theme.Palette):
    """The cells; `rows` are names as typed, the first is everyone and has a scale of its own. `today`: where the line stands."""
    own = max([cell.amount for cell in cells if cell.row] + [1])
    whole = max([cell.amount for cell in cells if not cell.row] + [1])
    shades = [shade(_DEEPEST * cell.amount / (own if cell.row else whole), colours) for cell in cells]
    drawn = theme.figure(
        [_bars(cells, shades, colours)],
        rows,
        colours,
        title_x="",
        xaxis={
            "range": [-0.02, len(months) + 0.02], "side": "top", "tickmode": "array", "showgrid": False, "zeroline": False,
            "ticks": "", "tickvals": [at + 0.5 for at in range(len(months))], "ticktext": list(months), "tickangle": 0,
        },
    )  # fmt: skip
    drawn.update_layout(
        height=44 + ROW * max(len(rows), 2), margin={"l": 10, "r": 10, "t": 36, "b": 6}, bargap=0,
        annotations=[_letters(cell, fill, colours, len(months)) for cell, fill in zip(cells, shades, strict=True)],
        shapes=[
            *(_frame(cell, colours) for cell in cells if cell.is_open),
            {"type": "line", "x0": today, "x1": today, "yref": "paper",
             "y0": 0, "y1": 1, "line": {"color": colours.hot, "width": 2}},
        ],
    )  # fmt: skip
    if len(rows) > 1:
        drawn.add_hline(y=0.5, line={"color": colours.rest, "width": 1})
    return drawn


def alternative(cells: Sequence[Cell], rows: Sequence[str], months: Sequence[str]) -> str:
    """The chart in words."""
    said = [
        f"{months[cell.column].replace('<br>', ' ')} {numbers.money(cell.amount)}" for cell in cells if cell.row == 0
    ]
    return f"What is due month by month, of {rows[0]} and {len(rows) - 1} CSMs. {rows[0]}: {'; '.join(said)}."


def _bars(cells: Sequence[Cell], fill: Sequence[str], colours: theme.Palette) -> dict:
    return {
        "type": "bar", "orientation": "h", "base": [cell.column for cell in cells], "x": [1] * len(cells),
        "y": [cell.row for cell in cells], "width": 0.94, "customdata": list(range(len(cells))),
        "hovertext": [cell.hover for cell in cells], "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": list(fill), "line": {"color": colours.page, "width": 2}}, **theme.STILL,
    }  # fmt: skip


def _letters(cell: Cell, fill: str, colours: theme.Palette, n: int) -> dict:
    size = 11.5 if n <= 18 else 10
    under = f"<br><span style='font-size:{size - 1.5}px'>{plain(cell.under)}</span>" if cell.under else ""
    return {
        "x": cell.column + 0.5, "y": cell.row, "text": f"{numbers.money(cell.amount)}{under}", "showarrow": False,
        "captureevents": False, "font": {"size": size, "color": letters_on(fill, colours)},
    }  # fmt: skip


def _frame(cell: Cell, colours: theme.Palette) -> dict:
    return {
        "type": "rect", "x0": cell.column, "x1": cell.column + 1, "y0": cell.row - 0.48, "y1": cell.row + 0.48,
        "line": {"color": colours.ink, "width": 2.4},
    }  # fmt: skip
