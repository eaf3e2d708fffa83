"""Bringing files in from a shell: import, with a dry run before it, and recognise, which only looks.

recognise      print what files hold
import_files   read files and publish them together
reporting      a report that is written whatever comes of the run
bring          prepare, say, and publish files as one batch: what import and sync have in common
manifest_of    the manifest of the data as it is
"""

import argparse
import getpass
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from lib.errors import Refused
from lib.shell.output import say, write
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


@contextmanager
def reporting(options: argparse.Namespace) -> Iterator[dict]:
    """A report to fill in, written to options.report where one is asked for, also of what was refused."""
    report: dict = {"is_whole": False, "message": None, "files": [], "matches": [], "tables": {}, "notes": []}
    try:
        yield report
    except Refused as refusal:
        report["message"] = str(refusal)
        raise
    finally:
        if options.report:
            options.report.write_text(json.dumps(report, ensure_ascii=False, default=str), encoding="utf-8")


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

    options     store, now, dry_run, skip_refused, report
    source      what the batch is called in the log
    otherwise   how a person says that a column was meant in another way
    """
    from lib.store import folder, publish
    from lib.store.ingest.prepare import prepare
    from lib.store.sources import already_in, hash_of

    before, tell = manifest_of(options.store), _progress if options.report else lambda *_: None
    with folder.staging(options.store) as staged:
        core = folder.current(options.store) / "core.duckdb" if before and mode != "replace" else None
        prepared = prepare(
            files,
            staged,
            plans=plans,
            core=core,
            on_refused="skip" if options.skip_refused else "stop",
            say=tell,
        )
        report |= _reported(prepared)
        _say_how_read(prepared, options, otherwise)
        if not prepared.is_whole:
            return 1, None
        batch = _batch(options, prepared, files, source, mode)
        batch = replace(batch, file_hash=hash_of(batch.files))
        if same := already_in(before, batch.file_hash, batch.tables, mode=mode, files=batch.files):
            say(f"{batch.source} is in already, as batch {same.batch}: there is nothing to do.")
            return 0, same
        tell("building", None)
        if options.dry_run:
            report["changes"], report["impact"] = _say_changes(options, staged, batch)
            return 0, None
        manifest = publish.publish(options.store, staged, batch, now=options.now)
    place = f"batch {manifest.batches[-1].batch} of {options.store}"
    say(f"{batch.source}: {batch.n_kept:,} of {batch.n_read:,} rows are in, as {place}")
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


def _say_how_read(prepared, options: argparse.Namespace, otherwise: str) -> None:
    """What every file was read as, and every refused cell; a wrong guess is seen at once."""
    for reading in prepared.readings:
        for note in reading.notes:
            say(note if len(prepared.readings) == 1 else f"{reading.file}: {note}")
        if reading.n_rows_refused and not options.report:
            print(write(reading.refused, "csv"), file=sys.stderr, end="")
        if not reading.is_whole:
            say(
                f"{reading.file}: {reading.n_rows_refused:,} of {reading.n_rows_read:,} rows have cells that cannot "
                "be read. Nothing was imported. Mend them, or leave those rows out with --skip-refused."
            )
        else:
            say(_how_read(reading, otherwise))
    for note in prepared.notes:
        say(note)


def _how_read(reading, otherwise: str) -> str:
    fields = [(each.header, each.field.column) for each in reading.mapping if each.field and each.field.column]
    said = ", ".join(f"{header} as {field}" for header, field in fields)
    n_plain = sum(not each.field and each.how != "skipped" for each in reading.mapping)
    kept = f"; {n_plain} more columns are kept as they are" if n_plain and reading.table == "account" else ""
    return f"Read {reading.file} as {reading.table}: {said}{kept}. Say otherwise with {otherwise}."


def _say_changes(options: argparse.Namespace, staged: Path, batch: Batch) -> tuple[list[dict], list[dict]]:
    """What the import would change, on stdout a table per store table, beside it the figures that move."""
    from lib import definitions
    from lib.facts import scripts
    from lib.measures.impact import impact
    from lib.store.diff import compare
    from lib.store.draft import draft
    from lib.store.opening import open_at

    with draft(options.store, staged, batch, now=options.now) as drafted:
        changes = compare(drafted.before, drafted.after)
        before = open_at(drafted.before, scripts()) if drafted.before else None
        moved = impact(before, open_at(drafted.after, scripts()), definitions.load(), changes=changes)
    print(write(changes[[name for name in changes.columns if name.startswith(("table", "n_"))]], "table"), end="")
    for sentence in moved.loc[moved["sentence"] != "", "sentence"]:
        say(sentence)
    say("This was a dry run: nothing was imported.")
    return changes.to_dict("records"), moved.to_dict("records")


def _batch(options: argparse.Namespace, prepared, paths: Sequence[Path], source: str, mode: str) -> Batch:
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
        }
        for reading in prepared.readings
    )
    refused = [cell for reading in prepared.readings for cell in reading.refused.head(1_000).to_dict("records")]
    return Batch(
        batch="",
        source=source,
        file_hash="",
        tables=tuple(prepared.n_rows),
        who=getpass.getuser(),
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


def _hash_of_source(paths: Sequence[Path], name: str) -> str:
    """Of the file a sheet came from: its name begins with it, and with that of no other that is longer."""
    path = max(
        (path for path in paths if name.startswith(path.name)), key=lambda path: len(path.name), default=paths[0]
    )
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _named(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"


def _reported(prepared) -> dict:
    """What a program that started the import needs to know of it."""
    return {
        "is_whole": prepared.is_whole,
        "files": [
            {
                "file": reading.file,
                "table": reading.table,
                "n_read": reading.n_rows_read,
                "n_kept": reading.n_rows_kept,
                "n_refused": reading.n_rows_refused,
                "n_merged": reading.n_rows_merged,
                "notes": list(reading.notes),
                "refused_counts": reading.refused_counts.to_dict("records"),
                "refused": reading.refused.to_dict("records"),
            }
            for reading in prepared.readings
        ],
        "matches": [{**asdict(match), "unmatched": list(match.unmatched)} for match in prepared.matches],
        "tables": {table: n for table, n in prepared.n_rows.items() if table != "heading"},
        "notes": list(prepared.notes),
    }


def _progress(step: str, share: float | None) -> None:
    print(f"progress {json.dumps({'step': step, 'share': share})}", file=sys.stderr, flush=True)
