"""Every cell of a base counted: a cell is a combination of one to `depth` dimension values.

Cell                       ((dimension index, level index), ...), dimensions ascending
plan(levels, depth)        which cells there are, their order in a flat vector, and how to count them; kept per shape
Plan.name / Plan.index     position in the flat vector <-> Cell
Plan.parents               positions of a cell's parents: the cell without one of its values
Plan.level                 the level of each dimension in each cell
count(plan, codes, ...)    accounts, or a sum of weights, in every cell, by group of accounts
members(codes, cell)       which accounts a cell holds

Counting each combination of dimensions on its own would read the accounts once for each of them. A block of depth + 1
dimensions holds depth + 1 combinations of `depth`, which are sums along its axes; so a few blocks that between them
cover every combination are counted, and the rest is addition over tables that stay in the processor's cache.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import heapify, heappop, heappush
from itertools import accumulate, combinations
from math import prod

import numpy as np

Cell = tuple[tuple[int, int], ...]
Dims = tuple[int, ...]

BLOCK_LIMIT = 1 << 16  # cells of a block: counted for kept and lost, 8 bytes each, they still fit a second-level cache
CHUNK = 1 << 17  # accounts at a time when counting blocks, so that their positions stay in the cache too
FEW_CHUNK = 1 << 12  # the same when each account is put into all its cells
UNWEIGHTED = (None,)
NO_LEVEL = -1  # of a dimension that a cell leaves open


@dataclass(frozen=True, eq=False)  # `plan` keeps one of each
class Plan:
    """The cells of a base with `levels[d]` levels in dimension d, in the order of the flat vector.

    subsets  every combination of 1..depth dimensions, shortest first; a subset's cells lie together, in C order
    starts   where each subset's cells begin, and at the end the number of cells
    blocks   the combinations of dimensions that are counted from the accounts
    sources  per subset, the block or longer subset it is summed from
    """

    levels: tuple[int, ...]
    depth: int
    subsets: tuple[Dims, ...]
    starts: tuple[int, ...]
    blocks: tuple[Dims, ...]
    sources: tuple[Dims, ...]

    @property
    def n_cells(self) -> int:
        return self.starts[-1]

    def shape(self, dims: Dims) -> tuple[int, ...]:
        return tuple(self.levels[d] for d in dims)

    def name(self, position: int) -> Cell:
        """The cell at a position of the flat vector."""
        subset = bisect_right(self.starts, position) - 1
        dims = self.subsets[subset]
        at = np.unravel_index(position - self.starts[subset], self.shape(dims))
        return tuple((d, int(level)) for d, level in zip(dims, at, strict=True))

    def index(self, cell: Cell) -> int:
        """The position of a cell in the flat vector."""
        dims, at = zip(*cell, strict=True)
        return self.starts[self.subset_of[dims]] + int(np.ravel_multi_index(at, self.shape(dims)))

    @cached_property
    def subset_of(self) -> dict[Dims, int]:
        return {dims: s for s, dims in enumerate(self.subsets)}

    def subsets_at(self, positions: np.ndarray) -> np.ndarray:
        """int (T,): the subset of the cells at these positions."""
        return np.searchsorted(self.starts, positions, side="right") - 1

    @cached_property
    def strides(self) -> np.ndarray:
        """int32 (D, subsets): what one level of a dimension adds to the position within a subset."""
        table = np.zeros((len(self.levels), len(self.subsets)), np.int32)
        for s, dims in enumerate(self.subsets):
            for axis, d in enumerate(dims):
                table[d, s] = prod(self.shape(dims[axis + 1 :]))
        return table

    @cached_property
    def level(self) -> np.ndarray:
        """int16 (D, n_cells): the level of each dimension in each cell, NO_LEVEL where it has none."""
        table = np.full((len(self.levels), self.n_cells), NO_LEVEL, np.int16)
        for dims, start, stop in zip(self.subsets, self.starts, self.starts[1:], strict=False):
            table[list(dims), start:stop] = np.indices(self.shape(dims), np.int16).reshape(len(dims), -1)
        return table

    @cached_property
    def n_dimensions(self) -> np.ndarray:
        """uint8 (n_cells,): the number of dimensions of each cell."""
        return np.repeat(np.array([len(dims) for dims in self.subsets], np.uint8), np.diff(self.starts))

    @cached_property
    def parents(self) -> np.ndarray:
        """int32 (n_cells, depth): positions of each cell's parents, -1 past the last; -1 too for the whole base."""
        table = np.full((self.n_cells, self.depth), -1, np.int32)
        for dims, start, stop in zip(self.subsets, self.starts, self.starts[1:], strict=False):
            if len(dims) == 1:
                continue
            for axis in range(len(dims)):
                rest = dims[:axis] + dims[axis + 1 :]
                positions = self.starts[self.subset_of[rest]] + np.arange(prod(self.shape(rest)), dtype=np.int32)
                spread = np.expand_dims(positions.reshape(self.shape(rest)), axis)
                table[start:stop, axis] = np.broadcast_to(spread, self.shape(dims)).ravel()
        return table


