"""Several files of several kinds made ready to publish together: unpacked, recognised, read, derived from, joined.

prepare    files -> Prepared: one folder of Parquet files named after tables, and an account of every row
Plan       what a reader says of one file; whatever they leave open is recognised
Prepared   the readings, how their rows found their accounts, what tables came of them
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lib.errors import Refused
from lib.store.ingest.derive import derive
from lib.store.ingest.fields import SKIP
from lib.store.ingest.formats import Sheet, sheets
from lib.store.ingest.kinds import WHO, kind_of
from lib.store.ingest.limits import from_environment
from lib.store.ingest.people import one_spelling
from lib.store.ingest.read import Reading, read
from lib.store.ingest.recognise import SURE, Recognised, recognise
from lib.store.ingest.refer import Directory, Match, refer
from lib.store.ingest.rows import DETAIL_LIMIT

if TYPE_CHECKING:
    import pandas as pd

FIRST = ("account", "person")  # read before the files that name them
DERIVED = ("deal", "invoice")


@dataclass(frozen=True)
class Plan:
    """How one file is to be read, as far as a reader says so."""

    table: str | None = None  # a kind, or "skip"
    mapping: Mapping[str, str] = field(default_factory=dict)
    date_order: Mapping[str, str] = field(default_factory=dict)
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    time_zone: str = "UTC"
    mended: tuple[dict, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """What was made of the files. `is_whole` where nothing was refused, or refused rows were to be left out."""

    readings: tuple[Reading, ...]
    matches: tuple[Match, ...]
    n_rows: dict[str, int]  # by table
    notes: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return all(reading.is_whole for reading in self.readings)


def unpacked(paths: Sequence[Path], work: Path) -> list[Sheet]:
    """The files as text files of one table each; no two go by one name."""
    limits = from_environment()
    found: list[Sheet] = []
    for path in paths:
        if not path.is_file():
            raise Refused(f"There is no file {path}.")
        found += sheets(path, work, limits)
    named: dict[str, int] = {}
    for at, sheet in enumerate(found):
        named[sheet.name] = named.get(sheet.name, 0) + 1
        if named[sheet.name] > 1:
            found[at] = replace(sheet, name=f"{sheet.name} ({named[sheet.name]})")
    return found


def recognised(paths: Sequence[Path], work: Path, plans: Mapping[str, Plan] | None = None) -> list[Recognised]:
    """What each file holds; `work` is a folder for what is unpacked."""
    return [_recognised(sheet, work, _plan_of(sheet, plans or {})) for sheet in unpacked(paths, work)]


def prepare(
    paths: Sequence[Path],
    staged: Path,
    *,
    plans: Mapping[str, Plan] | None = None,
    core: Path | None = None,
    on_refused: str = "stop",
    say: Callable[[str, float | None], None] = lambda *_: None,
) -> Prepared:
    """Make the files ready in the folder `staged`, as TABLE-n.parquet.

    plans       by the name of a file, or of a sheet in it; the key "" is for files that are not named
    core        core.duckdb of the data they are brought to: its accounts and people are known
    on_refused  "stop": with any cell refused, nothing is staged; "skip": the rows without one are
    say         is told what is being done, and the share of it that is done where that is known
    """
    plans = plans or {}
    with tempfile.TemporaryDirectory(dir=staged.parent, prefix="0-preparing-") as folder:
        work = Path(folder)
        say("unpacking", None)
        chosen = list(_chosen(unpacked(paths, work), work, plans))
        if not chosen:
            raise Refused("Nothing is left to read: every file was left out.")
        chosen.sort(key=lambda each: FIRST.index(each[1]) if each[1] in FIRST else len(FIRST))
        readings = []
        for at, (sheet, table, plan) in enumerate(chosen):
            say(f"reading {sheet.name}", at / len(chosen))
            readings.append(_read(sheet, table, plan, work / "read", on_refused))
        say("joining", None)
        return _joined(readings, work, staged, core, on_refused)


def _chosen(found: Sequence[Sheet], work: Path, plans: Mapping[str, Plan]) -> Iterator[tuple[Sheet, str, Plan]]:
    """Every file that is to be read, what it holds, and what a reader says of it."""
    for sheet in found:
        plan = _plan_of(sheet, plans)
        if plan.table == SKIP:
            continue
        table = plan.table
        if table is None:
            seen = _recognised(sheet, work, plan)
            if seen.confidence < SURE:
                why = " ".join(each for each in seen.problems if not each.startswith("This may be no file"))
                raise Refused(
                    f"It is not clear what {sheet.name} holds (perhaps {seen.table}). Say it with --as, or leave it out."
                    f"{f' {why[:400]}' if why else ''}"
                )
            table = seen.table
        yield sheet, kind_of(table).name, plan


def _plan_of(sheet: Sheet, plans: Mapping[str, Plan]) -> Plan:
    """What a reader says of this file by its name, or of every file."""
    return plans.get(sheet.name, plans.get("", Plan()))


def _recognised(sheet: Sheet, work: Path, plan: Plan) -> Recognised:
    seen = recognise(
        sheet.path,
        work,
        table=None if plan.table == SKIP else plan.table,
        mapping=plan.mapping or None,
        delimiter=plan.delimiter,
        encoding=plan.encoding,
        decimal=plan.decimal,
    )
    return replace(seen, file=sheet.name, problems=(*sheet.notes, *seen.problems))


def _read(sheet: Sheet, table: str, plan: Plan, into: Path, on_refused: str) -> Reading:
    reading = read(
        sheet.path,
        into=into,
        table=table,
        name=sheet.name,
        mapping=plan.mapping,
        date_order=plan.date_order,
        decimal=plan.decimal,
        delimiter=plan.delimiter,
        encoding=plan.encoding,
        time_zone=plan.time_zone,
        mended=plan.mended,
        on_refused=on_refused,
    )
    return replace(reading, notes=(*sheet.notes, *reading.notes))


def _joined(readings: Sequence[Reading], work: Path, staged: Path, core: Path | None, on_refused: str) -> Prepared:
    """Every row with its account's id, deals and invoices as what they say, and accounts for ids that have no file."""
    if not all(reading.is_whole for reading in readings):
        return Prepared(tuple(readings), (), {}, ())
    done, matches, pieces, notes = [], [], [], []
    known = Directory(_data_of(readings, "account"), _data_of(readings, "person"), core)
    with known.open(work) as con:
        for at, reading in enumerate(readings):
            kind, data = kind_of(reading.table), reading.data
            if "account" in kind.columns and kind.name != "account":
                data, match, nobodys = refer(con, data, kind, reading.file, work / f"referred-{at}.parquet")
                matches += [match] if match else []
                data = one_spelling(con, data, kind, work / f"spelt-{at}.parquet")
                reading = _without(reading, nobodys, on_refused) if WHO in kind.needs else reading
            done.append(reading)
            if kind.name in DERIVED:
                made, told = derive(kind.name, data, work / f"derived-{at}")
                pieces += made.items()
                notes += [f"{reading.file}: {note}" for note in told]
            else:
                pieces.append((kind.name, data))
    if not all(reading.is_whole for reading in done):
        return Prepared(tuple(done), tuple(matches), {}, ())
    n_rows = _staged(done, pieces, staged, core)
    return Prepared(tuple(done), tuple(matches), n_rows, (*notes, *_said(matches)))


