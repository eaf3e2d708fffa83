"""The funnel of books: lost / expected over the number expected, between control limits that narrow as books grow.

Row           what is drawn, one per book
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

HEIGHT = 430
MOST_LABELS = 8  # books named in the picture, those furthest from expected in accounts; the others are a pointer away
ROOM = 3  # expected lost from which a book's limits are given room; what lies above is drawn at the upper edge
_SHAPES = {"more": "triangle-up", "fewer": "triangle-down", "no": "circle", "few": "circle-open"}


@dataclass(frozen=True)
class Row:
    """One book. `name` is text from data, as typed; bounds and limits are of the ratio lost / expected."""

    name: str
    n: int
    n_lost: int
    expected: float
    ratio: float
    lo: float
    hi: float
    limit_lo: float  # 99.8 %, its own
    limit_hi: float
    rate: float
    adjusted: float
    arr: float
    arr_lost: float
    verdict: str  # more, fewer: stands out; no; few: too few to tell
    is_chosen: bool = False

    @property
    def beyond(self) -> float:
        """Accounts lost beyond what was expected, either way."""
        return abs(self.n_lost - self.expected)


def figure(rows: Sequence[Row], curve: pd.DataFrame, *, verb: str, colours: theme.Palette):
    """Points of `rows`, and the limits of `curve`: the columns of lib.measures.compare.funnel.curve."""
    top, right = _top(rows, curve), 1.1 * max([*(row.expected for row in rows), 1.0])
    drawn = theme.figure(
        [*_limits(curve, top, colours), *_points(rows, top, verb, colours)],
        [],
        colours,
        title_x=f"accounts expected {verb}, given the mix",
        xaxis={"range": [0, right], "zeroline": False, "rangemode": "tozero"},
    )
    small = {"color": colours.muted, "size": 12}
    drawn.update_layout(height=HEIGHT, margin={"l": 10, "r": 20, "t": 12, "b": 42})
    drawn.update_yaxes(
        range=[-0.04 * top, top], tickmode="auto", tickvals=None, ticktext=None, nticks=7, tickfont=small, showgrid=True,
        gridcolor=colours.grid, ticksuffix=" ×", title={"text": f"{verb} / expected", "font": small, "standoff": 10},
    )  # fmt: skip
    drawn.add_hline(y=1, line={"color": colours.muted, "width": 1.4})
    if len(curve):
        _name_limits(drawn, curve, top, colours)
    _name_books(drawn, rows, top, right, colours)
    return drawn


def alternative(rows: Sequence[Row], *, verb: str, by: str) -> str:
    """The chart in words."""
    said = "; ".join(f"{row.name} {row.n_lost} {verb}, {row.expected:.1f} expected" for row in rows[:12])
    out = [row.name for row in rows if row.verdict in ("more", "fewer")]
    return f"Funnel plot of {verb} against expected by {by}: {said}. Beyond the limits: {', '.join(out) or 'none'}."


def _top(rows: Sequence[Row], curve: pd.DataFrame) -> float:
    """The upper edge: room for the books that can be told and for the limits where they can be."""
    smallest = min((row.expected for row in rows if row.verdict != "few"), default=0)
    limits = curve.loc[curve["expected_lost"] >= max(ROOM, 0.7 * smallest), "limit_998_hi"] if len(curve) else []
    told = [row.ratio for row in rows if row.verdict != "few"]
    return 1.08 * max([*told, *list(limits)[:1], 1.4])


def _limits(curve: pd.DataFrame, top: float, colours: theme.Palette) -> list[dict]:
    def line(name: str, dash: str, width: float, **more) -> dict:
        return {
            "type": "scatter", "mode": "lines", "x": curve["expected_lost"].tolist(),
            "y": curve[name].clip(upper=2 * top).tolist(), "hoverinfo": "skip",
            "line": {"color": colours.rest, "width": width, "dash": dash}, **more,
        }  # fmt: skip

    if curve.empty:
        return []
    inside = {"fill": "tonexty", "fillcolor": _faint(colours.rest)}
    return [
        line("limit_998_lo", "solid", 1.3),
        line("limit_998_hi", "solid", 1.3, **inside),
        line("limit_95_lo", "dot", 1.2),
        line("limit_95_hi", "dot", 1.2, **inside),
    ]


def _points(rows: Sequence[Row], top: float, verb: str, colours: theme.Palette) -> list[dict]:
    """One trace a verdict, those that stand out last and so in front."""
    colour = {"more": colours.hot, "fewer": colours.good, "no": colours.blue, "few": colours.muted}
    traces = []
    for verdict in ("few", "no", "fewer", "more"):
        of = [(at, row) for at, row in enumerate(rows) if row.verdict == verdict]
        stands_out = verdict in ("more", "fewer")
        traces.append(
            {
                "type": "scatter", "mode": "markers", "x": [row.expected for _, row in of],
                "y": [min(row.ratio, 0.985 * top) for _, row in of], "customdata": [at for at, _ in of], "cliponaxis": False,
                "hovertext": [_hover(row, verb) for _, row in of], "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {
                    "symbol": _SHAPES[verdict], "color": colour[verdict],
                    "size": [_size(row, stands_out) for _, row in of],
                    "opacity": 0.55 if verdict == "few" else 0.95 if stands_out else 0.8,
                    "line": {
                        "width": [3 if row.is_chosen else 1.4 if verdict == "few" else 0.8 for _, row in of],
                        "color": [
                            colours.ink if row.is_chosen else colours.muted if verdict == "few" else colours.page for _, row in of
                        ],
                    },
                },
                "selected": {}, "unselected": {"marker": {"opacity": 0.55 if verdict == "few" else 0.8}},
            }
        )  # fmt: skip
    return traces


def _size(row: Row, stands_out: bool) -> float:
    return (13 if stands_out else 9) + (4 if row.is_chosen else 0)


def _name_limits(drawn, curve: pd.DataFrame, top: float, colours: theme.Palette) -> None:
    """Each limit's name at its right end."""
    end = curve.iloc[-1]
    for name, said, shift in (("limit_998_hi", "99.8 % limit", 9), ("limit_95_hi", "95 %", -9)):
        if end[name] < top:
            drawn.add_annotation(
                x=end["expected_lost"], y=end[name], text=said, showarrow=False, xanchor="right", yshift=shift,
                font={"size": 11, "color": colours.muted},
            )  # fmt: skip


