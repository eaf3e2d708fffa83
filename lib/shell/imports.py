"""Bringing files in from a shell: import, with a dry run before it, and recognise, which only looks.

recognise      print what files hold
import_files   read files and publish them together
bring          prepare, say, and publish files as one batch: what import and sync have in common
manifest_of    the manifest of the data as it is
"""

import argparse
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from lib.errors import Refused
from lib.shell.output import say, write
from lib.shell.telling import progress, read_as, reporting, say_changes, say_how_read, waiting
from lib.store.folder import Batch, Manifest


def recognise(options: argparse.Namespace) -> None:
    """Print what files hold and how they would be read."""
    import pandas as pd

    from lib.store.ingest.prepare import recognised
    from lib.store.ingest.recognise import as_json

    with tempfile.TemporaryDirectory() as work:
        found = [as_json(each) for each in recognised(options.files, Path(work), _plans(options))]
    if options.format == "json":
        print(json.dumps(found, ensure_ascii=False, indent=1, default=str))
        return
    for each in found:
        fields = pd.DataFrame(
            [(each["file"], each["table"], each["confidence"], *pair) for pair in each["mapping"].items()],
            columns=["file", "table", "confidence", "header", "field"],
        )
        print(write(fields, options.format), end="")
        for problem in each["problems"]:
            say(f"{each['file']}: {problem}")


def import_files(options: argparse.Namespace) -> int:
    """Read files and publish them together, or say what that would change; 1 where nothing was imported."""
    from lib.shell import acts

    if options.undo:
        options.batch = options.undo
        return acts.undo(options)
    if not options.files:
        raise Refused("Name a file to import.")
    with reporting(options) as report:
        mode = "replace" if options.replace else options.mode
        code, _ = bring(
            options,
            report,
            options.files,
            source=_named([path.name for path in options.files]),
            plans=_plans(options),
            mode=mode,
            otherwise="--as and --map COLUMN=FIELD",
        )
        return code


def bring(
    options: argparse.Namespace,
    report: dict,
    files: Sequence[Path],
    *,
    source: str,
    plans: Mapping,
    mode: str,
    otherwise: str,
) -> tuple[int, Batch | None]:
    """Publish files as one batch, or say what that would change: the exit code, and the batch that holds them now.

    options     store, now, who, dry_run, work, expects, skip_refused, report
    source      what the batch is called in the log
    otherwise   how a person says that a column was meant in another way
    """
    from lib.store import folder, publish
    from lib.store.counted import sentences
    from lib.store.draft import draft
    from lib.store.ingest.prepare import prepare
    from lib.store.sources import already_in, hash_of

    folder.expect(options.store, options.expects)
    before, tell = manifest_of(options.store), progress(options)
    with folder.staging((options.dry_run and options.work) or options.store) as staged:
        core = folder.current(options.store) / "core.duckdb" if before and mode != "replace" else None
        prepared = prepare(
            files,
            staged,
            plans=plans,
            core=core,
            on_refused="skip" if options.skip_refused else "stop",
            say=tell,
        )
        report |= read_as(prepared)
        say_how_read(prepared, options, otherwise)
        if not prepared.is_whole:
            return 1, None
        batch = _batch(options, prepared, files, source, mode, plans)
        batch = replace(batch, file_hash=hash_of(batch.files))
        if same := already_in(before, batch.file_hash, batch.tables, mode=mode, files=batch.files):
            say(f"{batch.source} is in already, as batch {same.batch}: there is nothing to do.")
            report["same_as"] = {name: getattr(same, name) for name in ("batch", "who", "received_at")}
            return 0, same
        tell("building", None)
        if options.dry_run:
            with draft(options.store, staged, batch, now=options.now, work=options.work) as drafted:
                report["batch"] = {"batch": drafted.manifest.batches[-1].batch, "file_hash": batch.file_hash}
                say_changes(report, drafted, options)
            say("This was a dry run: nothing was imported.")
            return 0, None
        waiting(options)
        manifest = publish.publish(options.store, staged, batch, now=options.now, expects=options.expects)
        report["batch"] = {"batch": manifest.batches[-1].batch, "file_hash": batch.file_hash}
    place = f"batch {manifest.batches[-1].batch} of {options.store}"
    say(f"{batch.source}: {batch.n_kept:,} of {batch.n_read:,} rows are in, as {place}")
    if "event" in batch.tables:
        for sentence in sentences(manifest.counted, manifest.batches[-1].batch):
            say(sentence)
    return 0, manifest.batches[-1]


