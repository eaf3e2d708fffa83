"""One KPI in time: on the last day of each of the last months, and on the day itself.

adoption_trend   a row per day, of the whole book and of each of the most common values of a dimension
COLUMNS          of the answer, whatever the options
days             the days, the latest first
"""

from calendar import monthrange
from datetime import date

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.kpis import KPIS, kpi
from lib.measures import Answer
from lib.measures.kpis.adoption import is_met
from lib.measures.kpis.figures import NOTHING, figures, segments

N_DAYS = 13
MOST_VALUES = 6  # of a dimension
COLUMNS = [
    "kpi_group", "kpi", "segment", "kpi_on", "kpi_value", "kpi_value_lo", "kpi_value_hi", "target_value", "is_met",
    "n_kpi_accounts", "n_kpi_left_out",
]  # fmt: skip


def adoption_trend(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    kpi: str = next(iter(KPIS)),
    by: str | None = None,
) -> Answer:
    """The KPI as each day knew it, the oldest first; a day of which nothing is known has no value.

    by   a dimension, as of the book's day, so that a line follows the same accounts: its most common values by themselves
    """
    about, on = _kpi(kpi), days(book.as_of)
    found, sql = figures(con, book, definitions, [kpi], on, by)
    target = getattr(definitions.targets, kpi)
    rows = []
    for segment in segments(found, MOST_VALUES):
        said = {by: segment[0]} if segment else {}
        for nth, day in reversed(list(enumerate(on))):
            then = found.get((nth, segment, kpi), NOTHING)
            rows.append(
                (
                    about.group, kpi, said, day, then.value, then.lo, then.hi, target, is_met(kpi, then.value, definitions),
                    then.n_accounts, then.n_left_out,
                )
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"is_met": "boolean", "kpi_on": "datetime64[us]"})
    return Answer(table, sql=sql)


def days(as_of: date) -> list[date]:
    """The day, and before it the last days of months, N_DAYS in all, the latest first.

    >>> [f"{day:%d %b}" for day in days(date(2026, 3, 15))][:3]
    ['15 Mar', '28 Feb', '31 Jan']
    """
    found, month = [as_of], as_of.year * 12 + as_of.month - 1
    for back in range(1, N_DAYS):
        year, nth = divmod(month - back, 12)
        found.append(date(year, nth + 1, monthrange(year, nth + 1)[1]))
    return found


_kpi = kpi  # the option has the same name
