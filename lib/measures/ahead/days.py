"""What readers ask of renewals, checked.

day_of   a day, or its text; None stays None
"""

from datetime import date

from lib.book import read_day
from lib.errors import Refused


def day_of(said: date | str | None) -> date | None:
    """A day, or its text; None and no text are None. Raises Refused for what is no day."""
    if not said or isinstance(said, date):
        return said or None
    try:
        return read_day(said)
    except ValueError:
        raise Refused(f"{said!r} is not a day such as 2026-01-31.") from None
