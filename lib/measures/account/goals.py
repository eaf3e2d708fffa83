"""The goals an account bought for: promised, reached, late, open, overdue.

account_goals   one row per goal, those still open first
COLUMNS         of the answer
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.account import asked

COLUMNS = ["goal", "category", "goal_state", "promised_on", "due_on", "reached_on", "days_late", "goal_value"]
_SQL = """
with goal as (
    select goal, category, promised_on, due_on, case when reached_on <= $as_of::date then reached_on end as reached_on, value
    from core.goal
    where account = $account and exists (from scope where scope.account = $account)
    union all
    select
        null, category, promised_on::date, due_on::date,
        case when reached_on::date <= $as_of::date then reached_on::date end, null
    from written_goal
    where account = $account and exists (from scope where scope.account = $account)
)
select
    goal, category,
    case
        when reached_on <= due_on or (reached_on is not null and due_on is null) then 'reached on time'
        when reached_on is not null then 'reached late'
        when due_on < $as_of::date then 'overdue'
        else 'open'
    end as goal_state,
    promised_on, due_on, reached_on,
    case when coalesce(reached_on, $as_of::date) > due_on then coalesce(reached_on, $as_of::date) - due_on end as days_late,
    value as goal_value
from goal
where coalesce(promised_on <= $as_of::date, reached_on is not null, true)
order by reached_on desc nulls first, due_on nulls last, category, goal
"""


def account_goals(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, account: str = "") -> Answer:
    """One row per goal promised by the day, from the data and from what the team wrote."""
    table = con.execute(_SQL, asked(_SQL, book, definitions, account)).df()[COLUMNS]
    return Answer(table.astype({"days_late": "float64"}), sql=_SQL.strip())
