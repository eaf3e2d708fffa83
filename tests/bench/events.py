"""What reading five million usage events costs beside DuckDB's bare read_csv:  python -m tests.bench.events [--events N]

bare   create table as from read_csv: types guessed from the first rows, no check of text, nothing merged
read   ours until the rows are in a table: checked as text, every cell typed or refused, duplicates merged
whole  ours with the clean rows written out, ready to publish

In turn, round after round, on one file; medians.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from lib.store.ingest import quick, read, rows

TARGET = "<= 2"
EVENTS = """
copy (
    select 'e' || i as event_id, 'account ' || (hash(i) % 20000) as account_id, 'u' || (hash(i * 7) % 200000) as user_id,
           ['login', 'export', 'report', 'api', 'share', 'comment'][(1 + hash(i * 3) % 6)::bigint] as event,
           strftime(timestamp '2024-01-01' + to_seconds((hash(i * 5) % 60000000)::bigint), '%Y-%m-%dT%H:%M:%SZ') as timestamp,
           hash(i) % 5 as quantity
    from range($n) as t(i)
) to '{file}' (header)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.csv"
        duckdb.execute(EVENTS.format(file=file), {"n": options.events})
        spent = [_round(file, Path(folder) / "out") for _ in range(options.rounds)]
    bare, until_table, whole = (statistics.median(each) for each in zip(*spent, strict=True))
    print(f"seconds: bare {bare:.2f}, read {until_table:.2f}, whole {whole:.2f}")
    print(f"{'read / bare':20}{until_table / bare:8.2f}   target {TARGET}")
    print(f"{'whole / bare':20}{whole / bare:8.2f}")


def _round(file: Path, into: Path) -> tuple[float, float, float]:
    with duckdb.connect() as con:
        bare = _seconds(lambda: con.execute("create table event as from read_csv($file)", {"file": str(file)}))
    begun, counted = time.perf_counter(), []
    count = rows.count
    rows.count = lambda con: counted.append(time.perf_counter()) or count(con)  # called once all is checked and merged
    try:
        found = read(file, into=into, table="event")
    finally:
        rows.count = count
    assert file.stat().st_size >= quick.FROM and found.is_whole
    found.data.unlink()
    return bare, counted[0] - begun, time.perf_counter() - begun


def _seconds(act) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
