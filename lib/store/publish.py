"""Publishing: a new snapshot beside the old one, then one atomic flip of the pointer.

publish    add a prepared batch and publish the fold of all batches
undo       publish the fold without one batch, whichever
refold     publish the same batches in the tables of this version
N_KEPT     snapshots that stay readable behind the current one

kill -9 at any instant leaves the previous snapshot whole: every folder is built under a name nobody reads, made durable,
renamed, and only then pointed to. What a killed writer left lying about is swept by the next one.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lib.store import folder
from lib.store.draft import Draft, build, without
from lib.store.folder import Batch, Manifest
from lib.store.sources import sources

N_KEPT = 10


def publish(
    store: Path,
    staged: Path,
    batch: Batch,
    *,
    now: datetime,
    wait_seconds: float = 60,
    say: Callable[[str], None] = lambda _: None,
    drafted: Draft | None = None,
    expects: str | None = None,
) -> Manifest:
    """Publish the batch prepared in `staged` (Parquet files named TABLE.parquet or TABLE-*.parquet).

    The batch gets the next free number. Raises Busy when another writer does not finish within `wait_seconds`.
    drafted  a draft of this very batch, still open: what it built is taken as it is, unless another writer came between
    expects  the snapshot this was looked at against: raises Stale where it is not the newest any more (folder.expect)
    """
    ready = drafted.after if drafted and drafted.staged == staged and drafted.is_of(batch) else None
    with folder.writing(store, who=batch.who, now=now, wait_seconds=wait_seconds):
        folder.expect(store, expects)
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
        return _publish_fold(store, batches, before, now=now, next_batch=number + 1, say=say, drafted=ready)


def undo(
    store: Path, batch: str, *, who: str, now: datetime, wait_seconds: float = 60, expects: str | None = None
) -> Manifest:
    """Publish the fold of all batches but `batch`; the log keeps it, with who undid it and when.

    After the only batch the store has no data: readers are told so as before the first import, and the log stays.
    expects  as for publish
    """
    with folder.writing(store, who=who, now=now, wait_seconds=wait_seconds):
        folder.expect(store, expects)
        before = _manifest_or_none(store)
        if before is None:
            folder.require_current(store)
        batches = without(before, batch)
        at = now.isoformat(timespec="seconds")
        gone = tuple(replace(e, undone_by=who, undone_at=at) for e in before.batches if e.batch == batch)
        return _publish_fold(store, batches, before, now=now, undone=before.undone + gone)


def refold(store: Path, *, who: str, now: datetime, wait_seconds: float = 60) -> Manifest:
    """Publish the same batches again: after an upgrade that changed the tables."""
    with folder.writing(store, who=who, now=now, wait_seconds=wait_seconds):
        before = folder.read_manifest(folder.require_current(store))
        return _publish_fold(store, before.batches, before, now=now)


def _publish_fold(
    store: Path,
    batches: tuple[Batch, ...],
    before: Manifest | None,
    *,
    now: datetime,
    undone: tuple[Batch, ...] | None = None,
    next_batch: int | None = None,
    say: Callable[[str], None] = lambda _: None,
    drafted: Path | None = None,
) -> Manifest:
    snapshots = store / "snapshots"
    number = int(before.snapshot) + 1 if before else 1
    building = snapshots / f".building-{number:06d}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    manifest = build(
        building,
        batches,
        sources(store, batches),
        Manifest(
            snapshot=f"{number:06d}",
            published_at=now.isoformat(timespec="seconds"),
            batches=batches,
            files={},
            next_batch=next_batch or before.next_batch,
            undone=(before.undone if before else ()) if undone is None else undone,
        ),
        made_before=[path for path in (folder.last_published(store), drafted) if path],
        say=say,
    )
    place = snapshots / manifest.snapshot
    shutil.rmtree(place, ignore_errors=True)  # an orphan of a writer that died between rename and flip
    os.rename(building, place)
    folder.sync(snapshots)
    folder.write_whole(store / "current", manifest.snapshot)
    _sweep(store)
    return manifest


def _manifest_or_none(store: Path) -> Manifest | None:
    snapshot = folder.last_published(store)
    return folder.read_manifest(snapshot) if snapshot else None


def _sweep(store: Path) -> None:
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
    folder.sweep_incoming(store)
