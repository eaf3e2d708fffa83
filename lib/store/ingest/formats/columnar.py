"""Parquet and JSON as CSV, by DuckDB: values as text that says the same, nested ones as JSON.

write_parquet   a Parquet file as CSV; columns of bytes are left out and said
write_json      JSON lines, or one JSON array of objects; objects are flattened one level, as parent.child

DuckDB may read the one file, write into the work folder and do nothing else. Names of columns are quoted or bound.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from lib.errors import Refused
from lib.store.ingest import rows
from lib.store.tables import quote

if TYPE_CHECKING:
    from lib.store.ingest.formats.unpack import Budget

PARQUET = "read_parquet($path, hive_partitioning = false)"
CSV = "(format csv, header, delimiter ',', use_tmp_file false)"
NESTED = re.compile(r"STRUCT|MAP|UNION|VARIANT|.*\]$")
RECORD_LIMIT = 16 << 20  # bytes of one JSON object


def write_parquet(path: Path, to: Path, name: str, folder: Path, budget: "Budget") -> tuple[str, ...]:
    """Writes the Parquet file as CSV and says which columns were left out."""
    with _open(path, name, folder) as (con, bound):
        n_rows = con.execute("select sum(num_rows) from parquet_file_metadata($path)", bound).fetchone()[0]
        budget.limits.check("rows", n_rows, name)
        described = con.execute(f"describe select * from {PARQUET}", bound).fetchall()
        columns = {column: kind for column, kind, *_ in described}
        budget.limits.check("columns", len(columns), name)
        kept = [
            f"{_as_text(quote(column), kind)} as {quote(column)}" for column, kind in columns.items() if kind != "BLOB"
        ]
        if not kept:
            raise Refused(f"{name} has columns of bytes only: there is nothing in it to compare by.")
        _copy(con, f"select {', '.join(kept)} from {PARQUET}", bound, to, name, budget)
    return tuple(
        f"{column!r} is left out: it holds bytes, not text." for column, kind in columns.items() if kind == "BLOB"
    )


def write_json(path: Path, to: Path, name: str, folder: Path, budget: "Budget") -> tuple[str, ...]:
    """Writes the JSON objects as CSV, one column for every key that any of them has."""
    with path.open("rb") as file:
        first = file.read(1 << 20).removeprefix(b"\xef\xbb\xbf").lstrip()
    format_ = "array" if first.startswith(b"[") else "newline_delimited"
    if format_ != "array" and not first.split(b"\n", 1)[0].rstrip().endswith(b"}"):
        format_ = "unstructured"  # one object over many lines
    objects = f"read_json_objects($path, format = '{format_}', maximum_object_size = {RECORD_LIMIT})"
    with _open(path, name, folder) as (con, bound):
        found = con.execute(f"select json_group_structure(json), count(*) from {objects}", bound).fetchone()
        structure, n_rows = json.loads(found[0] or "null"), found[1]
        if not isinstance(structure, dict) or not structure:
            raise Refused(f"{name} is JSON, but not of objects with keys alone: every record needs its keys in braces.")
        budget.limits.check("rows", n_rows, name)
        lists = [key for key, kind in structure.items() if isinstance(kind, list)]
        if n_rows == 1 and lists:
            raise Refused(
                f"{name} is a single JSON object, with its records in a list inside it ({lists[0]!r}). Export that list "
                "alone, or JSON lines: one object in each line."
            )
        columns = dict(_paths(structure))
        budget.limits.check("columns", len(columns), name)
        bound |= {"pointers": list(columns.values())}
        names = ", ".join(f"v[{n}] as {quote(column or 'unnamed')}" for n, column in enumerate(columns, start=1))
        values = f"select json_extract_string(json, $pointers) as v from {objects}"
        _copy(con, f"select {names} from ({values})", bound, to, name, budget)
    return ()


def _paths(structure: dict) -> Iterator[tuple[str, str]]:
    """(column, JSON pointer) of every key, an object's keys one level down."""
    for key, kind in structure.items():
        pointer = "/" + _escaped(key)
        if isinstance(kind, dict) and kind:
            for child in kind:
                yield f"{key}.{child}", f"{pointer}/{_escaped(child)}"
        else:
            yield key, pointer


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _as_text(column: str, kind: str) -> str:
    """SQL of a value as text that a spreadsheet would show: 12 and not 12.0, days and moments as ISO, nested as JSON."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"({column} at time zone 'UTC')::varchar || 'Z'"
    if kind in ("FLOAT", "DOUBLE"):
        whole = f"{column} = trunc({column}) and abs({column}) < 1e15"
        return f"case when {whole} then {column}::bigint::varchar else {column}::varchar end"
    return f"to_json({column})::varchar" if NESTED.match(kind) else f"{column}::varchar"


def _one_less(found: re.Match) -> str:
    """DuckDB 2.0 names the line, or record, after the one that it cannot read."""
    return f"{max(int(found[0]) - 1, 1):,}"


@contextmanager
def _open(path: Path, name: str, folder: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict]]:
    """A connection that can read `path` alone; what DuckDB cannot read is refused in its words."""
    link = rows.without_glob(path.resolve(), folder)
    try:
        with rows.within_memory(name), rows.connect(link, folder, 0) as con:
            yield con, {"path": str(link)}
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        said = re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", str(error).split("\n")[0]).replace(str(link), name)
        said = re.sub(r"(?<= in line )\d+|(?<= in record/value )\d+", _one_less, said)
        raise Refused(f"{name} cannot be read: {said.strip()[:300].rstrip('.')}. Export it again.") from None
    finally:
        if link != path.resolve():
            link.unlink()


def _copy(con: duckdb.DuckDBPyConnection, query: str, bound: dict, to: Path, name: str, budget: "Budget") -> None:
    """Writes the rows of `query`, texts all of them, as CSV. How much that will be is counted before a byte is written.

    A copy that is interrupted as it outgrows its limit may wait for its own threads for ever (DuckDB 2.0.0).
    """
    counted = f"select sum(strlen(coalesce(columns(*), '')) + 1) from ({query})"
    least = sum(int(n_bytes or 0) for n_bytes in con.execute(counted, bound).fetchone())
    budget.limits.check("unpacked_bytes", budget.spent + least, name)
    con.execute(f"copy ({query}) to $to {CSV}", {**bound, "to": str(to)})
    budget.spend(to.stat().st_size, name)
