"""The readings of health that an answer is about: of a day, and of an earlier one it is compared with.

Days       both, and their days
days_of    lays the scores, and says which readings are asked for
"""

from datetime import date, timedelta
from typing import NamedTuple

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import health
from lib.facts.days import day_of

_NONE = -1  # the number of no reading
_DAYS = """
select
    coalesce(max(reading) filter (where day <= $day::date), -1) as reading,
    max(day) filter (where day <= $day::date) as day,
    coalesce(max(reading) filter (where day <= $since::date), -1) as before,
    max(day) filter (where day <= $since::date) as day_before,
    min(day) as first_day
from reading_days($as_of, $n_weeks)
"""


class Days(NamedTuple):
    """A reading and its day; the earlier reading and its day, -1 and None where it lies before all of them."""

    reading: int
    day: date
    before: int
    day_before: date | None


def days_of(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    day: date | str | None,
    since: date | str | None,
) -> Days:
    """Lays the scores; the last readings up to `day` (the as-of day unless said) and up to `since` (movement_days before).

    Raises Refused for a day after the as-of day or before the first reading, and for an earlier day that is none.
    """
    on = day_of(day or None) or book.as_of
    earlier = day_of(since or None) or on - timedelta(days=definitions.health.movement_days)
    if on > book.as_of:
        raise Refused(
            f"Health is told up to {say_day(book.as_of)}, the day the data is seen as of; {say_day(on)} is later."
        )
    if earlier >= on:
        raise Refused(f"Health of {say_day(on)} is compared with an earlier day; {say_day(earlier)} is none.")
    health.lay(con, book.as_of, definitions)
    bound = {"as_of": book.as_of, "n_weeks": definitions.health.history_weeks, "day": on, "since": earlier}
    ((reading, day_read, before, day_before, first),) = con.execute(_DAYS, bound).fetchall()
    if reading == _NONE:
        raise Refused(f"Health is told from {say_day(first)} on; {say_day(on)} is before.")
    return Days(reading, day_read, before, day_before)
