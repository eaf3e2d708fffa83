"""The periods a reader can choose by name, from the as-of day and the company's fiscal year.

PRESETS   their names, in the order of the drop-down
preset    the days of a preset: [opens_on, closes_on)
name_of   the preset that has these days, or CUSTOM
"""

from datetime import date, timedelta

from lib.book import year_to

CUSTOM = "Custom dates"
PRESETS = (
    "Last 12 months",
    "Previous 12 months",
    "This fiscal year",
    "Last fiscal year",
    "This fiscal quarter",
    "Last fiscal quarter",
)


def preset(name: str, as_of: date, fiscal_year_starts_in: int) -> tuple[date, date]:
    """The days [opens_on, closes_on) of the preset called `name`, seen from `as_of`. A running period ends with that day."""
    last_year = year_to(as_of)
    tomorrow = as_of + timedelta(days=1)
    year = _month_start(as_of, (as_of.month - fiscal_year_starts_in) % 12)
    quarter = _month_start(as_of, (as_of.month - fiscal_year_starts_in) % 3)
    days = {
        "Last 12 months": (last_year.opens_on, last_year.closes_on),
        "Previous 12 months": (last_year.previous().opens_on, last_year.opens_on),
        "This fiscal year": (year, tomorrow),
        "Last fiscal year": (_month_start(year, 12), year),
        "This fiscal quarter": (quarter, tomorrow),
        "Last fiscal quarter": (_month_start(quarter, 3), quarter),
    }
    return days[name]


def name_of(opens_on: date, closes_on: date, as_of: date, fiscal_year_starts_in: int) -> str:
    """The first preset with exactly these days; CUSTOM where there is none."""
    for name in PRESETS:
        if preset(name, as_of, fiscal_year_starts_in) == (opens_on, closes_on):
            return name
    return CUSTOM


def _month_start(day: date, months_back: int) -> date:
    """The first day of the month `months_back` before that of `day`."""
    months = day.year * 12 + day.month - 1 - months_back
    return date(months // 12, months % 12 + 1, 1)
