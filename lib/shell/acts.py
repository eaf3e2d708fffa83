"""The acts that change a store, from a shell: sample, undo, refold; and the list of batches."""

import argparse
import getpass
from dataclasses import replace

from lib.errors import Refused
from lib.shell.output import say, write
from lib.shell.telling import progress, reporting, say_changes, waiting
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


def undo(options: argparse.Namespace) -> None:
    """Take one batch out of the store, or say what that would change."""
    from lib.store import folder, publish
    from lib.store.draft import draft_without

    with reporting(options) as report:
        report["batch"] = {"batch": options.batch}
        folder.expect(options.store, options.expects)
        progress(options)("building", None)
        if options.dry_run:
            with draft_without(options.store, options.batch, now=options.now) as drafted:
                say_changes(report, drafted, options)
            say("This was a dry run: nothing was taken out.")
            return
        waiting(options)
        manifest = publish.undo(options.store, options.batch, who=options.who, now=options.now, expects=options.expects)
    left = ", ".join(batch.batch for batch in manifest.batches)
    say(f"Batch {options.batch} is out; the store holds {left or 'no data now'}")


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

    from lib.store.counted import BY_BATCH
    from lib.store.folder import last_published, read_manifest, require_current

    manifest = read_manifest(last_published(options.store) or require_current(options.store))
    of_events = manifest.counted.get("by_batch", {})
    rows = [
        vars(batch) | {f"{name}_events": of_events.get(batch.batch, {}).get(name, 0) for name in BY_BATCH}
        for batch in manifest.log
    ]
    counts = ["n_read", "n_kept", "n_merged", "n_refused", *(f"{name}_events" for name in BY_BATCH)]
    columns = [
        "batch",
        "source",
        "mode",
        "tables",
        "received_at",
        "who",
        *counts,
        "undone_at",
        "undone_by",
        "file_hash",
    ]
    print(write(pd.DataFrame(rows)[columns], options.format), end="")


def _batch(options: argparse.Namespace, source: str, tables: tuple[str, ...]) -> Batch:
    received_at = options.now.isoformat(timespec="seconds")
    mode = "replace" if options.replace else "update"
    return Batch("", source, "", tables, getpass.getuser(), received_at, mode=mode)
