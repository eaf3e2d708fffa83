"""A dry run: the data as it would be after an import or an undo, folded beside the store and published nowhere.

draft          the store's data with one batch more, for as long as it is looked at
draft_without  the store's data with one batch less, likewise
without        the batches that are left when one is taken out
Draft          where it lies, and what it was drafted from
build          the files and the manifest of a snapshot, in a folder: for drafts and for what is published alike

A draft takes no lock and is swept by the next writer where its own process died.
"""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from lib.errors import Refused
from lib.store import folder
from lib.store.counted import count_events
from lib.store.fold import build_core
from lib.store.folder import Batch, Manifest
from lib.store.rollups import build_usage
from lib.store.sources import Source, made_from, received_on, sources
from lib.store.tables import SHAPE

USAGE = "usage.duckdb"
_BUILDERS = {USAGE: build_usage, "core.duckdb": build_core}  # the last day of use is asked for by core


@dataclass(frozen=True)
class Draft:
    """A store's data with one batch more, or less.

    store     the store it was drafted for
    staged    where the batch lies that is more; None where one is less
    place     a store folder of its own, for this draft alone: every reader of a store can open it
    before    the snapshot it was drafted from; None where the store has no data
    after     its own snapshot folder
    """

    store: Path
    staged: Path | None
    place: Path
    before: Path | None
    after: Path
    manifest: Manifest

    @property
    def is_stale(self) -> bool:
        """Whether something was published since: publishing would give other data than was drafted."""
        newest = folder.last_published(self.store)
        return (newest.name if newest else folder.NONE) != self.drafted_from

    @property
    def drafted_from(self) -> str:
        """The snapshot that publishing this must find there still: what publish and undo expect."""
        number = int(self.manifest.snapshot) - 1
        return f"{number:06d}" if number else folder.NONE

    def is_of(self, batch: Batch) -> bool:
        """Whether `batch` is the one that was drafted, its number aside."""
        drafted = self.manifest.batches[-1]
        return replace(batch, batch=drafted.batch) == drafted


@contextmanager
def draft(
    store: Path,
    staged: Path,
    batch: Batch,
    *,
    now: datetime,
    work: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[Draft]:
    """Fold the store with the batch prepared in `staged`, which stays where it is; gone when the block ends.

    Nothing of the store is changed, and readers and writers are not kept waiting.
    work  the folder to draft in; within the store where none is given
    """
    newest = folder.last_published(store)
    known = folder.read_manifest(newest) if newest else None
    next_batch = known.next_batch if known else 1
    batch = replace(batch, batch=f"{next_batch:06d}")
    manifest = Manifest(
        snapshot=f"{int(known.snapshot) + 1 if known else 1:06d}",
        published_at=now.isoformat(timespec="seconds"),
        batches=(*(known.batches if known else ()), batch),
        files={},
        next_batch=next_batch + 1,
        undone=known.undone if known else (),
    )
    with folder.staging(work or store) as place:
        before = newest if known and known.batches else None
        after, manifest = _drafted(store, place, manifest, newest, {batch.batch: staged}, say)
        yield Draft(store, staged, place, before, after, manifest)


@contextmanager
def draft_without(
    store: Path, batch: str, *, now: datetime, say: Callable[[str], None] = lambda _: None
) -> Iterator[Draft]:
    """Fold the store without one of its batches, whichever; gone when the block ends, and nothing of the store is changed."""
    newest = folder.last_published(store) or folder.require_current(store)
    known = folder.read_manifest(newest)
    manifest = replace(
        known,
        snapshot=f"{int(known.snapshot) + 1:06d}",
        published_at=now.isoformat(timespec="seconds"),
        batches=without(known, batch),
        files={},
    )
    with folder.staging(store) as place:
        after, manifest = _drafted(store, place, manifest, newest, {}, say)
        yield Draft(store, None, place, newest, after, manifest)


def without(manifest: Manifest, batch: str) -> tuple[Batch, ...]:
    """The batches that are left when one is taken out; refuses one that is not there, or not any more."""
    for each in manifest.undone:
        if each.batch == batch:
            raise Refused(f"Batch {batch} was undone already, by {each.undone_by} at {each.undone_at} UTC.")
    names = [each.batch for each in manifest.batches]
    if batch not in names:
        raise Refused(f"There is no batch {batch} to undo; the store holds {', '.join(names) or 'none'}.")
    return tuple(each for each in manifest.batches if each.batch != batch)


def _drafted(
    store: Path,
    place: Path,
    manifest: Manifest,
    newest: Path | None,
    staged: dict[str, Path],
    say: Callable[[str], None],
) -> tuple[Path, Manifest]:
    after = place / "snapshots" / manifest.snapshot
    after.mkdir(parents=True)
    files = sources(store, manifest.batches, staged)
    manifest = build(after, manifest.batches, files, manifest, made_before=[newest] if newest else [], say=say)
    (place / "current").write_text(after.name)
    return after, manifest


def build(
    place: Path,
    batches: tuple[Batch, ...],
    held: dict[str, list[Source]],
    manifest: Manifest,
    *,
    made_before: Sequence[Path] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Write the files of a snapshot and its manifest into the folder `place`; gives the manifest, completed.

    made_before  snapshots whose files are linked instead of built where they were made from the same; the rollups are made
                 from those of the first, which was published, where it is of this shape. Without any batch there are no files.
    """
    files, known_on = {}, None
    known = [(path, folder.read_manifest(path)) for path in made_before]
    earlier = [(path, each.files) for path, each in known]
    for name, make in _BUILDERS.items() if batches else ():
        fingerprint = made_from(name, batches, known_on)
        for path, made in earlier:
            if name in made and made[name]["made_from"] == fingerprint:
                _link(path / name, place / name)
                files[name] = made[name]
                break
        else:
            say(f"building {name}")
            about = _patched(*known[0]) if name == USAGE and known else {}
            made = make(place / name, held, received_on(name, batches), known_on, **about)
            files[name] = {"made_from": fingerprint, **made}
            folder.sync(place / name)
        known_on = date.fromisoformat(day) if (day := files[name]["last_day"]) else None
    manifest = replace(
        manifest,
        files=files,
        shape=SHAPE,
        n_rows={table: n for file in files.values() for table, n in file["n_rows"].items()},
        n_merged={table: n for file in files.values() for table, n in file.get("n_merged", {}).items()},
        last_day=max((file["last_day"] for file in files.values() if file["last_day"]), default=None),
        counted=count_events(place, batches) if held.get("event") else {},
    )
    folder.write_manifest(place, manifest)
    return manifest


def _link(file: Path, name: Path) -> None:
    """`name` for the same file. A draft on another disk points to it, for as long as it is looked at."""
    try:
        os.link(file, name)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        name.symlink_to(file.resolve())


def _patched(place: Path, manifest: Manifest) -> dict:
    """What build_usage needs to know of rollups it can begin with, of a published snapshot."""
    made = manifest.files.get(USAGE)
    if made is None or manifest.shape != SHAPE:
        return {}
    return {"earlier": place / USAGE, "n_patches": made.get("n_patches", 0)}
