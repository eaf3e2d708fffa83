"""Counts of a base by combinations of dimensions: one SQL statement, one row per combination that occurs.

count_cells    the counts
others_of      the values of a dimension that a search gathers in "all other values"
gather         the counts with those values as one
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.base import parameters, statement
from lib.facts.levels import OTHER, kept_values
from lib.store.dimensions import StoredDimension


def count_cells(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    outcome: str,
    dimensions: Sequence[StoredDimension],
) -> tuple[pd.DataFrame, str]:
    """Accounts by `dimensions`, and the SQL: d0, d1, ... (display values, None where missing), counts and money.

    Columns after the dimensions: n, n_lost, n_undecided, arr, arr_lost. Without dimensions there is one row: the whole
    book. Accounts that are neither lost nor kept count in n_undecided alone.
    """
    codes = [f"d{i}" for i in range(len(dimensions))]
    sql = "\n".join(
        [
            statement(outcome, dimensions),
            "select",
            *(f"    {code}," for code in codes),
            "    count(*) filter (where had_outcome is not null) as n,",
            "    count(*) filter (where had_outcome) as n_lost,",
            "    count(*) filter (where had_outcome is null) as n_undecided,",
            "    coalesce(sum(arr) filter (where had_outcome is not null), 0)::double as arr,",
            "    coalesce(sum(arr) filter (where had_outcome), 0)::double as arr_lost",
            "from base",
            *([f"group by {', '.join(codes)} order by {', '.join(codes)}"] if codes else []),
        ]
    )
    cells = con.execute(sql, parameters(sql, book, definitions)).df()
    for code, dimension in zip(codes, dimensions, strict=True):
        values = np.array([*dimension.values, None], dtype=object)
        at = cells[code].fillna(len(dimension.values)).astype(int)
        cells[code] = pd.Series(values[at], index=cells.index, dtype=object)
    return cells, sql


def others_of(cells: pd.DataFrame, at: str, dimension: StoredDimension) -> list[str]:
    """The values in column `at` of counted cells that a search of this base does not tell apart."""
    n = cells.groupby(at)["n"].sum().reindex(list(dimension.values), fill_value=0)
    kept = set(kept_values(dimension, n.to_numpy()))
    return [value for code, value in enumerate(dimension.values) if code not in kept]


def gather(cells: pd.DataFrame, at: str, others: list[str]) -> pd.DataFrame:
    """The cells with the values `others` of column `at` as one: OTHER."""
    codes = [name for name in cells.columns if name.startswith("d")]
    said = cells.assign(**{at: cells[at].where(~cells[at].isin(others), OTHER)})
    return said.groupby(codes, dropna=False, sort=False, as_index=False).sum()
