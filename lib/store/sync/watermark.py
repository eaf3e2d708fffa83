"""How far a query has been read: the newest value of one column, and which rows stand exactly there.

Newest      the newest value seen, and the rows that have it
beginning   what :since is before anything was seen
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from lib.errors import Refused

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.sql.expression import TextClause

    from lib.store.sync.settings import Source

EARLIEST = datetime(1900, 1, 1)
SMALLEST = -(1 << 62)
TIES = 10_000  # rows at the newest value that are remembered; beyond it they are read again, which does no harm
KINDS = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "Decimal": Decimal,
    "UUID": UUID,
    "int": int,
    "float": float,
    "str": str,
}


@dataclass
class Newest:
    """The newest value so far and the fingerprints of the rows that have it; it grows as rows are seen."""

    value: object = None
    ties: set[str] = field(default_factory=set)
    since: object = None  # where the last run ended, and the rows it saw there
    known: frozenset[str] = frozenset()

    @classmethod
    def of(cls, seen: "Newest | None") -> "Newest":
        """A copy to go on from."""
        return cls(seen.value, set(seen.ties), seen.value, frozenset(seen.ties)) if seen else cls()

    def see(self, values: Sequence, rows: Sequence[tuple], where: str) -> list[int]:
        """Take note of rows and their values; the positions of the rows that were not known."""
        try:
            kept = [at for at, value in enumerate(values) if self._is_new(value, rows[at])]
        except TypeError:
            raise Refused(f"{where}, watermark: its values are of several kinds, which cannot be compared.") from None
        if self.value is not None and type(self.value).__name__ not in KINDS:
            raise Refused(
                f"{where}, watermark: a {type(self.value).__name__} cannot be one. Take a moment or a number."
            )
        return kept

    def _is_new(self, value: object, row: tuple) -> bool:
        if value is None or (self.value is not None and value < self.value):
            return True
        if self.value is None or value > self.value:
            self.value, self.ties = value, set()
        mark = _mark(row)
        if value == self.since and mark in self.known:
            return False
        if len(self.ties) < TIES:
            self.ties.add(mark)
        return True

    def as_json(self) -> dict:
        """For the state file."""
        kind = type(self.value).__name__
        said = self.value.isoformat() if kind in ("datetime", "date") else str(self.value)
        return {"kind": kind, "value": said, "ties": sorted(self.ties)}

    @classmethod
    def from_json(cls, said: dict) -> "Newest":
        """From the state file."""
        return cls(KINDS[said["kind"]](said["value"]), set(said["ties"]))


def beginning(con: "Connection", statement: "TextClause", source: "Source") -> object:
    """The least value of the watermark's kind, which the database tells by a query for nothing.

    A driver that tells no kinds (SQLite's) gets the smallest number, which it sorts before everything else.
    """
    dbapi = con.dialect.dbapi
    if not hasattr(dbapi, "DATETIME"):
        return SMALLEST
    kind = _columns(con, statement).get(source.watermark)
    for known, least in (("DATETIME", EARLIEST), ("DATE", EARLIEST), ("NUMBER", SMALLEST), ("STRING", "")):
        if kind is not None and kind == getattr(dbapi, known, object()):
            return least
    raise Refused(f"[{source.name}]: say where the watermark begins, as since = 2020-01-01 or since = 0.")


def _columns(con: "Connection", statement: "TextClause") -> dict[str, object]:
    """header -> kind; where nothing stands for :since the statement may make no sense: nothing minus an hour."""
    from sqlalchemy.exc import DBAPIError

    refusals = []
    for since in (None, EARLIEST, SMALLEST):
        try:
            result = con.execute(statement, {"since": since})
            kinds = {header: kind for header, kind, *_ in result.cursor.description}
            result.close()
            return kinds
        except DBAPIError as error:
            refusals.append(error)
            con.rollback()
    raise refusals[0]


def _mark(row: tuple) -> str:
    return hashlib.blake2b(repr(row).encode("utf-8", "replace"), digest_size=8).hexdigest()
