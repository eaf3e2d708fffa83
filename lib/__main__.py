"""The shell twin: every answer a page gives, and the acts that change a store.

    python -m lib sample --accounts 6000 --seed 1
    python -m lib import FILE --as account --map "Customer No=account" --map Churn=churned
    python -m lib hotspots --format json
    python -m lib breakdown --by channel,region

Exit codes: 0 fine, 1 the data or the request was refused (reasons on stderr), 2 usage.
"""

import argparse
import getpass
import hashlib
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from lib.book import read_day
from lib.errors import Refused
from lib.measures.registry import MEASURES, Option
from lib.store.folder import Batch, default_store

FORMATS = ("table", "json", "csv")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of a pipe left early: nothing to tell
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lib", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    sample = commands.add_parser("sample", help="make a believable company to explore")
    sample.add_argument("--accounts", type=_positive, default=6_000)
    sample.add_argument("--seed", type=int, default=1)
    sample.add_argument("--events-per-account", type=float, help="usage events per account over two years")
    sample.add_argument("--replace", action="store_true", help="replace what the store holds")
    sample.set_defaults(run=_sample)

    load = commands.add_parser("import", help="read a file into the store; nothing is half-imported")
    load.add_argument("file", type=Path)
    load.add_argument("--as", dest="table", default="account", choices=("account",), help="what a row of the file is")
    load.add_argument(
        "--map",
        action="append",
        default=[],
        type=_pair,
        metavar="COLUMN=FIELD",
        help="say what a column is; FIELD skip leaves it out",
    )
    load.add_argument(
        "--date-order",
        action="append",
        default=[],
        type=_pair,
        metavar="COLUMN=dmy|mdy",
        help="say how an ambiguous date column reads",
    )
    load.add_argument("--delimiter")
    load.add_argument("--encoding")
    load.add_argument("--decimal", choices=(".", ","))
    load.add_argument(
        "--skip-refused", action="store_true", help="import the rows without a refused cell and count the others"
    )
    load.add_argument("--replace", action="store_true", help="leave earlier account files out")
    load.set_defaults(run=_import)

    undo = commands.add_parser("undo", help="take one batch out of the store")
    undo.add_argument("batch")
    undo.set_defaults(run=_undo)

    refold = commands.add_parser("refold", help="publish the same batches again, after an upgrade")
    refold.set_defaults(run=_refold)

    batches = commands.add_parser("batches", help="what was imported, when, by whom, and what was refused")
    batches.set_defaults(run=_batches)
    _add_format(batches)

    for name, measure in MEASURES.items():
        answer = commands.add_parser(name, help=measure.summary)
        for option in measure.options:
            _add_option(answer, option)
        _add_selection(answer)
        _add_format(answer)
        answer.set_defaults(run=_answer, measure=name)
    for command in commands.choices.values():
        command.add_argument(
            "--store", type=Path, default=default_store(), help="the store's folder (default: %(default)s)"
        )
    return parser


def _add_option(parser: argparse.ArgumentParser, option: Option) -> None:
    flag = f"--{option.name.replace('_', '-')}"
    kinds = {"text": str, "number": float, "whole": int, "names": _names, "pairs": _pair, "bands": _bands}
    if option.kind == "flag":
        parser.add_argument(flag, action="store_true", default=None, help=option.help)
    else:
        repeats = {"action": "append"} if option.kind in ("pairs", "bands") else {}
        choices = {"choices": option.choices} if option.choices else {}
        parser.add_argument(flag, type=kinds[option.kind], help=option.help, **repeats, **choices)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as-of",
        type=_day,
        metavar="DAY",
        help="the day as of which the data is seen (default: its last day)",
    )
    parser.add_argument(
        "--opens-on",
        type=_day,
        metavar="DAY",
        help="first day of the period (default: a year before its end)",
    )
    parser.add_argument(
        "--closes-on",
        type=_day,
        metavar="DAY",
        help="the day after the period's last (default: the day after as-of)",
    )
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        type=_pair,
        metavar="COLUMN=VALUE",
        help="cut the book (repeatable; an empty value is missing)",
    )
    parser.add_argument("--definitions", type=Path, help="a definitions file of your own")


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="table")


def _sample(options: argparse.Namespace) -> None:
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
        batch = replace(
            _batch(source, tuple(dict.fromkeys(tables)), replaces=options.replace), n_read=n_rows, n_kept=n_rows
        )
        manifest = publish.publish(options.store, staged, batch, now=_now(), say=_say)
    _say(f"{source}: {manifest.n_rows['event']:,} events, data to {manifest.last_day}, in {options.store}")


