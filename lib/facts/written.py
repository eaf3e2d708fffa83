"""What people write in the app, as facts take it: every column they read, and days that are within the data.

declared   the columns that facts read of each table of the workspace
laid       written tables, ready to lie beside the store
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lib.store.tables import columns_of_schema

if TYPE_CHECKING:
    import pyarrow as pa

PREFIX = "written_"
REAL = "real_"  # before the name of a column: its day as it was written, whatever day it counts on
NEWEST = ("said_on", "called_on", "acted_on")  # columns by which the newest row counts

# Columns that say when something happened, not when it is due.
HAPPENED = (
    "said_on", "opened_on", "closed_on", "asked_on", "withdrawn_on", "occurred_at", "called_on", "done_on",
    "promised_on", "reached_on", "acted_on", "drawn_on",
)  # fmt: skip


@cache
def declared() -> dict[str, dict[str, str]]:
    """Table of the workspace -> {column: DuckDB type} of what facts read, from written.sql."""
    found = columns_of_schema(Path(__file__).with_name("written.sql").read_text())
    return {name.removeprefix(PREFIX): columns for name, columns in found.items() if name.startswith(PREFIX)}


def laid(written: Mapping[str, "pa.Table"], last_day: date | None) -> dict[str, "pa.Table"]:
    """The tables with every column facts read, empty where it was not given.

    last_day   what happened after it counts as of it; None leaves days as they are
    """
    whole = {name: _placed(_whole(name, rows)) for name, rows in written.items()}
    return {name: _by(rows, last_day) for name, rows in whole.items()} if last_day else whole


def _whole(name: str, rows: "pa.Table") -> "pa.Table":
    import pyarrow as pa

    kinds = {
        "VARCHAR": pa.string(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(),
        "DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us"), "DECIMAL(18,2)": pa.decimal128(18, 2),
    }  # fmt: skip
    for column, kind in declared().get(name, {}).items():
        if column not in rows.column_names and column != "place" and not column.startswith(REAL):
            rows = rows.append_column(column, pa.nulls(len(rows), kinds[kind]))
    for column in declared().get(name, {}):
        if column.startswith(REAL):
            rows = rows.append_column(column, rows[column.removeprefix(REAL)])
    return rows


def _placed(rows: "pa.Table") -> "pa.Table":
    """The rows with their `place`, where the newest counts: by the day they are of, then by when they were made."""
    by = [name for name in NEWEST if name in rows.column_names]
    if not by:
        return rows
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    order = pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in (*by, "made_at")])
    return rows.append_column("place", pa.array(np.argsort(order.to_numpy())))


def _by(rows: "pa.Table", day: date) -> "pa.Table":
    """The rows with what happened after `day` as of that day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name in HAPPENED:
        if name in rows.column_names:
            kind = rows.schema.field(name).type
            last = day if pa.types.is_date(kind) else datetime.combine(day, time.max)
            capped = pc.min_element_wise(rows[name], pa.scalar(last, kind), skip_nulls=False)
            rows = rows.set_column(rows.column_names.index(name), name, capped)
    return rows
