"""Every KPI of adoption on the day: its value, interval, target, and what it was 30 days before.

adoption   a row per KPI, of the whole book and of each value of a dimension
COLUMNS    of the answer, whatever the options
EARLIER    how many days before the earlier figures are
is_met     whether a value reaches the target of its KPI
"""

from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.kpis import KPIS, kpi
from lib.measures import Answer
from lib.measures.kpis.figures import Figure, figures

EARLIER = 30
MOST_VALUES = 30  # of a dimension
COLUMNS = [
    "kpi_group", "kpi", "segment", "kpi_value", "kpi_value_lo", "kpi_value_hi", "target_value", "is_met", "n_kpi_accounts",
    "n_kpi_left_out", "earlier_on", "kpi_value_earlier", "kpi_change",
]  # fmt: skip
_NOTHING = Figure(np.nan, np.nan, np.nan, 0, 0)


def adoption(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    only: str = "",
    by: str | None = None,
) -> Answer:
    """KPIs of the book's accounts; those about accounts in use are of accounts that are live and past onboarding.

    only   one KPI alone
    by     a dimension, as of the day: each of its most common values by itself, below the whole
    """
    names = [only] if only and kpi(only) else list(KPIS)
    days = (book.as_of, book.as_of - timedelta(days=EARLIER))
    found, sql = figures(con, book, definitions, names, days, by)
    sizes: dict[tuple, int] = {}
    for (nth, segment, _), figure in found.items():
        if segment and not nth:
            sizes[segment] = max(sizes.get(segment, 0), figure.n_accounts + figure.n_left_out)
    segments = [(), *sorted(sizes, key=lambda each: (-sizes[each], str(each[0])))[:MOST_VALUES]]
    rows = []
    for segment in segments:
        said = {by: segment[0]} if segment else {}
        for name in names:
            now, was = (found.get((nth, segment, name), _NOTHING) for nth in (0, 1))
            target = getattr(definitions.targets, name)
            rows.append(
                (
                    KPIS[name].group, name, said, now.value, now.lo, now.hi, target, is_met(name, now.value, definitions),
                    now.n_accounts, now.n_left_out, days[1], was.value, now.value - was.value,
                )
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"is_met": "boolean", "earlier_on": "datetime64[us]"})
    return Answer(table, sql=sql)


def is_met(name: str, value: float, definitions: Definitions) -> bool | None:
    """Whether `value` reaches the target of the KPI `name`; None where there is no value."""
    target = getattr(definitions.targets, name)
    if np.isnan(value):
        return None
    return bool(value <= target) if KPIS[name].is_less_better else bool(value >= target)
