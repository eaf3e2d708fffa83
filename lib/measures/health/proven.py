"""The ground of every proof: readings of the book's customers whose outcome is decided, with what was said of each on its day.

lay         the temp table proof_reading
lay_scores  what it is made of, of all accounts
read        its rows as arrays, with what was left out
Readings    them
RULES, PREDICTION   what a reading is scored by
LEAST_LOST  with fewer accounts lost nothing is said
DAYS        within how many days of a reading a loss counts
levels_of   the value of a dimension on the day of the reading, as SQL
COLUMN_OF   what is no column of accounts, and is known of a reading

Landmarks are every fourth reading back from the last, those of the period: Sundays, four weeks apart. What comes within `days` of
one is decided where the grace days of all that could end by then are over. Who is on trial or in grace is none of the customers.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import health, prediction
from lib.facts.levels import MOST_LEVELS, OTHER
from lib.measures import left_out
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on

RULES, PREDICTION = "rules", "prediction"
LEAST_LOST = 10
DAYS = (90, 180)
EVERY = 4  # readings
UNSCORED = "readings without a score: too little was known"
NOT_BOTH = "readings with a score by the rules and no prediction: both are judged on the same accounts"
UNDECIDED = "readings after which it is not decided yet who was lost"
COLUMN_OF = {"stage": "reading.stage", "touch": "part.touch", "profile": "score.profile"}
_READINGS = """create or replace temp table proof_reading as
with landmark as (
    select outcome.*, outcome.day + $days::integer <= decided_to as is_decided
    from health_outcome as outcome
    where ((select max(reading) from health_reading) - outcome.reading) % {every} = 0
      and outcome.day >= $opens_on::date and outcome.day < $closes_on::date
)
select
    landmark._account, landmark.reading, landmark.day, landmark.is_decided,
    score.health_score, score.colour, score.is_held, risk.risk_{days}::double as risk,
    landmark.lost_on, coalesce(landmark.lost_on <= landmark.day + $days::integer, false) as is_lost, {level} as level
from landmark
join book as account on account._account = landmark._account
join health_reading as reading on reading._account = landmark._account and reading.reading = landmark.reading
join health_part as part on part._account = landmark._account and part.reading = landmark.reading
join health_score as score on score._account = landmark._account and score.reading = landmark.reading
left join health_risk as risk on risk._account = landmark._account and risk.reading = landmark.reading"""
_ROWS = "from proof_reading where is_decided order by day, _account"


@dataclass(frozen=True)
class Readings:
    """The decided readings that are judged, a row each, in the order of their days.

    rows    account, day, health_score, risk, is_red (by the rules), is_flagged (as many of the day by the prediction), is_lost,
            quarter of its day, level
    left    what was left out
    scores  what they are scored by: rules, and prediction where there is one
    sql     what found them
    """

    rows: pd.DataFrame
    left: pd.DataFrame
    scores: tuple[str, ...]
    sql: str

    def scored(self, by: str) -> np.ndarray:
        """What a score says of the rows, the higher the likelier a loss."""
        return -self.rows["health_score"].to_numpy(float) if by == RULES else self.rows["risk"].to_numpy(float)

    def flagged(self, by: str) -> np.ndarray:
        """Which of the rows are red by it."""
        return self.rows["is_red" if by == RULES else "is_flagged"].to_numpy(bool)


def lay(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, days: int = 90, by: str | None = None
) -> str:
    """The readings of the book at the landmarks of its period, as the temp table proof_reading; gives the SQL.

    days   a loss counts within so many days of a reading
    by     a dimension (or stage, touch, profile), as it was on the day of the reading
    """
    if days not in DAYS:
        raise Refused(f"A loss counts within {' or '.join(map(str, DAYS))} days of a reading; {days} were asked for.")
    level = levels_of(con, by, "landmark.day")
    lay_scores(con, book, definitions)
    sql = _READINGS.format(every=EVERY, days=days, level=level)
    con.execute(sql, {"days": days, "opens_on": book.opens_on, "closes_on": book.closes_on})
    return sql


def lay_scores(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> None:
    """Scores, predictions and outcomes of all accounts."""
    health.lay(con, book.as_of, definitions)
    health.outcomes(con, book.as_of, definitions)
    prediction.lay(con, book.as_of, definitions)


def read(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, days: int = 90, by: str | None = None
) -> Readings:
    """The readings that are judged: decided ones with a score, and where anything is predicted with a prediction as well."""
    sql = lay(con, book, definitions, days=days, by=by)
    rows = con.execute(_ROWS).df()
    ((n_undecided,),) = con.execute("select count(*) from proof_reading where not is_decided").fetchall()
    is_scored, is_told = rows["health_score"].notna(), rows["risk"].notna()
    has_both = bool((is_scored & is_told).any())
    left = left_out(
        (UNDECIDED, n_undecided),
        (UNSCORED, int((~is_scored).sum())),
        (NOT_BOTH, int((is_scored & ~is_told).sum()) if has_both else 0),
    )
    kept = rows[is_scored & (is_told | (not has_both))].reset_index(drop=True)
    kept = kept.assign(
        is_red=kept["colour"] == "red", level=_told_apart(kept["level"]) if by else None, quarter=_quarters(kept, definitions)
    )  # fmt: skip
    return Readings(
        kept.assign(is_flagged=_as_many(kept)),
        left,
        (RULES, PREDICTION) if has_both else (RULES,),
        f"{sql};\n\n{_ROWS}",
    )


def levels_of(con: duckdb.DuckDBPyConnection, by: str | None, day: str) -> str:
    """SQL of the value of a dimension of `account` on `day`; stage, touch and profile are those of the reading."""
    if not by:
        return "null::varchar"
    catalogue = read_catalogue(con)
    if by in COLUMN_OF and not any(each.answers_to(by) for each in catalogue):
        return COLUMN_OF[by]
    return value_on(find_dimension(catalogue, by), day)


def _as_many(rows: pd.DataFrame) -> np.ndarray:
    """Of each day as many of the riskiest by the prediction as the rules call red."""
    place = rows.groupby("day")["risk"].rank(method="first", ascending=False)
    return (place <= rows.groupby("day")["is_red"].transform("sum")).to_numpy(bool)


def _told_apart(level: pd.Series) -> pd.Series:
    """The levels, those past the most common as one; None is missing."""
    level = level.astype(object).where(level.notna(), None)
    counts = level.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if len(counts) < MOST_LEVELS:
        return level
    return level.where(level.isna() | level.isin(counts.index[: MOST_LEVELS - 2]), OTHER)


def _quarters(rows: pd.DataFrame, definitions: Definitions) -> pd.Series:
    """The first day of the fiscal quarter each row is in."""
    first = definitions.calendar.fiscal_year_starts_in
    months = rows["day"].dt.year * 12 + rows["day"].dt.month - 1
    months -= (rows["day"].dt.month - first) % 3
    return pd.to_datetime(pd.DataFrame({"year": months // 12, "month": months % 12 + 1, "day": 1}))
