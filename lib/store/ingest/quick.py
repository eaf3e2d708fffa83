"""Usage events by the million: read, checked and typed in one pass over the file, where other files are looked at twice.

load     the events into table `raw`, as columns v0, v1, ...; what cannot be kept into `refused`, `merged`, `blank`
FROM     bytes of a file from which that pays

How a column is read is decided on its first rows, and a cell that does not fit is refused as in any other file. Each
cell is first read by a plain cast; only the few that this may read wrongly go through the full rules of macros.sql.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise, product
from pathlib import Path

import duckdb
import numpy as np

from lib.errors import Refused
from lib.store.ingest import faults, fields, moments, rows
from lib.store.ingest import text as texts
from lib.store.ingest.columns import columns_of
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.fields import Mapped
from lib.store.ingest.kinds import Kind
from lib.store.ingest.profile import Profile, profiles_of
from lib.store.ingest.text import Text
from lib.store.ingest.values import FIRST_DAY, LAST_DAY, NOTHING, ORDERS, Column

FROM = 16 << 20
SHRINKS = 4  # typed events take a fraction of the memory their text does
N_FIRST = 5_000  # rows on which it is decided how to read the columns
_N_PARTS = 2  # in which a file is looked through for spaces at once
_N_SORTED = 20_000_000  # hashes in memory at once

_READ_THE_REST = "update raw set v{at} = {full} where rest is not null"
_TRIMMED = (
    "case when {cell} >= '!' and ord({cell}) < 127 and {cell}[-1] between '!' and '~' and not starts_with({cell}, '=\"') "
    "then {cell} else bare({cell}) end"
)
_EMPTY = "update raw set v{at} = null where v{at} in ({nothing})"
_BLANK = """
insert into blank
select rowid from raw where {all_null} and coalesce(len(list_filter(rest, lambda cell: bare(cell) <> '')), 0) = 0
"""
# Rows alike have the same narrow hash, and so do a few others: those are then compared in full.
_NARROW = "create temp table narrow as select (hash({same}) >> 32)::uinteger as hash from raw"  # row by row: rowids are the same
_SOME = "select hash from narrow where hash >= $first and hash < $end"
_ALIKE = "create temp table alike as select rowid as n from narrow where hash in (from repeated)"
_SAME = """
insert into merged
select n
from (
    select raw.rowid as n, row_number() over (partition by {exactly} order by raw.rowid) as nth
    from raw
    where rowid in (from alike)
      and rowid not in (select n from blank union all select n from refused where n is not null)
)
where nth > 1
"""


def load(
    con: duckdb.DuckDBPyConnection,
    text: Text,
    dialect: Dialect,
    headers: tuple[str, ...],
    work: Path,
    kind: Kind,
    *,
    mapping: Mapping[str, str] | None,
    date_order: Mapping[str, str],
    decimal: str | None,
    time_zone: str,
) -> tuple[list[Mapped], list[Column], list[str]] | None:
    """What each header is, the columns (v0, v1, ... of `raw`) and notes.

    None where the first rows do not tell how to read a column: then all of them must be looked at, as read.py does.
    """
    with ThreadPoolExecutor(_N_PARTS) as beside:
        look = partial(texts.has_spaces_at_cell_ends, text, dialect.delimiter, dialect.quote)
        spaces = [beside.submit(look, nth, _N_PARTS) for nth in range(_N_PARTS)]
        try:
            rows.load(con, text, dialect, headers, work, most=N_FIRST)
            profiles = profiles_of(con, len(headers))
            mapped, notes = fields.match(kind.name, headers, profiles, mapping)
            columns, more = columns_of(con, kind, mapped, profiles, date_order, decimal, dialect)
        except Refused:
            return None
        finally:
            for table in ("raw", "reject_errors", "reject_scans"):
                con.execute(f"drop table if exists {table}")
            con.execute("delete from refused")
        there = {column.name for column in columns}
        is_empty = any(not each.profile.n_filled for each in columns)
        if is_empty or not all(there.intersection(group) for group in kind.needs):
            return None
        is_trimmed = any(column.profile.n_trimmed for column in columns)  # by ="0012", which no space tells of
        has_spaces = is_trimmed or any(each.result() for each in spaces)
        casts = [_cast(column, f"v{at}", time_zone, has_spaces=has_spaces) for at, column in enumerate(columns)]
    rows.load(con, text, dialect, headers, work, select=_select(columns, casts, len(headers)))
    rest_of = {column.raw: f"rest[{at}]" for at, column in enumerate(_typed(columns), 1)}
    _read_the_rest(con, columns, rest_of)
    found = [replace(each, how=replace(each.how, sql=f"v{at}")) for at, each in enumerate(columns)]
    _judge(con, found, rest_of)
    return mapped, [replace(column, profile=_seen(column.profile)) for column in found], notes + more


def _typed(columns: list[Column]) -> list[Column]:
    return [column for column in columns if column.how.kind != "VARCHAR"]


def _cast(column: Column, value: str, time_zone: str, *, has_spaces: bool) -> tuple[str, str]:
    """The cell with the type of its column, and whether that `value` is what the rules of macros.sql say; as SQL."""
    kind, cell = column.how.kind, column.raw
    if kind == "VARCHAR":
        return _TRIMMED.format(cell=cell) if has_spaces else cell, "true"
    if kind == "TIMESTAMP" and (found := moments.cast(cell, column.profile.example, column.how.order, time_zone)):
        read, looks = found
        return read, f"{value} between timestamp '{FIRST_DAY}' and timestamp '{LAST_DAY}' and {looks}"
    if _has_plain_numbers(column):
        looks = f"({cell} between '0' and ':' and strlen({cell}) <= 2 or regexp_full_match({cell}, '[0-9.]+'))"
        return f"try_cast({cell} as double)", f"{value} < 1e300 and {looks}"
    return f"null::{kind}", "false"


def _has_plain_numbers(column: Column) -> bool:
    return column.how.kind == "DOUBLE" and column.profile.n_simple_number == column.profile.n_filled


def _select(columns: list[Column], casts: list[tuple[str, str]], n_columns: int) -> str:
    """Every column by its cast, and as `rest` the texts of a row where one of the casts may be wrong."""
    typed = _typed(columns)
    unused = [f"c{at}" for at in range(n_columns) if f"c{at}" not in {column.raw for column in columns}]
    sure = []
    for column, (_, is_sure) in zip(columns, casts, strict=True):
        if column in typed:
            # a row without a moment is a blank line or a fault: what stands in unused columns tells
            empty = [column.raw, *(unused if column.name == "occurred_at" else [])]
            sure.append(f"({' and '.join(f'{raw} is null' for raw in empty)} or {is_sure})")
    read = ", ".join(f"{cast} as v{at}" for at, (cast, _) in enumerate(casts))
    kept = ", ".join(f"v{at}" for at in range(len(columns)))
    rest = f"[{', '.join([*(column.raw for column in typed), *unused])}]"
    return (
        f"select {kept}, case when {' and '.join(sure)} then null else {rest} end as rest "
        f"from (select *, {read} from {{file}})"
    )


def _read_the_rest(con: duckdb.DuckDBPyConnection, columns: list[Column], rest_of: Mapping[str, str]) -> None:
    """Which rows are blank, not a word in them; then the cells that a cast does not read, by the rules of macros.sql."""
    con.execute(
        _BLANK.format(all_null=" and ".join(f"coalesce(v{at}::varchar, '') = ''" for at in range(len(columns))))
    )
    is_rest = con.execute("select 1 from raw where rest is not null limit 1").fetchone()
    for at, column in enumerate(columns):
        if column.raw not in rest_of:
            con.execute(_EMPTY.format(at=at, nothing=", ".join(_nothing())))
        elif is_rest:
            con.execute(_READ_THE_REST.format(at=at, full=_full(column, rest_of[column.raw])))


def _full(column: Column, text: str) -> str:
    """The rules for the cell whose text is `text`."""
    if _has_plain_numbers(column):
        return f"number_of(point_digits(undressed(filled({text}))))"
    if column.how.kind == "TIMESTAMP" and column.how.order in ORDERS:
        return f"moment_{column.how.order}(filled({text}))"
    bare = column.how.sql.replace(f"filled({column.raw})", column.raw)
    return bare.replace(column.raw, f"filled({text})")


@cache
def _nothing() -> tuple[str, ...]:
    """The texts that mean a blank cell, in upper and lower case, as SQL: a scan that looks for them skips most blocks."""
    cases = (product(*({letter.lower(), letter.upper()} for letter in word)) for word in NOTHING)
    return tuple(f"'{''.join(letters)}'" for words in cases for letters in sorted(words))


def _judge(con: duckdb.DuckDBPyConnection, columns: list[Column], texts_of: Mapping[str, str]) -> None:
    """Cells that would not be a value, and rows that stand in for one another."""
    by_name = {column.name: column for column in columns}
    who = [by_name[name] for name in ("account", "person") if name in by_name]
    if len(who) == 1:
        faults.refuse_ids(con, who[0].how.sql, who[0].header, who[0].name)
    for column in columns:
        if column.how.refusal:
            faults.refuse_unread(con, texts_of[column.raw], column.how, column.header)
        if column.name in ("event", "account", "person"):
            faults.refuse_damaged(con, column.how.sql, column.header)
    moment = by_name["occurred_at"]
    for group in (who, [moment]):
        faults.refuse_none_of(con, [column.how.sql for column in group], [column.header for column in group])
    whole = f"row({', '.join(column.how.sql for column in columns)})"
    said = by_name["event"].how.sql if "event" in by_name else "null::varchar"
    has_ids = "event" in by_name and con.execute(f"select count(*) = count({said}) from raw").fetchone()[0]
    exactly = said if has_ids else f"{said}, case when {said} is null then {whole} end"
    con.execute(_NARROW.format(same=exactly))
    con.register("repeated", _repeated(con))
    con.execute(_ALIKE)
    con.unregister("repeated")
    if con.execute("select 1 from alike limit 1").fetchone():
        con.execute(_SAME.format(exactly=exactly))


def _repeated(con: duckdb.DuckDBPyConnection) -> np.ndarray:
    """The hashes of `narrow` that more than one row has: sorted by numpy, in half the time of DuckDB, some at a time."""
    n_parts = con.execute("select count(*) // $most + 1 from narrow", {"most": _N_SORTED}).fetchone()[0]
    bounds = np.linspace(0, 2**32, n_parts + 1).astype(int).tolist()
    found = [np.empty(0, dtype=np.uint32)]
    for first, end in pairwise(bounds):
        hashes = np.sort(con.execute(_SOME, {"first": first, "end": end}).fetchnumpy()["hash"])
        found.append(np.unique(hashes[1:][hashes[1:] == hashes[:-1]]))
    return np.concatenate(found)


def _seen(profile: Profile) -> Profile:
    """Of what the first rows showed, what a reader is told: how times and days are written, and no counts."""
    return Profile(
        n_with_time=profile.n_with_time,
        n_zoned=profile.n_zoned,
        n_epoch=profile.n_epoch,
        n_day=profile.n_day,
        n_plain_day=profile.n_plain_day,
        n_short_years=profile.n_short_years,
    )
