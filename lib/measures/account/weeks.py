"""An account's use week by week beside the seats it had bought.

account_weeks   one row per full week of two years, the oldest first
COLUMNS         of the answer
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.account import asked

COLUMNS = ["week_on", "n_people", "n_events", "n_features", "seats", "arr"]
N_WEEKS = 104
_SQL = f"""
select week_on, n_people, n_events, n_features, seats, arr::double as arr
from week_of($account, $as_of, $grace_days, {N_WEEKS})
order by week_on
"""


def account_weeks(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, account: str = "") -> Answer:
    """Full weeks up to the day, at most two years of them, from the account's first one on.

    Use is empty where the data of use does not reach, 0 where nobody used anything; seats are those of the week's Sunday.
    """
    return Answer(con.execute(_SQL, asked(_SQL, book, definitions, account)).df()[COLUMNS], sql=_SQL.strip())
