"""What the hot-spot page adds to its bare queries, in one run:  python -m tests.bench.page [--accounts N] [--store DIR]

cold   one server run of the page with an empty cache: the snapshot is open and the libraries are loaded
bare   the statements that run asked, executed alone, and the search alone
warm   the same run again

The page runs in Streamlit's own script runner, without a browser. Medians over --rounds.
"""

import argparse
import os
import statistics
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from lib import definitions
from lib.facts.base import check_outcome, load
from lib.facts.dimensions import available
from lib.measures.hotspots import unasked
from lib.measures.hotspots.scan import scan
from lib.store.opening import Snapshot

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {"cold / bare": "<= 1.3", "warm / cold": "<= 0.25"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--store", type=Path, help="a store that exists, instead of a world of --accounts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        store = options.store or _world_store(options.accounts, Path(place) / "store")
        os.environ["HEADLIGHT_STORE"] = str(store)
        cold, bare, warm, statements = _times(options.rounds)
    print(f"{len(statements)} statements a run; seconds: cold {cold:.3f}, bare {bare:.3f}, warm {warm:.3f}")
    for ratio, value in {"cold / bare": cold / bare, "warm / cold": warm / cold}.items():
        print(f"{ratio:20}{value:8.2f}   target {TARGETS[ratio]}")


def _times(rounds: int) -> tuple[float, float, float, list]:
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).switch_page("pages/hotspots.py")
    page.run()
    assert not page.exception, page.exception
    colds, bares, warms = [], [], []
    for _ in range(rounds):
        st.cache_data.clear()
        with _recorded() as asked, _script_seconds() as spent:
            page.run()
        colds.append(sum(spent))
        with _script_seconds() as spent:
            page.run()
        warms.append(sum(spent))
        bares.append(_bare(asked))
    return statistics.median(colds), statistics.median(bares), statistics.median(warms), asked


@contextmanager
def _script_seconds():
    """Seconds the server spends in the page's script meanwhile, without what the test client adds."""
    from streamlit.runtime.scriptrunner import script_runner

    spent, run = [], script_runner.exec_func_with_error_handling

    def timed(*arguments):
        begun = time.perf_counter()
        try:
            return run(*arguments)
        finally:
            spent.append(time.perf_counter() - begun)

    script_runner.exec_func_with_error_handling = timed
    try:
        yield spent
    finally:
        script_runner.exec_func_with_error_handling = run


@contextmanager
def _recorded():
    """Every statement asked of a snapshot meanwhile: (snapshot, book, statement, values)."""
    asked, ask = [], Snapshot.ask

    @contextmanager
    def recording(snapshot, book):
        with ask(snapshot, book) as con:
            yield _Recorder(con, lambda *statement: asked.append((snapshot, book, *statement)))

    Snapshot.ask = recording
    try:
        yield asked
    finally:
        Snapshot.ask = ask


class _Recorder:
    """A cursor that notes what it is asked."""

    def __init__(self, con, note):
        self._con, self._note = con, note

    def execute(self, sql, values=None):
        self._note(sql, values)
        return self._con.execute(sql, values)


def _bare(asked: list) -> float:
    """Seconds of the statements alone, each on a cursor that is ready, and of the search where one was made.

    The fetch of the search is lib.facts.base.load: one byte per account and dimension, ready to be counted.
    """
    spent, words, is_searched = 0.0, definitions.load(), False
    for snapshot, book, sql, values in asked:
        with snapshot.ask(book) as con:
            if is_searched or "as stratum" not in sql:
                spent += _seconds(lambda con=con, sql=sql, values=values: con.execute(sql, values).fetchnumpy())
                continue
            outcome, dimensions = check_outcome(con, None), unasked(available(con, words), words.hotspots.depth)
            begun = time.perf_counter()
            base, _, _ = load(con, book, words, outcome, dimensions)
            scan(base, min_lift=words.hotspots.minimum_lift)
            is_searched = True
            spent += time.perf_counter() - begun
    return spent


def _seconds(act) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _world_store(n: int, store: Path) -> Path:
    """A published store of one of the worlds of the hot-spot study: flags, eight dimensions and ARR."""
    from tests.bench.hotspots import base_of
    from tests.worldlets import publish_frames

    frame = base_of(n, 1, world=False)
    flag = frame.pop("churned")
    frame = frame.astype(str).assign(account=[f"a{i}" for i in range(n)], churned=flag, arr=1_000.0 + frame.index % 977)
    store.mkdir(parents=True)
    publish_frames(store, {"account": frame})
    return store


if __name__ == "__main__":
    main()
