"""What is known of an account at a reading, as columns of numbers that odds are learnt from.

OUTCOMES      what is predicted, and within how many days; a trial's conversion has no days here: definitions say them
numbers       the columns of readings (lib/facts/prediction.sql); what is not known is NaN, as on average
levels        the values of dimensions that are columns of their own
flags         those columns, of rows learnt from
UNKNOWN, IS   before the name of a column that says an account has none; between a dimension and its value
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

OUTCOMES = {"risk_90": 90, "risk_180": 180, "convert_rate": 0}
CONVERTS = "convert_rate"
UNKNOWN = "no "
IS = "="
_LEAST = 20  # rows a value must have to be a column of its own
_OLD = 3 * 365.25  # days after which an account is no older: in a young company age is the calendar by another name
_FEW = 0.5  # people added to both sides of a trend, so that one of one is no trend


def numbers(frame: pd.DataFrame, outcome: str) -> dict[str, np.ndarray]:
    """name -> column, of all rows."""
    return _of_trials(frame) if outcome == CONVERTS else _of_customers(frame, OUTCOMES[outcome])


def levels(codes: np.ndarray, values: Sequence[str]) -> list[int]:
    """The codes (1 .. of `values`, 0: none of them) that enough rows have."""
    counts = np.bincount(codes, minlength=len(values) + 1)
    return [code for code in range(1, len(values) + 1) if counts[code] >= _LEAST]


def flags(codes: np.ndarray, kept: Sequence[int]) -> list[np.ndarray]:
    """A column for each code that is kept."""
    return [(codes == code).astype(float) for code in kept]


def _of_customers(frame: pd.DataFrame, days: int) -> dict[str, np.ndarray]:
    of = {name: frame[name].to_numpy(float) for name in _READ}
    is_ahead = (of["renews_in"] >= 0) & (of["renews_in"] <= days)
    has_left = np.where(np.isnan(of["lost_champions"]), 0.0, of["lost_champions"] > 0)
    return {
        "renews_within": is_ahead.astype(float),
        "renews_late": np.where(is_ahead, of["renews_in"] / days, 0.0),
        f"{UNKNOWN}renewal": (of["renews_in"] < 0).astype(float),
        "is_past_notice": of["is_past_notice"] * is_ahead,
        "has_notice": of["has_notice"],
        "has_notice_within": of["has_notice"] * is_ahead,
        "has_asked": of["has_asked"],
        "is_first": of["is_first"],
        "customer_days": np.log1p(np.minimum(of["customer_days"], _OLD) / 365.25),
        "size": np.log10(np.maximum(of["arr"], 100)),
        "trend": np.clip(np.log((of["weekly_people"] + _FEW) / (of["weekly_people_before"] + _FEW)), -3, 2),
        "has_lost_champion": has_left,
        **_of_use(of),
        **_of_voice(of, frame),
    }


def _of_trials(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    of = {name: frame[name].to_numpy(float) for name in _READ}
    people = np.log1p(of["active_people"])
    return {"trial_days": of["trial_days"], "people": people, **_of_use(of), "contact": _contact(of)}


def _of_use(of: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    seats = np.where(of["seats"] > 0, of["seats"], np.nan)
    return {
        "silence": np.log1p(np.minimum(of["silent_weeks"], 26)),
        "seats_used": np.minimum(of["active_people"] / seats, 1.5),
        f"{UNKNOWN}seats_used": np.isnan(seats).astype(float),
        "active_days": np.minimum(of["active_days"], 5),
        "breadth": np.log1p(of["breadth"]),
        "key_features": np.log1p(of["key_features"]),
    }


def _of_voice(of: dict[str, np.ndarray], frame: pd.DataFrame) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        pace = np.where(of["stage_days"] >= 0, of["stage_days"] / of["expected_days"], np.nan)
        reached = np.where(of["goals_due"] > 0, of["goals_reached"] / of["goals_due"], np.nan)
    return {
        "pace": np.log1p(np.minimum(pace, 10)),
        "tickets": np.minimum(of["n_tickets"] / np.maximum(of["logins"], 1), 3),
        "csat": of["csat"], f"{UNKNOWN}csat": _has_none(frame, "csat"),
        "nps": of["nps"], f"{UNKNOWN}nps": _has_none(frame, "nps"),
        "sentiment": of["sentiment"], f"{UNKNOWN}sentiment": _has_none(frame, "sentiment"),
        "contact": _contact(of),
        "goals": reached, f"{UNKNOWN}goals": (of["goals_due"] == 0).astype(float),
    }  # fmt: skip


def _contact(of: dict[str, np.ndarray]) -> np.ndarray:
    return np.log1p(np.clip(of["contact_days"], 0, 730))


def _has_none(frame: pd.DataFrame, name: str) -> np.ndarray:
    return np.where(frame[name].notna(), 0.0, np.where(frame[f"are_{name}_known"].to_numpy(bool), 1.0, np.nan))


_READ = (
    "renews_in", "is_past_notice", "has_notice", "has_asked", "arr", "seats", "customer_days", "is_first", "trial_days", "stage_days",
    "expected_days", "active_people", "weekly_people", "weekly_people_before", "active_days", "breadth", "key_features",
    "silent_weeks", "n_tickets", "logins", "csat", "nps", "sentiment", "contact_days", "goals_due", "goals_reached",
    "lost_champions",
)  # fmt: skip
