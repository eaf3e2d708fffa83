"""Usage events by the million: read, checked and typed in one pass over the file, where other files are looked at twice.

load     the events into table `raw`, as columns v0, v1, ...; what cannot be kept into `refused`, `merged`, `blank`
FROM     bytes of a file from which that pays

How a column is read is decided on its first rows, and a cell that does not fit is refused as in any other file. Each
cell is first read the cheap way; only the few that this cannot read go through the full rules of macros.sql.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from lib.errors import Refused
from lib.store.ingest import faults, fields, rows
from lib.store.ingest.columns import columns_of
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.fields import Mapped
from lib.store.ingest.kinds import Kind
from lib.store.ingest.profile import Profile, profiles_of
from lib.store.ingest.text import Text
from lib.store.ingest.values import Column

FROM = 16 << 20
SHRINKS = 4  # typed events take a fraction of the memory their text does
N_FIRST = 20_000  # rows on which it is decided how to read the columns

# Cheap and certain, or null: then the text is kept beside, and goes through the rules of macros.sql.
_MACROS = """
create temp macro quick_text(c) as
    case when ord(c) between 33 and 126 and c[-1] between '!' and '~'
              and (ord(c) not in (35, 60, 78, 92, 110) or length(c) > 6)
              and c <> '000000000000000AAA'
         then c end;
create temp macro quick_moment(c) as
    case when c[17] = ':' and c between '1950' and '2101'
              and (c[-1] = 'Z' or length(c) = 19 or (c[20] = '.' and length(c) in (23, 26)))
         then try_cast(c as timestamp) end;
create temp macro quick_zoned(c) as case when c[-1] = 'Z' then quick_moment(c) end;
create temp macro quick_number(c) as
    case when ord(c) between 48 and 57 then nullif(try_cast(c as double), 'infinity'::double) end;
"""
_NO_TEXT = "coalesce(len(list_filter(rest, lambda cell: bare(cell) <> '')), 0) = 0"
_READ_THE_REST = "update raw set v{at} = {full} where rest is not null and v{at} is null"
_SAME = """
insert into merged
select n
from (
    select raw.rowid as n, row_number() over (partition by {exactly} order by raw.rowid) as nth
    from raw
    where {same} in (select {same} from raw group by all having count(*) > 1)
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
    if not all(there.intersection(group) for group in kind.needs) or any(not each.profile.n_filled for each in columns):
        return None
    con.execute(_MACROS)
    rows.load(con, text, dialect, headers, work, select=_select(columns, len(headers), time_zone))
    if con.execute("select 1 from raw where rest is not null limit 1").fetchone():
        for at, column in enumerate(columns):
            con.execute(_READ_THE_REST.format(at=at, full=_full(column, _text(column))))
    found = [replace(each, how=replace(each.how, sql=f"v{at}")) for at, each in enumerate(columns)]
    _judge(con, found)
    return mapped, [replace(column, profile=_seen(column.profile)) for column in found], notes + more


def _select(columns: list[Column], n_columns: int, time_zone: str) -> str:
    """Every column typed where that is cheap and certain, and the row's texts where one of its cells is not."""
    typed = ", ".join(f"{_quick(column, time_zone)} as v{at}" for at, column in enumerate(columns))
    raws = ", ".join(f"c{at}" for at in range(n_columns))
    is_left = " or ".join(f"(v{at} is null and {column.raw} is not null)" for at, column in enumerate(columns))
    return f"select * exclude ({raws}), case when {is_left} then [{raws}] end as rest from (select *, {typed} from {{file}})"


def _text(column: Column) -> str:
    """The cell's text in a row that was not wholly read the cheap way."""
    return f"rest[{int(column.raw[1:]) + 1}]"


def _quick(column: Column, time_zone: str) -> str:
    """The cell where it can be read cheaply and for certain, else null, with the type of the column."""
    if column.how.kind == "VARCHAR":
        return f"quick_text({column.raw})"
    if column.how.kind == "TIMESTAMP":
        return f"quick_{'moment' if time_zone == 'UTC' else 'zoned'}({column.raw})"
    if column.how.kind == "DOUBLE" and column.profile.n_simple_number == column.profile.n_filled:
        return f"quick_number({column.raw})"
    return f"null::{column.how.kind}"


def _full(column: Column, text: str) -> str:
    """The rules for the cell whose text is in the column `text`."""
    if column.how.kind == "VARCHAR":
        return f"text_of({text})"
    bare = column.how.sql.replace(f"filled({column.raw})", column.raw)
    return bare.replace(column.raw, f"filled({text})")


def _judge(con: duckdb.DuckDBPyConnection, columns: list[Column]) -> None:
    """Rows without a value, cells that would not be one, and rows that stand in for one another."""
    all_null = " and ".join(f"v{at} is null" for at in range(len(columns)))
    con.execute(f"insert into blank select rowid from raw where {all_null} and {_NO_TEXT}")
    by_name = {column.name: column for column in columns}
    who = [by_name[name] for name in ("account", "person") if name in by_name]
    if len(who) == 1:
        faults.refuse_ids(con, who[0].how.sql, who[0].header, who[0].name)
    for at, column in enumerate(columns):
        if column.how.refusal:
            faults.refuse_unread(con, _text(column), column.how, column.header)
        if column.name in ("event", "account", "person"):
            faults.refuse_damaged(con, f"v{at}", column.header)
    moment = by_name["occurred_at"]
    for group in (who, [moment]):
        faults.refuse_none_of(con, [column.how.sql for column in group], [column.header for column in group])
    whole = f"row({', '.join(column.how.sql for column in columns)})"
    said = by_name["event"].how.sql if "event" in by_name else "null::varchar"
    exactly = f"{said}, case when {said} is null then {whole} end"
    has_ids = "event" in by_name and con.execute(f"select count(*) = count({said}) from raw").fetchone()[0]
    same = f"hash({said})" if has_ids else f"case when {said} is null then hash({whole}) else hash({said}) end"
    if con.execute(f"select count(*) <> count(distinct {same}) from raw").fetchone()[0]:
        con.execute(_SAME.format(same=same, exactly=exactly))


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
