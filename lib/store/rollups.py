"""Rollups: raw usage events, counted once per import into what pages read. No page scans raw events.

usage_week           account x week: active people, active days, features, events, quantity
usage_person_week    account x person x week: active days, events, quantity
usage_feature_week   account x feature x week: active people, events

A week is its Monday (UTC). Events without a person, or of a feature marked `is_system`, are the account's traffic and never
anybody's activity: they count in `n_events_system` alone.
"""

from datetime import date
from pathlib import Path

import duckdb

from lib.store.fold import columns_of, fold_table
from lib.store.tables import columns, quote

MEMORY_LIMIT = "4GB"

_ROLL_UP = """
create temp view activity as
select account, person, feature, occurred_at, quantity
from event
where person is not null
  and coalesce(feature, '') not in (select feature from folded_feature where is_system);

create table usage_person_week as
select
    account,
    person,
    date_trunc('week', occurred_at)::date as week,
    count(distinct occurred_at::date)::utinyint as n_active_days,
    count(*)::uinteger as n_events,
    sum(coalesce(quantity, 1))::double as quantity
from activity
group by account, person, week
order by week, account, person;

create table usage_feature_week as
select
    account,
    feature,
    date_trunc('week', occurred_at)::date as week,
    count(distinct person)::uinteger as n_active_people,
    count(*)::uinteger as n_events
from activity
where feature is not null
group by account, feature, week
order by week, account, feature;

create table usage_week as
with by_person as (
    select
        account,
        date_trunc('week', occurred_at)::date as week,
        count(distinct person)::uinteger as n_active_people,
        count(distinct occurred_at::date)::utinyint as n_active_days,
        count(distinct feature)::usmallint as n_features,
        count(*)::uinteger as n_events,
        sum(coalesce(quantity, 1))::double as quantity
    from activity
    group by account, week
),
by_account as (
    select account, date_trunc('week', occurred_at)::date as week, count(*)::uinteger as n_events_all
    from event
    group by account, week
)
select
    account,
    week,
    coalesce(n_active_people, 0)::uinteger as n_active_people,
    coalesce(n_active_days, 0)::utinyint as n_active_days,
    coalesce(n_features, 0)::usmallint as n_features,
    coalesce(n_events, 0)::uinteger as n_events,
    (n_events_all - coalesce(n_events, 0))::uinteger as n_events_system,
    coalesce(quantity, 0)::double as quantity
from by_account
left join by_person using (account, week)
order by week, account;
"""


def build_usage(target: Path, sources: dict[str, list[list[Path]]], received_on: date) -> dict:
    """Roll all events up into a new database `target`; returns its row counts and the last day of use."""
    with duckdb.connect(target) as con:
        con.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        _view_events(con, [file for batch in sources.get("event", []) for file in batch])
        fold_table(con, "feature", sources.get("feature", []))
        con.execute(_ROLL_UP)
        last_day, n_events = con.execute(
            "select max(occurred_at) filter (where occurred_at::date <= $received_on)::date::varchar, count(*) from event",
            {"received_on": received_on},
        ).fetchone()
        tables = ("usage_week", "usage_person_week", "usage_feature_week")
        n_rows = {table: con.execute(f"select count(*) from {quote(table)}").fetchone()[0] for table in tables}
    return {"n_rows": {"event": n_events, **n_rows}, "last_day": last_day}


def _view_events(con: duckdb.DuckDBPyConnection, files: list[Path]) -> None:
    """A temp view of all events, typed; a column that no file has is empty."""
    given = {name.lower() for name in columns_of(con, files)} if files else set()
    fields = ", ".join(
        f"{quote(name) if name in given else 'null'}::{kind} as {quote(name)}"
        for name, kind in columns("event").items()
    )
    con.execute("set variable event_files = $files", {"files": [str(file) for file in files]})
    rows = "from read_parquet(getvariable('event_files'), union_by_name = true)" if files else "where false"
    con.execute(f"create temp view event as select {fields} {rows}")
