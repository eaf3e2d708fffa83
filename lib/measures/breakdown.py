"""The rate of an outcome by any one to four dimensions, in any order.

breakdown   one row per combination that occurs: n, rate with interval, lift against parent, rest and overall, money
COLUMNS     of the answer, whatever the options
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.base import OUTCOMES, check_outcome
from lib.facts.cells import count_cells, gather, others_of
from lib.facts.dimensions import available, choose
from lib.facts.levels import OTHER
from lib.measures import Answer, left_out

DEEPEST = 4
COLUMNS = [
    "segment", "n", "n_lost", "churn_rate", "churn_rate_lo", "churn_rate_hi",
    "parent", "parent_rate", "rest_rate", "overall_rate", "lift_vs_parent", "lift", "lift_vs_overall",
    "excess_lost", "arr", "arr_lost", "arr_loss_rate", "parent_arr_loss_rate", "rest_arr_loss_rate",
    "overall_arr_loss_rate", "share_of_lost", "share_of_arr_lost", "p_value", "q_value",
]  # fmt: skip


def breakdown(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: Sequence[str] = (),
    outcome: str | None = None,
    within: Sequence[tuple[str, str | None]] = (),
    bands: Mapping[str, Sequence[float]] | None = None,
) -> Answer:
    """Rates by the dimensions `by`, most lost accounts first.

    within  keeps the combinations with these values: a drill path. Its dimensions join `by`.
    bands   cut points that replace a number's own: {"tenure_months": (12, 24, 48)}

    parent is the combination with one dimension less that has the highest rate (the whole base for one dimension): the
    hardest to beat. rest is every account outside the combination. Intervals are Wilson, 95 % (second check: statsmodels).
    p_value is two-sided, against the rest of the rows, which is the rest of the path where one is given; q_value is
    Benjamini and Hochberg's over the rows.
    Raises Refused for more than four dimensions, or a name the data does not have.
    """
    outcome = check_outcome(con, outcome)
    names = [*dict.fromkeys([name for name, _ in within] + list(by))]
    dimensions = choose(available(con, definitions, bands), names) if names else ()
    if len(dimensions) > DEEPEST:
        raise Refused(f"A breakdown goes {DEEPEST} dimensions deep; {len(dimensions)} were asked for.")

    cells, sql = count_cells(con, book, definitions, outcome, dimensions)
    undecided = int(cells["n_undecided"].sum())
    cells = cells[cells["n"] > 0].reset_index(drop=True)
    codes = [f"d{i}" for i in range(len(dimensions))]
    path = [(choose(dimensions, [name])[0], value) for name, value in within]
    for dimension, value in path:
        if value == OTHER and value not in dimension.values:
            at = f"d{dimensions.index(dimension)}"
            cells = gather(cells, at, others_of(cells, at, dimension))
    table = _rates(cells, codes, [dimension.name for dimension in dimensions])
    if path:
        is_within = [all(row[dimension.name] == value for dimension, value in path) for row in table["segment"]]
        table = table[np.array(is_within, bool)]
    k, n = table["n_lost"], table["n"]
    p = stats.rate_differs(k, n, k.sum(), n.sum())
    table = table.assign(p_value=p, q_value=stats.benjamini_hochberg(p))
    table = table.sort_values(["n_lost", "n"], ascending=False, kind="stable").reset_index(drop=True)
    return Answer(table[COLUMNS], left_out((OUTCOMES[outcome].undecided, undecided)), (), sql)


def _rates(cells: pd.DataFrame, codes: list[str], names: list[str]) -> pd.DataFrame:
    """Rates, intervals, lifts and shares of cells that share one total."""
    n, n_lost, arr, arr_lost = (cells[name].to_numpy(float) for name in ("n", "n_lost", "arr", "arr_lost"))
    lo, hi = stats.wilson(n_lost, n)
    parent, parent_rate, parent_arr_rate = _best_parent(cells, codes, names)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = n_lost / n
        overall_rate = np.full(len(cells), n_lost.sum() / n.sum() if n.sum() else np.nan)
        rest_rate = (n_lost.sum() - n_lost) / (n.sum() - n)
        table = {
            "segment": [dict(zip(names, row, strict=True)) for row in cells[codes].itertuples(index=False)],
            "n": n.astype(int),
            "n_lost": n_lost.astype(int),
            "churn_rate": rate,
            "churn_rate_lo": lo,
            "churn_rate_hi": hi,
            "parent": parent,
            "parent_rate": parent_rate,
            "rest_rate": rest_rate,
            "overall_rate": overall_rate,
            "lift_vs_parent": rate / parent_rate,
            "lift": rate / rest_rate,
            "lift_vs_overall": rate / overall_rate,
            "excess_lost": n_lost - n * rest_rate,
            "arr": arr,
            "arr_lost": arr_lost,
            "arr_loss_rate": arr_lost / arr,
            "parent_arr_loss_rate": parent_arr_rate,
            "rest_arr_loss_rate": (arr_lost.sum() - arr_lost) / (arr.sum() - arr),
            "overall_arr_loss_rate": np.full(len(cells), arr_lost.sum() / arr.sum() if arr.sum() else np.nan),
            "share_of_lost": n_lost / n_lost.sum(),
            "share_of_arr_lost": arr_lost / arr_lost.sum(),
        }
    for name, values in table.items():
        if isinstance(values, np.ndarray) and values.dtype == float:  # a ratio over nothing is empty
            table[name] = np.where(np.isinf(values), np.nan, values)
    return pd.DataFrame(table, columns=COLUMNS)


def _best_parent(cells: pd.DataFrame, codes: list[str], names: list[str]) -> tuple[list[dict], np.ndarray, np.ndarray]:
    """For each cell the parent with the highest rate: (its segment, its rate, its ARR loss rate)."""
    best_rate, best_arr_rate = np.full(len(cells), -1.0), np.full(len(cells), np.nan)
    best: list[dict] = [{} for _ in range(len(cells))]
    summed = ["n", "n_lost", "arr", "arr_lost"]
    for kept in combinations(range(len(codes)), max(len(codes) - 1, 0)):
        columns = [codes[i] for i in kept]
        sums = cells.groupby(columns, dropna=False)[summed].transform("sum") if columns else cells[summed].sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.broadcast_to(np.asarray(sums["n_lost"] / sums["n"], float), len(cells))
            arr_rate = np.broadcast_to(np.asarray(sums["arr_lost"] / sums["arr"], float), len(cells))
        better = rate > best_rate
        for row in np.flatnonzero(better):
            best[row] = {names[i]: cells[codes[i]].iat[row] for i in kept}
        best_rate, best_arr_rate = np.maximum(best_rate, rate), np.where(better, arr_rate, best_arr_rate)
    return best, np.where(best_rate < 0, np.nan, best_rate), best_arr_rate
