"""Opening a snapshot: one in-memory root with the snapshot's files attached read-only, and a cursor for every question.

open_snapshot   the root of a store's current snapshot: no writing, no other files, settings locked
open_at         the same for any snapshot folder: an earlier one, or a draft
FAULTS          what DuckDB raises where it fails itself; the opened snapshot is spoilt for everybody then, and must be opened anew
Snapshot.ask    a cursor cut to a scope and a book: temp views `scope` (the accounts the viewer may see) and `book`
                (scope cut by the filters), both with the columns of account. The one gate below every measure

A connection shared by threads gives wrong rows in DuckDB 2.0: every question takes its own cursor. A replaced root is
dropped, never closed, since a cursor of it may still be running.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from lib.book import Book
from lib.errors import Refused
from lib.scope import ALL, Scope
from lib.store import relations
from lib.store.dimensions import StoredDimension, find_dimension, read_catalogue
from lib.store.folder import Manifest, read_manifest, require_current
from lib.store.tables import SHAPE, quote

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY_LIMIT = "4GB"
# A name as it is compared: case and outer spaces do not matter. One rule for all sides, in one language.
_FOLDED = "create macro folded_name(name) as lower(trim(name, ' ' || chr(9) || chr(10) || chr(13) || chr(160)))"
FAULTS = (duckdb.InternalException, duckdb.FatalException)


@dataclass(frozen=True)
class Snapshot:
    """An opened snapshot: immutable data and its catalogue of dimensions."""

    root: duckdb.DuckDBPyConnection
    manifest: Manifest
    path: Path
    dimensions: tuple[StoredDimension, ...]

    @property
    def version(self) -> str:
        """Names this data and no other: part of every cache key."""
        return f"{self.path.parent.parent.name}/{self.manifest.snapshot}/{self.manifest.published_at}"

    @property
    def is_well(self) -> bool:
        """Whether it can be asked."""
        try:
            with self.root.cursor() as con:
                con.execute("select 1")
        except duckdb.Error:
            return False
        return True

    def dimension(self, name: str) -> StoredDimension:
        """The dimension people call `name`; raises Refused with the names there are."""
        return find_dimension(self.dimensions, name)

    @contextmanager
    def ask(
        self, book: Book, scope: Scope = ALL, written: Mapping[str, "pa.Table"] | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor on which `scope` and `book` are views of accounts, with every table and fact in reach.

        written   what people wrote in the app, table by table: on the cursor as `written_touch`, `written_task`, ...
        """
        with self.root.cursor() as con:
            con.execute(f"set search_path = '{relations.PATH}'")
            for name, rows in (written or {}).items():
                con.register(f"written_{name}", rows)
            con.execute(f"create temp view scope as select * from core.account{self._scoped(con, scope)}")
            conditions = ["true"]
            for number, (name, values) in enumerate(book.filters):
                con.execute(f"set variable filter_{number} = $values", {"values": [v for v in values if v is not None]})
                value = value_on(self.dimension(name), f"date '{book.as_of.isoformat()}'")
                conditions.append(f"list_contains(getvariable('filter_{number}')::varchar[], {value})")
                if None in values:
                    conditions[-1] = f"({conditions[-1]} or {value} is null)"
            if book.search:
                con.execute("set variable search = lower($search)", {"search": book.search})
                conditions.append(
                    "(contains(lower(account), getvariable('search')) or contains(lower(name), getvariable('search')))"
                )
            con.execute(f"create temp view book as select * from scope as account where {' and '.join(conditions)}")
            yield con

    def _scoped(self, con: duckdb.DuckDBPyConnection, scope: Scope) -> str:
        """Whose accounts an account is among is what it is now: nobody sees an account for having had it once."""
        if scope.is_all:
            return ""
        con.execute(
            "set variable scope_csms = list_transform($csms::varchar[], lambda csm: folded_name(csm))",
            {"csms": list(scope.csms)},
        )
        return " where list_contains(getvariable('scope_csms')::varchar[], folded_name(csm::varchar))"


def value_on(dimension: StoredDimension, day: str) -> str:
    """SQL for the text of a dimension of `account` as it was on `day` (a SQL expression of ours)."""
    latest = f"account.{quote(dimension.column)}::varchar"
    if not dimension.has_history:
        return latest
    field = dimension.name.replace("'", "''")
    held = (
        f"from core.account_history as history where history.account = account.account "
        f"and field = '{field}' and from_on <= {day} and until_on > {day}"
    )
    return f"case when exists ({held}) then (select max(value) {held}) else {latest} end"


def open_snapshot(store: Path, scripts: Sequence[str] = ()) -> Snapshot:
    """Open the current snapshot of `store` read-only. `scripts` say what is in reach beside its tables (the facts)."""
    return open_at(require_current(store), scripts)


def open_at(path: Path, scripts: Sequence[str] = ()) -> Snapshot:
    """Open the snapshot in the folder `path` read-only."""
    manifest = read_manifest(path)
    if manifest.shape != SHAPE:
        raise Refused(
            f"The data in {path.parent.parent} was published by another version of Headlight. "
            "Run `python -m lib refold` once: it folds the same batches into the tables of this version."
        )
    root = duckdb.connect(":memory:")
    root.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    for name in ("core", "usage"):
        file = str(path / f"{name}.duckdb").replace("'", "''")
        root.execute(f"attach '{file}' as {name} (read_only)")
    relations.attach(root, (_FOLDED, *scripts))
    root.execute(f"set search_path = 'memory,core,usage,{relations.NAME}'")
    root.execute("set enable_external_access = false")
    root.execute("set lock_configuration = true")
    return Snapshot(root, manifest, path, read_catalogue(root))
