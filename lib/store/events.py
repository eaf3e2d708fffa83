"""The events of several imports, each counted once, a stretch of weeks at a time.

count_days    how many events a batch has on each day, from its files
view_events   a temp view `event` of those in some weeks, typed, each once

An event with an id is the same event whatever batch it comes in, within the week it happened (Monday to Sunday, UTC): the
newest batch says what it was, unless that batch only inserts. One without an id is the same as another with the same moment,
account, person, feature and quantity, and the earlier stays. Only rows of different batches are merged: within a file the
reader does it, and two alike rows that one batch kept are two events. An id that comes again in another week is another
event, so weeks stand by themselves: what a batch brings or takes away changes only the weeks its own events are in.

Where one batch has events it is read where it lies. Of several, only rows that could be the same are compared: those with
an id in weeks in which two batches have ids, and those without on days on which two batches have such. Imports that follow
one another cost nothing.
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from lib.store.merge import columns_of
from lib.store.sources import Source
from lib.store.tables import columns, quote

BATCH_DAYS = """
create temp table batch_day (
    batch_no integer, batch varchar, day date, week date, n_events bigint, n_ids bigint, n_merged bigint
)
"""
_COUNT_DAYS = """
insert into batch_day
select $number, $batch, day, date_trunc('week', day)::date as week, count(*) as n_events, count(event) as n_ids, 0
from (select occurred_at::date as day, event from ({events}) as given) as dated
group by day
"""
_CONTESTED = """
create or replace temp table contested_day as
with idless as (
    select day from batch_day where n_events > n_ids group by day having count(*) > 1
),
with_ids as (
    select week from batch_day where n_ids > 0 group by week having count(distinct batch_no) > 1
)
select distinct
    day,
    week in (select week from with_ids) as is_by_id,
    day in (select day from idless) as is_by_content
from batch_day
where week >= getvariable('opens_on') and week < getvariable('closes_on')
  and (week in (select week from with_ids) or day in (select day from idless))
"""
_THERE = """
select distinct batch_no
from batch_day
where week >= getvariable('opens_on') and week < getvariable('closes_on')
order by batch_no
"""
_SETTLE = """
create or replace temp table compared as
select candidate.*, day, date_trunc('week', day)::date as week
from candidate
join contested_day on contested_day.day = candidate.occurred_at::date
where case when event is null then is_by_content else is_by_id end;

create or replace temp table said_by_id as
select
    event,
    week,
    greatest(min(batch_no), coalesce(max(case when not is_insert then batch_no end), 0)) as batch_no
from compared
where event is not null
group by event, week
having min(batch_no) < max(batch_no);

create or replace temp table said_by_content as
select occurred_at, account, person, feature, quantity, min(batch_no) as batch_no
from compared
where event is null
group by occurred_at, account, person, feature, quantity
having min(batch_no) < max(batch_no);

create or replace temp table given_way as
select compared.n, compared.batch_no, compared.day
from compared
join said_by_id on said_by_id.event = compared.event and said_by_id.week = compared.week
where said_by_id.batch_no <> compared.batch_no
union all
select compared.n, compared.batch_no, compared.day
from compared
join said_by_content
    on said_by_content.occurred_at = compared.occurred_at
    and said_by_content.account = compared.account
    and said_by_content.person is not distinct from compared.person
    and said_by_content.feature is not distinct from compared.feature
    and said_by_content.quantity is not distinct from compared.quantity
where compared.event is null and said_by_content.batch_no <> compared.batch_no;

create temp view event as
select * exclude (n, batch_no, is_insert) from candidate where n not in (select n from given_way);

update batch_day
set n_merged = found.n
from (select batch_no, day, count(*) as n from given_way group by batch_no, day) as found
where found.batch_no = batch_day.batch_no and found.day = batch_day.day;
"""


_NOTHING = (
    "select " + ", ".join(f"null::{kind} as {quote(name)}" for name, kind in columns("event").items()) + " where false"
)


def count_days(con: duckdb.DuckDBPyConnection, number: int, source: Source) -> None:
    """Add the days of a batch to the temp table batch_day; `number` is its place among the batches in force."""
    events = _select(con, source, number, ("occurred_at", "event"))
    con.execute(_COUNT_DAYS.format(events=events), {"number": number, "batch": source.batch})


def view_events(con: duckdb.DuckDBPyConnection, sources: Sequence[Source], opens_on: date, closes_on: date) -> None:
    """Make the temp view `event` of the weeks [opens_on, closes_on), typed; a column that no file has is empty.

    batch_day says which batches have events there; how many of them gave way to another batch's is added to it.
    """
    con.execute("set variable opens_on = $day", {"day": opens_on})
    con.execute("set variable closes_on = $day", {"day": closes_on})
    con.execute(_CONTESTED)
    is_contested = con.execute("select exists (select 1 from contested_day)").fetchone()[0]
    con.execute("drop view if exists event")
    rows = [
        f"select {_placed(sources[number], number) if is_contested else '*'} "
        f"from ({_select(con, sources[number], number, tuple(columns('event')))}) as given "
        "where occurred_at >= getvariable('opens_on') and occurred_at < getvariable('closes_on')"
        for (number,) in con.execute(_THERE).fetchall()
    ]
    if is_contested:
        numbered = f"select row_number() over () as n, * from ({' union all '.join(rows)}) as given"
        con.execute(f"create or replace temp table candidate as {numbered}")
        con.execute(_SETTLE)
    else:
        con.execute(f"create temp view event as {' union all '.join(rows) or _NOTHING}")


def _placed(source: Source, number: int) -> str:
    return f"*, {number} as batch_no, {str(source.mode == 'insert').lower()} as is_insert"


def _select(con: duckdb.DuckDBPyConnection, source: Source, number: int, names: Sequence[str]) -> str:
    """SQL for the events of one batch, typed."""
    given = {name.lower() for name in columns_of(con, source.files)}
    fields = ", ".join(
        f"{quote(name) if name in given else 'null'}::{columns('event')[name]} as {quote(name)}" for name in names
    )
    con.execute(f"set variable event_files_{number} = $files", {"files": [str(file) for file in source.files]})
    return f"select {fields} from read_parquet(getvariable('event_files_{number}'), union_by_name = true)"
