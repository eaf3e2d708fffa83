"""A grid of counted cells: a big figure and a small one in each, the more the darker, in one hue or several.

Square        what is drawn, one per cell
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.charts.shades import letters_on, shade

ROW = 46
_DEEPEST = 0.7  # of the hue: letters are read on every shade


@dataclass(frozen=True)
class Square:
    """One cell: its place, how dark it is (0 to 1) in which tone, its figures and what a pointer sees; past `plain`."""

    row: int
    column: int
    share: float
    tone: str
    big: str
    small: str
    hover: str


def figure(
    squares: Sequence[Square],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    down: str,
    across: str,
    colours: theme.Palette,
):
    """The cells; `rows` and `columns` are words of ours, `down` and `across` say what they are."""
    small = {"color": colours.muted, "size": 12}
    fills = [shade(_DEEPEST * each.share, colours, each.tone) for each in squares]
    drawn = theme.figure(
        [
            {
                "type": "bar", "orientation": "h", "base": [each.column for each in squares], "x": [1] * len(squares),
                "y": [each.row for each in squares], "width": 1, "customdata": list(range(len(squares))),
                "hovertext": [each.hover for each in squares], "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {"color": fills, "line": {"color": colours.page, "width": 3}}, **theme.STILL,
            }
        ],
        rows,
        colours,
        title_x="",
        xaxis={
            "range": [0, len(columns)], "side": "top", "tickmode": "array", "showgrid": False, "zeroline": False, "ticks": "",
            "tickvals": [at + 0.5 for at in range(len(columns))], "ticktext": list(columns), "tickangle": 0,
            "title": {"text": across, "font": small, "standoff": 4},
        },
    )  # fmt: skip
    letters = [
        {
            "x": each.column + 0.5, "y": each.row, "showarrow": False, "captureevents": False,
            "text": f"<b>{each.big}</b><br><span style='font-size:11px'>{each.small}</span>",
            "font": {"size": 13, "color": letters_on(fill, colours)},
        }
        for each, fill in zip(squares, fills, strict=True)
    ]  # fmt: skip
    drawn.update_layout(
        height=62 + ROW * max(len(rows), 2), margin={"l": 10, "r": 10, "t": 52, "b": 8}, bargap=0, annotations=letters
    )
    drawn.update_yaxes(title={"text": down, "font": small, "standoff": 4}, range=[len(rows) - 0.48, -0.52])
    return drawn


def alternative(squares: Sequence[Square], rows: Sequence[str], columns: Sequence[str], *, said: str) -> str:
    """The chart in words: the darkest cells."""
    most = sorted(squares, key=lambda each: -each.share)[:12]
    cells = "; ".join(f"{rows[each.row]}, {columns[each.column]}: {each.big}" for each in most)
    return f"{said}. {cells.replace('<br>', ' ')}." if squares else f"{said}: {numbers.NOTHING}"
