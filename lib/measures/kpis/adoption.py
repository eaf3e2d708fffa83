"""Every KPI of adoption on the day: its value, interval, target, and what it was 30 days before.

adoption   a row per KPI, of the whole book and of each value of a dimension
COLUMNS    of the answer, whatever the options
EARLIER    how many days before the earlier figures are
SURE       the q up to which a change is beyond chance: one in twenty of those is expected to be chance
spelt_out  why accounts are left out, in words
is_met     whether a value reaches the target of its KPI
"""

from collections.abc import Mapping
from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.facts.kpis import KPIS, kpi
from lib.measures import Answer
from lib.measures.kpis.figures import NOTHING, figures, segments

EARLIER = 30
SURE = 0.05
MOST_VALUES = 30  # of a dimension
COLUMNS = [
    "kpi_group", "kpi", "segment", "kpi_value", "kpi_value_lo", "kpi_value_hi", "target_value", "is_met", "n_kpi_accounts",
    "n_kpi_left_out", "why_left_out", "earlier_on", "kpi_value_earlier", "kpi_change", "kpi_change_lo", "kpi_change_hi",
    "q_value", "is_moved",
]  # fmt: skip


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

    A change is beyond chance by the q of all KPIs of the whole book together, or of all segments' together. Medians of times
    have no error of change, nor have figures of fewer than few_accounts accounts: of them is_moved says nothing.
    """
    names = [only] if only and kpi(only) else list(KPIS)
    days = (book.as_of, book.as_of - timedelta(days=EARLIER))
    found, sql = figures(con, book, definitions, names, days, by, has_changes=True)
    rows = []
    for segment in segments(found, MOST_VALUES):
        said = {by: segment[0]} if segment else {}
        for name in names:
            now, was = (found.get((nth, segment, name), NOTHING) for nth in (0, 1))
            target = getattr(definitions.targets, name)
            rows.append(
                (
                    KPIS[name].group, name, said, now.value, now.lo, now.hi, target, is_met(name, now.value, definitions),
                    now.n_accounts, now.n_left_out, spelt_out(now.why), days[1], was.value, now.value - was.value,
                    now.change_lo, now.change_hi,
                    now.change_p if min(now.n_accounts, was.n_accounts) >= definitions.reading.few_accounts else np.nan, None,
                )
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS)
    is_whole = np.arange(len(table)) < len(names)
    p = table["q_value"].to_numpy(float)
    table["q_value"] = np.concatenate([stats.benjamini_hochberg(p[each]) for each in (is_whole, ~is_whole)])
    table["is_moved"] = (table["q_value"] <= SURE).where(table["q_value"].notna(), None)
    kinds = {"is_met": "boolean", "is_moved": "boolean", "earlier_on": "datetime64[us]"}
    return Answer(table.astype(kinds), sql=sql)


def spelt_out(why: Mapping[str, int]) -> str:
    """Why accounts are left out, the most common reason first: 134 no seats given; 9 no use known."""
    return "; ".join(f"{n:,} {reason}" for reason, n in sorted(why.items(), key=lambda each: (-each[1], each[0])))


def is_met(name: str, value: float, definitions: Definitions) -> bool | None:
    """Whether `value` reaches the target of the KPI `name`; None where there is no value."""
    target = getattr(definitions.targets, name)
    if np.isnan(value):
        return None
    return bool(value <= target) if KPIS[name].is_less_better else bool(value >= target)
