"""Which rows are kept, merged, refused? The file as a table of text, then every cell that cannot be a value, counted.

connect     a locked DuckDB that can see one file and one folder
load        the file into table `raw` (rowid: order of the file), rows of the wrong shape into table `refused`
refuse_unread, refuse_ids, refuse_disorder, merge_or_refuse_duplicates   one question each, into `refused` or `merged`
report      the refused cells with the row a spreadsheet shows, at most DETAIL_LIMIT of them, and their exact counts
"""

import csv
import shutil
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from lib.errors import Refused
from lib.store.ingest import dialect as dialects
from lib.store.ingest import text as texts
from lib.store.ingest import values
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.text import Text

DETAIL_LIMIT = 10_000
MEMORY_LIMIT = "2GB"
RANGE = {"first_day": values.FIRST_DAY, "last_day": values.LAST_DAY}
ON_DISK_FROM = 256 << 20  # bytes of a file that is worked on beside the disk rather than in memory

WRONG_SHAPE = {
    "MISSING COLUMNS": "the row has fewer columns than the header",
    "TOO MANY COLUMNS": "the row has more columns than the header",
    "UNQUOTED VALUE": "text stands after a closing quote",
    "LINE SIZE OVER MAXIMUM": f"the row is longer than {texts.LINE_LIMIT:,} bytes",
    "INVALID ENCODING": "the row has bytes that are not UTF-8",
}

# n: order among the rows that could be read, from 0; null for a row that could not, whose place is `line`
WORKBOOKS = """
create temp table refused (n bigint, line bigint, field varchar, value varchar, reason varchar, detail varchar,
                           others bigint[]);
create temp table merged (n bigint);
create temp table blank (n bigint);
"""
SWALLOWED = """
select min(line)
from reject_errors
where error_type in ('UNQUOTED VALUE', 'LINE SIZE OVER MAXIMUM')
      and regexp_matches(trim(csv_line, chr(10) || chr(13)), '[\n\r]')
"""
REJECTS = """
insert into refused
select null, line, '', left(trim(any_value(csv_line), chr(10) || chr(13)), 200),
       coalesce(map($kinds, $reasons)[arg_min(error_type, column_idx)], lower(arg_min(error_type, column_idx))),
       case when bool_or(error_type in ('MISSING COLUMNS', 'TOO MANY COLUMNS')) then any_value(error_message) end, null
from reject_errors
group by line
"""
BLANK = "insert into blank select rowid from raw where {id} is null and {all_blank}"
UNREAD = """
insert into refused
select rowid, null, $header, filled({column}),
       case when is_damaged(filled({column})) then $damaged else $reason end, null, null
from raw
where {sql} is null and filled({column}) is not null and rowid not in (select n from blank)
"""
OUT_OF_RANGE = """
insert into refused
select rowid, null, $header, filled({column}), $reason, null, null
from raw
where {sql} not between $first_day::date and $last_day::date
"""
BAD_ID = """
insert into refused
select rowid, null, $header, {id},
       case when {id} is null then 'the id is blank'
            when is_damaged({id}) then 'an id cut short by a spreadsheet: export it as text'
            else 'the header, repeated among the rows' end,
       null, null
from raw
where ({id} is null or {id} = $header or (contains({id}, '+') and is_damaged({id})))
      and rowid not in (select n from blank)
"""
DISORDER = """
insert into refused
select rowid, null, $header, filled({column}), 'before ' || $before_header,
       'that is ' || strftime({before}, '%Y-%m-%d'), null
from raw
where {after} < {before} and {after} between $first_day::date and $last_day::date
      and {before} between $first_day::date and $last_day::date
"""
TWICE = """
create temp table twice as
with again as (select {id} as id from raw where {id} is not null group by all having count(*) > 1)
select raw.rowid as n, again.id, {whole} as whole
from raw join again on {id} = again.id
"""
CONFLICTS = """
insert into refused
with conflict as (
    select id, list(n order by n)[:5] as places from twice group by id having count(distinct whole) > 1
)
select n, null, $header, id, 'the id stands on several rows with different values', null, places
from twice join conflict using (id)
"""
MERGE = """
insert into merged
select n from twice
where n not in (select n from refused where n is not null)
qualify row_number() over (partition by id order by n) > 1
"""
COUNTS = """
select field as "column", reason, count(*) as n from refused group by all order by n desc, field, reason
"""
DETAIL = """
select * from (select * from refused where n is not null order by n, field limit $most)
union all
select * from (select * from refused where n is null order by line limit $most)
"""