def manifest_of(store: Path) -> Manifest | None:
    """The manifest of the data as it is; None where there is none."""
    from lib.store import folder

    snapshot = folder.current(store)
    return folder.read_manifest(snapshot) if snapshot else None


def _plans(options: argparse.Namespace) -> dict:
    """What is said of each file: in a plan file, by the name `recognise` gives it; or by the options, of every file."""
    from lib.store.ingest.prepare import Plan

    said = Plan(
        table=options.table,
        mapping=dict(options.map),
        date_order=dict(options.date_order),
        decimal=options.decimal,
        delimiter=options.delimiter,
        encoding=options.encoding,
        time_zone=options.time_zone,
    )
    if not options.plan:
        return {"": said}
    try:
        asked = json.loads(options.plan.read_text(encoding="utf-8"))
        return {"": said} | {name: _plan(each, said) for name, each in asked.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Refused(f"The plan {options.plan} cannot be used: {error}") from None


def _plan(asked: dict, otherwise):
    names = {"as": "table", "map": "mapping", "fixes": "mended"}
    given = {names.get(name, name): value for name, value in asked.items() if value is not None}
    return replace(otherwise, **{**given, "mended": tuple(given.get("mended", ()))})


def _batch(
    options: argparse.Namespace, prepared, paths: Sequence[Path], source: str, mode: str, plans: Mapping
) -> Batch:
    files = tuple(
        {
            "name": reading.file,
            "hash": _hash_of_source(paths, reading.file),
            "table": reading.table,
            "n_read": reading.n_rows_read,
            "n_kept": reading.n_rows_kept,
            "n_refused": reading.n_rows_refused,
            "n_merged": reading.n_rows_merged,
            "mapping": {each.header: each.field.column for each in reading.mapping if each.field},
            "said": _said(plans.get(reading.file, plans.get(""))),
        }
        for reading in prepared.readings
    )
    refused = [cell for reading in prepared.readings for cell in reading.refused.head(1_000).to_dict("records")]
    return Batch(
        batch="",
        source=source,
        file_hash="",
        tables=tuple(prepared.n_rows),
        who=options.who,
        received_at=options.now.isoformat(timespec="seconds"),
        n_read=sum(reading.n_rows_read for reading in prepared.readings),
        n_kept=sum(reading.n_rows_kept for reading in prepared.readings),
        n_refused=sum(reading.n_rows_refused for reading in prepared.readings),
        n_merged=sum(reading.n_rows_merged for reading in prepared.readings),
        refused=tuple(refused[:1_000]),
        notes=(*(note for reading in prepared.readings for note in reading.notes), *prepared.notes),
        files=files,
        mode=mode,
    )


def _said(plan) -> str | None:
    """Names what was said of how values are read, cells that were mended included; None where nothing was."""
    from lib.store.ingest.prepare import Plan

    of_columns = {"table": None, "mapping": {}}
    if plan is None or replace(plan, **of_columns) == Plan():
        return None
    return hashlib.sha256(json.dumps(asdict(plan) | of_columns, default=str).encode()).hexdigest()[:16]


def _hash_of_source(paths: Sequence[Path], name: str) -> str:
    """Of the file a sheet came from: its name begins with it, and with that of no other that is longer."""
    path = max(
        (path for path in paths if name.startswith(path.name)), key=lambda path: len(path.name), default=paths[0]
    )
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _named(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"
