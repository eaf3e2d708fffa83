"""What 50 times the events cost cohorts of the same people:  python -m tests.bench.cohorts [--people N] [--rounds N]

few     every person uses something 60 times in a year, on as many days or nearly: about as the sample's people do
dense   the same people on the same days, 50 times as often
spread  the same people, 50 times the events spread over the year: they used something nearly every day

Each is published and asked for the default cohorts (people by month, in months), a streak by weeks, days, the first use of a
feature, and cohorts by their first key action; and the page itself is drawn, with nothing in its caches but the open snapshot.
In turn, round after round; medians of the processor's seconds, which other programs disturb less than the clock.
"""

import argparse
import os
import statistics
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet

from lib import definitions
from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.cohorts import cohorts
from lib.store import folder
from lib.store.folder import Batch
from lib.store.publish import publish

TARGET = "<= 2"
ROOT = Path(__file__).resolve().parents[2]
EVENTS, TIMES = 60, 50  # a person and year
QUESTIONS = ({}, {"kind": "streak", "step": "week"}, {"step": "day"}, {"feature": "f3"}, {"cohort": "key_action"})
_EVENTS = """
select
    timestamp '2025-11-01' + to_days((hash(p, {seed}) % {days})::integer) + to_seconds({second}) as occurred_at,
    'a' || (p % {accounts}) as account, 'p' || p as person, 'f' || (hash(p, n) % 12) as feature, 1.0 as quantity
from range({people}) as person(p), range({n}) as event(n)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        worlds = {name: Path(place) / name for name in ("few", "dense", "spread")}
        snapshots = {name: _world(options.people, name, store) for name, store in worlds.items()}
        pages = {name: _page(store) for name, store in worlds.items()}
        spent = {name: [] for name in worlds}
        for _ in range(options.rounds):
            for name, store in worlds.items():
                spent[name].append([*_seconds(snapshots[name]), _drawn(pages[name], store)])
    medians = {name: [statistics.median(each) for each in zip(*rounds, strict=True)] for name, rounds in spent.items()}
    asked = [" ".join(f"{name}={value}" for name, value in question.items()) for question in QUESTIONS]
    for at, said in enumerate([asked[0] or "as the page asks", *asked[1:], "the page, drawn"]):
        few, dense, spread = (medians[name][at] for name in ("few", "dense", "spread"))
        print(f"{said:28} seconds: few {few:.2f}, dense {dense:.2f}, spread {spread:.2f}")
        print(f"{'':28} dense / few {dense / few:.2f}, spread / few {spread / few:.2f}   target {TARGET}")


def _seconds(snapshot) -> list[float]:
    book, words, spent = year_to(date(2026, 10, 31)), definitions.load(), []
    for question in QUESTIONS:
        begun = time.process_time()
        with ask(snapshot, book, words) as con:
            assert len(cohorts(con, book, words, **question).table)
        spent.append(time.process_time() - begun)
    return spent


def _page(store: Path):
    """The page in Streamlit's own script runner, drawn once."""
    from streamlit.testing.v1 import AppTest

    os.environ["HEADLIGHT_STORE"] = str(store)
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).switch_page("pages/cohorts.py").run()
    assert not page.exception, page.exception
    return page


def _drawn(page, store: Path) -> float:
    import streamlit as st

    os.environ["HEADLIGHT_STORE"] = str(store)
    st.cache_data.clear()
    begun = time.process_time()
    page.run()
    return time.process_time() - begun


def _world(people: int, name: str, store: Path):
    """A published store of the people, their accounts and their events."""
    n = EVENTS if name == "few" else EVENTS * TIMES
    seed = {"few": "n", "dense": f"n // {TIMES}", "spread": "n"}[name]
    asked = {
        "people": people,
        "accounts": max(people // 8, 1),
        "n": n,
        "days": 365,
        "seed": seed,
        "second": "n % 80000",
    }
    with folder.staging(store) as staged, duckdb.connect() as con:
        con.execute(f"copy ({_EVENTS.format(**asked)}) to '{staged / 'event.parquet'}' (format parquet)")
        con.execute(
            f"copy (select 'p' || p as person, 'a' || (p % {asked['accounts']}) as account, "
            "timestamp '2025-11-01' + to_days((hash(p) % 300)::integer) as provisioned_at "
            f"from range({people}) as person(p)) to '{staged / 'person.parquet'}' (format parquet)"
        )
        con.execute(
            f"copy (select 'a' || a as account from range({asked['accounts']}) as account(a)) "
            f"to '{staged / 'account.parquet'}' (format parquet)"
        )
        for table in ("event", "person", "account"):
            assert parquet.read_metadata(staged / f"{table}.parquet").num_rows
        now = datetime(2026, 11, 1)
        publish(
            store, staged, Batch("", "bench", "", ("event", "person", "account"), "bench", now.isoformat()), now=now
        )
    return open_store(store)


if __name__ == "__main__":
    main()
