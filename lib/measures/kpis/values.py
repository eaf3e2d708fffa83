"""Time to value: how long it takes until what customers were promised is reached, by what it was.

value_times   a row of all promised outcomes, and one per category
COLUMNS       of the answer
"""

import duckdb
import numpy as np
import pandas as pd

from lib import stats, survival
from lib.book import Book
from lib.definitions import Definitions
from lib.facts import kpis
from lib.measures import Answer, left_out

MOST_CATEGORIES = 30
MARKS = (90, 180)  # days after which those still open are counted
COLUMNS = [
    "category", "is_every_category", "n_goals", "n_goals_reached", "value_days", "value_days_lo", "value_days_hi",
    "n_open_90", "n_open_180", "n_goals_due", "on_time_rate", "on_time_rate_lo", "on_time_rate_hi",
    "n_goals_valued", "promised_value", "reached_value",
]  # fmt: skip
_SQL = """
with goal as (
    select
        category, due_on, reached_on, value, gone_on,
        greatest(promised_on, began_on) as opens_on,
        least($as_of::date, gone_on - 1) as last_on,
        coalesce(reached_on <= last_on, false) as is_reached
    from goal_on($as_of) as goal
    join begun_on($as_of, $grace_days) as begun on begun._account = goal._account
    semi join (select _account from book) as book on book._account = goal._account
)
select
    category, is_reached,
    greatest(case when is_reached then reached_on else last_on end - opens_on, 0)::double as days,
    due_on <= $as_of::date as is_due,
    is_reached and reached_on <= due_on as is_on_time,
    value
from goal
order by category, days, is_reached, due_on, value
"""


def value_times(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Promised outcomes of the book's accounts, those of the files and those the team wrote: days until they were reached.

    Days count from the promise or, where that is later, from the start of the account. Medians are Kaplan and Meier's: what is not
    reached was seen until the day, or until the account left. Of those due by the day, a promise to who left before is not kept.
    The most common categories have a row of their own; a note says whether categories differ.
    """
    rows = con.execute(_SQL, kpis.parameters(_SQL, book.as_of, definitions)).df()
    counted = rows[rows["days"].notna()]
    sizes = counted["category"].value_counts(dropna=False)
    by_name = sorted(sizes.items(), key=lambda each: (-each[1], str(each[0])))[:MOST_CATEGORIES]
    told = [_told(None, True, counted)] if len(counted) else []
    for name, _ in by_name:
        of_name = counted["category"].isna() if pd.isna(name) else counted["category"] == name
        told.append(_told(None if pd.isna(name) else name, False, counted[of_name]))
    left = left_out(("no day to count from", len(rows) - len(counted)))
    return Answer(pd.DataFrame(told, columns=COLUMNS), left, _notes(counted, definitions), _SQL.strip())


def _told(category: str | None, is_every: bool, goals: pd.DataFrame) -> tuple:
    days, is_reached = goals["days"].to_numpy(float), goals["is_reached"].to_numpy(bool)
    median = survival.median_interval(survival.kaplan_meier(days, is_reached))
    due = goals[goals["is_due"].fillna(False).astype(bool)]
    n_due, n_on_time = len(due), int(due["is_on_time"].fillna(False).sum())
    lo, hi = stats.wilson(n_on_time, n_due)
    valued = goals[goals["value"].notna()]
    promised, reached = (
        float(part["value"].sum()) if len(valued) else np.nan for part in (valued, valued[valued["is_reached"]])
    )
    return (
        category, is_every, len(goals), int(is_reached.sum()), *median, *(int((days >= mark).sum()) for mark in MARKS),
        n_due, n_on_time / n_due if n_due else np.nan, float(lo), float(hi), len(valued), promised, reached,
    )  # fmt: skip


def _notes(goals: pd.DataFrame, definitions: Definitions) -> tuple[str, ...]:
    if not len(goals):
        stage = definitions.adoption.value_stage
        return (f"No outcome promised to these accounts is known. Time to value is then the day of the stage {stage}.",)
    groups = goals["category"].astype(object).where(goals["category"].notna(), "")
    if groups.nunique() < 2 or not goals["is_reached"].any():
        return ()
    _, _, p = survival.logrank(goals["days"], goals["is_reached"], groups.to_numpy(str))
    differ = "Categories differ" if p < 0.05 else "Categories do not differ by more than chance"
    return (f"{differ} (log-rank over all of them, p = {p:.2g}).",)
