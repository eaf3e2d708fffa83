"""The rising curve of becoming loyal, or of accounts adopting, week by week after coming.

loyalty_curve   a row per week, of the whole book and of each value of a dimension
COLUMNS         of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer, left_out
from lib.measures.loyalty.lives import read

STEPS = (7, 30)  # days: every week, and the days people speak of
COLUMNS = [
    "segment",
    "by_day",
    "n_followed",
    "n_at_risk",
    "n_became",
    "reached_rate",
    "reached_rate_lo",
    "reached_rate_hi",
]


def loyalty_curve(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    of: str = "people",
    by: str | None = None,
) -> Answer:
    """The share that became so by every seventh and every thirtieth day after coming, who left before never (Aalen and Johansen).

    n_at_risk had neither become so nor left by the day, and were seen after it. A group ends on the last day to which people
    of few_accounts accounts could be followed. The band is log-log, its error over accounts.
    """
    groups, left, sql = read(con, book, definitions, of, by)
    horizon, rows = definitions.adoption.horizon_days, []
    for group in groups:
        told = group.told_until(horizon, definitions.reading.few_accounts)
        curve = group.curve(horizon)
        days = sorted({day for step in STEPS for day in range(0, told + 1, step)} | ({told} if told >= 0 else set()))
        lo, hi = curve.band(days) if days else ((), ())
        rows += [
            (
                group.segment,
                day,
                len(group.days),
                curve.n_waiting(day),
                int(curve.n_became[day]),
                curve.share[day],
                low,
                high,
            )
            for day, low, high in zip(days, lo, hi, strict=True)
        ]
    return Answer(pd.DataFrame(rows, columns=COLUMNS), left_out(*left), (), sql)
