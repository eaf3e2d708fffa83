"""Curves over months of life, with bands, the numbers still followed beneath, and each curve named at its end.

Curve         what is drawn, one per group
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

HEIGHT = 340
_APART = 0.062  # of the height of the chart: two names at the right end are no nearer
_LINE = 19  # pixels of a row of numbers
_LONGEST = 18


@dataclass(frozen=True)
class Curve:
    """One group: its share by each of `months`. `name` is text from data, as typed.

    tone   a colour of the palette by its name; that of the rest is drawn thin and without a band
    """

    name: str
    months: Sequence[int]
    share: Sequence[float]
    lo: Sequence[float]
    hi: Sequence[float]
    n_still: Sequence[int]
    tone: str = "rest"
    has_numbers: bool = True  # beneath the chart


def figure(curves: Sequence[Curve], *, verb: str, colours: theme.Palette, n_ticks: int = 9):
    """The curves as steps; those in the tone of the rest behind the others. `n_ticks`: no more months are named than that."""
    import plotly.graph_objects as go

    last = max(max(curve.months) for curve in curves)
    counted = [curve for curve in curves if curve.has_numbers]
    floor, top = _range(curves)
    small = {"color": colours.muted, "size": 12}
    every = next(each for each in (1, 3, 6, 12, 24, 60, 120) if last // each < n_ticks or each == 120)
    ticks = list(range(0, last + 1, every))
    beneath = [
        "<br>".join([_month(at), *(_number(each, at, colours if len(counted) > 1 else None) for each in counted)])
        for at in ticks
    ]
    layout = theme.bare(colours) | {
        "height": HEIGHT + _LINE * len(counted),
        "margin": {"l": 10, "r": 132, "t": 12, "b": 34 + _LINE * len(counted)},
        "hovermode": "closest",
        "xaxis": {
            "range": [-0.01 * last, 1.005 * last], "tickvals": ticks, "tickfont": small, "showgrid": False, "fixedrange": True,
            "zeroline": False, "ticktext": beneath, "tickangle": 0, "ticklabelstandoff": 7,
        },
        "yaxis": {
            "range": [floor, top], "tickformat": ".0%", "nticks": 6, "gridcolor": colours.grid, "tickfont": small,
            "fixedrange": True, "zeroline": False, "automargin": True,
        },
        "annotations": _names(curves, floor, top, colours),
    }  # fmt: skip
    ordered = sorted(curves, key=lambda curve: curve.tone != "rest")
    bands = [trace for curve in ordered if curve.tone != "rest" for trace in _band(curve, colours)]
    return go.Figure(data=[*bands, *(_line(curve, verb, colours) for curve in ordered)], layout=layout)


def alternative(curves: Sequence[Curve], *, verb: str) -> str:
    """The chart in words."""
    said = []
    for curve in curves[:12]:
        at = dict(zip(curve.months, curve.share, strict=True))
        marks = sorted({*(month for month in (12, 24, 36) if month in at), max(at)})
        said.append(
            f"{curve.name}: {', '.join(f'{numbers.percent(at[month], 0)} after {month} months' for month in marks)}"
        )
    return f"Curves of the share of customers {verb}, by months of life. {'; '.join(said)}."


def _range(curves: Sequence[Curve]) -> tuple[float, float]:
    """From a round share below the lowest drawn, up to the highest: rising curves from 0, falling ones to 100 %."""
    lowest, highest = (pick(pick(curve.share) for curve in curves) for pick in (min, max))
    highest = max([highest, *(hi for curve in curves if curve.tone != "rest" for hi in curve.hi if hi == hi)])
    floor = 0.0 if lowest < 0.35 else int((lowest - 0.05) * 10) / 10
    return floor, min(1.0, highest) + 0.03 * (highest - floor)


def _line(curve: Curve, verb: str, colours: theme.Palette) -> dict:
    is_rest = curve.tone == "rest"
    hover = [
        f"<b>{plain(curve.name)}</b>, {_said(month)}<br>{numbers.interval(share, lo, hi)} {verb}<br>"
        f"{numbers.count(n)} still followed"
        for month, share, lo, hi, n in zip(curve.months, curve.share, curve.lo, curve.hi, curve.n_still, strict=True)
    ]
    return {
        "type": "scatter", "mode": "lines", "x": list(curve.months), "y": list(curve.share), "opacity": 0.75 if is_rest else 1,
        "line": {"color": getattr(colours, curve.tone), "width": 1.4 if is_rest else 2.6, "shape": "hv"},
        "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _band(curve: Curve, colours: theme.Palette) -> list[dict]:
    tone = getattr(colours, curve.tone)
    red, green, blue = (int(tone[at : at + 2], 16) for at in (1, 3, 5))
    known = [each for each in zip(curve.months, curve.lo, curve.hi, strict=True) if each[1] == each[1]]
    edge = {
        "type": "scatter", "mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip",
        "x": [month for month, *_ in known],
    }  # fmt: skip
    return [
        edge | {"y": [lo for _, lo, _ in known]},
        edge | {"y": [hi for *_, hi in known], "fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},0.14)"},
    ]


def _names(curves: Sequence[Curve], floor: float, top: float, colours: theme.Palette) -> list[dict]:
    """Each curve's name at the right of its end, no two on one another."""
    ends, apart = sorted(curves, key=lambda curve: curve.share[-1]), _APART * (top - floor)
    places = [curve.share[-1] for curve in ends]
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + apart)
    for at in reversed(range(len(places))):  # back down where the highest would leave the chart
        places[at] = min(places[at], places[at + 1] - apart if at + 1 < len(places) else top)
    return [
        {
            "x": 1, "xref": "paper", "y": place, "showarrow": False, "xanchor": "left", "xshift": 6,
            "text": _short(curve.name) if curve.tone == "rest" else f"<b>{_short(curve.name)}</b>",
            "font": {"size": 12.5, "color": colours.muted if curve.tone == "rest" else getattr(colours, curve.tone)},
        }
        for curve, place in zip(ends, places, strict=True)
    ]  # fmt: skip


def _number(curve: Curve, month: int, colours: theme.Palette | None) -> str:
    """How many are still followed, in the colour of the curve where there are several."""
    at = dict(zip(curve.months, curve.n_still, strict=True))
    n = numbers.count(at[month]) if month in at else numbers.NOTHING
    return f'<span style="color:{getattr(colours, curve.tone)}">{n}</span>' if colours else n


def _month(month: int) -> str:
    if month % 12:
        return f"{month} mo."
    return numbers.plural(month // 12, "year") if month else "start"


def _said(month: int) -> str:
    return "on the first day" if month == 0 else f"after {numbers.plural(month, 'month')}"


def _short(name: str) -> str:
    return plain(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")
