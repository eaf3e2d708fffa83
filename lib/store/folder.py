"""A store is a folder: where its parts lie, which snapshot is current, and who may write.

    STORE/
      current              the name of the current snapshot, replaced atomically
      lock, holder.json    the one writer
      incoming/            batches being prepared, each in a folder of its own that its process's user alone can open
      batches/000001/      immutable: normalised Parquet, one or more files a table
      snapshots/000001/    immutable: manifest.json, core.duckdb, usage.duckdb; without any batch the manifest alone

`read_manifest` is all a reader needs; `writing` holds the lock from read to flip. `current` is None where there is no
data, also after the only batch was undone; `last_published` is the newest snapshot even then, and keeps the log.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import InitVar, asdict, dataclass, field, fields
from datetime import date, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from lib.errors import Busy, Refused, Stale

NONE = "none"  # in the place of a snapshot's name, where nothing was published yet
MODES = {
    "update": "a row with a known key updates it, column by column; new keys are added",
    "insert": "rows with a new key are added; known ones are left as they are",
    "replace": "every earlier batch of the same tables is left out",
}


@dataclass(frozen=True)
class Batch:
    """One import, as it is remembered: what came from where, how much of it, who brought it, and who took it back.

    file_hash  of the one file, or over the hashes of several (lib.store.sources.hash_of)
    files      one dict each: name, hash, table, n_read, n_kept, n_refused, n_merged, mapping, said (how it is read, if said)
    replaces   another way to say mode="replace", as manifests did before there were modes
    """

    batch: str
    source: str
    file_hash: str
    tables: tuple[str, ...]
    who: str
    received_at: str  # ISO, UTC
    n_read: int = 0
    n_kept: int = 0
    n_refused: int = 0
    n_merged: int = 0
    refused: tuple[dict, ...] = ()  # the refused cells, as far as they were kept: file, row, column, value, reason
    notes: tuple[str, ...] = ()
    files: tuple[dict, ...] = ()
    mode: str = "update"  # one of MODES
    undone_by: str = ""
    undone_at: str = ""  # ISO, UTC; empty while the batch is part of the data
    replaces: InitVar[bool] = False

    def __post_init__(self, replaces: bool) -> None:
        if replaces:
            object.__setattr__(self, "mode", "replace")
        if self.mode not in MODES:
            raise Refused(f"{self.mode!r} is no way to bring rows in; it can be {', '.join(MODES)}.")


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds and what it was made from.

    batches   those the data is folded from, oldest first
    undone    those that were taken back, in that order
    n_merged  table -> rows of a batch that were rows of an earlier one: events, the other tables have keys
    """

    snapshot: str
    published_at: str
    batches: tuple[Batch, ...]
    files: dict[str, dict]  # file name -> {"made_from", "n_rows": {table: n}, "last_day"}
    shape: str = ""  # lib.store.tables.SHAPE of the version that made it
    next_batch: int = 1
    n_rows: dict[str, int] = field(default_factory=dict)
    last_day: str | None = None  # the last day the data knows; None where it has no dates
    undone: tuple[Batch, ...] = ()
    n_merged: dict[str, int] = field(default_factory=dict)
    counted: dict = field(default_factory=dict)  # lib.store.counted

    @property
    def log(self) -> tuple[Batch, ...]:
        """Every batch there ever was, oldest first, those that were undone among them."""
        return tuple(sorted((*self.batches, *self.undone), key=lambda each: each.batch))

    @property
    def as_of(self) -> date | None:
        """The last day the data knows, as a date."""
        return date.fromisoformat(self.last_day) if self.last_day else None

    @property
    def received_on(self) -> date:
        """The day the newest batch arrived: the as-of day of data that has no dates."""
        return datetime.fromisoformat(self.batches[-1].received_at).date()


def default_store() -> Path:
    """Where the store is when nobody says: HEADLIGHT_STORE, or data/store beside the code."""
    return Path(os.environ.get("HEADLIGHT_STORE") or Path(__file__).parents[2] / "data" / "store")


def last_published(store: Path) -> Path | None:
    """The folder of the newest snapshot, also of one without data; None where nothing was published yet."""
    try:
        name = (store / "current").read_text().strip()
    except FileNotFoundError:
        return None
    return store / "snapshots" / name


