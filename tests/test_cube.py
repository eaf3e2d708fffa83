"""Cells counted by blocks and sums, against counting each of them naively."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.hotspots import cube, inside


def naive(codes, group, n_groups, weights, plan) -> np.ndarray:
    """Every cell by a pandas groupby per combination of dimensions."""
    frame = pd.DataFrame({f"d{d}": code for d, code in enumerate(codes)})
    frame["group"], frame["weight"] = group, weights
    counts = np.zeros((n_groups, plan.n_cells))
    for k in range(1, plan.depth + 1):
        for dims in combinations(range(len(codes)), k):
            sums = frame.groupby([f"d{d}" for d in dims] + ["group"]).weight.sum()
            for (*levels, at), value in sums.items():
                counts[at, plan.index(tuple(zip(dims, levels, strict=True)))] += value
    return counts


def test_two_dimensions_by_hand():
    #  region A A B, plan x y y: cells A, B, x, y, Ax, Ay, Bx, By
    plan = cube.plan((2, 2), 2)
    codes = [np.array([0, 0, 1], np.uint8), np.array([0, 1, 1], np.uint8)]
    assert cube.count(plan, codes).tolist() == [[[2, 1, 1, 2, 1, 1, 0, 1]]]
    by_group = cube.count(plan, codes, np.array([0, 1, 1], np.uint8), 2)
    assert by_group.tolist() == [[[1, 0, 1, 0, 1, 0, 0, 0], [1, 1, 0, 2, 0, 1, 0, 1]]]
    weighed = cube.count(plan, codes, weights=[None, np.array([0.5, 2.0, 8.0])])
    assert weighed.tolist() == [[[2, 1, 1, 2, 1, 1, 0, 1]], [[2.5, 8, 0.5, 10, 0.5, 2, 0, 8]]]
    assert plan.name(5) == ((0, 0), (1, 1))
    assert plan.parents.tolist() == [[-1, -1]] * 4 + [[2, 0], [3, 0], [2, 1], [3, 1]]


@pytest.mark.parametrize("few", [-1, 10**9])  # by blocks; straight into the cells
@settings(max_examples=40, deadline=None)
@given(
    levels=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    depth=st.integers(1, 4),
    n=st.integers(0, 60),
    n_groups=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_way_of_counting_agrees_with_groupby(few, levels, depth, n, n_groups, seed):
    rng = np.random.default_rng(seed)
    plan = cube.plan(tuple(levels), depth)
    codes = [rng.integers(0, k, n).astype(np.uint8) for k in levels]
    group, weights = rng.integers(0, n_groups, n).astype(np.uint8), rng.integers(0, 1000, n) / 8
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cube, "_few", lambda *_: few)
        patch.setattr(cube, "CHUNK", 16)
        patch.setattr(cube, "FEW_CHUNK", 16)
        counts = cube.count(plan, codes, group, n_groups, [None, weights])
        np.testing.assert_array_equal(counts[0], naive(codes, group, n_groups, np.ones(n), plan))
        np.testing.assert_array_equal(counts[1], naive(codes, group, n_groups, weights, plan))
        assert cube.count(plan, codes, group, n_groups).dtype == np.int32


@settings(max_examples=100, deadline=None)
@given(
    levels=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    depth=st.integers(1, 4),
    n=st.integers(1, 60),
    at=st.integers(0, 10**6),
    seed=st.integers(0, 2**32 - 1),
)
def test_accounts_of_one_cell_in_the_others(levels, depth, n, at, seed):
    """The dimensions a cell fixes need no counting: the same as counting its accounts by all dimensions."""
    rng = np.random.default_rng(seed)
    plan = cube.plan(tuple(levels), depth)
    cell = plan.name(at % plan.n_cells)
    codes = [rng.integers(0, k, n).astype(np.uint8) for k in levels]
    for d, level in cell:
        codes[d][:] = level
    group, weights = rng.integers(0, 3, n), rng.integers(0, 1000, n) / 8
    tested = inside.Tested(plan, np.flatnonzero(rng.random(plan.n_cells) < 0.5))
    counts = tested.inside(cell).count(codes, group, 3, [None, weights])
    np.testing.assert_array_equal(counts, cube.count(plan, codes, group, 3, [None, weights])[:, :, tested.positions])


def test_levels_of_cells():
    #  cells A, B, x, y, Ax, Ay, Bx, By
    plan = cube.plan((2, 2), 2)
    assert plan.level[:, [1, 2, 5]].tolist() == [[1, cube.NO_LEVEL, 0], [cube.NO_LEVEL, 0, 1]]


@pytest.mark.parametrize("few", [-1, 10**9])
def test_tables_past_16_bits(monkeypatch, few):
    """Two dimensions of 200 and 250 levels by 2 groups need positions past 65,535, three of 45 a block of 91,125."""
    monkeypatch.setattr(cube, "_few", lambda *_: few)
    rng = np.random.default_rng(1)
    for levels, depth in (((200, 250), 2), ((45, 45, 45), 3)):
        plan = cube.plan(levels, depth)
        codes = [rng.integers(0, k, 300).astype(np.uint8) for k in levels]
        group = rng.integers(0, 2, 300).astype(np.uint8)
        np.testing.assert_array_equal(cube.count(plan, codes, group, 2)[0], naive(codes, group, 2, np.ones(300), plan))


@settings(max_examples=60, deadline=None)
@given(levels=st.lists(st.integers(1, 30), min_size=1, max_size=9), depth=st.integers(1, 4))
def test_blocks_cover_every_combination(levels, depth):
    plan = cube.plan(tuple(levels), depth)
    for dims in combinations(range(len(levels)), plan.depth):
        assert any(set(dims) <= set(block) for block in plan.blocks)


def test_eight_dimensions_need_fourteen_blocks():
    """The Steiner system S(3, 4, 8): 14 blocks of 4 hold each of the 56 triples once. No covering has fewer."""
    plan = cube.plan((7, 12, 9, 5, 6, 8, 5, 10), 3)
    assert len(plan.blocks) == 14
    assert {len(block) for block in plan.blocks} == {4}


@given(levels=st.lists(st.integers(1, 6), min_size=1, max_size=5), depth=st.integers(1, 4), at=st.integers(0, 10**6))
def test_names_and_parents(levels, depth, at):
    plan = cube.plan(tuple(levels), depth)
    at %= plan.n_cells
    cell = plan.name(at)
    assert plan.index(cell) == at
    assert plan.n_dimensions[at] == len(cell)
    parents = {plan.index(cell[:i] + cell[i + 1 :]) for i in range(len(cell)) if len(cell) > 1}
    assert set(plan.parents[at].tolist()) - {-1} == parents


def test_members():
    codes = (np.array([0, 0, 1], np.uint8), np.array([0, 1, 1], np.uint8))
    assert cube.members(codes, ((0, 0), (1, 1))).tolist() == [False, True, False]
    assert cube.members(codes, ()).all()


def test_plans_are_kept():
    assert cube.plan((3, 4), 2) is cube.plan((3, 4), 2)
    assert cube.plan((3, 4), 4).depth == 2
