"""The shell twin: every answer a page gives, and the acts that change a store.

    python -m lib sample --accounts 6000 --seed 1
    python -m lib recognise FILE ... --format json
    python -m lib import FILE ... [--as account --map "Customer No=account"] [--dry-run]
    python -m lib sync sources.toml
    python -m lib hotspots --format json
    python -m lib breakdown --by channel,region
    python -m lib digest --viewer dana@acme.com --format html
    python -m lib definitions --show 0123456789ab

Exit codes: 0 fine, 1 the data or the request was refused (reasons on stderr), 2 usage.
"""

import argparse
import getpass
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from lib.book import read_day
from lib.errors import Refused
from lib.measures.registry import MEASURES, Option
from lib.shell import acts, answers, audiences, digests, imports, sync, wording
from lib.store.folder import MODES, default_store
from lib.store.ingest.kinds import KINDS

FORMATS = ("table", "json", "csv")
MOST_LETTERS = 200  # of a name in the log


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser(*(sys.argv[1:] if arguments is None else arguments)[:1]).parse_args(arguments)
    options.now = datetime.now(UTC).replace(tzinfo=None)
    options.today = date.today()
    if getattr(options, "who", "") is None:
        options.who = getpass.getuser()
    try:
        return options.run(options) or 0
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of a pipe left early: nothing to tell
        sys.stderr.close()
        return 0


def _parser(command: str = "") -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lib", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    sample = commands.add_parser("sample", help="make a believable company to explore")
    sample.add_argument("--accounts", type=_positive, default=6_000)
    sample.add_argument("--seed", type=int, default=1)
    sample.add_argument("--events-per-account", type=float, help="usage events per account over two years")
    sample.add_argument("--replace", action="store_true", help="replace what the store holds")
    sample.set_defaults(run=acts.sample)

    load = commands.add_parser("import", help="read files into the store; nothing is half-imported")
    _add_files(load)
    _add_bringing(load)
    load.add_argument("--mode", choices=tuple(MODES), default="update", help="what becomes of rows with a known key")
    load.add_argument("--replace", action="store_true", help="the same as --mode replace: leave earlier files out")
    load.add_argument("--undo", metavar="BATCH", help="take a batch out instead")
    load.set_defaults(run=imports.import_files)

    nightly = commands.add_parser("sync", help="bring what is new in databases and object stores, as one batch")
    nightly.add_argument("sources", type=Path, metavar="SOURCES.TOML", help="what to read from where (see README.md)")
    _add_bringing(nightly)
    nightly.add_argument("--full", action="store_true", help="read everything again, whatever was read before")
    nightly.set_defaults(run=sync.sync)

    look = commands.add_parser("recognise", help="say what files hold and how they would be read")
    _add_files(look)
    _add_format(look)
    look.set_defaults(run=imports.recognise)

    undo = commands.add_parser("undo", help="take one batch out of the store")
    undo.add_argument("batch")
    _add_changing(undo)
    undo.set_defaults(run=acts.undo)

    refold = commands.add_parser("refold", help="publish the same batches again, after an upgrade")
    refold.add_argument("--if-needed", action="store_true", help="only where another version made the snapshot")
    refold.set_defaults(run=acts.refold)

    batches = commands.add_parser("batches", help="what was imported, when, by whom, and what was refused")
    batches.set_defaults(run=acts.batches)
    _add_format(batches)

    versions = commands.add_parser("definitions", help="the definitions as people changed them, newest first")
    versions.add_argument("--show", metavar="HASH", help="print the sections of one as a definitions file")
    versions.set_defaults(run=wording.definitions)
    _add_workspace(versions)
    _add_format(versions)

    listed = commands.add_parser("audiences", help="the audiences that were saved")
    listed.set_defaults(run=audiences.audiences)
    one = commands.add_parser("audience", help="who is in an audience today, and how to reach them")
    one.add_argument("name", metavar="NAME")
    one.add_argument("--owner", metavar="EMAIL", help="whose, where several have one of that name")
    one.add_argument("--all", action="store_true", help="those who opted out, are deactivated or spared, too")
    one.add_argument("--feature", default="", help="the feature a ready campaign is about, where it leaves that open")
    _add_definitions(one)
    one.set_defaults(run=audiences.audience)
    for each in (listed, one):
        _add_reader(each)
        _add_format(each)

    asked = {name: each for name, each in MEASURES.items() if command in (name, name.replace("_", "-"))}  # of a hundred
    for name, measure in (asked or ({} if command in commands.choices else MEASURES)).items():
        hyphened = [name.replace("_", "-")] if "_" in name else []
        answer = commands.add_parser(name, aliases=hyphened, help=measure.summary)
        for option in measure.options:
            _add_option(answer, option)
        _add_selection(answer)
        _add_format(answer, digests.FORMATS if name == "digest" else FORMATS)
        answer.set_defaults(run=digests.digest if name == "digest" else answers.answer, measure=name)
        if name == "digest":
            answer.add_argument(
                "--base-url", metavar="URL", help="where the app is: names link to the pages of accounts"
            )
    for command in dict.fromkeys(commands.choices.values()):  # one of two spellings once
        command.add_argument(
            "--store", type=Path, default=default_store(), help="the store's folder (default: %(default)s)"
        )
    return parser


