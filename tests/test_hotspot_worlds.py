"""The hot-spot search on random bases with a known truth: does it find what was planted, and nothing on noise?

The slow tests use the generator of the study the search was designed by, and skip where that is not at hand; each has a
quick twin with a generator of its own. All seeds are fixed: a failure is a change of the search, not bad luck.
"""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from lib.facts.base import Base
from lib.facts.levels import Dimension
from lib.measures.hotspots.scan import scan

STUDY = Path(__file__).resolve().parents[2] / "shared" / "hotspots" / "worlds.py"
BANDS = np.array([0.22, 0.14, 0.09, 0.06, 0.04])  # loss rate by tenure band


@pytest.fixture(scope="module")
def worlds():
    """The study's generator: world(n, seed, null=...) -> (frame, planted)."""
    if not STUDY.exists():
        pytest.skip(f"the study's generator is not at {STUDY}")
    spec = importlib.util.spec_from_file_location("worlds", STUDY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def base_of(worlds, frame) -> Base:
    columns = [frame[name].cat for name in worlds.NAMES]
    dimensions = tuple(
        Dimension(name, tuple(column.categories)) for name, column in zip(worlds.NAMES, columns, strict=True)
    )
    codes = tuple(column.codes.to_numpy().astype(np.uint8) for column in columns)
    return Base(dimensions, codes, frame.churned.to_numpy(), frame.arr.to_numpy())


def with_bands(base: Base, seed: int) -> Base:
    """The same accounts, lost at the rate of a tenure band that goes with the first dimension, and for no other reason."""
    rng = np.random.default_rng(seed)
    stratum = np.minimum((rng.random(len(base)) * (2 + base.codes[0] % 4)).astype(np.uint8), len(BANDS) - 1)
    return Base(base.dimensions, base.codes, rng.random(len(base)) < BANDS[stratum], base.arr, stratum)


def small_world(n: int, seed: int, planted: int) -> tuple[Base, set]:
    """Six dimensions of 3 to 8 levels, one following another, a loss rate of 10 %, and cells of 2.5 times that."""
    rng = np.random.default_rng(seed)
    levels = rng.integers(3, 9, 6)
    codes = [np.minimum(rng.geometric(0.35, n) - 1, k - 1).astype(np.uint8) for k in levels]
    codes[1] = np.where(rng.random(n) < 0.4, codes[0] % levels[1], codes[1]).astype(np.uint8)
    rate, truth = np.full(n, 0.1), set()
    while len(truth) < planted:
        dims = sorted(rng.choice(6, rng.integers(1, 4), replace=False).tolist())
        cell = tuple((d, int(rng.integers(0, levels[d]))) for d in dims)
        inside = np.all([codes[d] == level for d, level in cell], axis=0)
        if 0.015 * n < inside.sum() < 0.12 * n and cell not in truth:
            truth.add(cell)
            rate[inside] *= 2.5
    dimensions = tuple(Dimension(f"d{d}", tuple(str(level) for level in range(k))) for d, k in enumerate(levels))
    return Base(dimensions, tuple(codes), rng.random(n) < np.minimum(rate, 0.9), np.exp(rng.normal(8, 0.9, n))), truth


def judged(found, truth: set) -> tuple[int, int]:
    """(planted cells found, by any of their names; listed finds that were not planted)."""
    names = [{find.cell, *find.aliases} for find in found.finds if find.is_listed]
    return len(truth & set().union(*names)), sum(not (truth & of_find) for of_find in names)


def recall_and_extras(results: list[tuple[int, int]], n_planted: int) -> tuple[float, float]:
    """(share of planted cells found, share of worlds that list anything else)."""
    return sum(hits for hits, _ in results) / n_planted, np.mean([extra > 0 for _, extra in results])


def assert_at_most_5_percent(listed: list[bool], what: str) -> None:
    """Family-wise 5 %, with two standard errors for the finite number of bases."""
    n, k = len(listed), sum(listed)
    print(f"{what}: {k} of {n} bases without a pattern list something ({k / n:.1%})")
    assert k <= 0.05 * n + 2 * np.sqrt(0.05 * 0.95 * n)


def lists_anything(base: Base, **options) -> bool:
    return any(find.is_listed for find in scan(base, **options).finds)


def test_small_worlds():
    results, n_planted = [], 0
    for seed in range(6):
        base, truth = small_world(20_000, seed, planted=seed)
        results.append(judged(scan(base), truth))
        n_planted += len(truth)
    recall, extras = recall_and_extras(results, n_planted)
    assert recall >= 0.9
    assert extras <= 1 / 6


@pytest.mark.parametrize("options", [{}, {"weight": "arr"}, {"depth": 2}], ids=str)
@pytest.mark.parametrize("banded", [False, True])
def test_small_null_worlds(banded, options):
    bases = (small_world(3000, 100 + seed, planted=0)[0] for seed in range(40))
    bases = (with_bands(base, seed) if banded else base for seed, base in enumerate(bases))
    assert_at_most_5_percent([lists_anything(base, **options) for base in bases], f"3,000 accounts {options}")


@pytest.mark.slow
def test_planted_hotspots_are_found_and_little_else(worlds):
    results, n_planted = [], 0
    for seed in range(1, 61):
        frame, planted = worlds.world(100_000, seed)
        base = base_of(worlds, frame)
        truth = {_cell(base, p["cell"]) for p in planted}
        results.append(judged(scan(base), truth))
        n_planted += len(truth)
    recall, extras = recall_and_extras(results, n_planted)
    print(f"60 worlds of 100,000: recall {recall:.3f} of {n_planted}, worlds listing anything else {extras:.1%}")
    assert recall >= 0.98
    assert extras <= 0.06


def _cell(base: Base, segment: dict) -> tuple:
    return tuple(
        (d, dimension.levels.index(segment[dimension.name]))
        for d, dimension in enumerate(base.dimensions)
        if dimension.name in segment
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "banded, options, n_bases",
    [
        (False, {}, 400),
        (False, {"weight": "arr"}, 300),
        (True, {}, 300),
        (True, {"weight": "arr"}, 300),
        (False, {"depth": 4}, 200),
    ],
    ids=str,
)
def test_noise_is_not_news(worlds, banded, options, n_bases):
    listed = []
    for seed in range(1000, 1000 + n_bases):
        base = base_of(worlds, worlds.world(10_000, seed, null=True)[0])
        listed.append(lists_anything(with_bands(base, seed) if banded else base, **options))
    assert_at_most_5_percent(listed, f"10,000 accounts, {'with' if banded else 'without'} tenure bands, {options}")
