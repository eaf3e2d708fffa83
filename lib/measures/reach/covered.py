"""Customers on a day against how often their touch model is to be met: the rows that `coverage` and `tail` count.

lay       the temp table coverage_row; gives the SQL
STATES    how an account stands
ASKED     those of which a meeting was due
"""

import duckdb

from lib.definitions import Definitions
from lib.facts import standing
from lib.measures.reach.levels import known, level_of

MET, LATE, UNMANAGED = "met in time", "not met in time", "not met, no CSM"
NEW, FREE, UNRULED, UNKNOWN = "too new", "none asked", "no rule", "contact not known"
ASKED = (MET, LATE, UNMANAGED)
STATES = (*ASKED, NEW, FREE, UNRULED, UNKNOWN)
_SQL = """create or replace temp table coverage_row as
with met as (
    select _account, max(real_occurred_at)::date as reached_last_on
    from touch_on({day})
    where is_human and occurred_at < {until}
    group by _account
),
known as (
    select min(occurred_at)::date as known_from_on from touch_on({day})
),
stood as (
    select
        account._account, term.arr::double as arr, {level} as level, {model} as touch_model, {csm} as csm_then,
        list_extract($every::integer[], list_position($models::varchar[], lower({model}))) as every_days,
        term.started_on, met.reached_last_on, term.renews_on
    from book as account
    join {terms} as term on term._account = account._account and (term.is_live or term.is_pending)
    left join met on met._account = account._account
)
select
    stood.*,
    {until} - reached_last_on as days_since_met,
    case
        when every_days is null then 'no rule'
        when every_days = 0 then 'none asked'
        when reached_last_on >= {until} - every_days then 'met in time'
        when started_on > {until} - every_days then 'too new'
        when coalesce(known_from_on > {until} - every_days, true) then 'contact not known'
        when csm_then is null then 'not met, no CSM'
        else 'not met in time'
    end as coverage_state
from stood
cross join known"""


def lay(
    con: duckdb.DuckDBPyConnection, definitions: Definitions, day, *, by: str | None = None, is_opening: bool = False
) -> str:
    """A row per customer on `day`: its touch model, CSM and level of `by` then, the last two-way contact with a person, its state.

    is_opening   what counts is what was before the day, not on it

    An account is to be met once in every meet_every_days of its model. Too new: it began later than that. Contact not known: the
    data's first contact is later than that. Who has no model, or one without a rule, cannot be told to be late.
    """
    words = definitions.reach
    said = {"day": "$as_of::date", "until": "$as_of::date" if is_opening else "($as_of::date + 1)"}
    sql = _SQL.format(
        **said, level=level_of(con, by, said["day"]), model=known(con, "touch_model", said["day"]), terms=standing.TERMS,
        csm=known(con, "csm", said["day"]),
    )  # fmt: skip
    models, every = words.models()
    con.execute(sql, standing.parameters(sql, day, definitions) | {"models": models, "every": every})
    return sql
