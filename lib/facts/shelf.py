"""Shelves: what a snapshot is made into once, kept beside it for every question after. A snapshot never changes.

Shelf     sets of tables in the memory of a root, by key; the last few that were asked for
released  says that a cursor asks no more
name_of   a key of what a set is made from
"""

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress

import duckdb

_shelves: list["Shelf"] = []


class Shelf:
    """Sets of tables, each of the same names. What is laid on a cursor are views of them, over every account.

    names     of the tables of a set, in the order in which they are made: each may read those before it
    most      sets that are kept; of many rows (more than `many` in a table) fewer, and packed
    of        what its sets are of, where another shelf has sets of the same names
    """

    def __init__(self, *names: str, most: int, many: int, of: str = "") -> None:
        self.names, self.most, self.many, self.of = names, most, many, of
        self._lock = threading.Lock()
        self._in_use: dict[int, set[str]] = {}  # cursor -> the keys it looks at
        _shelves.append(self)

    def lay(self, con: duckdb.DuckDBPyConnection, key: str, make: Callable[[str, str], None]) -> None:
        """The views of a set on a cursor; make(name, table) makes a table of it, asked for where the set is not there.

        A second call puts another set in their place.
        """
        with self._lock:
            self._in_use.setdefault(id(con), set()).add(key)
            if not self._has(con, key):
                self._make_room(con, self._kept(con))
                for name in self.names:
                    make(name, self.table(name, key))
                    self._show(con, name, key)  # what is made next may read it
                self._pack(con, key)
            for name in self.names:
                self._show(con, name, key)

    def release(self, con: duckdb.DuckDBPyConnection) -> None:
        """What a cursor looked at may make room for others."""
        with self._lock:
            self._in_use.pop(id(con), None)

    def table(self, name: str, key: str) -> str:
        """Where a table of a set is."""
        return f"memory.main.{self.of}{name}_{key}"

    def _show(self, con: duckdb.DuckDBPyConnection, name: str, key: str) -> None:
        con.execute(f"create or replace temp view {name} as from {self.table(name, key)}")

    def _pack(self, con: duckdb.DuckDBPyConnection, key: str) -> None:
        """Where there are many rows, into an eighth; not while somebody is in the middle of a question."""
        if self._are_many(con, key):
            with suppress(duckdb.TransactionException):
                con.execute("checkpoint memory")

    def _has(self, con: duckdb.DuckDBPyConnection, key: str) -> bool:
        """Whether a set is there, and whole: its last table is made last."""
        try:
            con.execute(f"describe {self.table(self.names[-1], key)}").fetchall()
        except duckdb.CatalogException:
            return False
        return True

    def _kept(self, con: duckdb.DuckDBPyConnection) -> list[str]:
        """The keys of the sets that are whole, the oldest first."""
        last = f"{self.of}{self.names[-1]}"
        rows = con.execute(
            "select substr(table_name, $n) from duckdb_tables() where database_name = 'memory' and not temporary "
            "and starts_with(table_name, $prefix) order by table_oid",
            {"n": len(last) + 2, "prefix": f"{last}_"},
        ).fetchall()
        return [key for (key,) in rows]

    def _make_room(self, con: duckdb.DuckDBPyConnection, kept: list[str]) -> None:
        """Drop what was laid first and nobody looks at."""
        looked_at = set().union(*self._in_use.values())
        idle = [key for key in kept if key not in looked_at]
        most = min(2, self.most) if any(self._are_many(con, key) for key in kept) else self.most
        for key in idle[: max(len(kept) - most + 1, 0)]:
            for name in self.names:
                con.execute(f"drop table if exists {self.table(name, key)}")

    def _are_many(self, con: duckdb.DuckDBPyConnection, key: str) -> bool:
        ((n,),) = con.execute(
            f"select count(*) from {self.table(self.names[0], key)}"
        ).fetchall()  # to its end: a cursor must be free
        return n > self.many


def released(con: duckdb.DuckDBPyConnection) -> None:
    """What a cursor looked at, on any shelf, may make room for others."""
    for shelf in _shelves:
        shelf.release(con)


def name_of(*made_from: object) -> str:
    """A key of what a set is made from: part of the names of its tables."""
    return hashlib.sha256(repr(made_from).encode()).hexdigest()[:12]
