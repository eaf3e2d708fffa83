"""A KPI in words, by its unit: 44.2 % (43.1–45.3), 3.4 per account, 41 days, +32.

label      what people call it          meaning   its rule
value      the figure                   interval  the figure with its interval
bounds     the interval alone           change    ▲ 2.1 points
target     at most 20 %                 verdict   met or missed, as a shape and a word
of_account the figure of one account: of a share whether it is so, of a time that is not reached, so far
is_rate    whether it is read in percent, so that several stand on one scale
"""

import math

from lib.facts.kpis import KPIS
from lib.glossary import TERMS
from lib.view import numbers
from lib.view.kpis.units import PER_ACCOUNT, SCORE, UNITS

_MET, _MISSED = (
    '<i class="hl-better">✓</i> met',
    '<i class="hl-worse">✕</i> missed',
)


def label(name: str) -> str:
    """What people call the KPI."""
    return TERMS[name].label


def meaning(name: str) -> str:
    """Its rule."""
    return TERMS[name].meaning


def is_rate(name: str) -> bool:
    """Whether it is read in percent, so that several stand on one scale."""
    return TERMS[name].unit == "rate" and name not in UNITS


def value(name: str, figure: float) -> str:
    """The figure with its unit; a dash where there is none."""
    return numbers.NOTHING if _is_nothing(figure) else f"{_number(name, figure, figure)}{_unit(name, figure)}"


def bounds(name: str, figure: float, lo: float, hi: float) -> str:
    """The interval alone, 43.1–45.3; nothing where there is none. A time may have but one bound."""
    if _is_nothing(lo) and _is_nothing(hi):
        return ""
    if _is_nothing(lo) or _is_nothing(hi):
        return f"{_number(name, lo, figure)} or more" if _is_nothing(hi) else f"up to {_number(name, hi, figure)}"
    between = " to " if UNITS.get(name) == SCORE else "–"  # signs and a dash are hard to read
    return f"{_number(name, lo, figure)}{between}{_number(name, hi, figure)}"


def interval(name: str, figure: float, lo: float, hi: float) -> str:
    """The figure with its interval."""
    between = bounds(name, figure, lo, hi)
    return f"{value(name, figure)} ({between})" if between else value(name, figure)


def change(name: str, difference: float, figure: float = math.nan) -> str:
    """▲ 2.1 points; "as before" where it rounds to nothing, a dash where it is not known. `figure` says how exact it is."""
    if _is_nothing(difference):
        return numbers.NOTHING
    size = _number(name, abs(difference), difference if _is_nothing(figure) else figure).lstrip("+")
    if not any(letter in "123456789" for letter in size):
        return "as before"
    unit = " points" if is_rate(name) or UNITS.get(name) == SCORE else _unit(name, float(size.replace(",", "")))
    return f"{'▲' if difference > 0 else '▼'} {size}{unit}"


def is_better(name: str, difference: float) -> bool:
    """Whether a change by `difference` is for the better."""
    return (difference < 0) == KPIS[name].is_less_better


def target(name: str, least: float) -> str:
    """at least 60 %, at most 20 %; of days too, other units stand with the value."""
    if is_rate(name):
        said = numbers.percent(least, 0 if abs(least * 100 - round(least * 100)) < 1e-9 else 1)
    elif TERMS[name].unit == "days" or UNITS.get(name) == SCORE:
        said = value(name, least)
    else:
        said = f"{least:,.2f}".rstrip("0").rstrip(".").replace("-", numbers.MINUS)
    return f"{'at most' if KPIS[name].is_less_better else 'at least'} {said}"


def verdict(is_met: object) -> str:
    """Met or missed, as a shape and a word: HTML. Nothing where it is not known."""
    return "" if is_met is None or is_met != is_met or not isinstance(is_met, bool) else _MET if is_met else _MISSED


def of_account(name: str, figure: float, n: float) -> str:
    """The figure of one account: of a share whether it is so, of a time that is not reached, so far."""
    if _is_nothing(figure):
        return numbers.NOTHING
    if KPIS[name].kind == "share":
        return "yes" if figure else "no"
    if UNITS.get(name) == PER_ACCOUNT:
        return numbers.count(figure)
    return f"{value(name, figure)} so far" if KPIS[name].kind == "time" and not n else value(name, figure)


def _number(name: str, figure: float, like: float) -> str:
    """The figure without its unit, with as many digits as `like` is told with."""
    if is_rate(name):
        return numbers.percent(figure).removesuffix(" %")
    if UNITS.get(name) == SCORE:
        said = f"{figure * 100:+,.0f}"
        return "0" if said in ("+0", "-0") else said.replace("-", numbers.MINUS)
    if TERMS[name].unit == "days":
        return numbers.count(figure)
    digits = 2 if abs(like) < 1 else 1 if abs(like) < 100 else 0
    said = f"{figure:,.{digits}f}"
    return said.replace("-", numbers.MINUS) if float(said.replace(",", "")) else said.lstrip("-")


def _unit(name: str, figure: float) -> str:
    if is_rate(name):
        return " %"
    if unit := UNITS.get(name):
        return "" if unit == SCORE else f" {unit}"
    return (" day" if round(figure) == 1 else " days") if TERMS[name].unit == "days" else ""


def _is_nothing(figure: float | None) -> bool:
    return figure is None or not math.isfinite(figure)