def _add_bringing(parser: argparse.ArgumentParser) -> None:
    _add_changing(parser)
    parser.add_argument(
        "--skip-refused", action="store_true", help="import the rows without a refused cell and count the others"
    )
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="where a dry run lays what it reads (default: within the store)"
    )


def _add_changing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    parser.add_argument("--who", type=_name, metavar="NAME", help="in whose name (default: the user of this shell)")
    parser.add_argument(
        "--expects", metavar="SNAPSHOT", help="refuse where another snapshot than this one is current by now"
    )
    parser.add_argument(
        "--report", type=Path, help="write what was read, refused or would change to this file, as JSON"
    )


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="CSV, TSV, XLSX, Parquet, JSON, zip or gzip"
    )
    parser.add_argument("--as", dest="table", choices=KINDS, help="what a row is; recognised where it is not said")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=_pair,
        metavar="COLUMN=FIELD",
        help="say what a column is; FIELD skip leaves it out",
    )
    parser.add_argument(
        "--date-order",
        action="append",
        default=[],
        type=_pair,
        metavar="COLUMN=dmy|mdy",
        help="say how an ambiguous date column reads",
    )
    parser.add_argument("--delimiter")
    parser.add_argument("--encoding")
    parser.add_argument("--decimal", choices=(".", ","))
    parser.add_argument("--time-zone", default="UTC", help="of times without an offset (default: %(default)s)")
    parser.add_argument("--plan", type=Path, help="all of this for several files, as JSON (see README.md)")


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
    _add_definitions(parser)
    _add_reader(parser)


def _add_definitions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--definitions",
        metavar="FILE|HASH",
        help="a definitions file of your own, or a version of the workspace (default: the one in force)",
    )


def _add_workspace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workspace",
        metavar="URL",
        help="where people's notes, tasks and forecasts are (default: HEADLIGHT_WORKSPACE, or workspace.db beside the store)",
    )


def _add_reader(parser: argparse.ArgumentParser) -> None:
    _add_workspace(parser)
    parser.add_argument(
        "--viewer",
        metavar="EMAIL",
        help="what this person sees by their role: a view, not a protection (who reads the files reads all)",
    )
    parser.add_argument(
        "--secrets",
        type=Path,
        default=Path(".streamlit/secrets.toml"),
        metavar="FILE",
        help="where the roles stand (default: %(default)s)",
    )


def _add_format(parser: argparse.ArgumentParser, formats: tuple[str, ...] = FORMATS) -> None:
    parser.add_argument("--format", choices=formats, default=formats[0])


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=") if text.count("=") == 1 else text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} must be NAME=VALUE")
    return name, value


def _name(text: str) -> str:
    """A name for the log: one line of letters that can be seen."""
    seen = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:MOST_LETTERS]
    if not seen:
        raise argparse.ArgumentTypeError("must be a name")
    return seen


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
