"""Tiny hand-made stores: a dict of pandas frames, published and opened like any other data.

publish_frames   add frames to a store as one batch
open_world       the same, then opened with all facts in reach
account_frame    a row per account from plain keyword columns
contract_frame   a row per contract from dicts; what is not said is empty
on_contracts     only contracts and the facts over them, without files: quick enough for thousands of examples
ask              the answer of a measure
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from lib import definitions
from lib.book import Book
from lib.facts import open_store, scripts
from lib.measures import Answer
from lib.measures.registry import measure
from lib.store import folder, relations, rollups
from lib.store.fold import NUMBERED
from lib.store.folder import Batch, Manifest
from lib.store.opening import Snapshot
from lib.store.publish import publish
from lib.store.tables import NUMBER, SCHEMA, columns

NOW = datetime(2026, 11, 1, 8, 0, 0)
YEAR = Book(date(2025, 11, 1), date(2026, 11, 1), date(2026, 11, 1))
WORDS = definitions.load()
ROLLUPS = Path(rollups.__file__).with_suffix(".sql").read_text()  # the tables of usage

_ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "DOUBLE": pa.float64(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(18,2)": pa.decimal128(18, 2),
}


def publish_frames(
    store: Path,
    frames: dict[str, pd.DataFrame],
    *,
    received: datetime = NOW,
    replaces: bool = False,
    who: str = "anna",
    wait_seconds: float = 60,
    file_hash: str = "",
) -> Manifest:
    """Publish `frames` (table -> rows) as one batch of `store`."""
    batch = Batch("", "frames", file_hash, tuple(frames), who, received.isoformat(), replaces=replaces)
    with folder.staging(store) as staged:
        for table, frame in frames.items():
            parquet.write_table(as_arrow(table, frame), staged / f"{table}.parquet")
        return publish(store, staged, batch, now=received, wait_seconds=wait_seconds)


def as_arrow(table: str, frame: pd.DataFrame) -> pa.Table:
    """`frame` with the schema's types for the columns it knows; extra columns keep the type pandas gave them."""
    arrays = {}
    for name in frame.columns:
        values = [None if value is None or value is pd.NaT or value != value else value for value in frame[name]]
        kind = _ARROW.get(columns(table).get(name))
        if kind is not None and pa.types.is_decimal(kind):
            arrays[name] = pa.array(values, pa.float64()).cast(kind)
        else:
            arrays[name] = pa.array(values, kind)
    return pa.table(arrays)


def open_world(store: Path, frames: dict[str, pd.DataFrame], **options) -> Snapshot:
    """Publish `frames` into `store` and open it."""
    publish_frames(store, frames, **options)
    return open_store(store)


def account_frame(accounts: Iterable[str], **values) -> pd.DataFrame:
    """One row per account; a column is a list, or one value for all."""
    accounts = list(accounts)
    listed = {name: value if isinstance(value, list) else [value] * len(accounts) for name, value in values.items()}
    return pd.DataFrame({"account": pd.Series(accounts, dtype=object)}).assign(
        **{name: pd.Series(value, dtype=object) for name, value in listed.items()}
    )


def contract_frame(*rows: dict) -> pd.DataFrame:
    """One row per contract; `contract` numbers itself, `account` is "a" unless said."""
    whole = [
        {"contract": f"c{number}", "account": "a", "kind": "subscription", "is_recurring": True} | row
        for number, row in enumerate(rows)
    ]
    names = [name for name in columns("contract") if any(name in row for row in whole)] or ["contract", "account"]
    return pd.DataFrame([[row.get(name) for name in names] for row in whole], columns=names, dtype=object)


_LAID = "select table_name from duckdb_tables() where regexp_matches(table_name, '_[0-9a-f]{12}$')"  # for the contracts before


def on_contracts(*rows: dict) -> duckdb.DuckDBPyConnection:
    """A connection with the facts over these contracts alone (rows as for contract_frame); the next call empties it."""
    con = _empty_core()
    con.execute("delete from core.contract")
    for (name,) in con.execute(
        "select table_name from duckdb_tables() where table_name like 'customer_spell_%'"
    ).fetchall():
        con.execute(f"drop table memory.main.{name}")  # laid for the contracts before
    if rows:
        frame = contract_frame(*rows)
        con.register("given", as_arrow("contract", frame))
        con.execute(
            "insert into core.contract by name select *, dense_rank() over (order by account) - 1 as _account from given"
        )
        con.unregister("given")
    return con


@cache
def _empty_core() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name in ("core", "usage"):
        con.execute(f"attach ':memory:' as {name}")
        con.execute(f"use {name}")
        con.execute(SCHEMA)
        if name == "core":
            for table in ("account", *NUMBERED):
                con.execute(f"alter table {table} add column {NUMBER} uinteger")
    con.execute(ROLLUPS)
    relations.attach(con, scripts())
    con.execute(f"set search_path = 'memory,{relations.NAME}'")
    return con


def ask(snapshot: Snapshot, name: str, book: Book = YEAR, **options) -> Answer:
    """The answer of the measure called `name`."""
    with snapshot.ask(book) as con:
        return measure(name)(con, book, WORDS, **options)


def days(text: str | None) -> date | None:
    """A day from 2026-01-31; None stays None."""
    return date.fromisoformat(text) if text else None
