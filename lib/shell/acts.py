"""The acts that change a store, from a shell: sample, import, undo, refold; and the list of batches."""

import argparse
import getpass
import hashlib
import sys
from dataclasses import replace
from pathlib import Path

from lib.errors import Refused
from lib.shell.output import say, write
from lib.store.folder import Batch


def sample(options: argparse.Namespace) -> None:
    """Make the sample company and publish it. Raises Refused where the store holds data already."""
    import pyarrow.parquet as parquet

    from lib.store import folder, publish, sample

    if folder.current(options.store) and not options.replace:
        raise Refused(f"{options.store} already holds data. Give another --store, or --replace what is there.")
    tables, n_rows = [], 0
    with folder.staging(options.store) as staged:
        chunks = sample.tables(options.accounts, options.seed, events_per_account=options.events_per_account)
        for number, (table, chunk) in enumerate(chunks):
            parquet.write_table(chunk, staged / f"{table}-{number:06d}.parquet")
            tables.append(table)
            n_rows += len(chunk)
        source = f"sample of {options.accounts:,} accounts, seed {options.seed}"
        batch = replace(_batch(options, source, tuple(dict.fromkeys(tables))), n_read=n_rows, n_kept=n_rows)
        manifest = publish.publish(options.store, staged, batch, now=options.now, say=say)
    say(f"{source}: {manifest.n_rows['event']:,} events, data to {manifest.last_day}, in {options.store}")


def import_file(options: argparse.Namespace) -> int:
    """Read a file and publish it; 1 where cells were refused and nothing was imported."""
    import pandas as pd

    from lib.store import folder, publish
    from lib.store.ingest import read

    with folder.staging(options.store) as staged:
        reading = read(
            options.file,
            into=staged,
            table=options.table,
            mapping=dict(options.map),
            date_order=dict(options.date_order),
            delimiter=options.delimiter,
            encoding=options.encoding,
            decimal=options.decimal,
            on_refused="skip" if options.skip_refused else "stop",
        )
        for note in reading.notes:
            say(note)
        if reading.n_rows_refused:
            print(write(reading.refused, "csv"), file=sys.stderr, end="")
        if not reading.is_whole:
            say(
                f"{options.file.name}: {reading.n_rows_refused:,} of {reading.n_rows_read:,} rows have cells that cannot "
                "be read. Nothing was imported. Mend them, or leave those rows out with --skip-refused."
            )
            return 1
        say(_how_read(reading))
        batch = replace(
            _batch(options, options.file.name, (options.table, "heading")),
            file_hash=_hash(options.file),
            n_read=reading.n_rows_read,
            n_kept=reading.n_rows_kept,
            n_refused=reading.n_rows_refused,
            n_merged=reading.n_rows_merged,
            refused=tuple(reading.refused.head(1_000).to_dict("records")),
            notes=reading.notes,
        )
        reading.data.rename(staged / f"{options.table}.parquet")
        renamed = [(header, field) for header, field in _fields(reading) if header != field]
        pd.DataFrame(renamed, columns=["header", "field"], dtype=str).to_parquet(staged / "heading.parquet")
        manifest = publish.publish(options.store, staged, batch, now=options.now)
    place = f"batch {manifest.batches[-1].batch} of {options.store}"
    say(f"{options.file.name}: {batch.n_kept:,} of {batch.n_read:,} rows are in, as {place}")
    return 0


def _fields(reading) -> list[tuple[str, str]]:
    return [(each.header, each.field.column) for each in reading.mapping if each.field]


def _how_read(reading) -> str:
    """Which header became which field, so that a wrong guess is seen at once."""
    fields = _fields(reading)
    said = ", ".join(f"{header} as {field}" for header, field in fields)
    n_plain = sum(each.field is None and each.how != "skipped" for each in reading.mapping)
    return f"Read {said}; {n_plain} more columns are kept as they are. Say otherwise with --map COLUMN=FIELD."


def undo(options: argparse.Namespace) -> None:
    """Take one batch out of the store."""
    from lib.store import publish

    manifest = publish.undo(options.store, options.batch, who=getpass.getuser(), now=options.now)
    say(f"Batch {options.batch} is out; the store holds {', '.join(batch.batch for batch in manifest.batches)}")


def refold(options: argparse.Namespace) -> None:
    """Publish the same batches again, in the tables of this version."""
    from lib.store import folder, publish
    from lib.store.tables import SHAPE

    if options.if_needed and folder.read_manifest(folder.require_current(options.store)).shape == SHAPE:
        return
    manifest = publish.refold(options.store, who=getpass.getuser(), now=options.now)
    say(f"{options.store} was folded anew, as snapshot {manifest.snapshot}")


def batches(options: argparse.Namespace) -> None:
    """Print what was imported."""
    import pandas as pd

    from lib.store.folder import read_manifest, require_current

    rows = [vars(batch) for batch in read_manifest(require_current(options.store)).batches]
    columns = ["batch", "source", "tables", "received_at", "who", "n_read", "n_kept", "n_merged", "n_refused"]
    print(write(pd.DataFrame(rows)[columns], options.format), end="")


def _batch(options: argparse.Namespace, source: str, tables: tuple[str, ...]) -> Batch:
    received_at = options.now.isoformat(timespec="seconds")
    return Batch("", source, "", tables, getpass.getuser(), received_at, replaces=options.replace)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
