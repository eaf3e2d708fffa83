"""Curves over steps with bands, each named at its end.

Curve         what is drawn, one per cohort
figure        the chart
alternative   the chart in words
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.view import numbers
from lib.view.charts import theme
from lib.view.plain import plain

HEIGHT = 360
MOST_STEPS_NAMED = 14


@dataclass(frozen=True)
class Curve:
    """One curve: its points are (step, rate, lo, hi, n). `name` is text from data, as typed."""

    name: str
    points: tuple[tuple[int, float, float, float, int], ...]
    role: str  # pooled, gross (of all, beside net), first, second, or other


def figure(curves: Sequence[Curve], steps: Sequence[str], *, verb: str, colours: theme.Palette):
    """Lines over steps, the band of each that matters; the pooled one in front."""
    tones = {
        "pooled": colours.ink,
        "first": colours.blue,
        "second": colours.second,
        "gross": colours.muted,
        "other": colours.rest,
    }
    ordered = sorted(curves, key=lambda curve: ("other", "gross", "second", "first", "pooled").index(curve.role))
    traces, top = [], max([*(point[1] for curve in curves for point in curve.points), 0.01])
    for curve in ordered:
        if curve.role not in ("other", "gross"):
            traces += _band(curve, tones[curve.role])
        traces.append(_line(curve, tones[curve.role], steps, verb))
    n = len(steps)
    every = max(1, -(-n // MOST_STEPS_NAMED))
    drawn = theme.figure(
        traces, [], colours, title_x="",
        xaxis={"range": [-0.15, n - 1 + 0.18 * n], "tickmode": "array", "tickvals": list(range(0, n, every)),
               "ticktext": [steps[at] for at in range(0, n, every)], "zeroline": False, "showgrid": False},
    )  # fmt: skip
    drawn.update_layout(height=HEIGHT, margin={"l": 10, "r": 10, "t": 10, "b": 30}, clickmode="none")
    highest = max(
        [
            top,
            *(point[3] for curve in curves if curve.role != "other" for point in curve.points if point[3] == point[3]),
        ]
    )
    least = min([*(point[1] for curve in curves for point in curve.points), highest])
    lowest = 0 if least < 0.5 * highest else max(0.0, least - 0.6 * (highest - least))
    small = {"color": colours.muted, "size": 12}
    drawn.update_yaxes(
        range=[lowest, highest + 0.06 * (highest - lowest)], tickmode="auto", tickvals=None, ticktext=None, nticks=6,
        tickformat=".0%", tickfont=small, showgrid=True, gridcolor=colours.grid,
    )  # fmt: skip
    _name(drawn, ordered, tones, highest - lowest)
    return drawn


def alternative(curves: Sequence[Curve], *, verb: str) -> str:
    """The chart in words."""
    ends = "; ".join(
        f"{curve.name} from {numbers.percent(curve.points[0][1], 0)} to {numbers.percent(curve.points[-1][1], 0)}"
        for curve in curves[:8]
        if curve.points
    )
    return f"Curves of the share that {verb}: {ends}."


def _band(curve: Curve, tone: str) -> list[dict]:
    x = [point[0] for point in curve.points if point[2] == point[2]]
    lo = [point[2] for point in curve.points if point[2] == point[2]]
    hi = [point[3] for point in curve.points if point[2] == point[2]]
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    red, green, blue = (int(tone[at : at + 2], 16) for at in (1, 3, 5))
    return [{**edge, "y": lo}, {**edge, "y": hi, "fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},0.13)"}]


def _line(curve: Curve, tone: str, steps: Sequence[str], verb: str) -> dict:
    is_other = curve.role == "other"
    hover = [
        f"<b>{plain(curve.name)}</b> · {plain(steps[at])}<br>{numbers.interval(rate, lo, hi)} {verb}<br>{numbers.n_of(n)}"
        for at, rate, lo, hi, n in curve.points
    ]
    return {
        "type": "scatter", "mode": "lines" if is_other else "lines+markers", "x": [point[0] for point in curve.points],
        "y": [point[1] for point in curve.points], "opacity": 0.55 if is_other else 1,
        "line": {"color": tone, "width": 1.3 if is_other else 2.6, "dash": "dash" if curve.role == "gross" else "solid"},
        "marker": {"size": 5, "color": tone},
        "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _name(drawn, curves: Sequence[Curve], tones: dict[str, str], height: float) -> None:
    """Each curve's name at its end, moved apart where two would lie on each other; the others alone where there is room."""
    wanted = [curve for curve in curves if curve.points and (curve.role != "other" or len(curves) <= 6)]
    taken: list[tuple[int, float]] = []
    for curve in sorted(wanted, key=lambda curve: -curve.points[-1][1]):
        at, rate = curve.points[-1][:2]
        y = rate
        for other_at, other_y in taken:
            if abs(other_at - at) < 3 and abs(other_y - y) < 0.06 * height:
                y = other_y - 0.06 * height
        taken.append((at, y))
        drawn.add_annotation(
            x=at, y=y, text=f"<b>{_short(curve.name)}</b>" if curve.role != "other" else _short(curve.name), showarrow=False,
            xanchor="left", xshift=8, font={"size": 12, "color": tones[curve.role]},
        )  # fmt: skip


def _short(name: str, longest: int = 20) -> str:
    return plain(name if len(name) <= longest else f"{name[: longest - 1]}…")
