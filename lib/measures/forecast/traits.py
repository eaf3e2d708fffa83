"""What is known of a renewal ahead, as columns of numbers that odds are learnt from.

columns       (rows, columns) of numbers and the names of the columns; what is not known is NaN
levels        the dimensions' values a past was learnt from, which are columns of their own
UNKNOWN, IS   before the name of a column that says an account has none; between a dimension and its value
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

UNKNOWN = "no "  # before the name of a column: whether an account has none where others have
IS = "="  # between a dimension's column and a value of it
_YEAR = 365.25
_OLD = 3  # years after which an account is no older: in a young company age is the calendar by another name
_LEAST = 20  # renewals a value must have had to be a column of its own


def levels(past: pd.DataFrame, names: Sequence[str]) -> list[tuple[str, str]]:
    """(column of the frame, value) of every value that enough renewals of the past had."""
    found = []
    for name in names:
        counts = past[name].value_counts()
        found += [(name, value) for value in sorted(counts.index[counts >= _LEAST])]
    return found


def columns(frame: pd.DataFrame, of_levels: Sequence[tuple[str, str]]) -> tuple[np.ndarray, list[str]]:
    """The columns of all rows. What a whole day does not know is NaN, as on average: its age must not pass for a trait."""
    numbers = _numbers(frame)
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
        "years": np.log1p(np.minimum((day - _days(frame["first_started_on"])) / _YEAR, _OLD)),
        "is_short": (length < 0.75 * _YEAR).astype(float),
        "is_long": (length > 1.5 * _YEAR).astype(float),
        "size": np.log10(np.maximum(frame["arr_due"].to_numpy(float), 100)),
        "is_silent": np.where(np.isnan(recent), np.nan, recent == 0),
        "use_trend": np.clip(np.log((recent + 0.5) / (before + 0.5)), -2, 2),
        "seats_used": np.where(seats > 0, np.minimum(recent / np.where(seats > 0, seats, 1), 1.5), np.nan),
        f"{UNKNOWN}seats_used": np.where(seats > 0, 0.0, 1.0),
        "nps": frame["nps"].to_numpy(float),
        f"{UNKNOWN}nps": _has_none(frame, "nps", "are_answers_known"),
        "n_tickets": np.log1p(frame["n_tickets"].to_numpy(float)),
        "is_touched": frame["is_touched"].to_numpy(float),
        "sentiment": frame["sentiment"].to_numpy(float),
        f"{UNKNOWN}sentiment": _has_none(frame, "sentiment", "are_sentiments_known"),
        "has_lost_champion": frame["has_lost_champion"].to_numpy(float),
    }  # fmt: skip


def _has_none(frame: pd.DataFrame, name: str, is_known: str) -> np.ndarray:
    has = frame[name].notna().to_numpy()
    return np.where(has, 0.0, np.where(frame[is_known].to_numpy(bool), 1.0, np.nan))


def _days(column: pd.Series) -> np.ndarray:
    return column.to_numpy("M8[D]").astype(np.int64)
