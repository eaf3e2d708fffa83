"""What does a file hold, and what of it cannot be used? From a CSV on disk to one clean Parquet file and an account.

read      a file -> Reading; refuses (lib.errors.Refused) what cannot be read at all
Reading   where the data is, how it was understood, and rows read = kept + refused + merged, always

Whole or nothing is the caller's rule: a Reading with refused cells and on_refused="stop" is not whole and has no data.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lib.errors import Refused
from lib.store.ingest import dialect as dialects
from lib.store.ingest import faults, fields, footers, meant, quick, remarks, rows
from lib.store.ingest import text as texts
from lib.store.ingest.columns import columns_of
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.fields import Mapped
from lib.store.ingest.kinds import WHO, Kind, kind_of
from lib.store.ingest.profile import Profile, profiles_of
from lib.store.ingest.refer import ROW
from lib.store.ingest.values import Column, Expression, is_time_zone
from lib.store.tables import PARQUET, quote

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

FIRST_OF = {"milestone": "reached_on"}  # a stage reached twice counts from its first day


@dataclass(frozen=True)
class Reading:
    """One file, read. `data` is None when the reading is not whole."""

    file: str
    table: str  # its kind (kinds.py)
    data: Path | None  # Parquet: the kind's columns that the file feeds, then its plain columns, in the file's order
    is_whole: bool
    n_rows_read: int
    n_rows_kept: int
    n_rows_refused: int
    n_rows_merged: int
    refused: "pd.DataFrame"  # file, row, column, value, reason: the first rows.DETAIL_LIMIT cells
    refused_counts: "pd.DataFrame"  # column, reason, n: all of them
    mapping: tuple[Mapped, ...]  # every header of the file
    columns: tuple[tuple[str, str], ...]  # name and DuckDB type of each column of data
    dialect: Dialect
    notes: tuple[str, ...]


def read(
    path: str | Path,
    *,
    into: str | Path,
    table: str = "account",
    name: str | None = None,
    mapping: Mapping[str, str] | None = None,
    date_order: Mapping[str, str] | None = None,
    decimal: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    time_zone: str = "UTC",
    mended: Sequence[dict] = (),
    on_refused: Literal["stop", "skip"] = "stop",
) -> Reading:
    """Reads `path` as a file of the kind `table` and writes its good rows to a Parquet file in the folder `into`.

    name        what people call the file; its own name by default
    mapping     {header: field}, where a field may be "plain" or "skip"; headers not named are recognised
    date_order  {header: "dmy", "mdy" or "ymd"} for columns whose days can be read in two ways
    time_zone   of times written without an offset
    mended      cells a reader put right: {"row": as a spreadsheet counts, "column", "value"}
    on_refused  "stop": any refused cell, and nothing is written; "skip": the rows without one are
    """
    path, into, kind = Path(path), Path(into), kind_of(table)
    name = name or path.name
    _check(path, name, on_refused, time_zone)
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".reading-") as folder:
        work = Path(folder).resolve()
        text = texts.as_utf8(path, work, encoding)
        text, dialect, headers = dialects.find(text, work, name, delimiter, decimal)
        text, footer = footers.cut(text, dialect, len(headers), work)
        if text.path == path:
            text = replace(text, path=rows.without_glob(path.resolve(), work))
        is_quick = kind.name == "event" and text.n_bytes >= quick.FROM and not mended
        n_held = text.n_bytes // quick.SHRINKS if is_quick else text.n_bytes
        asked = {"mapping": mapping, "date_order": date_order or {}, "decimal": decimal}
        with rows.within_memory(name), rows.connect(text.path, work, n_held, time_zone) as con:
            judged = (
                quick.load(con, text, dialect, headers, work, kind, time_zone=time_zone, **asked) if is_quick else None
            )
            mapped, columns, notes = judged or _load(con, text, dialect, headers, work, kind, mended=mended, **asked)
            n_blank = rows.n_blank(con)
            n_read, n_refused, n_merged = rows.count(con)
            if not n_read:
                raise Refused(f"{name} has a header and no rows of data below it.")
            refused, counts = rows.report(con, text, dialect, name)
            is_whole = not n_refused or on_refused == "skip"
            notes += remarks.spellings(con, columns)
            row_shown = rows.shown(con, text, dialect) if _leaves_whose_open(con, kind, columns) else None
            data = _write(con, kind, columns, work, into, row_shown) if is_whole else None
    return Reading(
        file=name,
        table=table,
        data=data,
        is_whole=is_whole,
        n_rows_read=n_read,
        n_rows_kept=n_read - n_refused - n_merged,
        n_rows_refused=n_refused,
        n_rows_merged=n_merged,
        refused=refused,
        refused_counts=counts,
        mapping=tuple(mapped),
        columns=tuple((column.name, column.how.kind) for column in columns),
        dialect=dialect,
        notes=tuple(notes + remarks.on_reading(columns, dialect, n_read, n_merged, n_blank, footer, time_zone)),
    )


def _check(path: Path, name: str, on_refused: str, time_zone: str) -> None:
    if not path.is_file():
        raise Refused(f"There is no file {name}.")
    if on_refused not in ("stop", "skip"):
        raise Refused(f"{on_refused!r} is no way to treat refused rows: stop or skip.")
    if not is_time_zone(time_zone):
        raise Refused(f"{time_zone!r} is no time zone: name one as Europe/Berlin, America/New_York or UTC.")


def _load(
    con: "duckdb.DuckDBPyConnection",
    text: texts.Text,
    dialect: Dialect,
    headers: tuple[str, ...],
    work: Path,
    kind: Kind,
    *,
    mapping: Mapping[str, str] | None,
    date_order: Mapping[str, str],
    decimal: str | None,
    mended: Sequence[dict],
) -> tuple[list[Mapped], list[Column], list[str]]:
    """The rows into table `raw`, looked at as a whole; what each header is, the columns and notes."""
    rows.load(con, text, dialect, headers, work)
    rows.mend(con, text, dialect, headers, mended)
    profiles = profiles_of(con, len(headers))
    mapped, notes = fields.match(kind.name, headers, profiles, mapping)
    columns, of_columns = columns_of(con, kind, mapped, profiles, date_order, decimal, dialect)
    columns = _filled_from(kind, columns)
    needed = _needed(kind, columns, headers, profiles)
    rows.set_blank_rows_aside(con, needed[0][0].how.sql, len(headers))
    for at, each in enumerate(mapped):
        if each.means == "changed":
            faults.refuse_other_changes(con, f"c{at}", each.header)
    _refuse_cells(con, kind, columns, needed)
    columns, of_meaning = meant.understood(con, kind, columns)
    return mapped, columns, [*notes, *of_columns, *of_meaning]


def _needed(kind: Kind, columns: list[Column], headers: tuple[str, ...], profiles: list[Profile]) -> list[list[Column]]:
    """The columns of each group of which every row must say something; refuses a file that lacks a group."""
    by_name = {column.name: column for column in columns if not column.is_plain}
    found = [[by_name[name] for name in group if name in by_name] for group in kind.needs]
    missing = next((group for group, there in zip(kind.needs, found, strict=True) if not there), None)
    if missing is None:
        return found
    seen = ", ".join(repr(header[:60]) for header in headers[:30])
    unique = [
        header
        for header, profile in zip(headers, profiles, strict=True)
        if profile.n_filled == profile.n_values and not (profile.n_blank or profile.n_number or profile.n_day)
    ]
    is_key = kind.key == missing
    hint = (
        f" {unique[0]!r} differs on every row: --map '{unique[0]}={missing[0]}' would use it."
        if is_key and unique
        else ""
    )
    what = (
        f"which {missing[0]} a row is about"
        if missing[0] in ("account", "person")
        else f"the {' or '.join(missing)} of a {kind.name}"
    )
    raise Refused(
        f"No column says {what}. Its headers: {seen}"
        f"{f' and {len(headers) - 30:,} more' if len(headers) > 30 else ''}. Name one: --map 'HEADER={missing[0]}'.{hint}"
    )


def _filled_from(kind: Kind, columns: list[Column]) -> list[Column]:
    """The columns, a blank id filled from the column that stands in for it: people go by their address."""
    by_name = {column.name: column for column in columns if not column.is_plain}
    for name, other in kind.stands_in:
        if name in by_name and other in by_name:
            how = Expression(f"coalesce({by_name[name].how.sql}, {by_name[other].how.sql})", "VARCHAR")
            columns = [replace(column, how=how) if column is by_name[name] else column for column in columns]
    return columns


def _refuse_cells(
    con: "duckdb.DuckDBPyConnection", kind: Kind, columns: list[Column], needed: list[list[Column]]
) -> None:
    """Every cell that cannot be a value of its column, and rows that stand in for one another."""
    by_name = {column.name: column for column in columns if not column.is_plain}
    for column in _ids(kind, by_name, needed):
        what = "id" if column.name in kind.key and len(kind.key) == 1 else column.name
        faults.refuse_ids(con, column.how.sql, column.header, what)
    for name in (*WHO, kind.name):
        if name in by_name:
            faults.refuse_damaged(con, by_name[name].how.sql, by_name[name].header)
    for column in by_name.values():
        if column.how.refusal:
            faults.refuse_unread(con, column.raw, column.how, column.header)
    for group in needed:
        faults.refuse_none_of(con, [column.how.sql for column in group], [column.header for column in group])
    for before, after in kind.in_order:
        if before in by_name and after in by_name:
            first, last = by_name[before], by_name[after]
            faults.refuse_disorder(con, last.raw, first.how.sql, last.how.sql, first.header, last.header)
    _make_one(con, kind, columns, by_name)


def _ids(kind: Kind, by_name: dict[str, Column], needed: list[list[Column]]) -> list[Column]:
    """The texts that no row may lack: a key the file has, and what a row must say in one column alone."""
    texts_needed = [group[0].name for group in needed if len(group) == 1 and group[0].how.kind == "VARCHAR"]
    keys = [name for name in kind.key if name in by_name] if len(kind.key) == 1 else []
    return [by_name[name] for name in dict.fromkeys([*keys, *texts_needed])]


def _make_one(con: "duckdb.DuckDBPyConnection", kind: Kind, columns: list[Column], by_name: dict[str, Column]) -> None:
    """Rows with one key are one row: merged where they are alike, refused where they differ; without a key, numbered."""
    whole = f"row({', '.join(column.how.sql for column in columns)})::varchar"
    keys = [by_name[name] for name in kind.key if name in by_name]
    if kind.name == "event":
        faults.merge_duplicates(con, f"coalesce({by_name['event'].how.sql}, {whole})" if "event" in by_name else whole)
    elif kind.name == "person" and "person" not in by_name:  # people go by their address, once in an account
        email, account = by_name["email"].how.sql, by_name["account"].how.sql
        faults.merge_duplicates(con, _joined([f"lower({email})", f"lower({account})"]))
        faults.number(con, email, apart=_joined([email, account]))
    elif kind.numbered and kind.key[-1] not in by_name:
        faults.merge_duplicates(con, whole)
        faults.number(con, _joined([by_name[name].how.sql for name in kind.numbered if name in by_name]))
    elif kind.name in FIRST_OF:
        faults.merge_duplicates(con, _joined([key.how.sql for key in keys]), by_name[FIRST_OF[kind.name]].how.sql)
    elif not (len(keys) == 1 and keys[0].profile.is_unique):
        what, sql = (
            ("id", keys[0].how.sql) if len(keys) == 1 else (" and ".join(kind.key), _joined([k.how.sql for k in keys]))
        )
        faults.merge_or_refuse_duplicates(con, sql, whole, keys[0].header, what)


def _leaves_whose_open(con: "duckdb.DuckDBPyConnection", kind: Kind, columns: list[Column]) -> bool:
    """Whether some row says its person only: refer.py may refuse it yet, and then names it by its row."""
    if WHO not in kind.needs:
        return False
    account = next((column for column in columns if column.name == "account"), None)
    return account is None or bool(con.execute(f"select 1 from raw where {account.how.sql} is null limit 1").fetchone())


def _joined(sqls: Sequence[str]) -> str:
    return f"concat_ws(' · ', {', '.join(f'{sql}::varchar' for sql in sqls)})"


def _write(
    con: "duckdb.DuckDBPyConnection", kind: Kind, columns: list[Column], work: Path, into: Path, row_shown: str | None
) -> Path:
    """The kept rows as Parquet, in the file's order; moved into place only when whole."""
    chosen = [f"{column.how.sql} as {quote(column.name)}" for column in columns]
    is_numbered = con.execute("select 1 from duckdb_tables() where table_name = 'numbered'").fetchone()
    if row_shown:
        chosen.append(f"{row_shown} as {quote(ROW)}")
    join = ""
    if is_numbered:
        chosen.insert(0, f"numbered.id as {quote(kind.key[-1])}")
        join = "join numbered on numbered.n = raw.rowid"
    left_out = "select n from refused where n is not null union all from merged union all from blank"
    kept = ""
    if is_numbered or con.execute(f"select 1 from ({left_out}) limit 1").fetchone():
        kept = f"where raw.rowid not in ({left_out}) order by raw.rowid"
    part = work / "data.parquet"
    con.execute(
        f"copy (select {', '.join(chosen)} from raw {join} {kept}) to $part ({PARQUET})",
        {"part": str(part)},
    )
    data = into.resolve() / f"{work.name.removeprefix('.reading-')}.parquet"
    return part.replace(data)
