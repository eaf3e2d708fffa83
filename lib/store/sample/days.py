"""Which days the sample world has. It never asks the clock: its last day is a constant.

FIRST, LAST   the two years that have usage, tickets, touches and surveys (both days included)
AFTER         the day after the last one: the exclusive end of everything recorded
OPENING_DAYS  1 November of every year: the days on which a year's chances of loss are fixed
NEVER         stands for "has not happened", compares as later than everything, and is left blank when written
add_months    the same day of the month, some months later
"""

import numpy as np

FIRST = np.datetime64("2024-11-01")
LAST = np.datetime64("2026-10-31")
AFTER = LAST + 1
FIRST_SALE = np.datetime64("2022-11-01")  # contracts, people and milestones reach back to here, events do not
OPENING_DAYS = np.array(["2022-11-01", "2023-11-01", "2024-11-01", "2025-11-01", "2026-11-01"], "M8[D]")
NEVER = np.datetime64("2200-01-01")

MONTHS_SOLD = 48  # from the first sale to the last day
HIDDEN_MONTHS = 4  # played on past the last day, so that notices and sinking use are already there to be seen


def add_months(day: np.ndarray, months: np.ndarray | int) -> np.ndarray:
    """`day` moved by whole months. Every day of the world is the 28th or earlier where this is used."""
    month = day.astype("M8[M]")
    return (month + np.asarray(months).astype("m8[M]")).astype("M8[D]") + (day - month.astype("M8[D]"))


def whole_days(span: np.ndarray) -> np.ndarray:
    """A difference of days as a plain number."""
    return span.astype("m8[D]").astype(np.int64)