def _name_books(drawn, rows: Sequence[Row], top: float, right: float, colours: theme.Palette) -> None:
    """The books that stand out, and the chosen one, by name beside their points."""
    named = [row for row in rows if row.verdict in ("more", "fewer")]
    named = sorted(named, key=lambda row: -row.beyond)[:MOST_LABELS]
    named += [row for row in rows if row.is_chosen and row not in named]
    for row in named:
        is_left = row.expected > 0.75 * right
        colour = {"more": colours.hot, "fewer": colours.good}.get(row.verdict, colours.ink)
        drawn.add_annotation(
            x=row.expected, y=min(row.ratio, 0.985 * top), text=f"<b>{_short(row.name)}</b>", showarrow=False,
            xanchor="right" if is_left else "left", xshift=-11 if is_left else 11,
            yshift={"more": 8, "fewer": -8}.get(row.verdict, 0), font={"size": 12.5, "color": colour},
        )  # fmt: skip


def _hover(row: Row, verb: str) -> str:
    lines = [
        f"<b>{plain(row.name)}</b>",
        f"{numbers.count(row.n_lost)} of {numbers.count(row.n)} accounts {verb}; {row.expected:.1f} expected given their mix",
        f"{row.ratio:.2f} times expected ({row.lo:.2f}–{row.hi:.2f})",
        f"{numbers.percent(row.rate)} {verb}; {numbers.percent(row.adjusted)} at an average mix",
    ]
    if row.limit_hi == row.limit_hi:
        lines.append(f"its own 99.8 % limits: {row.limit_lo:.2f}–{row.limit_hi:.2f}")
    if row.arr:
        lines.append(f"{numbers.count(row.arr_lost)} of {numbers.count(row.arr)} ARR")
    if row.verdict == "few":
        lines.append("too few to tell")
    return "<br>".join(lines)


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.07)"


def _short(name: str, longest: int = 28) -> str:
    return plain(name if len(name) <= longest else f"{name[: longest - 1]}…")
