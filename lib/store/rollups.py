"""Rollups: raw usage events, counted once per import into what pages read. No page scans raw events.

usage_person_day           account x person x day: events, quantity
usage_person_week          account x person x week: active days, events, quantity, and which days they were
usage_person_feature_week  account x person x feature x week: active days, events
usage_first_use            account x person x feature: the week they first used it
usage_feature_week         account x feature x week: active people, events
usage_week                 account x week: active people, active days, features, events, quantity, system events, their quantity
usage_friction_week        account x person x week: sessions, those with nothing but a login, loops between a task and help,
                           guided processes begun and finished
usage_barrier_week         account x person x feature x week: loops from and back to a task, processes that it begins or finishes
usage_batch, usage_batch_day, usage_feature   what went in: batches, their events by day, what was said of features

build_usage   make usage.duckdb: an earlier one with the touched weeks rolled anew, or all of it
PLAIN_NAMES   what features are called that are a login or help, where no feature has a role

A week is its Monday (UTC). Events without a person, or of a feature marked `is_system`, are the account's traffic and never
anybody's activity: they count in `n_events_system` and `quantity_system` alone. A session is one person's events less than 30
minutes apart; it ends with its week at the latest, Monday 0:00, so that weeks stand by themselves. A loop is the same task
before and after help in one session, whatever else lies between; each time counts. Quantities are summed in thousandths.

An import touches the weeks that the batch has events in, an undo those of the batch that goes. Only these are rolled anew,
from the events of all batches in force: the same batches give the same tables, whatever the road that led to them.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

from lib.store.events import BATCH_DAYS, count_days, view_events
from lib.store.merge import fold_table
from lib.store.sources import Source
from lib.store.tables import quote

MEMORY_LIMIT = "3GB"
EVENTS_AT_ONCE = 4_000_000
MOST_PATCHED = 1 / 3  # of all events: past that, building anew is as quick
MOST_PATCHES = 100  # then the rows are laid in order again
PLAIN_NAMES = {
    "login": ("login", "log in", "logged in", "user login", "user logged in", "signin", "sign in", "signed in"),
    "help": ("help", "help center", "help centre", "help page", "help article", "knowledge base"),
}
WEEK = timedelta(days=7)
TABLES = {  # table -> the column its weeks are told by
    "usage_week": "week",
    "usage_person_week": "week",
    "usage_feature_week": "week",
    "usage_person_day": "day",
    "usage_person_feature_week": "week",
    "usage_first_use": "week",
    "usage_friction_week": "week",
    "usage_barrier_week": "week",
}

_CREATE = (Path(__file__).parent / "rollups.sql").read_text()
_ROLL = (Path(__file__).parent / "roll.sql").read_text()
_SAID = """
select feature, is_system, role
from (
    select
        feature,
        coalesce(is_system, false) as is_system,
        case when lower(trim(role)) in ('login', 'help', 'task', 'begins', 'finishes') then lower(trim(role)) end as role
    from folded_feature
) as known
where is_system or role is not null
"""
_SAYS_OTHER = f"select exists (({_SAID} except select * from usage_feature) union all (select * from usage_feature except {_SAID}))"
_KEEP_DAYS = """
insert into batch_day
select batch_no, batch, day, date_trunc('week', day)::date as week, n_events, n_ids, n_merged
from usage_batch_day
join in_force using (batch)
"""
_TOUCHED = """
create temp table touched as
select distinct date_trunc('week', day)::date as week
from usage_batch_day
where batch not in (select batch from batch_day)
union
select distinct week from batch_day where batch not in (select batch from usage_batch);

update batch_day set n_merged = 0 where week in (select week from touched)
"""
_WEEKS = """
select week, coalesce(sum(n_events), 0)::bigint as n_events, week in (select week from touched) as is_touched
from (select week, n_events from batch_day union all select week, 0 from touched) as known
group by week
order by week
"""
# What was first used before the first touched week was so still; who is left may have begun in any week since.
_FIND_FIRST_USE = """
delete from usage_first_use where week >= $touched_from;

insert into usage_first_use
select account, person, feature, min(week) as week
from usage_person_feature_week
anti join usage_first_use using (account, person, feature)
where week >= $touched_from
group by account, person, feature
order by week
"""
_REMEMBER = """
create or replace table usage_batch as select batch from in_force order by batch_no;
create or replace table usage_batch_day as
select batch, day, n_events, n_ids, n_merged from batch_day order by batch_no, day
"""
_TOTALS = """
with by_day as (
    select day, sum(n_events - n_merged) as n_events, sum(n_merged) as n_merged from batch_day group by day
)
select
    max(case when n_events > 0 and day <= $received_on then day end)::varchar as last_day,
    coalesce(sum(n_events), 0)::bigint as n_events,
    coalesce(sum(n_merged), 0)::bigint as n_merged
