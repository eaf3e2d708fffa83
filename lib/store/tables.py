"""The store's tables as Python sees them: columns and types from schema.sql, keys, and safe names.

COLUMNS   table -> {column: DuckDB type}, read from schema.sql itself
NUMBER    the column that numbers the accounts of a snapshot
SHAPE     names the tables of this version of Headlight: a snapshot of another shape is folded anew
PARQUET   how the files of a batch are written
KEYS      table -> the columns that make a row unique (event has none)
quote     the one function that turns a name into a quoted SQL identifier
"""

import hashlib
from functools import cache
from pathlib import Path

import duckdb

SCHEMA = (Path(__file__).parent / "schema.sql").read_text()
NUMBER = "_account"  # beside account in a snapshot: the account's number there, which facts join on
FOLD = 11  # counts up when the same batches would be folded into other tables
PARQUET = "format parquet, compression snappy, parquet_version v2"  # a sixth less work than zstd, a tenth more room
SHAPE = f"{hashlib.sha256(SCHEMA.encode()).hexdigest()[:12]}.{FOLD}"

KEYS: dict[str, tuple[str, ...]] = {
    "account": ("account",),
    "account_history": ("account", "field", "from_on"),
    "contract": ("contract",),
    "entitlement": ("account", "metric"),
    "person": ("account", "person"),
    "event": (),
    "feature": ("feature",),
    "setting": ("account", "person", "setting"),
    "milestone": ("account", "stage"),
    "ticket": ("ticket",),
    "survey": ("survey",),
    "touch": ("touch",),
    "goal": ("goal",),
    "heading": ("header",),
}


def quote(name: str) -> str:
    """`name` as a SQL identifier. Every identifier that did not come from this source code passes here."""
    if "\x00" in name:
        raise ValueError("a name cannot hold a NUL character")
    return '"' + name.replace('"', '""') + '"'


@cache
def columns(table: str) -> dict[str, str]:
    """Column name -> DuckDB type of `table`, in the order of schema.sql."""
    return _all_columns()[table]


@cache
def _all_columns() -> dict[str, dict[str, str]]:
    return columns_of_schema(SCHEMA)


def columns_of_schema(schema: str) -> dict[str, dict[str, str]]:
    """table -> {column: DuckDB type} of some CREATE TABLE statements."""
    with duckdb.connect() as con:
        con.execute(schema)
        rows = con.execute(
            "select table_name, column_name, data_type from information_schema.columns order by table_name, ordinal_position"
        ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found
