"""Does a chance mean what it says, and does a score mean anything? Readings in bins by what was said, beside what came.

health_calibration   a row per score and bin
COLUMNS              of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.calibration import reliability_of
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.health import proven
from lib.measures.health.proven import LEAST_LOST, PREDICTION, RULES

COLUMNS = [
    "scored_by", "said_from", "said_until", "said_mean", "n_readings", "n_readings_lost", "came_rate", "came_rate_lo",
    "came_rate_hi",
]  # fmt: skip
BINS = 10


def health_calibration(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, days: int = 90
) -> Answer:
    """Readings in ten bins of about equal count by the predicted chance, and by the score of the rules, with the share lost after.

    days   a loss counts within so many days of a reading; the chance is that of as many

    came_rate has Wilson's interval, of accounts: they come in several readings. A score is no chance; that it falls while losses
    rise is all it is to show.
    """
    found = proven.read(con, book, definitions, days=days)
    rows = found.rows
    n_lost = rows["_account"][rows["is_lost"].astype(bool)].nunique()
    if n_lost < LEAST_LOST:
        said = f"Too few to tell: {n_lost} of these accounts were lost, and it takes {LEAST_LOST}."
        return Answer(pd.DataFrame(columns=COLUMNS), found.left, (said,), found.sql)
    tables = [_bins(by, rows[column], rows) for by, column in _SAID.items() if by in found.scores]
    return Answer(pd.concat(tables, ignore_index=True), found.left, (), found.sql)


_SAID = {RULES: "health_score", PREDICTION: "risk"}


def _bins(by: str, said: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
    of = reliability_of(said.to_numpy(float), rows["is_lost"].to_numpy(bool), BINS, rows["_account"].to_numpy())
    return pd.DataFrame(
        {
            "scored_by": by, "said_from": of.least, "said_until": of.most, "said_mean": of.chance, "n_readings": of.n,
            "n_readings_lost": of.n_happened, "came_rate": of.rate, "came_rate_lo": of.lo, "came_rate_hi": of.hi,
        },
        columns=COLUMNS,
    )  # fmt: skip
