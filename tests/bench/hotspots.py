"""How fast the hot-spot search is, as ratios within one run:  python -m tests.bench.hotspots [--accounts N ...]

Every way is timed in turn, round after round, in one process; the medians are compared, so a slow machine slows all.
leaf            GROUP BY of all eight dimensions in DuckDB, handed over as arrays: the yardstick
fetch + scan    what a page waits for: code columns out of DuckDB, then the search
pysubgroup      its fastest search (DFS over bit sets), top 10; skipped unless requirements.txt beside this is installed
Memory is the growth of the peak of a fresh process over one fetch + scan, after the imports.
"""

import argparse
import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from lib.facts.base import Base
from lib.facts.levels import Dimension
from lib.measures.hotspots.cube import count, plan
from lib.measures.hotspots.scan import default_min_n, scan

WORLDS = Path(__file__).resolve().parents[3] / "shared" / "hotspots" / "worlds.py"
TARGETS = {  # ratio: targets at 10,000 / 100,000 / 1,000,000 accounts; None where there is none
    "cube / leaf": ("<=", None, 0.5, 0.5),
    "(fetch + scan) / leaf": ("<=", 4, 2.5, 1.3),
    "pysubgroup / (fetch + scan)": (">=", 15, 30, 80),
    "grouping sets / cube": (">=", None, None, 10),
    "depth 4 / depth 3": ("<=", 4, 3, 2),
    "extra memory, MB": ("<=", None, None, 60),
}
LEVELS = {"region": 7, "industry": 12, "channel": 9, "plan": 5, "size": 6, "usage": 8, "contract": 5, "country": 10}
PLANTED = (
    (1.8, {"usage": 5}),
    (1.4, {"channel": 4}),
    (1.6, {"region": 0, "channel": 3}),
    (2.2, {"plan": 3, "size": 2}),
    (2.5, {"industry": 0, "region": 1, "contract": 1}),
    (3.5, {"industry": 1, "size": 0, "usage": 4}),
)
SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = {10_000: 25, 100_000: 15, 1_000_000: 7}
SLOW_ROUNDS = {10_000: 5, 100_000: 3, 1_000_000: 1}  # of pysubgroup and GROUPING SETS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, nargs="*", choices=SIZES, default=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--world", action="store_true", help="a random world instead of the base the targets were set on"
    )
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)  # internal: the fresh process of _extra_memory
    options = parser.parse_args()
    if options.peak:
        return print(_peak_growth(options.peak))
    print(f"{'ratio':30}{'accounts':>10}{'measured':>10}{'target':>10}")
    for n in options.accounts:
        with tempfile.TemporaryDirectory() as folder:
            store = _store(base_of(n, options.seed, world=options.world), Path(folder) / "bench.duckdb")
            times = _times(store, n)
            for ratio, value in _ratios(times, _extra_memory(store)).items():
                sense, *targets = TARGETS[ratio]
                target = targets[SIZES.index(n)]
                print(f"{ratio:30}{n:>10,}{value:>10.2f}{'' if target is None else f'{sense} {target}':>10}")
            print("    ms: " + ", ".join(f"{way} {1000 * t:.1f}" for way, t in times.items()))


def base_of(n: int, seed: int, *, world: bool) -> pd.DataFrame:
    """Accounts with eight categorical dimensions and `churned`: the base the targets were set on, or a random world."""
    return _random_world(n, seed) if world else _study_base(n, seed)


def _study_base(n: int, seed: int) -> pd.DataFrame:
    """Eight skewed dimensions, 10 % churned, six hot-spots of one to three values."""
    rng = np.random.default_rng(seed)
    codes = {name: rng.choice(k, n, p=(w := 1 / np.arange(1, k + 1)) / w.sum()) for name, k in LEVELS.items()}
    chance = np.full(n, 0.1)
    for lift, cell in PLANTED:
        chance[np.logical_and.reduce([codes[name] == level for name, level in cell.items()])] *= lift
    frame = {
        name: pd.Categorical.from_codes(code, [f"{name} {v}" for v in range(LEVELS[name])])
        for name, code in codes.items()
    }
    return pd.DataFrame(frame).assign(churned=rng.random(n) < chance)


def _random_world(n: int, seed: int) -> pd.DataFrame:
    spec = importlib.util.spec_from_file_location("worlds", WORLDS)
    worlds = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(worlds)
    frame, _ = worlds.world(n, seed)
    return frame[[*worlds.NAMES, "churned"]]


def _store(frame: pd.DataFrame, path: Path) -> Path:
    with duckdb.connect(str(path)) as con:
        con.register("frame", frame)
        con.execute("create table account as select * from frame")
    return path


