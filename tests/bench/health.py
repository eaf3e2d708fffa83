"""What the weekly history of health costs:  python -m tests.bench.health [--accounts 100000]

bare     one look at every value that readings are made of: terms, people, tickets, answers, touches, goals, stages, use by week
readings what is known of every account at the end of 104 weeks, and on the day: one statement
points   the points of every part, by their bands
scores   what they add up to
weight   another weight in the sandbox: the scores anew, from the points that are there
band     another band: points and scores anew, from the readings that are there

The sample company, with the use of 6,000 accounts repeated for all of them, so that each has two years of it.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import duckdb

from lib import definitions
from lib.book import year_to
from lib.facts import health, open_store
from lib.facts.ask import ask
from lib.store.folder import current

TARGET = "< 0.2"
USED = 6_000  # accounts whose use is repeated
_USE = ("usage_week", "usage_person_week", "usage_feature_week")
_REPEAT = """
insert into {table} by name
select * replace ('A' || lpad((substr(account, 2)::integer + $first)::varchar, 7, '0') as account)
from used.{table}
where substr(account, 2)::integer + $first < $n
"""
BARE = {
    "core.contract": ("starts_on", "ends_on", "cancelled_on", "arr", "seats", "kind", "notice_given_on", "notice_by", "asked_to_cancel_on"),
    "core.person": ("account", "buying_role", "provisioned_at", "deactivated_on"),
    "core.ticket": ("_account", "opened_at", "closed_at", "csat"),
    "core.survey": ("_account", "kind", "score", "answered_on"),
    "core.touch": ("_account", "occurred_at", "kind", "is_two_way"),
    "core.goal": ("account", "due_on", "reached_on"),
    "core.milestone": ("_account", "stage", "reached_on"),
    "usage.usage_week": ("account", "week", "n_active_people", "n_active_days", "n_events", "n_events_system"),
    "usage.usage_person_week": ("account", "person", "week"),
    "usage.usage_feature_week": ("account", "feature", "week", "n_active_people"),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headlight-") as folder:
        store = made(Path(folder), options.accounts)
        _measured(open_store(store))


def _measured(snapshot) -> None:
    words, spent = definitions.load(), {}
    book = year_to(snapshot.manifest.as_of)
    heavier = replace(words, health=replace(words.health, renewal_weights=(("Trend", 2.0),)))
    first, *rest = words.health.parts
    banded = replace(words, health=replace(words.health, parts=(replace(first, cuts=(0.1, 0.3, 0.5, 0.7)), *rest)))
    with ask(snapshot, book, words) as con:
        spent["bare"] = scanned(con, BARE)
        shelves = {"readings": health.READINGS, "points": health.POINTS, "scores": health.SCORES}
        for name, shelf in shelves.items():
            _timed(shelf, name, spent)
        health.lay(con, book.as_of, words)
        n, n_accounts = con.execute("select count(*), count(distinct _account) from health_score").fetchall()[0]
    for name, changed in (("weight", heavier), ("band", banded)):
        with ask(snapshot, book, changed) as con:
            at = now()
            health.lay(con, book.as_of, changed)
            spent[name] = since(at)
    whole = [sum(spent[name][unit] for name in ("readings", "points", "scores")) for unit in (0, 1)]
    print(f"{n_accounts:,} accounts, {n:,} readings of {len(words.health.parts)} parts")
    for name, (seconds, work) in spent.items():
        print(f"    {name:12}{seconds:8.2f} s ({work:.2f} s of processor time)")
    for unit, said in enumerate(("of seconds", "of processor time")):
        print(f"{'readings / bare, ' + said:44}{spent['readings'][unit] / spent['bare'][unit]:8.2f}")
        print(f"{'all / bare, ' + said:44}{whole[unit] / spent['bare'][unit]:8.2f}")
        print(f"{'another weight / all, ' + said:44}{spent['weight'][unit] / whole[unit]:8.3f}   target {TARGET}")
        print(f"{'another band / all, ' + said:44}{spent['band'][unit] / whole[unit]:8.3f}")
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(f"{'peak of memory, GB':44}{int(peak.split()[1]) / 1e6:8.2f}")


def _timed(shelf, name: str, spent: dict) -> None:
    """Measure what a shelf makes, the packing of it too."""
    lay = shelf.lay

    def measured(*arguments) -> None:
        at = now()
        lay(*arguments)
        spent.setdefault(name, since(at))

    shelf.lay = measured


def now() -> tuple[float, float]:
    """Seconds, and those of processor time."""
    return time.perf_counter(), time.process_time()


def since(at: tuple[float, float]) -> tuple[float, float]:
    """Those that have gone by."""
    return time.perf_counter() - at[0], time.process_time() - at[1]


def scanned(con: duckdb.DuckDBPyConnection, inputs: dict[str, tuple[str, ...]]) -> tuple[float, float]:
    """Look once at every value of some columns; gives seconds, and those of processor time."""
    at = now()
    for table, columns in inputs.items():
        con.execute(f"select bit_xor(hash({', '.join(columns)})) from {table}").fetchall()
    return since(at)


def made(folder: Path, n: int, repeated: tuple[str, ...] = _USE) -> Path:
    """A store of the sample company of n accounts, with the use of a few repeated for all of them."""
    from lib.__main__ import main as shell

    few, store = folder / "few", folder / "store"
    shell(["sample", "--accounts", str(min(USED, n)), "--store", str(few)])
    shell(["sample", "--accounts", str(n), "--events-per-account", "1", "--store", str(store)])
    with duckdb.connect(current(store) / "usage.duckdb") as con:
        con.execute(f"attach '{current(few) / 'usage.duckdb'}' as used (read_only)")
        for table in repeated:
            con.execute(f"delete from {table}")
            for first in range(0, n, USED):
                con.execute(_REPEAT.format(table=table), {"first": first, "n": n})
    return store


if __name__ == "__main__":
    main()
