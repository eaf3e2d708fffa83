"""All sources of one run, on disk and ready to be prepared together.

gather     what is new of every source; refuses when one of them cannot be reached
Gathered   the files, how each is to be read, and what is to be remembered once they are published
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lib.store.folder import Manifest
from lib.store.ingest.formats import BETWEEN
from lib.store.ingest.limits import Limits, from_environment
from lib.store.ingest.prepare import Plan
from lib.store.sync import database, files, marks
from lib.store.sync.secrets import Secrets
from lib.store.sync.settings import Source


@dataclass(frozen=True)
class Gathered:
    """What is new: files, named after their sources; the plan of each file; an entry for each source, for marks."""

    paths: tuple[Path, ...]
    plans: Mapping[str, Plan]
    entries: dict[str, dict]

    @property
    def names(self) -> list[str]:
        """The sources that have something new."""
        return list(dict.fromkeys(path.name.split(BETWEEN)[0] for path in self.paths))


class _Plans(Mapping):
    """The plan of a file or a sheet in it, by the source that its name begins with."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._plans = {source.name: _plan(source) for source in sources}

    def __getitem__(self, name: str) -> Plan:
        return self._plans[name.split(BETWEEN)[0]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._plans)

    def __len__(self) -> int:
        return len(self._plans)


def gather(
    sources: Sequence[Source],
    into: Path,
    store: Path,
    manifest: Manifest | None,
    *,
    is_full: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Gathered:
    """Bring what is new of all sources into the folder `into`; `say` is told of each.

    manifest   of the store as it is: which batches count
    is_full    read everything, whatever was read before
    """
    limits, secrets, paths, entries = from_environment(), Secrets(), [], {}
    for source in sources:
        seen = marks.known(store, manifest, source) if source.watermark and not is_full else marks.Known()
        if seen.is_other:
            say(f"{source.name} is described otherwise than when it was last read: it is read from its start.")
        fetch = _from_database if source.url else _from_files
        found, entry, said = fetch(source, into, limits, secrets, seen)
        paths += found
        say(f"{source.name}: {said}")
        if entry and source.watermark:
            entries[source.name] = entry
    return Gathered(tuple(paths), _Plans(sources), entries)


def _from_database(
    source: Source, into: Path, limits: Limits, secrets: Secrets, seen: marks.Known
) -> tuple[list[Path], dict | None, str]:
    found = database.fetch(source, into / source.name, limits, secrets, seen.newest)
    if not found.n_rows:
        found.path.unlink()
        return [], None, "nothing new." if seen.batch else "no rows."
    since = f", newer than {source.watermark} {seen.newest.value}" if seen.newest else ""
    entry = marks.entry(source, seen.batch, newest=found.newest) if found.newest else None
    return [found.path], entry, f"{found.n_rows:,} rows{since}."


def _from_files(
    source: Source, into: Path, limits: Limits, secrets: Secrets, seen: marks.Known
) -> tuple[list[Path], dict | None, str]:
    found = files.fetch(source, into, limits, secrets, seen.files)
    n, n_changed = len(found.marks), len(set(found.marks) & set(seen.files))
    if not n:
        return [], None, "nothing new."
    said = f"{n:,} file{'s' if n > 1 else ''}{f', {n_changed:,} of them changed' if n_changed else ''}"
    if found.empty:
        said += f"; {len(found.empty):,} without a row ({', '.join(found.empty[:3])})"
    return list(found.paths), marks.entry(source, seen.batch, files=found.marks), f"{said}."


def _plan(source: Source) -> Plan:
    is_text = source.url is not None  # written by us
    return Plan(
        table=source.kind,
        mapping=source.mapping,
        date_order=source.date_order,
        decimal=source.decimal or ("." if is_text else None),
        delimiter="," if is_text else source.delimiter,
        encoding="utf-8" if is_text else source.encoding,
        time_zone=source.time_zone,
    )
