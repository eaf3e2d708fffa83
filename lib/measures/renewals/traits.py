"""What is known of a renewal ahead, as columns of numbers that odds are learnt from.

columns          (rows, columns) of numbers and the names of the columns; what is not known is NaN
levels           the dimensions' values a past was learnt from, which are columns of their own
MAY_BE_UNKNOWN   columns that have one beside them: UNKNOWN and their name; IS stands between a dimension and its value
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

MAY_BE_UNKNOWN = ("use_trend", "seats_used", "nps", "is_touched", "sentiment")
UNKNOWN = "no "  # before the name of a column: whether it is not known
IS = "="  # between a dimension's column and a value of it
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
    for name in MAY_BE_UNKNOWN:
        numbers[f"{UNKNOWN}{name}"] = np.isnan(numbers[name]).astype(float)
    values = [(frame[name].to_numpy(object) == value).astype(float) for name, value in of_levels]
    names = [*numbers, *(f"{name}{IS}{value}" for name, value in of_levels)]
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


def _days(column: pd.Series) -> np.ndarray:
    return column.to_numpy("M8[D]").astype(np.int64)