@lru_cache(maxsize=32)
def plan(levels: tuple[int, ...], depth: int) -> Plan:
    """The plan for dimensions with these numbers of levels; depth is cut to the number of dimensions."""
    depth = min(depth, len(levels))
    dims = range(len(levels))
    subsets = tuple(s for k in range(1, depth + 1) for s in combinations(dims, k))
    starts = tuple(accumulate((prod(levels[d] for d in s) for s in subsets), initial=0))
    blocks = _covering_blocks(levels, depth)
    sources = tuple(_source(s, levels, depth, subsets, blocks) for s in subsets)
    return Plan(levels, depth, subsets, starts, blocks, sources)


def _covering_blocks(levels: tuple[int, ...], depth: int) -> tuple[Dims, ...]:
    """Few blocks of depth + 1 dimensions that between them hold every combination of `depth` (greedy covering).

    Where depth + 1 dimensions have too many cells together, the combination itself is the block.
    """
    dims = range(len(levels))
    wide = [b for b in combinations(dims, depth + 1) if prod(levels[d] for d in b) <= BLOCK_LIMIT]
    candidates = wide + list(combinations(dims, depth))
    covered: set[Dims] = set()
    queue = [(-len(list(combinations(block, depth))), order) for order, block in enumerate(candidates)]
    heapify(queue)
    chosen = []
    while queue:  # a block's gain only ever shrinks, so an entry that is still true at the top is the best
        gain, order = heappop(queue)
        news = [s for s in combinations(candidates[order], depth) if s not in covered]
        if news and len(news) < -gain:
            heappush(queue, (-len(news), order))
        elif news:
            covered.update(news)
            chosen.append(candidates[order])
    return tuple(chosen)


def _source(subset: Dims, levels, depth, subsets, blocks) -> Dims:
    """The smallest table one step up that holds `subset`: a block for the longest subsets, else a longer subset."""
    above = blocks if len(subset) == depth else [s for s in subsets if len(s) == len(subset) + 1]
    return min((s for s in above if set(subset) <= set(s)), key=lambda s: prod(levels[d] for d in s))


def count(plan: Plan, codes, group=None, n_groups: int = 1, weights=UNWEIGHTED) -> np.ndarray:
    """Accounts in every cell, by group, and sums of their weights: (weights, n_groups, n_cells).

    codes    D arrays (N,) of level indices, uint8
    group    (N,) integers below n_groups; None for one group
    weights  arrays float64 (N,), or None for the number of accounts; one table each. int32 where only accounts count
    """
    if len(codes[0]) <= _few(plan, n_groups):
        return _count_each(plan, codes, group, n_groups, weights)
    tables = _count_blocks(plan, codes, group, n_groups, weights)
    return _roll_up(plan, tables, len(weights) * n_groups).reshape(len(weights), n_groups, -1)


