"""What an account's fields were before a later import changed them: rows of account_history nobody wrote by hand.

derive_history   adds them, for every category of the accounts file, from what each batch said

The old value holds until the day the batch with the new one was received, the new value from that day; the first one since
ever (SINCE), as nobody knows of another. Of batches received on one day the later wins. Another spelling (case, spaces) is
no change; an empty cell is a value, a column that a file does not have says nothing. Rows of an account_history file win
for their account and field. A replacing batch begins anew: what it hides was wrong, not earlier.

The data's own last day may be before the day a batch arrived. What the newest batch says is true of that last day, or a
reader who looks at the data as of then would not see it: no change is dated later than the last day the data knows.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate

import duckdb

from lib.store.merge import SAID
from lib.store.sources import Source
from lib.store.tables import quote

SINCE = date(1900, 1, 1)

_DERIVE = """
insert into account_history by name
with said as (
    select account, turn, day, {column}::varchar as value
    from {said}
    join moved using (account)
    join batch_day using (batch_no)
    where list_contains($batches::integer[], batch_no) and {has_moved}
),
by_day as (
    select account, day, arg_max_null(value, turn) as value
    from said
    group by account, day
),
dated as (
    select
        account, day, value,
        case when day = min(day) over (partition by account) then $since::date else least(day, $known_on::date) end as from_on
    from by_day
),
lasting as (
    select account, from_on, arg_max_null(value, day) as value
    from dated
    group by account, from_on
),
turning as (
    select
        *,
        lag(from_on) over by_account is not null
            and lower(trim(value)) is not distinct from lag(lower(trim(value))) over by_account as is_same
    from lasting
    window by_account as (partition by account order by from_on)
),
spell as (
    select
        account, from_on, value,
        lead(from_on) over (partition by account order by from_on) as until_on,
        count(*) over (partition by account) as n_values
    from turning
    where not is_same
)
select account, $field as field, from_on, until_on, value
from spell
where n_values > 1
  and account not in (select account from account_history where lower(field) = lower($field))
order by account, from_on
"""


def derive_history(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    seen_in: Mapping[str, Sequence[int]],
    fields: Sequence[str],
    known_on: date | None,
) -> None:
    """Add what SAID tells of `fields` to account_history; `known_on` is the last day the data knows.

    seen_in  column -> the numbers of the batches that have it, as fold_table gives it
    """
    told = [name for name in fields if len(seen_in[name]) > 1]
    if not told:
        return
    days = list(
        accumulate((source.received_on for source in sources), max)
    )  # a batch is never older than one before it
    con.execute(
        "create temp table batch_day as select unnest($numbers::integer[]) as batch_no, unnest($days::date[]) as day",
        {"numbers": list(range(len(days))), "days": days},
    )
    moved = _find_moved(con, told, seen_in)
    for name in moved:
        sql = _DERIVE.format(column=quote(name), said=SAID, has_moved=quote(f"moved {name}"))
        values = {"batches": list(seen_in[name]), "since": SINCE, "known_on": known_on or date.max, "field": name}
        con.execute(sql, values)
    con.execute("drop table moved")
    con.execute("drop table batch_day")


def _find_moved(con: duckdb.DuckDBPyConnection, told: Sequence[str], seen_in: Mapping[str, Sequence[int]]) -> list[str]:
    """Make `moved`: the accounts of which a batch said what does not hold now, and of which field; gives the fields."""
    differs = {
        name: f"(batch_no in ({', '.join(map(str, seen_in[name]))}) "
        f"and {SAID}.{quote(name)} is distinct from folded_account.{quote(name)})"
        for name in told
    }
    flags = ", ".join(f"bool_or({condition}) as {quote(f'moved {name}')}" for name, condition in differs.items())
    con.execute(
        f"create temp table moved as select account, {flags} from {SAID} join folded_account using (account) "
        f"where {' or '.join(differs.values())} group by account"
    )
    n_moved = ", ".join(f"coalesce(bool_or({quote(f'moved {name}')}), false)" for name in told)
    found = con.execute(f"select {n_moved} from moved").fetchone()
    return [name for name, has_moved in zip(told, found, strict=True) if has_moved]
