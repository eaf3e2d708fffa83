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

from lib.store.events import view_events
from lib.store.merge import fold_table
from lib.store.sources import Source
from lib.store.tables import quote

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


def build_usage(
    target: Path, sources: dict[str, list[Source]], received_on: date, known_on: date | None = None
) -> dict:
    """Roll all events up into a new database `target`; returns its row counts, the events merged, the last day of use.

    An event that came in two batches counts once (lib.store.events).
    """
    with duckdb.connect(target) as con:
        con.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        n_merged = view_events(con, sources.get("event", []))
        fold_table(con, "feature", sources.get("feature", []))
        con.execute(_ROLL_UP)
        last_day, n_events = con.execute(
            "select max(occurred_at) filter (where occurred_at::date <= $received_on)::date::varchar, count(*) from event",
            {"received_on": received_on},
        ).fetchone()
        tables = ("usage_week", "usage_person_week", "usage_feature_week")
        n_rows = {table: con.execute(f"select count(*) from {quote(table)}").fetchone()[0] for table in tables}
    return {"n_rows": {"event": n_events, **n_rows}, "n_merged": {"event": n_merged}, "last_day": last_day}
