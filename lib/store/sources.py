"""Which batches a table is folded from, and whether bringing a file in once more would change anything.

Source       what one batch holds for one table
in_force     table -> the batches it is folded from, oldest first
sources      the same as files
made_from    a fingerprint of all that goes into one database of a snapshot
received_on  the day the newest of those batches arrived
already_in   the batch that makes bringing these files again pointless
hash_of      one hash for the files of a batch
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from lib.store.folder import Batch, Manifest
from lib.store.tables import SHAPE

_USAGE_TABLES = {"event", "feature"}


@dataclass(frozen=True)
class Source:
    """What one batch holds for one table."""

    files: tuple[Path, ...]
    mode: str = "update"  # lib.store.folder.MODES
    received_on: date = date.min
    batch: str = ""


def in_force(batches: Iterable[Batch]) -> dict[str, list[Batch]]:
    """table -> the batches it is folded from, oldest first; a replacing batch hides the earlier ones of its tables.

    Headings come with every file: those of a file of another table are not hidden.
    """
    found: dict[str, list[Batch]] = {}
    for batch in batches:
        for table in batch.tables:
            earlier = found.get(table, [])
            if batch.mode == "replace":
                earlier = [each for each in earlier if table == "heading" and set(each.tables) - set(batch.tables)]
            found[table] = [*earlier, batch]
    return found


def sources(store: Path, batches: Iterable[Batch], staged: Mapping[str, Path] | None = None) -> dict[str, list[Source]]:
    """table -> what each batch in force holds for it. `staged` says where batches lie that are not in the store yet."""
    places = staged or {}
    found = {}
    for table, holding in in_force(batches).items():
        found[table] = []
        for batch in holding:
            place = places.get(batch.batch, store / "batches" / batch.batch)
            files = sorted([*place.glob(f"{table}.parquet"), *place.glob(f"{table}-*.parquet")])
            found[table].append(Source(tuple(files), batch.mode, _day(batch), batch.batch))
    return found


def made_from(file: str, batches: Iterable[Batch], known_on: date | None) -> str:
    """A fingerprint of all that goes into `file`: its batches, in order, the shape of the store, the last day of use.

    The last day of use matters to core.duckdb alone, and only as long as a later accounts file may have changed a value.
    """
    parts = [
        (batch.batch, batch.file_hash, batch.received_at, batch.mode, sorted(tables))
        for batch in batches
        if (tables := _goes_into(file, batch))
    ]
    told = in_force(batches).get("account", []) if file == "core.duckdb" else []
    newest = max(map(_day, told)) if len(told) > 1 else None
    until = min(known_on, newest).isoformat() if known_on and newest else None
    return hashlib.sha256(json.dumps([SHAPE, parts, until]).encode()).hexdigest()[:16]


def received_on(file: str, batches: Iterable[Batch]) -> date:
    """The day the newest of the batches in `file` arrived; of all batches where none is in it."""
    days = [(bool(_goes_into(file, batch)), datetime.fromisoformat(batch.received_at)) for batch in batches]
    return max(days)[1].date()


def already_in(
    manifest: Manifest | None,
    file_hash: str,
    tables: Iterable[str],
    *,
    mode: str = "update",
    files: Sequence[Mapping] = (),
) -> Batch | None:
    """The batch that already holds this very file for these tables, where bringing it again would change nothing.

    files  the batch's own `files`, where known: the same content read in another way, or mended, is not the same

    Nothing would change when, of every table, the newest batch in force is this file; with mode "insert", and for events,
    a later batch does not matter, as known keys are left alone and known events are merged. With mode "replace" the file
    must be all there is. A file whose batch was undone or replaced is not in; nor is one that a later batch has updated
    since, as its values would come back.
    """
    tables = set(tables)
    holding = in_force(manifest.batches) if manifest else {}
    for batch in reversed(manifest.batches if manifest else ()):
        if not file_hash or batch.file_hash != file_hash or set(batch.tables) != tables:
            continue
        if files and batch.files and _how_read(files) != _how_read(batch.files):
            continue
        if all(_stands(batch, holding[table], table, mode) for table in tables - {"heading"}):
            return batch
    return None


def _stands(batch: Batch, holding: list[Batch], table: str, mode: str) -> bool:
    if mode == "replace":
        return holding == [batch]
    if mode == "insert" or table == "event":
        return batch in holding
    return holding[-1] == batch and (batch.mode != "insert" or len(holding) == 1)


def _how_read(files: Sequence[Mapping]) -> list[str]:
    return sorted(
        json.dumps([each.get(name) for name in ("hash", "table", "mapping", "said")], default=str) for each in files
    )


def hash_of(files: Iterable[Mapping]) -> str:
    """One hash for the files of a batch: its own of a single file, otherwise over all of them in the order of their names."""
    hashes = [each["hash"] for each in sorted(files, key=lambda each: (each["name"], each["hash"]))]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _goes_into(file: str, batch: Batch) -> set[str]:
    return {t for t in batch.tables if (t in _USAGE_TABLES if file == "usage.duckdb" else t != "event")}


def _day(batch: Batch) -> date:
    return datetime.fromisoformat(batch.received_at).date()
