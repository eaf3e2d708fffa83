"""A table of the workspace as Arrow, for DuckDB to read beside the store.

frame    the living rows
schema   its columns and types: the same with and without rows

Values come out of the database as they lie there and are turned into types by whole columns: row by row takes twice the time.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Date, DateTime, Float, Integer, Text, select, type_coerce
from sqlalchemy.types import NULLTYPE

from lib.workspace.opening import Workspace, reading
from lib.workspace.rules import Json, Money
from lib.workspace.sheets import sheet_of

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 20_000  # rows in memory as Python values


def frame(workspace: Workspace, table: str) -> "pa.Table":
    """The living rows of `table`, in no order. JSON is text; steps hold their days as 2026-10-31."""
    import pyarrow as pa

    columns, types = _columns(table), schema(table)
    asked = select(*[type_coerce(column, NULLTYPE).label(column.name) for column in columns])
    asked = asked.where(sheet_of(table).table.c.removed_at.is_(None)).execution_options(yield_per=_AT_ONCE)
    batches = []
    with reading(workspace) as con:
        for part in con.execute(asked).partitions():
            values = zip(*part, strict=True)
            arrays = [
                _array(each, column.type, kind) for each, column, kind in zip(values, columns, types.types, strict=True)
            ]
            batches.append(pa.record_batch(arrays, schema=types))
    return pa.Table.from_batches(batches, schema=types)


def schema(table: str) -> "pa.Schema":
    """The columns of `table` as Arrow: its own as they are written, then who made and changed a row, and when."""
    import pyarrow as pa

    kinds = {
        Text: pa.string(),
        Json: pa.string(),
        Integer: pa.int64(),
        Float: pa.float64(),
        Boolean: pa.bool_(),
        Date: pa.date32(),
        DateTime: pa.timestamp("us"),
        Money: pa.decimal128(18, 2),
    }
    return pa.schema(
        [
            (column.name, next(kind for of, kind in kinds.items() if isinstance(column.type, of)))
            for column in _columns(table)
        ]
    )


def _columns(table: str) -> list:
    return [column for column in sheet_of(table).table.c if column.name != "removed_at"]


def _array(values: tuple, of: object, kind: "pa.DataType") -> "pa.Array":
    """A column from what the database gave: SQLite says days and moments as text, and yes and no as 1 and 0."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pa.array(values)
    if isinstance(of, Money):
        found = pc.multiply(found.cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01"), pa.decimal128(3, 2)))
    return found.cast(kind)
