"""Publishing: a new snapshot beside the old one, then one atomic flip of the pointer.

publish    add a prepared batch and publish the fold of all batches
undo       publish the fold without one batch
refold     publish the same batches in the tables of this version
N_KEPT     snapshots that stay readable behind the current one

kill -9 at any instant leaves the previous snapshot whole: every folder is built under a name nobody reads, made durable,
renamed, and only then pointed to. What a killed writer left lying about is swept by the next one.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from lib.errors import Refused
from lib.store import folder
from lib.store.fold import build_core
from lib.store.folder import Batch, Manifest
from lib.store.rollups import build_usage
from lib.store.tables import SHAPE

N_KEPT = 10
_BUILDERS = {"core.duckdb": build_core, "usage.duckdb": build_usage}
_USAGE_TABLES = {"event", "feature"}


def publish(
    store: Path,
    staged: Path,
    batch: Batch,
    *,
    now: datetime,
    wait_seconds: float = 60,
    say: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Publish the batch prepared in `staged` (Parquet files named TABLE.parquet or TABLE-*.parquet).

    The batch gets the next free number. Raises Busy when another writer does not finish within `wait_seconds`.
    """
    with folder.writing(store, who=batch.who, now=now, wait_seconds=wait_seconds):
        before = _manifest_or_none(store)
        number = before.next_batch if before else 1
        batch = replace(batch, batch=f"{number:06d}")
        place = store / "batches" / batch.batch
        place.parent.mkdir(exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)  # an orphan: moved here by a writer that died before its flip
        for file in staged.iterdir():
            folder.sync(file)
        folder.sync(staged)
        os.rename(staged, place)
        folder.sync(place.parent)
        batches = (*(before.batches if before else ()), batch)
        return _publish_fold(store, batches, number + 1, before, now=now, say=say)


def undo(store: Path, batch: str, *, who: str, now: datetime, wait_seconds: float = 60) -> Manifest:
    """Publish the fold of all batches but `batch`; the only batch of a store cannot be undone, only replaced."""
    with folder.writing(store, who=who, now=now, wait_seconds=wait_seconds):
        before = folder.read_manifest(folder.require_current(store))
        names = [each.batch for each in before.batches]
        if batch not in names:
            raise Refused(f"There is no batch {batch} to undo; the store holds {', '.join(names)}.")
        if len(names) == 1:
            raise Refused(f"{batch} is the only batch of this store: import another file first, or remove the store.")
        batches = tuple(each for each in before.batches if each.batch != batch)
        return _publish_fold(store, batches, before.next_batch, before, now=now, say=lambda _: None)


def refold(store: Path, *, who: str, now: datetime, wait_seconds: float = 60) -> Manifest:
    """Publish the same batches again: after an upgrade that changed the tables."""
    with folder.writing(store, who=who, now=now, wait_seconds=wait_seconds):
        before = folder.read_manifest(folder.require_current(store))
        return _publish_fold(store, before.batches, before.next_batch, before, now=now, say=lambda _: None)


def _publish_fold(
    store: Path, batches: tuple[Batch, ...], next_batch: int, before: Manifest | None, *, now: datetime, say: Callable
) -> Manifest:
    number = int(before.snapshot) + 1 if before else 1
    snapshots = store / "snapshots"
    building = snapshots / f".building-{number:06d}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)

    files = {}
    sources = _sources(store, batches)
    for name, build in _BUILDERS.items():
        made_from = _made_from(name, batches)
        old = before.files.get(name) if before else None
        if old and old["made_from"] == made_from:
            os.link(snapshots / before.snapshot / name, building / name)
            files[name] = old
        else:
            say(f"building {name}")
            files[name] = {"made_from": made_from, **build(building / name, sources, _received_on(name, batches))}
            folder.sync(building / name)

    manifest = Manifest(
        snapshot=f"{number:06d}",
        published_at=now.isoformat(timespec="seconds"),
        batches=batches,
        files=files,
        shape=SHAPE,
        next_batch=next_batch,
        n_rows={table: n for file in files.values() for table, n in file["n_rows"].items()},
        last_day=max((file["last_day"] for file in files.values() if file["last_day"]), default=None),
    )
    folder.write_manifest(building, manifest)
    place = snapshots / manifest.snapshot
    shutil.rmtree(place, ignore_errors=True)  # an orphan of a writer that died between rename and flip
    os.rename(building, place)
    folder.sync(snapshots)
    folder.write_whole(store / "current", manifest.snapshot)
    _sweep(store, manifest)
    return manifest


def _manifest_or_none(store: Path) -> Manifest | None:
    snapshot = folder.current(store)
    return folder.read_manifest(snapshot) if snapshot else None


def _sources(store: Path, batches: Iterable[Batch]) -> dict[str, list[list[Path]]]:
    """table -> the Parquet files of each batch that holds it, oldest first; a replacing batch hides the earlier ones."""
    found: dict[str, list[list[Path]]] = {}
    for batch in batches:
        place = store / "batches" / batch.batch
        for table in batch.tables:
            files = sorted([*place.glob(f"{table}.parquet"), *place.glob(f"{table}-*.parquet")])
            earlier = [] if batch.replaces else found.get(table, [])
            found[table] = [*earlier, files]
    return found


def _made_from(file: str, batches: Iterable[Batch]) -> str:
    """A fingerprint of all that goes into `file`: the batches with its tables, in order, and the shape of the store."""
    parts = [
        (batch.batch, batch.file_hash, batch.received_at, batch.replaces, sorted(tables))
        for batch in batches
        if (tables := _goes_into(file, batch))
    ]
    return hashlib.sha256(json.dumps([SHAPE, parts]).encode()).hexdigest()[:16]


def _received_on(file: str, batches: Iterable[Batch]) -> date:
    """The day the newest of the batches in `file` arrived; of all batches where none is in it."""
    days = [(bool(_goes_into(file, batch)), datetime.fromisoformat(batch.received_at)) for batch in batches]
    return max(days)[1].date()


def _goes_into(file: str, batch: Batch) -> set[str]:
    return {t for t in batch.tables if (t in _USAGE_TABLES if file == "usage.duckdb" else t != "event")}


def _sweep(store: Path, manifest: Manifest) -> None:
    """Remove snapshots past the last N_KEPT, batches that no snapshot left is made of, and what killed writers left."""
    snapshots = sorted(path for path in (store / "snapshots").iterdir() if not path.name.startswith("."))
    for path in snapshots[: -N_KEPT - 1]:
        shutil.rmtree(path, ignore_errors=True)
    needed = {batch.batch for path in snapshots[-N_KEPT - 1 :] for batch in folder.read_manifest(path).batches}
    for path in (store / "batches").iterdir():
        if path.name not in needed:
            shutil.rmtree(path, ignore_errors=True)
    for path in (store / "snapshots").glob(".building-*"):
        shutil.rmtree(path, ignore_errors=True)
    for name in ("current", "holder.json"):
        for draft in store.glob(f".{name}.*"):  # under the lock, nobody else is at work on one
            draft.unlink(missing_ok=True)
    for path in (store / "incoming").glob("*-*"):
        if not _is_alive(int(path.name.split("-")[0])):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
