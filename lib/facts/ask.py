"""Asking: a cursor for one question, cut to what the viewer may see and to the book, states included.

ask   the one way from a page or a shell to the data
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.scope import ALL, Scope
from lib.store.opening import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa


@contextmanager
def ask(
    snapshot: Snapshot,
    book: Book,
    definitions: Definitions,
    scope: Scope = ALL,
    written: Mapping[str, "pa.Table"] | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on which `scope` and `book` are views of accounts, `book` cut by dimensions, by search and by states."""
    with snapshot.ask(replace(book, states=()), scope, written) as con:
        yield con