def _import(options: argparse.Namespace) -> int:
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
            _say(note)
        if reading.n_rows_refused:
            print(_write(reading.refused, "csv"), file=sys.stderr, end="")
        if not reading.is_whole:
            _say(
                f"{options.file.name}: {reading.n_rows_refused:,} of {reading.n_rows_read:,} rows have cells that cannot be read. Nothing was "
                "imported. Mend them, or leave those rows out with --skip-refused."
            )
            return 1
        batch = replace(
            _batch(options.file.name, (options.table, "heading"), replaces=options.replace),
            file_hash=_hash(options.file),
            n_read=reading.n_rows_read,
            n_kept=reading.n_rows_kept,
            n_refused=reading.n_rows_refused,
            n_merged=reading.n_rows_merged,
            refused=tuple(reading.refused.head(1_000).to_dict("records")),
            notes=reading.notes,
        )
        reading.data.rename(staged / f"{options.table}.parquet")
        renamed = [
            (each.header, each.field.name) for each in reading.mapping if each.field and each.header != each.field.name
        ]
        pd.DataFrame(renamed, columns=["header", "field"], dtype=str).to_parquet(staged / "heading.parquet")
        manifest = publish.publish(options.store, staged, batch, now=_now())
    _say(
        f"{options.file.name}: {batch.n_kept:,} of {batch.n_read:,} rows are in, as batch {manifest.batches[-1].batch} of {options.store}"
    )
    return 0


def _undo(options: argparse.Namespace) -> None:
    from lib.store import publish

    manifest = publish.undo(options.store, options.batch, who=getpass.getuser(), now=_now())
    _say(f"Batch {options.batch} is out; the store holds {', '.join(batch.batch for batch in manifest.batches)}")


def _refold(options: argparse.Namespace) -> None:
    from lib.store import publish

    manifest = publish.refold(options.store, who=getpass.getuser(), now=_now())
    _say(f"{options.store} was folded anew, as snapshot {manifest.snapshot}")


def _batches(options: argparse.Namespace) -> None:
    import pandas as pd

    from lib.store.folder import read_manifest, require_current

    rows = [vars(batch) for batch in read_manifest(require_current(options.store)).batches]
    columns = ["batch", "source", "tables", "received_at", "who", "n_read", "n_kept", "n_merged", "n_refused"]
    print(_write(pd.DataFrame(rows)[columns], options.format), end="")


def _answer(options: argparse.Namespace) -> None:
    from lib import definitions
    from lib.facts import open_store
    from lib.measures.registry import measure

    words = definitions.load(options.definitions) if options.definitions else definitions.load()
    snapshot = open_store(options.store)
    asked = {option.name: getattr(options, option.name) for option in MEASURES[options.measure].options}
    for name in ("within", "bands"):
        if asked.get(name):
            asked[name] = (
                [(key, value or None) for key, value in asked[name]] if name == "within" else dict(asked[name])
            )
    with snapshot.ask(_book(options, snapshot)) as con:
        answer = measure(options.measure)(
            con, _book(options, snapshot), words, **{k: v for k, v in asked.items() if v is not None}
        )
    print(_write(answer.table, options.format), end="")
    for row in answer.left_out.itertuples():
        _say(f"left out: {row.n:,}: {row.reason}")
    for note in answer.notes:
        _say(note)


def _book(options: argparse.Namespace, snapshot):
    from lib.book import year_to

    as_of = options.as_of or snapshot.manifest.as_of or snapshot.manifest.received_on
    book = year_to(as_of)
    if options.closes_on:
        book = replace(year_to(options.closes_on), closes_on=options.closes_on, as_of=as_of)
    if options.opens_on:
        book = replace(book, opens_on=options.opens_on)
    if book.opens_on >= book.closes_on:
        raise Refused(f"The period ends ({book.closes_on}) before it opens ({book.opens_on}).")
    for name in dict.fromkeys(name for name, _ in options.where):
        dimension = snapshot.dimension(name)
        values = [value or None for key, value in options.where if key == name]
        book = book.where(dimension.name, values)
    return book


def _write(table, form: str) -> str:
    """A table as text: columns aligned, JSON rows, or CSV that is safe to open in a spreadsheet."""
    import json

    from lib.export import plain_rows, safe_csv, segment_text

    if form == "json":
        return json.dumps(plain_rows(table), ensure_ascii=False, indent=1) + "\n"
    if form == "csv":
        return safe_csv(table)
    if table.empty:
        return "(no rows)\n"
    said = table.map(lambda value: segment_text(value) if isinstance(value, dict) else value)
    return said.to_string(index=False) + "\n"


def _batch(source: str, tables: tuple[str, ...], *, replaces: bool) -> Batch:
    return Batch("", source, "", tables, getpass.getuser(), _now().isoformat(timespec="seconds"), replaces=replaces)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=") if text.count("=") == 1 else text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} must be NAME=VALUE")
    return name, value


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} must be a day, as 2026-10-31 ({error})") from None


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _bands(text: str) -> tuple[str, tuple[float, ...]]:
    name, cuts = _pair(text)
    try:
        return name, tuple(float(cut) for cut in cuts.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be NAME=NUMBER,NUMBER,...") from None


def _positive(text: str) -> int:
    number = int(text.replace("_", "").replace(",", ""))
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
