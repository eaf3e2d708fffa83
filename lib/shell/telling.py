"""What an act that changes a store tells: sentences for the person at a shell, a report for a program that started it.

reporting      a report that is written whatever comes of the run
progress       how far it is, for the program that asked for a report
read_as        what was read, for the report
say_how_read   what every file was read as, and every refused cell
say_changes    what a draft would change: a table per store table, the figures that move
waiting        who else writes to the store, while they do
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from lib.errors import Refused
from lib.shell.output import say, write
from lib.store.draft import Draft


@contextmanager
def reporting(options: argparse.Namespace) -> Iterator[dict]:
    """A report to fill in, written to options.report where one is asked for, also of what was refused."""
    report: dict = {
        "is_whole": False,
        "message": None,  # why it was refused
        "refused_as": None,  # the kind of refusal: Refused, Busy, Stale
        "files": [],
        "matches": [],
        "tables": {},
        "notes": [],
        "batch": None,  # the batch that was published, or taken out
        "same_as": None,  # the batch that holds these very files already
        "expects": None,  # the snapshot a dry run was drafted from
    }
    try:
        yield report
    except Refused as refusal:
        report["message"], report["refused_as"] = str(refusal), type(refusal).__name__
        raise
    finally:
        if options.report:
            options.report.write_text(json.dumps(report, ensure_ascii=False, default=str), encoding="utf-8")


def progress(options: argparse.Namespace) -> Callable[[str, float | None], None]:
    """A function that tells the program that asked for a report how far the run is; without one it tells nobody."""
    return _progress if options.report else lambda *_: None


def _progress(step: str, share: float | None) -> None:
    print(f"progress {json.dumps({'step': step, 'share': share})}", file=sys.stderr, flush=True)


def read_as(prepared) -> dict:
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


def say_how_read(prepared, options: argparse.Namespace, otherwise: str) -> None:
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


def say_changes(report: dict, drafted: Draft, options: argparse.Namespace) -> None:
    """What a draft would change, on stdout a table per store table, beside it the figures that move; both into the report."""
    from lib.facts import scripts
    from lib.measures.impact import impact
    from lib.shell.wording import definitions_of
    from lib.store.diff import compare
    from lib.store.opening import open_at

    changes = compare(drafted.before, drafted.after)
    before = open_at(drafted.before, scripts()) if drafted.before else None
    after = open_at(drafted.after, scripts()) if drafted.manifest.files else None
    moved = impact(before, after, definitions_of(options), changes=changes)
    print(write(changes[[name for name in changes.columns if name.startswith(("table", "n_"))]], "table"), end="")
    for sentence in moved.loc[moved["sentence"] != "", "sentence"]:
        say(sentence)
    report |= {
        "changes": changes.to_dict("records"),
        "impact": moved.to_dict("records"),
        "expects": drafted.drafted_from,
    }


def waiting(options: argparse.Namespace) -> None:
    """Tell who else writes to the store: the act waits for them."""
    from lib.store.folder import holder

    if held := holder(options.store):
        progress(options)(f"waiting for {held.get('who')}, who is publishing", None)