from by_day
"""


def build_usage(
    target: Path,
    sources: dict[str, list[Source]],
    received_on: date,
    known_on: date | None = None,
    *,
    earlier: Path | None = None,
    n_patches: int = 0,
) -> dict:
    """Roll all events up into a new database `target`; returns its row counts, the events merged, the last day of use.

    earlier    the usage.duckdb of an earlier snapshot of the same shape, `n_patches` imports after all of it was rolled
    """
    events, features = sources.get("event", []), sources.get("feature", [])
    if earlier and n_patches < MOST_PATCHES:
        shutil.copyfile(earlier, target)
        if about := _bring(target, events, features, received_on, is_new=False):
            return about | {"n_patches": n_patches + 1}
        target.unlink()
    return _bring(target, events, features, received_on, is_new=True) | {"n_patches": 0}


def _bring(
    target: Path, events: Sequence[Source], features: Sequence[Source], received_on: date, *, is_new: bool
) -> dict | None:
    """Bring the rollups in `target` to these batches; None, and nothing done, where making them anew is quicker."""
    with duckdb.connect(target) as con:
        con.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        fold_table(con, "feature", features)
        if is_new:
            con.execute(_CREATE)
            con.execute(f"insert into usage_feature {_SAID}")
        elif con.execute(_SAYS_OTHER).fetchone()[0]:
            return None
        _compare_batches(con, events)
        weeks = con.execute(_WEEKS).fetchall()
        n_touched = sum(n for _, n, is_touched in weeks if is_touched)
        if not is_new and n_touched > MOST_PATCHED * sum(n for _, n, _ in weeks):
            return None
        if weeks:
            _name_plainly(con)
        for opens_on, closes_on in _stretches(weeks):
            con.execute("begin transaction")
            if not is_new:
                _forget(con, opens_on, closes_on)
            view_events(con, events, opens_on, closes_on)
            con.execute(_ROLL)
            con.execute("commit")
        if touched := [week for week, _, is_touched in weeks if is_touched]:
            for step in _FIND_FIRST_USE.split(";"):
                con.execute(step, {"touched_from": touched[0]})
        con.execute(_REMEMBER)
        return _about(con, received_on)


def _compare_batches(con: duckdb.DuckDBPyConnection, events: Sequence[Source]) -> None:
    """The temp tables in_force, batch_day (their events by day) and touched: the weeks of batches that came or went."""
    con.execute("create temp table in_force (batch_no integer, batch varchar)")
    con.execute(BATCH_DAYS)
    known = {batch for (batch,) in con.execute("select batch from usage_batch").fetchall()}
    for number, source in enumerate(events):
        con.execute("insert into in_force values (?, ?)", [number, source.batch])
        if source.batch not in known:
            count_days(con, number, source)
    con.execute(_KEEP_DAYS)
    con.execute(_TOUCHED)


def _stretches(weeks: Sequence[tuple[date, int, bool]]) -> Iterator[tuple[date, date]]:
    """From one Monday to another: touched weeks and no other that has events, not too many events at once."""
    first = last = None
    n_events = 0
    for week, n, is_touched in weeks:
        if first and (not is_touched or n_events + n > EVENTS_AT_ONCE):
            yield first, last + WEEK
            first, n_events = None, 0
        if is_touched:
            first, last, n_events = first or week, week, n_events + n
    if first:
        yield first, last + WEEK


def _forget(con: duckdb.DuckDBPyConnection, opens_on: date, closes_on: date) -> None:
    for table, day in TABLES.items():
        con.execute(
            f"delete from {quote(table)} where {day} >= $opens_on and {day} < $closes_on",
            {"opens_on": opens_on, "closes_on": closes_on},
        )


def _name_plainly(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create temp table plain_name (name varchar, role varchar)")
    for role, names in PLAIN_NAMES.items():
        con.execute("insert into plain_name select unnest($names), $role", {"names": list(names), "role": role})


def _about(con: duckdb.DuckDBPyConnection, received_on: date) -> dict:
    last_day, n_events, n_merged = con.execute(_TOTALS, {"received_on": received_on}).fetchone()
    n_rows = {table: con.execute(f"select count(*) from {quote(table)}").fetchone()[0] for table in TABLES}
    return {"n_rows": {"event": n_events, **n_rows}, "n_merged": {"event": n_merged}, "last_day": last_day}
