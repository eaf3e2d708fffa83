"""Why a renewal's chance is above or below the usual one, in words.

reasons   the traits that move it most, each with the points it adds or takes
"""

from collections.abc import Mapping

import numpy as np

from lib.measures.forecast.traits import IS, UNKNOWN
from lib.odds import Odds
from lib.odds import points as moved

_MOST, _LEAST_POINTS = 4, 0.5
_TOGETHER = {
    "is_past_notice": "has_notice",
    "is_short": "term",
    "is_long": "term",
    "is_silent": "use_trend",
    "days_ahead": "",
}
_NOT_KNOWN = {
    "use_trend": "use not known", "seats_used": "no seats given", "nps": "no NPS answer in a year",
    "is_touched": "contacts not known", "sentiment": "no sentiment given", "n_tickets": "tickets not known",
}  # fmt: skip


def reasons(
    names: list[str], columns: np.ndarray, usual: np.ndarray, odds: Odds, row: Mapping, called: Mapping[str, str]
) -> list[str]:
    """Of one renewal: "notice given, −45 points". How much its chance would differ, were the trait as usual.

    usual    the design of the odds on average, of renewals as far ahead
    row      of its frame (lib/facts/ahead.py); called: a dimension's name by its column
    """
    design = odds.design(columns[None])[0]
    parts = (design - usual)[1:] * odds.coefficients[1:]
    added: dict[str, float] = {}
    for name, part in zip(names, parts, strict=True):
        trait = _trait(name)
        added[trait] = added.get(trait, 0.0) + part
    log_odds = design @ odds.coefficients
    points = {trait: float(moved(log_odds, part)) for trait, part in added.items() if trait}
    most = sorted(points, key=lambda trait: -abs(points[trait]))[:_MOST]
    return [
        f"{_said(trait, row, called)}, {_signed(points[trait])}"
        for trait in most
        if abs(points[trait]) >= _LEAST_POINTS
    ]


def _trait(name: str) -> str:
    if IS in name:
        return name.split(IS)[0]
    name = name.removeprefix(UNKNOWN)
    return _TOGETHER.get(name, name)


def _said(trait: str, row: Mapping, called: Mapping[str, str]) -> str:
    if trait in called:
        name, value = called[trait].replace("_", " "), row[trait]
        return f"{name} {value}" if value == value and value is not None else f"no {name} given"
    if trait in _NOT_KNOWN and _is_unknown(trait, row):
        return _NOT_KNOWN[trait]
    return _SAID[trait](row)


def _is_unknown(trait: str, row: Mapping) -> bool:
    if trait == "seats_used":
        return not row["seats_due"] > 0 or row["people_recent"] != row["people_recent"]
    value = row["people_recent" if trait == "use_trend" else trait]
    return value != value


def _flag(column: str, yes: str, no: str):
    return lambda row: yes if row[column] else no


def _of_notice(row: Mapping) -> str:
    if row["has_notice"]:
        return "notice given"
    is_past = row["notice_by"] is not None and row["notice_by"] < row["day"]
    return "notice deadline passed without notice" if is_past else "no notice so far"


def _of_term(row: Mapping) -> str:
    return f"term of {round((row['renews_on'] - row['started_on']).days / 30.4375)} months"


def _of_use(row: Mapping) -> str:
    if not row["people_recent"]:
        return "no use in four weeks"
    if not row["people_before"]:
        return "use began in the last four weeks"
    return f"use {row['people_recent'] / row['people_before']:.1f} times that of four weeks before"


_SAID = {
    "has_notice": _of_notice,
    "has_asked": _flag("has_asked", "asked to cancel", "has not asked to cancel"),
    "is_first": lambda row: "first renewal" if row["started_on"] == row["first_started_on"] else "renewed before",
    "years": lambda row: f"customer for {(row['day'] - row['first_started_on']).days / 365.25:.1f} years",
    "term": _of_term,
    "size": lambda row: f"ARR due {row['arr_due']:,.0f}",
    "use_trend": _of_use,
    "seats_used": lambda row: f"{100 * row['people_recent'] / row['seats_due']:.0f} % of seats in use in a week",
    "nps": lambda row: f"NPS answer {row['nps']:.0f}",
    "n_tickets": lambda row: f"{row['n_tickets']:.0f} ticket{'' if row['n_tickets'] == 1 else 's'} in 90 days",
    "is_touched": _flag("is_touched", "two-way contact in 90 days", "no two-way contact in 90 days"),
    "sentiment": lambda row: f"sentiment {row['sentiment']:.0f}",
    "has_lost_champion": _flag("has_lost_champion", "a champion left in 180 days", "no champion left in 180 days"),
}  # fmt: skip


def _signed(points: float) -> str:
    return f"{points:+.0f} points".replace("-", "−")
