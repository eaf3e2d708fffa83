"""What usage events there are that a reader should know of: late, of days to come, repeated, of nobody we know.

count_events   of the rollups and accounts of one snapshot, from what is rolled up already
sentences      the same in words, a line for each count that is not zero; of one batch where it is named

n_merged                          events that came in two batches and count once
n_of_unknown_accounts, n_unknown_accounts   events of accounts no file describes, and how many accounts these are
n_of_unknown_people, n_unknown_people       the same of people, where a file of people was given; of known accounts only
n_future                          events of days after the one on which their batch arrived
n_late                            events of weeks before the last week that an earlier batch in force had reached
by_batch                          n_merged, n_future and n_late of each batch

All of them are in the rollups; those of accounts and people nobody knows count in no answer, as answers begin with accounts.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from lib.store.folder import Batch

MEMORY_LIMIT = "3GB"
BY_BATCH = ("n_merged", "n_future", "n_late")
_BY_BATCH = """
with dated as (
    select
        batch,
        day,
        date_trunc('week', day)::date as week,
        n_events,
        n_merged,
        received.received_on
    from usage.usage_batch_day
    join received using (batch)
),
reached as (
    select batch, max(week) as week from dated where day <= received_on group by batch
),
reached_before as (
    select later.batch, max(earlier.week) as week
    from received as later
    join reached as earlier on earlier.batch < later.batch
    group by later.batch
)
select
    batch,
    sum(n_merged)::bigint as n_merged,
    sum(case when day > received_on then n_events else 0 end)::bigint as n_future,
    sum(case when dated.week < reached_before.week then n_events else 0 end)::bigint as n_late
from dated
left join reached_before using (batch)
group by batch
order by batch
"""
_OF_UNKNOWN_ACCOUNTS = """
select coalesce(sum(n_events + n_events_system), 0)::bigint as n_events, count(distinct account) as n
from usage.usage_week
where account not in (select account from core.account)
"""
_OF_UNKNOWN_PEOPLE = """
with known as (
    select account, person, sum(n_events) as n_events from usage.usage_person_week group by account, person
)
select coalesce(sum(n_events), 0)::bigint as n_events, count(*) as n
from known
join core.account as account using (account)
where not exists (
    select 1 from core.person as person where person.account = known.account and person.person = known.person
)
"""


def count_events(place: Path, batches: Sequence[Batch]) -> dict:
    """What is to be known of the events in the snapshot folder `place`, by the names above; empty without events."""
    with duckdb.connect() as con:
        con.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        for name in ("core", "usage"):
            file = str(place / f"{name}.duckdb").replace("'", "''")
            con.execute(f"attach '{file}' as {name} (read_only)")
        if not con.execute("select exists (select 1 from usage.usage_batch_day)").fetchone()[0]:
            return {}
        con.execute("create temp table received (batch varchar, received_on date)")
        con.executemany("insert into received values (?, ?)", [(each.batch, _day(each)) for each in batches])
        by_batch = {
            batch: dict(zip(BY_BATCH, counts, strict=True)) for batch, *counts in con.execute(_BY_BATCH).fetchall()
        }
        totals = {name: sum(counts[name] for counts in by_batch.values()) for name in BY_BATCH}
        n_of_accounts, n_accounts = con.execute(_OF_UNKNOWN_ACCOUNTS).fetchone()
        has_people = con.execute("select exists (select 1 from core.person)").fetchone()[0]
        n_of_people, n_people = con.execute(_OF_UNKNOWN_PEOPLE).fetchone() if has_people else (0, 0)
    return totals | {
        "n_of_unknown_accounts": n_of_accounts,
        "n_unknown_accounts": n_accounts,
        "n_of_unknown_people": n_of_people,
        "n_unknown_people": n_people,
        "by_batch": by_batch,
    }


def sentences(counted: Mapping, batch: str | None = None) -> list[str]:
    """What `counted` says that a reader should know; of late, future and repeated events those of `batch` where it is named."""
    if not counted:
        return []
    of = counted if batch is None else counted | counted["by_batch"].get(batch, dict.fromkeys(BY_BATCH, 0))
    accounts = _n(of["n_unknown_accounts"], "unknown account")
    people = _n(of["n_unknown_people"], "unknown person", "unknown people")
    said = (
        (of["n_late"], "came late and counts in its week", "came late and count in their weeks"),
        (of["n_merged"], "came twice and counts once", "came twice and count once"),
        (of["n_future"], "is dated ahead and waits for its day", "are dated ahead and wait for their day"),
        (
            of["n_of_unknown_accounts"],
            f"is of {accounts} and waits for a file of it",
            f"are of {accounts} and wait for a file of them",
        ),
        (
            of["n_of_unknown_people"],
            f"is of {people} and counts as any other",
            f"are of {people} and count as any other",
        ),
    )
    return [f"{_n(n, 'usage event')} {one if n == 1 else many}." for n, one, many in said if n]


def _n(n: int, one: str, many: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _day(batch: Batch) -> date:
    return datetime.fromisoformat(batch.received_at).date()
