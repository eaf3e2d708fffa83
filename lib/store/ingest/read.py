"""What does a file hold, and what of it cannot be used? From a CSV on disk to one clean Parquet file and an account.

read      a file -> Reading; refuses (lib.errors.Refused) what cannot be read at all
Reading   where the data is, how it was understood, and rows read = kept + refused + merged, always

Whole or nothing is the caller's rule: a Reading with refused cells and on_refused="stop" is not whole and has no data.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lib.errors import Refused
from lib.store import tables
from lib.store.ingest import dialect as dialects
from lib.store.ingest import fields, remarks, rows, values
from lib.store.ingest import text as texts
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.fields import Mapped
from lib.store.ingest.profile import Profile, profiles_of
from lib.store.ingest.values import Column
from lib.store.tables import quote

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

IN_ORDER = {"account": (("started_on", "churned_on"),)}  # days of a row that must not go backwards


@dataclass(frozen=True)
class Reading:
    """One file, read. `data` is None when the reading is not whole."""

    file: str
    table: str
    data: Path | None  # Parquet: the schema's columns that the file feeds, then its plain columns, in the file's order
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
    mapping: Mapping[str, str] | None = None,
    date_order: Mapping[str, str] | None = None,
    decimal: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    on_refused: Literal["stop", "skip"] = "stop",
) -> Reading:
    """Reads `path` as `table` and writes its good rows to a Parquet file in the folder `into`.

    mapping     {header: field}, where a field may be "plain" or "skip"; headers not named are recognised
    date_order  {header: "dmy", "mdy" or "ymd"} for columns whose days can be read in two ways
    on_refused  "stop": any refused cell, and nothing is written; "skip": the rows without one are
    """
    path, into = Path(path), Path(into)
    if not path.is_file():
        raise Refused(f"There is no file {path}.")
    if on_refused not in ("stop", "skip"):
        raise Refused(f"{on_refused!r} is no way to treat refused rows: stop or skip.")
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".reading-") as folder:
        work = Path(folder).resolve()
        text = texts.as_utf8(path, work, encoding)
        text, dialect, headers = dialects.find(text, work, path.name, delimiter, decimal)
        if text.path == path:
            text = replace(text, path=rows.without_glob(path.resolve(), work))
        with rows.within_memory(path.name), rows.connect(text.path, work, text.n_bytes) as con:
            rows.load(con, text, dialect, headers, work)
            profiles = profiles_of(con, len(headers))
            mapped, notes = fields.match(table, headers, profiles, mapping)
            orders = _asked_orders(date_order or {}, headers)
            columns, more = _columns(con, table, mapped, profiles, orders, decimal, dialect)
            notes += more
            id_column = _id_column(table, columns, headers, profiles)
            n_blank = rows.set_blank_rows_aside(con, id_column.how.sql, len(headers))
            _refuse_cells(con, table, columns, id_column)
            n_read, n_refused, n_merged = rows.count(con)
            if not n_read:
                raise Refused(f"{path.name} has a header and no rows of data below it.")
            refused, counts = rows.report(con, text, dialect, path.name)
            is_whole = not n_refused or on_refused == "skip"
            notes += remarks.spellings(con, columns)
            data = _write(con, columns, work, into) if is_whole else None
    return Reading(
        file=path.name,
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
        notes=tuple(notes + remarks.on_reading(columns, dialect, n_read, n_merged, n_blank)),
    )


def _columns(
    con: "duckdb.DuckDBPyConnection",
    table: str,
    mapped: list[Mapped],
    profiles: list[Profile],
    orders: dict[str, str],
    decimal: str | None,
    dialect: Dialect,
) -> tuple[list[Column], list[str]]:
    """The columns to write: the schema's in its order, then the plain ones in the file's."""
    notes: list[str] = []
    found: list[Column] = []
    schema = list(tables.columns(table))
    names = {name.casefold() for name in schema} | {tables.NUMBER}
    for at, (m, profile) in enumerate(zip(mapped, profiles, strict=True)):
        raw = f"c{at}"

        def mark(header=m.header, profile=profile) -> str:
            return values.decide_decimal(header, profile, decimal, dialect.decimal, dialect.delimiter)

        if m.field:
            how = values.expression(raw, m.reads, m.header, profile, date_order=orders.get(m.header), decimal=mark)
            found.append(Column(raw, m.header, m.field.column, how, profile, False))
        elif m.how != "skipped":
            how, note = _plain(con, raw, m.header, profile, orders.get(m.header), mark)
            notes += [note] if note else []
            found.append(Column(raw, m.header, _free_name(m.header, names), how, profile, True))
    place = {name: at for at, name in enumerate(schema)}
    return sorted(found, key=lambda column: len(place) if column.is_plain else place[column.name]), notes


def _plain(
    con: "duckdb.DuckDBPyConnection",
    raw: str,
    header: str,
    profile: Profile,
    order: str | None,
    decimal: Callable[[], str],
) -> tuple[values.Expression, str | None]:
    """A column without a field as number, day or text; text where one cell will not fit or the order is not certain."""
    text = values.expression(raw, "text", header, profile, date_order=None, decimal=decimal)
    reads = values.decide_plain(fields.meaning(header), profile)
    if reads == "text":
        return text, None
    try:
        how = values.expression(raw, reads, header, profile, date_order=order, decimal=decimal)
    except Refused as doubt:
        return text, f"{doubt} Until then {header!r} is kept as text."
    misfit = f"select 1 from raw where {how.sql} is null and filled({raw}) is not null limit 1"
    return (text if reads == "day" and con.execute(misfit).fetchone() else how), None


def _free_name(header: str, names: set[str]) -> str:
    """The header as typed, with a suffix where the schema or another column has the name."""
    name, n = header, 1
    while name.casefold() in names:
        name = f"{header} (file)" if n == 1 else f"{header} (file {n})"
        n += 1
    names.add(name.casefold())
    return name


def _asked_orders(asked: Mapping[str, str], headers: tuple[str, ...]) -> dict[str, str]:
    by_case = {header.casefold(): header for header in headers}
    for header, order in asked.items():
        if order not in values.ORDERS:
            raise Refused(f"{order!r} is no date order: it must be {' or '.join(values.ORDERS)}.")
        if header.strip().casefold() not in by_case:
            raise Refused(f"A date order is given for {header!r}, which is no column of the file.")
    return {by_case[header.strip().casefold()]: order for header, order in asked.items()}


def _id_column(table: str, columns: list[Column], headers: tuple[str, ...], profiles: list[Profile]) -> Column:
    key = tables.KEYS[table][0]
    found = next((column for column in columns if not column.is_plain and column.name == key), None)
    if found:
        return found
    seen = ", ".join(repr(header[:60]) for header in headers[:30])
    unique = [
        header
        for header, profile in zip(headers, profiles, strict=True)
        if profile.n_filled == profile.n_values and not (profile.n_blank or profile.n_number or profile.n_day)
    ]
    hint = f" {unique[0]!r} differs on every row: --map '{unique[0]}={key}' would use it." if unique else ""
    raise Refused(
        f"No column says which {key} a row is about. Its headers: {seen}"
        f"{f' and {len(headers) - 30:,} more' if len(headers) > 30 else ''}. Name one: --map 'HEADER={key}'.{hint}"
    )


def _refuse_cells(con: "duckdb.DuckDBPyConnection", table: str, columns: list[Column], id_column: Column) -> None:
    """Every cell that cannot be a value of its column, and rows that stand in for one another."""
    rows.refuse_ids(con, id_column.how.sql, id_column.header)
    by_name = {column.name: column for column in columns if not column.is_plain}
    for column in by_name.values():
        if column.how.refusal:
            rows.refuse_unread(con, column.raw, column.how, column.header)
    for before, after in IN_ORDER.get(table, ()):
        if before in by_name and after in by_name:
            first, last = by_name[before], by_name[after]
            rows.refuse_disorder(con, last.raw, first.how.sql, last.how.sql, first.header, last.header)
    if not id_column.profile.is_unique:
        whole = f"row({', '.join(column.how.sql for column in columns)})::varchar"
        rows.merge_or_refuse_duplicates(con, id_column.how.sql, whole, id_column.header)


def _write(con: "duckdb.DuckDBPyConnection", columns: list[Column], work: Path, into: Path) -> Path:
    """The kept rows as Parquet, in the file's order; moved into place only when whole."""
    chosen = ", ".join(f"{column.how.sql} as {quote(column.name)}" for column in columns)
    left_out = "select n from refused where n is not null union all from merged union all from blank"
    kept = ""
    if con.execute(f"select 1 from ({left_out}) limit 1").fetchone():
        kept = f"where raw.rowid not in ({left_out}) order by raw.rowid"
    part = work / "data.parquet"
    con.execute(
        f"copy (select {chosen} from raw {kept}) to $part (format parquet, compression zstd)", {"part": str(part)}
    )
    data = into.resolve() / f"{work.name.removeprefix('.reading-')}.parquet"
    return part.replace(data)
