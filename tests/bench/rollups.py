"""What importing fifty million usage events costs, with every rollup:  python -m tests.bench.rollups [--events 2000000]

bare    DuckDB's read_csv of the file and one group by, into the rows of the finest rollup: types guessed, nothing checked,
        nothing kept; beside it the same into fewer rows: a person's days, and the weeks of an account, the least there is
import  ours, from the CSV to a published snapshot: read, checked, written as Parquet, rolled up into every table
a day   a second import of one more day, with its late events, into the same store

Each in a process of its own, whose peak of memory is printed; two years, accounts of ten people who come on some days and
do a few things each time, mostly those they are used to, one event in a hundred up to three days late and a few up to two months.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb

TARGET = "<= 8"
DAYS = 730
FILE_OF_FEATURES = "features.csv"
FEATURES = ["report", "search", "task", "comment", "export", "mobile view", "automation", "dashboard", "approval",
            "template", "segment builder", "scenario", "search", "report", "task", "help"]  # fmt: skip
BARE = """
select count(*)
from (select {grain}, count(*) as n, sum(quantity) as quantity from read_csv($file) group by all) as counted
"""
WEEK = "date_trunc('week', timestamp) as week"
GRAINS = {
    "bare": f"account_id, user_id, event, {WEEK}",
    "bare, a person's days": "account_id, user_id, timestamp::date as day",
    "bare, an account's weeks": f"account_id, {WEEK}",
}
EVENTS = """
copy (
    with sitting as (
        select
            i,
            (pow((hash(i * 7 + 3) % 1000000) / 1e6, 1.3) * $people)::bigint as who,
            timestamp '2024-01-01' + to_days($first + (hash(i) % $days)::integer)
                + to_seconds(25200 + (hash(i * 31 + 1) % 43200)::bigint) as begins_at
        from range($from // 8, $until // 8) as t(i)
    ),
    act as (
        select i, k, who, begins_at + to_seconds(k * 120 + (hash(i + k) % 60)::bigint) as happens_at
        from (select *, unnest(range(1 + (hash(i * 5) % 15)::bigint)) as k from sitting) as each
    )
    select
        'e' || (i * 15 + k) as event_id,
        'A' || lpad((who // 10)::varchar, 7, '0') as account_id,
        'P' || lpad(who::varchar, 8, '0') as user_id,
        case when k = 0 then 'login' else $features[1 + (who * 5 + (pow((hash(i * 15 + k) % 1000) / 1e3, 3) * 16)::bigint) % 16] end as event,
        strftime(happens_at, '%Y-%m-%d %H:%M:%S') as timestamp,
        1 + hash(i + k) % 4 as quantity
    from act
    order by happens_at + case
        when hash(i * 13 + k) % 1000 < 10 then to_hours((hash(i) % 72)::bigint)
        when hash(i * 13 + k) % 100000 < 5 then to_days((hash(i) % 60)::bigint)
        else to_hours(0)
    end
) to '{file}' (header)
"""
LATE = """
copy (
    select * replace (
        case when hash(event_id) % 1000 < 10 then strftime(timestamp - to_hours((hash(event_id) % 72)::bigint), '%Y-%m-%d %H:%M:%S')
             when hash(event_id) % 10000 < 5 then strftime(timestamp - to_days((hash(event_id) % 60)::bigint), '%Y-%m-%d %H:%M:%S')
             else strftime(timestamp, '%Y-%m-%d %H:%M:%S') end as timestamp)
    from read_csv($whole)
) to '{file}' (header)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=50_000_000)
    parser.add_argument("--child", nargs=3, metavar=("WHAT", "FILE", "STORE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_child(*options.child)))
        return
    with tempfile.TemporaryDirectory(prefix="headlight-") as folder:
        whole, day, store = (Path(folder) / name for name in ("events.csv", "day.csv", "store"))
        _make(whole, day, options.events)
        bares = {what: _run(what, whole, store) for what in GRAINS}
        bare, first = bares["bare"], _run("import", whole, store)
        bare_day, second = _run("bare", day, store), _run("import", day, store)
    _print("all", first, bare)
    _print("one more day", second, bare_day)
    for unit in ("seconds", "work"):
        said = "of seconds" if unit == "seconds" else "of processor time"
        for what, spent in bares.items():
            target = f"   target {TARGET}" if what == "bare" else ""
            print(f"{f'import / {what}, {said}':56}{first[unit] / spent[unit]:8.2f}{target}")
        print(f"{'one more day / all, ' + said:56}{second[unit] / first[unit]:8.3f}")
        print(f"{'one more day / its bare read, ' + said:56}{second[unit] / bare_day[unit]:8.2f}")
    print(f"{'peak of memory, GB':56}{max(first['peak'], second['peak']):8.2f}   target < 4")


def _make(whole: Path, day: Path, n: int) -> None:
    """Two years of events; one day more, some of them of the days and weeks before."""
    of_a_day = max(n // DAYS, 8)
    plain = day.with_suffix(".plain")
    shape = {"people": max(n // 500, 50), "features": FEATURES}
    with duckdb.connect() as con:
        con.execute("set memory_limit = '4GB'")
        con.execute("set temp_directory = $folder", {"folder": str(whole.parent / "spill")})
        con.execute(EVENTS.format(file=whole), shape | {"from": 0, "until": n, "first": 0, "days": DAYS})
        con.execute(EVENTS.format(file=plain), shape | {"from": n, "until": n + of_a_day, "first": DAYS, "days": 1})
        con.execute(LATE.format(file=day), {"whole": str(plain)})
    roles = {"login": "login", "help": "help"} | dict.fromkeys(
        ("task", "report", "export", "approval", "scenario"), "task"
    )
    lines = [f"{name},{role}" for name, role in roles.items()]
    whole.with_name(FILE_OF_FEATURES).write_text("\n".join(["feature_id,role", *lines]))


def _run(what: str, file: Path, store: Path) -> dict:
    call = [sys.executable, "-m", "tests.bench.rollups", "--child", what, str(file), str(store)]
    return json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def _child(what: str, file: str, store: str) -> dict:
    """Seconds by step, and the peak of this process's memory."""
    steps: list[tuple[str, float, float]] = []

    def mark(step: str, *_) -> None:
        steps.append((step, time.perf_counter(), time.process_time()))

    mark("getting ready")
    if what in GRAINS:
        duckdb.execute(BARE.format(grain=GRAINS[what]), {"file": file}).fetchall()
    else:
        _import(Path(file), Path(store), mark)
    mark("end")
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    parts = [(step, until - at, worked - work) for (step, at, work), (_, until, worked) in pairwise(steps)]
    (_, begun, idle), (_, ended, busy) = steps[0], steps[-1]
    return {"seconds": ended - begun, "work": busy - idle, "parts": parts, "peak": int(peak.split()[1]) / 1e6}


def _import(file: Path, store: Path, mark) -> None:
    from lib.store import folder, publish
    from lib.store.folder import Batch
    from lib.store.ingest.prepare import Plan, prepare

    core = folder.current(store) / "core.duckdb" if folder.current(store) else None
    files, now = [file, *([] if core else [file.with_name(FILE_OF_FEATURES)])], datetime(2026, 1, 2)
    plans = {file.name: Plan(table="event"), FILE_OF_FEATURES: Plan(table="feature")}
    with folder.staging(store) as staged:
        prepared = prepare(files, staged, plans=plans, core=core, say=mark)
        mark("publishing")
        batch = Batch("", file.name, file.name, tuple(prepared.n_rows), "bench", now.isoformat())
        publish.publish(store, staged, batch, now=now, say=mark)


def _print(name: str, ours: dict, bare: dict) -> None:
    print(f"{name}: bare {bare['seconds']:.2f} s ({bare['work']:.2f} s of processor time)")
    print(f"{'':4}import {ours['seconds']:.2f} s ({ours['work']:.2f}), of it")
    for step, seconds, work in ours["parts"]:
        print(f"{'':8}{step:24}{seconds:8.2f} ({work:.2f})")


if __name__ == "__main__":
    main()
