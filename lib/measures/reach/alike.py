"""Who is like whom, before anything was done: the strata in which accounts are compared.

lay_readings   health and its outcomes, of all accounts
stratum_of     SQL of a stratum
NAMES          what makes a stratum, in words

A stratum is the colour of the health score, whether a renewal falls within the days in which the outcome is counted, whether the
customer gave notice or asked to cancel, whether a person met it in the 90 days before, and its touch model: what moves a team to
act, and a customer to leave. All of it is read before the first touch that counts.
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import health
from lib.measures.reach.levels import known

NAMES = "health, renewal ahead, notice, recent contact and touch model"
_STRATUM = """hash(
        coalesce(score.colour, 'none'), coalesce(before.renews_on <= {until}, false), before.has_notice or before.has_asked,
        coalesce(before.touched_on >= before.day - 90, false), coalesce(lower({model}), '')
    )"""


def lay_readings(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> None:
    """The views health_reading, health_score, health_outcome, arr_move and customer_spell, of all accounts."""
    health.lay(con, book.as_of, definitions)
    health.outcomes(con, book.as_of, definitions)


def stratum_of(con: duckdb.DuckDBPyConnection, until: str) -> str:
    """SQL of the stratum of `account`, of the reading `before` with its `score`; `until` is the last day that is counted."""
    return _STRATUM.format(until=until, model=known(con, "touch_model", "before.day"))
