"""Customers on a day with who touched them in the days before: the rows that `reach` counts.

lay      the temp table reach_row; gives the SQL
STATES   how far the team got to an account, the furthest first: each account is in one of them
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import standing
from lib.measures.reach.levels import level_of

REACHED, DIGITAL, ONE_WAY, NONE = "reached", "digital only", "one-way only", "not touched"
STATES = (REACHED, DIGITAL, ONE_WAY, NONE)
_SQL = """create or replace temp table reach_row as
with touched as (
    select
        _account,
        count(*) as n_touches,
        count(*) filter (where not is_digital) as n_human_touches,
        count(*) filter (where not is_digital and is_proactive) as n_proactive_touches,
        count(*) filter (where not is_digital and is_proactive is not null) as n_told_touches,
        bool_or(is_human) as is_reached,
        bool_or(is_digital) as is_digital,
        max(real_occurred_at) filter (where is_human)::date as reached_last_on,
        max(real_occurred_at)::date as touched_last_on
    from touch_on($as_of)
    where occurred_at >= $as_of::date + 1 - $days::integer
    group by _account
)
select
    account._account, term.arr::double as arr, {level} as level,
    coalesce(n_touches, 0) as n_touches, coalesce(n_human_touches, 0) as n_human_touches,
    coalesce(n_proactive_touches, 0) as n_proactive_touches, coalesce(n_told_touches, 0) as n_told_touches,
    reached_last_on, touched_last_on,
    coalesce(is_digital, false) as is_digital,
    case
        when is_reached then 'reached' when is_digital then 'digital only' when n_touches > 0 then 'one-way only' else 'not touched'
    end as reach_state
from book as account
join {terms} as term on term._account = account._account and (term.is_live or term.is_pending)
left join touched on touched._account = account._account"""


def lay(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, days: int | None, by: str | None = None
) -> str:
    """A row per customer on the day (in its grace days too): its ARR, its level of `by` on the day, and the touches of `days`.

    reach_state   reached: a two-way contact with a person; else a campaign; else a person's contact without an answer; else none
    """
    if days is not None and not 1 <= days <= 730:
        raise Refused(f"Reach looks back 1 to 730 days; {days} were asked for.")
    sql = _SQL.format(level=level_of(con, by, "$as_of::date"), terms=standing.TERMS)
    bound = standing.parameters(sql, book.as_of, definitions)
    con.execute(sql, bound | {"days": definitions.reach.reach_days if days is None else days})
    return sql
