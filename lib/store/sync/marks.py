"""How far each source has been read: STORE/sync.json, by the number of the batch that brought it.

known      how far a source was read, by the batches that are part of the data; taken back with a batch that is undone
Known      the newest value and the files, and the batch that brought the last of them
remember   note what a published batch brought

An entry says from which batch its run went on, and counts only while that one counts: where a batch in the middle is
undone, the next run goes on before it, and brings again what came later. What comes twice is merged by its key. An entry
is written after its batch is published: a crash between the two repeats the last run.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lib.errors import Refused
from lib.store import folder
from lib.store.folder import Batch, Manifest
from lib.store.sync.settings import Source
from lib.store.sync.watermark import Newest

FILE = "sync.json"


@dataclass(frozen=True)
class Known:
    """How far a source was read. `batch` is None where nothing counts."""

    batch: str | None = None
    newest: Newest | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    is_other: bool = False  # it was described otherwise then: it is read from its start


def known(store: Path, manifest: Manifest | None, source: Source) -> Known:
    """How far `source` was read by the batches that are part of the data."""
    sound = _sound(_read(store), manifest, source.name)
    if not sound:
        return Known()
    last = max(sound, key=int)
    if sound[last]["of"] != source.fingerprint:
        return Known(is_other=True)
    newest, files, at = sound[last].get("newest"), {}, last
    while at is not None:
        files = {**sound[at].get("files", {}), **files}
        at = sound[at]["after"]
    return Known(last, Newest.from_json(newest) if newest else None, files)


def remember(store: Path, batch: Batch, found: Mapping[str, dict], *, who: str, now: datetime) -> None:
    """Note what `batch` brought: {source: entry}. What is noted of it already stays."""
    if not found:
        return
    with folder.writing(store, who=who, now=now, wait_seconds=60):
        held = _read(store)
        entries = held.setdefault(batch.batch, {"file_hash": batch.file_hash, "sources": {}})
        for name, entry in found.items():
            if entry["after"] is None or int(entry["after"]) < int(batch.batch):
                entries["sources"].setdefault(name, entry)
        folder.write_whole(store / FILE, json.dumps(held, indent=1, ensure_ascii=False))


def entry(source: Source, after: str | None, newest: Newest | None = None, files: Mapping | None = None) -> dict:
    """What is noted of one source: how far this run read, and the batch that it went on from."""
    said = {"of": source.fingerprint, "after": after}
    return said | ({"newest": newest.as_json()} if newest else {}) | ({"files": dict(files)} if files else {})


def _sound(held: dict, manifest: Manifest | None, source: str) -> dict[str, dict]:
    """batch -> entry of the source, of batches that are part of the data and go on from others that are."""
    batches = {batch.batch: batch.file_hash for batch in manifest.batches} if manifest else {}
    found: dict[str, dict] = {}
    for number in sorted(held, key=int):
        said = held[number]["sources"].get(source)
        is_in_force = batches.get(number) == held[number]["file_hash"]
        if said and is_in_force and (said["after"] is None or said["after"] in found):
            found[number] = said
    return found


def _read(store: Path) -> dict:
    try:
        return json.loads((store / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Refused(f"{store / FILE} is damaged: {error}. Remove it: the next run reads every source anew.") from None