def _dimensions(con) -> tuple[Dimension, ...]:
    """The ENUM columns of the store and their levels, which a page knows before it asks."""
    enums = [(name, kind) for name, kind, *_ in con.execute("describe account").fetchall() if kind.startswith("ENUM")]
    return tuple(
        Dimension(name, tuple(con.execute(f"select enum_range(null::{kind})").fetchone()[0])) for name, kind in enums
    )


def _fetch(con, dimensions: tuple[Dimension, ...]) -> Base:
    """The base as arrays: one byte per account and dimension, and the outcome."""
    columns = con.execute(f"select {_codes(dimensions)}, churned from account").fetchnumpy()
    return Base(dimensions, tuple(np.asarray(columns[d.name]) for d in dimensions), np.asarray(columns["churned"]))


def _times(store: Path, n: int) -> dict[str, float]:
    """Median seconds of each way, timed in turn."""
    con = duckdb.connect(str(store), read_only=True)
    dimensions = _dimensions(con)
    base = _fetch(con, dimensions)
    cube = plan(tuple(len(d.levels) for d in dimensions), 3)
    often = {
        "leaf": lambda: con.execute(_leaf(dimensions)).fetchnumpy(),
        "leaf in place": lambda: con.execute(_leaf_in_place(dimensions)).fetchall(),
        "fetch": lambda: _fetch(con, dimensions),
        "cube": lambda: count(cube, base.codes, base.lost, 2),
        "scan": lambda: scan(base),
        "fetch + scan": lambda: scan(_fetch(con, dimensions)),
        "depth 4": lambda: scan(base, depth=4),
    }
    seldom = {"grouping sets": lambda: con.execute(_grouping_sets(dimensions)).fetchall()}
    if importlib.util.find_spec("pysubgroup"):
        frame = con.execute("select * from account").df()
        seldom["pysubgroup"] = lambda: _pysubgroup(frame, n)
    spent: dict[str, list[float]] = {way: [] for way in (*often, *seldom)}
    for way in often.values():
        way()  # warm: plans, imports, pages of the store
    for turn in range(ROUNDS[n]):
        for name, way in (often | seldom if turn < SLOW_ROUNDS[n] else often).items():
            start = time.perf_counter()
            way()
            spent[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in spent.items()}


def _codes(dimensions) -> str:
    return ", ".join(f"enum_code({d.name})::utinyint as {d.name}" for d in dimensions)


def _leaf(dimensions) -> str:
    """Handed over as arrays of codes, as the accounts are to the search."""
    names = ", ".join(d.name for d in dimensions)
    grouped = f"select {names}, count(*) as n, sum(churned::int) as lost from account group by all"
    return f"select {_codes(dimensions)}, n, lost from ({grouped})"


def _leaf_in_place(dimensions) -> str:
    """The same, never leaving DuckDB."""
    return f"select count(*), max(n), max(lost) from ({_leaf(dimensions)})"


def _grouping_sets(dimensions) -> str:
    names = [d.name for d in dimensions]
    sets = ", ".join(f"({', '.join(s)})" for k in (1, 2, 3) for s in combinations(names, k))
    grouped = (
        f"select {', '.join(names)}, count(*) as n, sum(churned::int) as lost "
        f"from account group by grouping sets ({sets})"
    )
    return f"select count(*), max(n), max(lost) from ({grouped})"


def _pysubgroup(frame: pd.DataFrame, n: int) -> None:
    import pysubgroup as ps

    task = ps.SubgroupDiscoveryTask(
        frame,
        ps.BinaryTarget("churned", True),
        ps.create_selectors(frame, ignore=["churned"]),
        result_set_size=10,
        depth=3,
        qf=ps.WRAccQF(),
        constraints=[ps.MinSupportConstraint(default_min_n(n))],
    )
    ps.DFS(ps.BitSetRepresentation).execute(task)


def _ratios(times: dict[str, float], memory: float) -> dict[str, float]:
    both = times["fetch + scan"]
    ratios = {"cube / leaf": times["cube"] / times["leaf"], "(fetch + scan) / leaf": both / times["leaf"]}
    if "pysubgroup" in times:
        ratios["pysubgroup / (fetch + scan)"] = times["pysubgroup"] / both
    ratios["grouping sets / cube"] = times["grouping sets"] / times["cube"]
    ratios["depth 4 / depth 3"] = times["depth 4"] / times["scan"]
    ratios["extra memory, MB"] = memory
    return ratios


def _extra_memory(store: Path) -> float:
    command = [sys.executable, "-m", "tests.bench.hotspots", "--peak", str(store)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _peak_growth(store: Path) -> float:
    """MB by which one fetch + scan raises the peak of this process."""
    import scipy.special  # noqa: F401  its code is no part of what the search takes

    con = duckdb.connect(str(store), read_only=True)
    dimensions = _dimensions(con)
    before = _peak()
    scan(_fetch(con, dimensions))
    return _peak() - before


def _peak() -> float:
    """The most memory this process has held, MB (Linux; getrusage would remember the parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
