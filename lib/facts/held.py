"""What a scope holds of the store: the values its accounts have, which is all that may be offered or named to its viewer.

held         dimensions with the values that accounts of the scope have or had
n_accounts   accounts of the scope
"""

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from lib.store.dimensions import StoredDimension
from lib.store.tables import quote


def held(con: duckdb.DuckDBPyConnection, dimensions: Sequence[StoredDimension]) -> tuple[StoredDimension, ...]:
    """The dimensions with the values that accounts of the cursor's scope have or had, in their order.

    For people to choose from, never to read codes with: those count the values of the whole store.
    """
    return tuple(each if each.kind == "usage" else replace(each, values=_values(con, each)) for each in dimensions)


def n_accounts(con: duckdb.DuckDBPyConnection) -> int:
    """The number of accounts of the cursor's scope."""
    return con.execute("select count(*) from scope").fetchone()[0]


def _values(con: duckdb.DuckDBPyConnection, dimension: StoredDimension) -> tuple[str, ...]:
    found = con.execute(f"select distinct {quote(dimension.column)}::varchar from scope").fetchall()
    if dimension.has_history:
        found += con.execute(
            "select distinct value from core.account_history where field = $field and account in (select account from scope)",
            {"field": dimension.name},
        ).fetchall()
    known = {value for (value,) in found}
    return tuple(value for value in dimension.values if value in known)
