"""Which rows are kept, merged, refused? The file as a table of text, then every cell that cannot be a value, counted.

connect     a locked DuckDB that can see one file and one folder
load        the file into table `raw` (rowid: order of the file), rows of the wrong shape into table `refused`
mend        cells put right by a reader
shown       the row a spreadsheet shows, as SQL
report      the refused cells with the row a spreadsheet shows, at most DETAIL_LIMIT of them, and their exact counts
"""

import csv
import shutil
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from lib.errors import Refused
from lib.store import relations
from lib.store.ingest import copies, values
from lib.store.ingest import dialect as dialects
from lib.store.ingest import text as texts
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.text import Text

DETAIL_LIMIT = 10_000
MEMORY_LIMIT = "2GB"
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
       case when bool_or(error_type = 'MISSING COLUMNS')
            then regexp_replace(any_value(error_message), '.*Columns: (\\d+) Found: (\\d+).*', '\\2 of \\1') end, null
from reject_errors
group by line
"""
BLANK = "insert into blank select rowid from raw where {id} is null and {all_blank}"
COUNTS = """
select field as "column", reason, count(*) as n from refused group by all order by n desc, field, reason
"""
DETAIL = """
select * from (select * from refused where n is not null order by n, field limit $most)
union all
select * from (select * from refused where n is null order by line limit $most)
"""


def connect(path: Path, work: Path, n_bytes: int, time_zone: str = "UTC") -> duckdb.DuckDBPyConnection:
    """A DuckDB that can read `path`, write into `work` and do nothing else; times without an offset are in `time_zone`."""
    con = duckdb.connect(str(work / "ingest.duckdb") if n_bytes > ON_DISK_FROM else ":memory:")
    con.execute("set enable_progress_bar = false")
    con.execute("set timezone = $zone", {"zone": time_zone})
    con.execute("set memory_limit = $limit", {"limit": MEMORY_LIMIT})
    con.execute("set temp_directory = $folder", {"folder": str(work / "spill")})
    con.execute("set allowed_paths = $paths", {"paths": [str(path)]})
    con.execute("set allowed_directories = $folders", {"folders": [str(work)]})
    relations.attach(con, (values.macros(),), "macros")
    con.execute("set search_path = $path", {"path": f"{con.execute('select current_database()').fetchone()[0]},macros"})
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
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


def load(
    con: duckdb.DuckDBPyConnection,
    text: Text,
    dialect: Dialect,
    headers: Sequence[str],
    work: Path,
    *,
    select: str = "from {file}",
    most: int | None = None,
) -> None:
    """The rows into `raw`. A clean file is read strictly and fast; any fault, and it is read again with the rejects.

    select  what becomes of the columns c0, c1, ... of {file}
    most    rows to look at, of a file that is not to be kept
    """
    read = f"create table raw as {select.replace('{file}', _file(len(headers)))}{f' limit {most}' if most else ''}"
    try:
        _read(con, read, text, dialect, keep_rejects=False)
        return
    except duckdb.InvalidInputException:
        con.execute("drop table if exists raw")
    try:
        _read(con, read, text, dialect, keep_rejects=True)
    except duckdb.InvalidInputException:
        _find_broken_quote(text, dialect)
        con.execute("drop table if exists raw")
        try:
            _read(con, read, copies.without_mixed_line_ends(text, work), dialect, keep_rejects=True)
        except duckdb.InvalidInputException as error:
            raise Refused(f"The file cannot be read as CSV: {str(error).splitlines()[0]}") from None
    line = _one(con, SWALLOWED)
    if line:
        raise _broken_quote(line + dialect.header_row - 1, dialect)
    con.execute(REJECTS, {"kinds": list(WRONG_SHAPE), "reasons": list(WRONG_SHAPE.values())})


def _file(n_columns: int) -> str:
    columns = ", ".join(f"'c{at}': 'varchar'" for at in range(n_columns))
    return (
        "read_csv($path, delim = $delimiter, quote = $quote, escape = $escape, header = true, auto_detect = false, "
        f"columns = {{{columns}}}, max_line_size = $limit, store_rejects = $keep_rejects, rejects_limit = 0)"
    )


def _read(con, read: str, text: Text, dialect: Dialect, *, keep_rejects: bool) -> None:
    con.execute(
        read,
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


def mend(
    con: duckdb.DuckDBPyConnection, text: Text, dialect: Dialect, headers: Sequence[str], mended: Sequence[dict]
) -> None:
    """Cells a reader has put right, each {"row", "column", "value"} with the row a spreadsheet shows."""
    if not mended:
        return
    place = {header.casefold(): at for at, header in enumerate(headers)}
    rows = _Rows(con, text, dialect)
    for each in mended:
        at = place.get(str(each["column"]).strip().casefold())
        if at is None:
            raise Refused(f"A cell was put right in {each['column']!r}, which is no column of the file.")
        con.execute(
            f"update raw set c{at} = $value where rowid = $n",
            {"value": each["value"], "n": rows.order_of(int(each["row"]))},
        )


def set_blank_rows_aside(con: duckdb.DuckDBPyConnection, id_sql: str, n_columns: int) -> None:
    """Rows of delimiters only (spreadsheets leave them below their data) are blank lines, not rows."""
    all_blank = " and ".join(f"coalesce(bare(c{at}), '') = ''" for at in range(n_columns))
    con.execute(BLANK.format(id=id_sql, all_blank=all_blank))


def n_blank(con: duckdb.DuckDBPyConnection) -> int:
    """Rows set aside as blank lines."""
    return _one(con, "select count(*) from blank")


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
    row_of = _Rows(con, text, dialect).row_of if found else None
    cells = []
    for n, line, field, value, reason, detail, others in found:
        if others:
            detail = f"rows {' and '.join(f'{row_of(other):,}' for other in others)}"
        row = row_of(n) if n is not None else line + dialect.header_row - 1
        cells.append((file, row, field, value or "", f"{reason} ({detail})" if detail else reason))
    cells.sort(key=lambda cell: (cell[1], cell[2]))
    return pd.DataFrame(cells[:DETAIL_LIMIT], columns=["file", "row", "column", "value", "reason"]), counts


def shown(con: duckdb.DuckDBPyConnection, text: Text, dialect: Dialect) -> str:
    """SQL over `raw` for the row a spreadsheet shows."""
    there = _Rows(con, text, dialect)
    if not there.shifts:
        return f"raw.rowid + {there.first}"
    con.execute("set variable shifts = $shifts", {"shifts": there.shifts})
    place = f"raw.rowid + {there.first}"
    return f"({place} + len(list_filter(getvariable('shifts'), lambda shift: shift <= {place})))"


class _Rows:
    """From the order among the rows read to the row a spreadsheet shows, past misshapen rows and blank lines, and back."""

    def __init__(self, con: duckdb.DuckDBPyConnection, text: Text, dialect: Dialect) -> None:
        lines = con.execute("select line from refused where n is null").fetchall()
        absent = {line + dialect.header_row - 1 for (line,) in lines}
        if text.has_blank_lines:
            with suppress(csv.Error):  # a row misshapen by its quotes: numbers below it are then those of the reader
                for row, cells in enumerate(dialects.records(text, dialect), dialect.header_row):
                    if not cells:
                        absent.add(row)
        self._absent = sorted(absent)
        self.shifts = [row - at for at, row in enumerate(self._absent)]
        self.first = dialect.header_row + 1

    def row_of(self, n: int) -> int:
        """The row a spreadsheet shows for the row read in this order, from 0."""
        return self.first + n + bisect_right(self.shifts, self.first + n)

    def order_of(self, row: int) -> int:
        """The order of the row that a spreadsheet shows under this number."""
        return row - self.first - bisect_left(self._absent, row)


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return con.execute(query).fetchone()[0]
