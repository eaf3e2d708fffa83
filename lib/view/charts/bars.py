"""Rates of values as bars with whiskers: hot ones in the accent, small ones faded, the base each is compared with as a mark.

Row           what is drawn, one per value
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

SURE = 0.05  # q-value up to which a bar is hot: one in twenty of those is expected to be chance


@dataclass(frozen=True)
class Row:
    """One bar. `name` is text from data, as typed."""

    name: str
    n: int
    n_lost: int
    rate: float
    lo: float
    hi: float
    base: float
    arr: float
    arr_lost: float
    q: float  # against the other bars; NaN where there is no test
    few: int  # accounts under which the rate is too loose to act on: faded, and said so

    @property
    def is_hot(self) -> bool:
        """Above the base, and by more than chance among as many bars."""
        return not self.is_small and self.rate > self.base and self.q <= SURE

    @property
    def is_small(self) -> bool:
        return self.n < self.few

    @property
    def end(self) -> float:
        """Where the drawing of the row ends: bar, whisker and mark."""
        return max(value for value in (self.rate, self.hi, self.base, 0.0) if value == value)


def figure(rows: Sequence[Row], *, verb: str, base: str, unit: str, colours: theme.Palette):
    """Bars of `rows` in their order. `base` names what the marks stand for; `unit` is accounts or ARR."""
    at = list(range(len(rows)))
    right = 1.34 * max([*(row.end for row in rows), 0.01])
    whiskers = {
        "type": "data", "symmetric": False, "thickness": 1.4, "width": 4, "color": colours.ink,
        "array": [row.hi - row.rate for row in rows], "arrayminus": [row.rate - row.lo for row in rows],
    }  # fmt: skip
    has_interval = any(row.lo == row.lo for row in rows)
    bars = {
        "type": "bar", "orientation": "h", "x": [row.rate for row in rows], "y": at, "width": 0.62,
        **({"error_x": whiskers} if has_interval else {}),
        "marker": {
            "color": [colours.hot if row.is_hot else colours.blue for row in rows],
            "opacity": [0.35 if row.is_small else 1 for row in rows],
        },
        "customdata": at, "hoverinfo": "skip", **theme.STILL,
    }  # fmt: skip
    marks = {
        "type": "scatter", "mode": "markers", "x": [row.base for row in rows], "y": at, "customdata": at, "hoverinfo": "skip",
        "marker": {"symbol": "line-ns", "size": 17, "line": {"width": 2.2, "color": colours.muted}}, **theme.STILL,
    }  # fmt: skip
    said = [
        f"{numbers.percent(row.rate)}  <span style='color:{colours.muted}'>{numbers.n_of(row.n)}</span>" for row in rows
    ]
    hit = theme.rows_hit([_hover(row, verb, base, unit) for row in rows], (0, right))
    return theme.figure(
        [hit, bars, marks, theme.labels(said, [row.end for row in rows], colours.ink)],
        [row.name for row in rows],
        colours,
        title_x=f"{verb}, share of {unit}",
        xaxis={"range": [0, right], "tickformat": ".0%" if right > 0.06 else ".1%"},
    )


def alternative(rows: Sequence[Row], *, verb: str, by: str) -> str:
    """The chart in words, for those who do not see it."""
    said = "; ".join(f"{row.name} {numbers.percent(row.rate)} of {numbers.count(row.n)}" for row in rows[:12])
    return f"Bars of the share {verb} by {by}: {said}."


def _hover(row: Row, verb: str, base: str, unit: str) -> str:
    lines = [
        f"<b>{plain(row.name)}</b>",
        f"{numbers.interval(row.rate, row.lo, row.hi)} of {unit} {verb}",
        f"{numbers.count(row.n_lost)} of {numbers.count(row.n)} accounts",
    ]
    if row.arr:
        lines.append(f"{numbers.count(row.arr_lost)} of {numbers.count(row.arr)} ARR")
    if row.base == row.base:
        lines.append(f"{base}: {numbers.percent(row.base)}")
    if row.is_small:
        lines.append(f"fewer than {row.few} accounts: too few to tell")
    return "<br>".join(lines)