def _data_of(readings: Sequence[Reading], table: str) -> tuple[Path, ...]:
    return tuple(reading.data for reading in readings if reading.table == table)


def _without(reading: Reading, nobodys: "pd.DataFrame", on_refused: str) -> Reading:
    """The reading with the rows refused that belong to a person whose account nobody knows."""
    import pandas as pd

    if nobodys.empty:
        return reading
    header = next((m.header for m in reading.mapping if m.field and m.field.column == "person"), "")
    reason = "nothing says whose account this person belongs to"
    cells = nobodys.assign(file=reading.file, column=header, reason=reason)[list(reading.refused.columns)]
    counts = pd.DataFrame([{"column": header, "reason": reason, "n": len(cells)}])
    return replace(
        reading,
        is_whole=on_refused == "skip",
        n_rows_kept=reading.n_rows_kept - len(cells),
        n_rows_refused=reading.n_rows_refused + len(cells),
        refused=pd.concat([reading.refused, cells.head(DETAIL_LIMIT)], ignore_index=True),
        refused_counts=pd.concat([reading.refused_counts, counts], ignore_index=True),
    )


def _staged(
    readings: Sequence[Reading], pieces: Sequence[tuple[str, Path]], staged: Path, core: Path | None
) -> dict[str, int]:
    """Move what was made to where it is published from; rows by table. Accounts no file describes get a bare row."""
    import duckdb

    with duckdb.connect() as con:

        def rows_in(file: Path) -> int:
            return con.execute("select count(*) from read_parquet($file)", {"file": str(file)}).fetchone()[0]

        n_rows: dict[str, int] = {}
        named = []
        for at, (table, data) in enumerate(pieces):
            place = staged / f"{table}-{at:06d}.parquet"
            shutil.move(data, place)
            n_rows[table] = n_rows.get(table, 0) + rows_in(place)
            named += [str(place)] if "account" in kind_of(table).columns else []
        if "account" not in n_rows and core is None:
            place = staged / "account-bare.parquet"
            con.execute(
                "copy (select distinct account from read_parquet($named, union_by_name = true) order by account) "
                "to $place (format parquet)",
                {"named": named, "place": str(place)},
            )
            n_rows["account"] = rows_in(place)
    if any(reading.table == "account" for reading in readings):
        n_rows["heading"] = _write_headings(readings, staged / "heading.parquet")
    return n_rows


def _write_headings(readings: Sequence[Reading], place: Path) -> int:
    """The headers of accounts files that became fields of another name: a dimension answers to both."""
    import pandas as pd

    found = {
        each.header: each.field.column
        for reading in readings
        if reading.table == "account"
        for each in reading.mapping
        if each.field and each.field.column != each.header
    }
    pd.DataFrame(list(found.items()), columns=["header", "field"], dtype=str).to_parquet(place)
    return len(found)


def _said(matches: Sequence[Match]) -> Iterator[str]:
    """Rows that name an account nobody knows are kept, and told."""
    for match in matches:
        n_not = match.n_rows - match.n_matched
        if n_not:
            names = ", ".join(repr(name) for name in match.unmatched)
            yield (
                f"{match.file}: {n_not:,} of {match.n_rows:,} rows name an account that is not known, such as {names}. "
                "They count once it is."
            )