def connect(path: Path, work: Path, n_bytes: int) -> duckdb.DuckDBPyConnection:
    """A DuckDB that can read `path`, write into `work` and do nothing else."""
    con = duckdb.connect(str(work / "ingest.duckdb") if n_bytes > ON_DISK_FROM else ":memory:")
    con.execute("set enable_progress_bar = false")
    con.execute("set memory_limit = $limit", {"limit": MEMORY_LIMIT})
    con.execute("set temp_directory = $folder", {"folder": str(work / "spill")})
    con.execute("set allowed_paths = $paths", {"paths": [str(path)]})
    con.execute("set allowed_directories = $folders", {"folders": [str(work)]})
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    con.execute(values.macros())
    con.execute(WORKBOOKS)
    return con


@contextmanager
def within_memory(name: str) -> Iterator[None]:
    """Says in words that a file is too big for the memory an import may take."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise Refused(
            f"{name} needs more than the {MEMORY_LIMIT} of memory an import may take. Export fewer columns or split it."
        ) from None


def without_glob(path: Path, work: Path) -> Path:
    """A name DuckDB takes literally: * ? [ in a name would open other files."""
    if not set(str(path)) & set("*?[]{}\\"):
        return path
    link = work / "input.csv"
    try:
        link.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, link)
    return link


def load(con: duckdb.DuckDBPyConnection, text: Text, dialect: Dialect, headers: Sequence[str], work: Path) -> None:
    """The rows into `raw`. A clean file is read strictly and fast; any fault, and it is read again with the rejects."""
    try:
        _read(con, text, dialect, len(headers), keep_rejects=False)
        return
    except duckdb.InvalidInputException:
        con.execute("drop table if exists raw")
    try:
        _read(con, text, dialect, len(headers), keep_rejects=True)
    except duckdb.InvalidInputException:
        _find_broken_quote(text, dialect)
        con.execute("drop table if exists raw")
        try:
            _read(con, texts.without_mixed_line_ends(text, work), dialect, len(headers), keep_rejects=True)
        except duckdb.InvalidInputException as error:
            raise Refused(f"The file cannot be read as CSV: {str(error).splitlines()[0]}") from None
    line = _one(con, SWALLOWED)
    if line:
        raise _broken_quote(line + dialect.header_row - 1, dialect)
    con.execute(REJECTS, {"kinds": list(WRONG_SHAPE), "reasons": list(WRONG_SHAPE.values())})


def _read(con, text: Text, dialect: Dialect, n_columns: int, *, keep_rejects: bool) -> None:
    columns = ", ".join(f"'c{at}': 'varchar'" for at in range(n_columns))
    con.execute(
        f"""
        create table raw as
        select * from read_csv(
            $path, delim = $delimiter, quote = $quote, escape = $escape, header = true, auto_detect = false,
            columns = {{{columns}}}, max_line_size = $limit, store_rejects = $keep_rejects, rejects_limit = 0)
        """,
        {
            "path": str(text.path),
            "delimiter": dialect.delimiter,
            "quote": dialect.quote,
            "escape": dialect.escape,
            "limit": texts.LINE_LIMIT,
            "keep_rejects": keep_rejects,
        },
    )


def _find_broken_quote(text: Text, dialect: Dialect) -> None:
    """Refuses the file when a quote breaks it, saying where; returns when none does."""
    row = dialect.header_row - 1
    try:
        for _ in dialects.records(text, dialect):
            row += 1
    except csv.Error:
        raise _broken_quote(row + 1, dialect) from None


def _broken_quote(row: int, dialect: Dialect) -> Refused:
    return Refused(
        f"In row {row:,} a quote ({dialect.quote}) opens a value and is not closed properly: it swallows rows. "
        "Delete the quote or close it; a quote inside a value is written twice."
    )


def set_blank_rows_aside(con: duckdb.DuckDBPyConnection, id_sql: str, n_columns: int) -> int:
    """Rows of delimiters only (spreadsheets leave them below their data) are blank lines, not rows; how many."""
    all_blank = " and ".join(f"coalesce(bare(c{at}), '') = ''" for at in range(n_columns))
    con.execute(BLANK.format(id=id_sql, all_blank=all_blank))
    return _one(con, "select count(*) from blank")


def refuse_ids(con: duckdb.DuckDBPyConnection, id_sql: str, header: str) -> None:
    """Rows whose id is blank, damaged or the header again."""
    con.execute(BAD_ID.format(id=id_sql), {"header": header})


def refuse_unread(con: duckdb.DuckDBPyConnection, column: str, how: values.Expression, header: str) -> None:
    """Filled cells that the column's type cannot hold, and days that no customer base has."""
    damaged = "a number cut short by a spreadsheet: export it in full"
    con.execute(
        UNREAD.format(column=column, sql=how.sql), {"header": header, "reason": how.refusal, "damaged": damaged}
    )
    if how.kind == "DATE":
        reason = f"a day outside {values.FIRST_DAY} to {values.LAST_DAY}"
        con.execute(OUT_OF_RANGE.format(column=column, sql=how.sql), {"header": header, "reason": reason, **RANGE})


def refuse_disorder(
    con: duckdb.DuckDBPyConnection, column: str, before: str, after: str, before_header: str, header: str
) -> None:
    """Rows where the day of `header`, in raw `column`, comes before the day it must follow."""
    con.execute(
        DISORDER.format(column=column, before=before, after=after),
        {"header": header, "before_header": repr(before_header), **RANGE},
    )


def merge_or_refuse_duplicates(con: duckdb.DuckDBPyConnection, id_sql: str, whole: str, header: str) -> None:
    """Rows with the same id: alike, all but the first are merged into it; different, every one is refused."""
    con.execute(TWICE.format(id=id_sql, whole=whole))
    con.execute(CONFLICTS, {"header": header})
    con.execute(MERGE)


def count(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    """Rows read, refused and merged. Blank ones are none."""
    n_raw = _one(con, "select count(*) from raw") - _one(con, "select count(*) from blank")
    n_misshapen = _one(con, "select count(*) from refused where n is null")
    n_refused = _one(con, "select count(distinct n) from refused where n is not null")
    return n_raw + n_misshapen, n_refused + n_misshapen, _one(con, "select count(*) from merged")


def report(con: duckdb.DuckDBPyConnection, text: Text, dialect: Dialect, file: str):
    """(refused cells, their exact counts by column and reason) as DataFrames."""
    import pandas as pd

    counts = con.execute(COUNTS).df()
    found = con.execute(DETAIL, {"most": DETAIL_LIMIT}).fetchall()
    row_of = _row_finder(con, text, dialect) if found else None
    cells = []
    for n, line, field, value, reason, detail, others in found:
        if others:
            detail = f"rows {' and '.join(f'{row_of(other):,}' for other in others)}"
        row = row_of(n) if n is not None else line + dialect.header_row - 1
        cells.append((file, row, field, value or "", f"{reason} ({detail})" if detail else reason))
    cells.sort(key=lambda cell: (cell[1], cell[2]))
    return pd.DataFrame(cells[:DETAIL_LIMIT], columns=["file", "row", "column", "value", "reason"]), counts


def _row_finder(con: duckdb.DuckDBPyConnection, text: Text, dialect: Dialect) -> Callable[[int], int]:
    """From the order among the rows read to the row a spreadsheet shows: past misshapen rows and blank lines."""
    lines = con.execute("select line from refused where n is null").fetchall()
    absent = {line + dialect.header_row - 1 for (line,) in lines}
    if text.has_blank_lines:
        with suppress(csv.Error):  # a row misshapen by its quotes: numbers below it are then those of the reader
            for row, cells in enumerate(dialects.records(text, dialect), dialect.header_row):
                if not cells:
                    absent.add(row)
    shifts = [row - at for at, row in enumerate(sorted(absent))]
    first = dialect.header_row + 1
    return lambda n: first + n + bisect_right(shifts, first + n)


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return con.execute(query).fetchone()[0]
