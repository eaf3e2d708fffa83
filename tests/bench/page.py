"""What the hot-spot page adds to its bare queries, in one run:  python -m tests.bench.page [--accounts N] [--store DIR]

cold   one server run of the page with an empty cache: the snapshot is open and the libraries are loaded
bare   what of that run was spent in its statements, results handed over, and in the search
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

from lib.measures import hotspots
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
        cold, bare, warm = _times(options.rounds)
    print(f"seconds: cold {cold:.3f}, bare {bare:.3f}, warm {warm:.3f}")
    for ratio, value in {"cold / bare": cold / bare, "warm / cold": warm / cold}.items():
        print(f"{ratio:20}{value:8.2f}   target {TARGETS[ratio]}")


def _times(rounds: int) -> tuple[float, float, float]:
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).switch_page("pages/hotspots.py")
    page.run()
    assert not page.exception, page.exception
    colds, bares, warms = [], [], []
    for _ in range(rounds):
        st.cache_data.clear()
        with _bare_seconds() as bare, _script_seconds() as spent:
            page.run()
        colds.append(sum(spent))
        bares.append(sum(bare))
        with _script_seconds() as spent:
            page.run()
        warms.append(sum(spent))
    return statistics.median(colds), statistics.median(bares), statistics.median(warms)


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
def _bare_seconds():
    """Seconds spent meanwhile in the search, its fetch, and every other statement asked of a snapshot."""
    spent, ask, taken = [], Snapshot.ask, {name: getattr(hotspots, name) for name in ("load", "scan")}
    is_inside = False

    def timed(act):
        def run(*arguments, **options):
            nonlocal is_inside
            if is_inside:  # a statement of the fetch is counted with it
                return act(*arguments, **options)
            is_inside, begun = True, time.perf_counter()
            try:
                return act(*arguments, **options)
            finally:
                is_inside = False
                spent.append(time.perf_counter() - begun)

        return run

    @contextmanager
    def recording(snapshot, book):
        with ask(snapshot, book) as con:
            yield _Timed(con, timed)

    Snapshot.ask = recording
    for name, act in taken.items():
        setattr(hotspots, name, timed(act))
    try:
        yield spent
    finally:
        Snapshot.ask = ask
        for name, act in taken.items():
            setattr(hotspots, name, act)


class _Timed:
    """A cursor, or its result, that times whatever it is asked to do."""

    def __init__(self, inner, timed):
        self._inner, self._timed = inner, timed

    def execute(self, *arguments):
        return _Timed(self._timed(self._inner.execute)(*arguments), self._timed)

    def __getattr__(self, name):
        return self._timed(getattr(self._inner, name))


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
