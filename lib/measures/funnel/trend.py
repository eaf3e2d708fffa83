"""Is a stage getting slower? The same stage for those who came into it in one quarter after another.

stage_trend   a row per stage and time of coming in; with `by` for every level of a dimension
COLUMNS       of the answer, whatever the options
EVERY         how long those of one row were coming in
"""

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

from lib import survival
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer, left_out
from lib.measures.funnel.stays import TODAY, are_named, levels_of, spells, stages_of, stays

EVERY = ("week", "month", "quarter", "year")
COLUMNS = [
    "journey", "level", "stage", "place", "entered_from", "n_entered", "dwell_p50", "dwell_p50_lo", "dwell_p50_hi",
    "expected_days", "on_time_rate", "on_time_rate_lo", "on_time_rate_hi", "is_unfinished",
]  # fmt: skip
_COUNTED = """with {spells}
select
    journey, level, place,
    greatest(date_trunc($every, entered_on - to_months($shift::integer)) + to_months($shift::integer), $opens_on::date)::date
        as entered_from,
    days, ending, is_last, entered_on = $as_of::date as is_today,
    $as_of::date - entered_on >= expected_days as had_time, count(*) as n
from stay
where entered_on >= $opens_on::date and entered_on < $closes_on::date
group by all"""


def stage_trend(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    every: str = "quarter",
    by: str | None = None,
    journey: str | None = None,
) -> Answer:
    """Those who came into each stage in the period, by when they came in; quarters and years are those of the fiscal year.

    on_time_rate   completed within the stage's expected days; who exits never does, who is younger is not counted as late
    is_unfinished  fewer than half of them have had those days
    """
    if every not in EVERY:
        raise Refused(f"They come in by the {', '.join(EVERY)}: choose one of these.")
    stages = stages_of(con, journey)
    starts_in = definitions.calendar.fiscal_year_starts_in - 1
    sql = _COUNTED.format(spells=spells(con, by))
    counted = con.execute(
        sql,
        {
            "as_of": book.as_of, "opens_on": book.opens_on, "closes_on": book.closes_on, "every": every,
            "shift": {"quarter": starts_in % 3, "year": starts_in}.get(every, 0),
            "grace_days": definitions.renewals.grace_days,
        },
    ).df()  # fmt: skip
    counted = counted[counted["journey"].isin(stages["journey"])].copy()
    table = pd.DataFrame(_rows(counted, stages, definitions), columns=COLUMNS).astype(
        {"entered_from": "datetime64[us]"}
    )
    left = left_out((TODAY, int(counted.loc[counted["is_today"], "n"].sum())))
    notes = (
        "Days: as if nobody exited (Kaplan and Meier); on time: who exits never is (Aalen and Johansen).",
        "Unfinished: fewer than half have been there for the expected days, or have left a stage without such days.",
    )
    return Answer(table, left, notes, sql)


def _rows(counted: pd.DataFrame, stages: pd.DataFrame, definitions: Definitions) -> Iterator[tuple]:
    levels = levels_of(counted)
    reached = set(zip(counted["journey"], counted["place"], strict=True))
    shown = stages[are_named(stages, reached, definitions)].set_index(["journey", "place"])
    at = {level: number for number, level in enumerate(levels)}
    code = np.array([at[level] for level in counted["level"]], int)
    for (journey, level, place, entered_from), own in counted.groupby(["journey", code, "place", "entered_from"]):
        stage, expected = shown.loc[(journey, place), ["stage", "expected_days"]]
        yield journey, levels[level], stage, place, entered_from, int(own["n"].sum()), *_told(own, expected)


def _told(own: pd.DataFrame, expected: float) -> tuple:
    """dwell_p50 with its bounds, expected_days, on_time_rate with its bounds, is_unfinished."""
    if own["is_last"].any():
        return *[np.nan] * 3, expected, *[np.nan] * 3, False
    seen = stays(own[~own["is_today"]])
    on_time = (
        [np.nan] * 3 if np.isnan(expected) else [each[0] for each in survival.incidence_at(seen.conversion, [expected])]
    )
    has_come_far = own["ending"] != "inside" if np.isnan(expected) else own["had_time"].astype(bool)
    is_unfinished = 2 * own.loc[has_come_far, "n"].sum() < own["n"].sum()
    return *survival.quantile_interval(seen.dwell, 0.5), expected, *on_time, bool(is_unfinished)
