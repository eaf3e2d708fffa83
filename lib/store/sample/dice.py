"""How chance is drawn: one stream of numbers per seed, block and question, so that no part disturbs another.

stream       the generator of one question of one block
pick         codes by weights
pick_by      codes by weights that depend on a row
day_between  a day drawn evenly from [opens, closes)
counted      rows repeated by a count: which row each belongs to, and its place within that row
"""

import zlib

import numpy as np


def stream(seed: int, block: int, question: str) -> np.random.Generator:
    return np.random.default_rng([seed, block, zlib.crc32(question.encode())])


def pick(rng: np.random.Generator, weights: tuple[float, ...], n: int) -> np.ndarray:
    edges = np.cumsum(weights)
    return np.searchsorted(edges[:-1] / edges[-1], rng.random(n), side="right")


def pick_by(rng: np.random.Generator, weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """One code per row, drawn by `weights[row]`. All rows share one sorted line of edges, row i on [i, i + 1)."""
    edges = np.cumsum(weights, axis=1)
    edges = edges / edges[:, -1:]
    line = (edges + np.arange(len(edges))[:, None]).ravel()
    place = np.searchsorted(line, rows + rng.random(len(rows)), side="right")
    return np.minimum(place - rows * weights.shape[1], weights.shape[1] - 1)


def day_between(rng: np.random.Generator, opens: np.ndarray, closes: np.ndarray) -> np.ndarray:
    span = np.maximum((closes - opens).astype("m8[D]").astype(np.int64), 1)
    return opens + np.floor(rng.random(len(span)) * span).astype("m8[D]")


def counted(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    row = np.repeat(np.arange(len(counts)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    return row, np.arange(len(row)) - first
