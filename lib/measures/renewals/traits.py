"""What is known of a renewal ahead, as columns of numbers that odds are learnt from, and in words.

columns   (rows, columns) of numbers and the names of the columns; what is not known is NaN
levels    the dimensions' values a past was learnt from, which are columns of their own
said      a column and its value in words of the reader
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

_YEAR = 365.25
_LEAST = 20  # renewals a value must have had to be a column of its own


def levels(past: pd.DataFrame, names: Sequence[str]) -> list[tuple[str, str]]:
    """(column of the frame, value) of every value that enough renewals of the past had."""
    found = []
    for name in names:
        counts = past[name].value_counts()
        found += [(name, value) for value in sorted(counts.index[counts >= _LEAST])]
    return found


def columns(frame: pd.DataFrame, of_levels: Sequence[tuple[str, str]]) -> tuple[np.ndarray, list[str]]:
    """The columns of all rows. Of use, answers and contacts there is one more: whether they are not known."""
    numbers = _numbers(frame)
    for name in ("use_trend", "seats_used", "nps", "is_touched", "sentiment"):
        numbers[f"no {name}"] = np.isnan(numbers[name]).astype(float)
    values = [(frame[name].to_numpy(object) == value).astype(float) for name, value in of_levels]
    names = [*numbers, *(f"{name}={value}" for name, value in of_levels)]
    return np.column_stack([*numbers.values(), *values]), names


def _numbers(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    day, renews_on = _days(frame["day"]), _days(frame["renews_on"])
    recent, before, seats = (frame[name].to_numpy(float) for name in ("people_recent", "people_before", "seats_due"))
    length = renews_on - _days(frame["started_on"])
    notice_by, has_notice = frame["notice_by"], frame["has_notice"].to_numpy(bool)
    is_past = (notice_by.notna() & (notice_by < frame["day"])).to_numpy(bool) & ~has_notice
    return {
        "days_ahead": renews_on - day,
        "has_notice": has_notice.astype(float),
        "is_past_notice": is_past.astype(float),
        "has_asked": frame["has_asked"].to_numpy(float),
        "is_first": (frame["started_on"] == frame["first_started_on"]).to_numpy(float),
        "years": np.log1p((day - _days(frame["first_started_on"])) / _YEAR),
        "is_short": (length < 0.75 * _YEAR).astype(float),
        "is_long": (length > 1.5 * _YEAR).astype(float),
        "size": np.log10(np.maximum(frame["arr_due"].to_numpy(float), 100)),
        "is_silent": np.where(np.isnan(recent), np.nan, recent == 0),
        "use_trend": np.clip(np.log((recent + 0.5) / (before + 0.5)), -2, 2),
        "seats_used": np.where(seats > 0, np.minimum(recent / np.where(seats > 0, seats, 1), 1.5), np.nan),
        "nps": frame["nps"].to_numpy(float),
        "n_tickets": np.log1p(frame["n_tickets"].to_numpy(float)),
        "is_touched": frame["is_touched"].to_numpy(float),
        "sentiment": frame["sentiment"].to_numpy(float),
        "has_lost_champion": frame["has_lost_champion"].to_numpy(float),
    }  # fmt: skip


def said(name: str, row: Mapping, called: Mapping[str, str]) -> str:
    """What a column says of a renewal: the row of its frame; `called`: dimension by its column."""
    if "=" in name:
        column, value = name.split("=", 1)
        return f"{called[column]} {value}" if row[column] == value else ""
    if name.startswith("no "):
        return _UNKNOWN[name] if row[_SOURCE[name]] != row[_SOURCE[name]] else ""
    return _SAID[name](row)


def _flag(column: str, yes: str, no: str = ""):
    return lambda row: yes if row[column] else no


def _of_use(row: Mapping) -> str:
    if row["people_recent"] != row["people_recent"]:
        return ""
    if row["people_before"] < 0.25:
        return "no use before" if row["people_recent"] < 0.25 else "use began"
    return f"use {row['people_recent'] / row['people_before']:.1f} times that of the four weeks before"


_SOURCE = {
    "no use_trend": "people_recent", "no seats_used": "seats_due", "no nps": "nps", "no is_touched": "is_touched",
    "no sentiment": "sentiment",
}  # fmt: skip
_UNKNOWN = {
    "no use_trend": "use not known", "no seats_used": "no seats given", "no nps": "no NPS answer in a year",
    "no is_touched": "contacts not known", "no sentiment": "no sentiment given",
}  # fmt: skip
_SAID = {
    "days_ahead": lambda row: f"{row['days_ahead']} days ahead",
    "has_notice": _flag("has_notice", "notice given", "no notice so far"),
    "is_past_notice": _flag("is_past_notice", "notice deadline passed without notice", "notice still possible"),
    "has_asked": _flag("has_asked", "asked to cancel", "has not asked to cancel"),
    "is_first": _flag("is_first", "first renewal", "renewed before"),
    "years": lambda row: f"customer for {row['years']:.1f} years",
    "is_short": _flag("is_short", "term under nine months", "no short term"),
    "is_long": _flag("is_long", "term of more than a year and a half", "term of about a year"),
    "size": lambda row: f"ARR due {row['arr_due']:,.0f}",
    "is_silent": lambda row: {True: "no use in four weeks", False: "in use"}[row["people_recent"] == 0],
    "use_trend": _of_use,
    "seats_used": lambda row: f"{row['people_recent'] / row['seats_due']:.0%} of seats active a week",
    "nps": lambda row: f"NPS answer {row['nps']:.0f}",
    "n_tickets": lambda row: f"{row['n_tickets']:.0f} tickets in 90 days",
    "is_touched": _flag("is_touched", "two-way contact in 90 days", "no two-way contact in 90 days"),
    "sentiment": lambda row: f"sentiment {row['sentiment']:.0f}",
    "has_lost_champion": _flag("has_lost_champion", "a champion left in 180 days", "no champion left of late"),
}  # fmt: skip


def _days(column: pd.Series) -> np.ndarray:
    return column.to_numpy("M8[D]").astype(np.int64)
