"""The contract terms of an account.

account_terms   one row per term that has begun, the newest first
COLUMNS         of the answer
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.account import asked

COLUMNS = [
    "contract", "product", "plan", "starts_on", "ends_on", "became", "term_state", "arr", "seats", "arr_before", "notice_by",
    "notice_given_on", "asked_to_cancel_on", "cancelled_on", "lost_reason",
]  # fmt: skip
_SQL = """
select
    contract, coalesce(product, product_family) as product, plan::varchar as plan, starts_on, ends_on, became, state as term_state,
    arr::double as arr, seats, arr_before::double as arr_before, notice_by, notice_given_on, asked_to_cancel_on, cancelled_on,
    lost_reason
from term_of($account, $as_of, $grace_days)
order by starts_on desc nulls last, contract desc
"""


def account_terms(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, account: str = "") -> Answer:
    """Every term that has begun by the day, trials included: what it was against the one before, and what became of it."""
    return Answer(con.execute(_SQL, asked(_SQL, book, definitions, account)).df()[COLUMNS], sql=_SQL.strip())