def current(store: Path) -> Path | None:
    """The folder of the current snapshot, or None where there is no data: none yet, or all of it was undone."""
    snapshot = last_published(store)
    return snapshot if snapshot and (snapshot / "core.duckdb").exists() else None


def read_manifest(snapshot: Path) -> Manifest:
    """The manifest of a snapshot folder; what an older version did not write has its default."""
    raw = json.loads((snapshot / "manifest.json").read_text())
    read = {name: tuple(map(_batch, raw.pop(name, ()))) for name in ("batches", "undone")}
    return Manifest(**read, **raw)


def _batch(raw: dict) -> Batch:
    listed = {each.name for each in fields(Batch) if each.default == ()} | {"tables"}
    return Batch(**{name: tuple(value) if name in listed else value for name, value in raw.items()})


def write_manifest(snapshot: Path, manifest: Manifest) -> None:
    """Write `manifest` into the folder of a snapshot under construction, down to the disk."""
    write_whole(snapshot / "manifest.json", json.dumps(asdict(manifest), indent=1))


def write_whole(path: Path, text: str) -> None:
    """Write `text` so that a reader, or the next start after a power cut, sees all of it or the old file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def staging(place: Path) -> Iterator[Path]:
    """A fresh folder to prepare one batch in, outside the lock; gone afterwards unless publishing took it.

    place  the store, or for what is not to be published any folder
    """
    name = f"{os.getpid()}-{secrets.token_hex(8)}"
    room = place / "incoming" / name
    room.parent.mkdir(parents=True, exist_ok=True)
    room.mkdir(mode=0o700)
    try:
        (room / name).mkdir()  # what becomes a batch can be read by whoever reads the store
        yield room / name
    finally:
        shutil.rmtree(room, ignore_errors=True)


def sweep_incoming(store: Path) -> None:
    """Remove what was being prepared by processes that are no more."""
    for path in (store / "incoming").glob("*-*"):
        pid = path.name.split("-")[0]
        if not (pid.isdecimal() and _is_alive(int(pid))):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        return pid > 0 and os.kill(pid, 0) is None
    except ProcessLookupError:
        return False
    except PermissionError:
        return True


@contextmanager
def writing(store: Path, *, who: str, now: datetime, wait_seconds: float) -> Iterator[None]:
    """Hold the store's one write lock. Raises Busy, naming the holder, when it is not free within `wait_seconds`.

    The lock is the operating system's: a killed writer gives it back by dying.
    """
    store.mkdir(parents=True, exist_ok=True)
    name = store / "holder.json"
    lock = FileLock(store / "lock")
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise Busy(_who_holds(store)) from None
    try:
        write_whole(name, json.dumps({"who": who, "pid": os.getpid(), "since": now.isoformat(timespec="seconds")}))
        yield
    finally:
        name.unlink(missing_ok=True)
        lock.release()


def holder(store: Path) -> dict | None:
    """Who holds the lock: who, pid, since; None where nobody does."""
    try:
        return json.loads((store / "holder.json").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _who_holds(store: Path) -> str:
    held = holder(store) or {"who": "another process", "pid": "unknown", "since": "just now"}
    return (
        f"The store is being written by {held['who']} (process {held['pid']}, since {held['since']} UTC). "
        "Nothing was changed; try again when it is done."
    )


def expect(store: Path, snapshot: str | None) -> None:
    """Raise Stale where another snapshot than this one is the newest. None expects nothing; NONE that there is none yet."""
    newest = last_published(store)
    found = newest.name if newest else NONE
    if snapshot is not None and snapshot != found:
        at = f" at {read_manifest(newest).published_at} UTC" if newest else ""
        raise Stale(
            f"The data was published anew{at}, after this change was looked at (snapshot {found}, not {snapshot}). "
            "Nothing was changed; look first at what would change now."
        )


def require_current(store: Path) -> Path:
    """The folder of the current snapshot; raises Refused with the way out where there is none."""
    snapshot = current(store)
    if snapshot is None:
        raise Refused(
            f"There is no data in {store}. "
            "Import a file (python -m lib import FILE --as account) or make the sample (python -m lib sample)."
        )
    return snapshot
