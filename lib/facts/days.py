"""Days that are asked for.

day_of           a day, or its text
fiscal_quarter   the quarter of the fiscal year that a day is in
"""

from datetime import date

from lib.book import read_day
from lib.errors import Refused


def day_of(said: date | str | None) -> date | None:
    """A day, or its text; None stays None. Raises Refused for what is no day."""
    if said is None or isinstance(said, date):
        return said
    try:
        return read_day(said)
    except ValueError:
        raise Refused(f"{said!r} is not a day such as 2026-01-31.") from None


def fiscal_quarter(day: date, fiscal_year_starts_in: int) -> tuple[date, date]:
    """The first day of the quarter, and of the next one.

    >>> fiscal_quarter(date(2026, 1, 31), 2)
    (datetime.date(2025, 11, 1), datetime.date(2026, 2, 1))
    """
    months = day.year * 12 + day.month - 1
    first = months - (day.month - fiscal_year_starts_in) % 3
    return date(first // 12, first % 12 + 1, 1), date((first + 3) // 12, (first + 3) % 12 + 1, 1)