def _few(plan: Plan, n_groups: int) -> int:
    """Accounts up to which it is quicker not to go by blocks, found by trial with 16 to 3,000 cells per subset.

    Blocks are tables of every cell and group, however few accounts there are to put in.
    """
    return 1500 + n_groups * plan.n_cells // len(plan.subsets)


def _count_each(plan: Plan, codes, group, n_groups, weights) -> np.ndarray:
    """Few accounts: each is put straight into all the cells that hold it."""
    starts, width = np.array(plan.starts[:-1], np.int32)[:, None], plan.n_cells
    counts = np.zeros((len(weights), n_groups * width), _sum_kind(weights))
    chunk = max(FEW_CHUNK, n_groups * width // len(plan.subsets))  # at least as many entries as the table they go into
    for start in range(0, len(codes[0]), chunk):
        rows = slice(start, start + chunk)
        levels = np.array([code[rows] for code in codes], np.int32)
        at = starts + np.einsum("ds,dn->sn", plan.strides, levels)  # (subsets, accounts)
        if group is not None:
            at += group[rows].astype(np.int32) * width
        for w, weight in enumerate(weights):
            each = None if weight is None else np.broadcast_to(weight[rows], at.shape).ravel()
            counts[w] += np.bincount(at.ravel(), each, n_groups * width)
    return counts.reshape(len(weights), n_groups, width)


def _roll_up(plan: Plan, tables: dict[Dims, np.ndarray], n_groups: int) -> np.ndarray:
    """Every cell (n_groups, n_cells) from the blocks' tables, longest subsets first: the shorter are sums of them."""
    tables, axis_of_group = dict(tables), len(plan.levels)
    cells = np.empty((n_groups, plan.n_cells), next(iter(tables.values())).dtype)
    for i in reversed(range(len(plan.subsets))):
        dims, source = plan.subsets[i], plan.sources[i]
        table = cells[:, plan.starts[i] : plan.starts[i + 1]].reshape(n_groups, *plan.shape(dims))
        np.einsum(tables[source], [axis_of_group, *source], [axis_of_group, *dims], out=table)
        tables[dims] = table
    return cells


def _count_blocks(plan: Plan, codes, group, n_groups, weights) -> dict[Dims, np.ndarray]:
    """One table (weights x n_groups, levels of its dimensions ...) per block, counted chunk by chunk of accounts."""
    sizes = {block: prod(plan.shape(block)) for block in plan.blocks}
    tables = {block: np.zeros((len(weights), n_groups * size), _sum_kind(weights)) for block, size in sizes.items()}
    for start in range(0, len(codes[0]), CHUNK):
        rows = slice(start, start + CHUNK)
        chunk = [code[rows].astype(np.uint16) for code in codes]
        chunk_group = None if group is None else group[rows].astype(np.uint16)
        chunk_weights = [None if weight is None else weight[rows] for weight in weights]
        for block, size in sizes.items():
            at = _positions(chunk, block, plan.levels, size)
            if chunk_group is not None:
                at = chunk_group.astype(_kind(n_groups * size)) * size + at
            for w, weight in enumerate(chunk_weights):
                tables[block][w] += np.bincount(at, weight, n_groups * size)
    return {block: table.reshape(-1, *plan.shape(block)) for block, table in tables.items()}


def _sum_kind(weights) -> type:
    return np.int32 if all(weight is None for weight in weights) else np.float64


def _positions(chunk, block: Dims, levels, size: int) -> np.ndarray:
    """Each account's position in a block's table."""
    at = chunk[block[0]].astype(_kind(size))
    for d in block[1:]:
        at *= levels[d]
        at += chunk[d]
    return at


def _kind(size: int) -> type:
    """The type for positions below `size`: 16 bits where they suffice, a quarter of the memory to move."""
    return np.uint16 if size < 1 << 16 else np.intp


def members(codes, cell: Cell) -> np.ndarray:
    """bool (N,): the accounts a cell holds."""
    inside = np.ones(len(codes[0]), bool) if codes else np.zeros(0, bool)
    for d, level in cell:
        inside &= codes[d] == level
    return inside
