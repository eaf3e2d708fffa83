"""Asking: a cursor for one question, cut to what the viewer may see and to the book, states included.

ask   the one way from a page or a shell to the data
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.standing import STATES, check, parameters, relation_of
from lib.scope import ALL, Scope
from lib.store.opening import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

# Columns of written tables that say when something happened, not when it is due.
HAPPENED = (
    "said_on", "opened_on", "closed_on", "asked_on", "withdrawn_on", "occurred_at", "called_on", "done_on",
    "promised_on", "reached_on",
)  # fmt: skip
HAPPENS_AS_MADE = ("note", "next_step", "task")  # tables whose rows have no other day than the one they were made on


@contextmanager
def ask(
    snapshot: Snapshot,
    book: Book,
    definitions: Definitions,
    scope: Scope = ALL,
    written: Mapping[str, "pa.Table"] | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on which `scope` and `book` are views of accounts, `book` cut by dimensions, by search and by states.

    What was written after the data's last day counts on that day, or nothing written today would count before the next
    import; an earlier day knows only what was written by then.

    What people wrote lies beside them as `written_touch`, `written_sentiment` ...: as given, or else empty (written.sql
    declares the tables and the columns that facts read). Raises Refused for a state or a value of one there is none of,
    and for a written table that lacks such a column.
    """
    last_day = snapshot.manifest.as_of
    if written and last_day and book.as_of >= last_day:
        written = {name: _by(rows, book.as_of, name in HAPPENS_AS_MADE) for name, rows in written.items()}
    written = {name: _signed(rows) for name, rows in (written or {}).items()}
    with snapshot.ask(replace(book, states=()), scope, written) as con:
        _check_written(con, written)
        if book.states:
            _cut_by_states(con, book, definitions)
        yield con


def _by(rows: "pa.Table", day: date, as_made: bool) -> "pa.Table":
    """The rows with what happened, or was made where that counts, after `day` as of that day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name in (*HAPPENED, *(["made_at"] if as_made else [])):
        if name in rows.column_names:
            kind = rows.schema.field(name).type
            last = day if pa.types.is_date(kind) else datetime.combine(day, time.max)
            capped = pc.min_element_wise(rows[name], pa.scalar(last, kind), skip_nulls=False)
            rows = rows.set_column(rows.column_names.index(name), name, capped)
    return rows


def _signed(rows: "pa.Table") -> "pa.Table":
    """The rows with who wrote them and when; nobody knows where they do not say."""
    import pyarrow as pa

    for name, kind in (("changed_by", pa.string()), ("changed_at", pa.timestamp("us"))):
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.nulls(len(rows), kind))
    return rows


def _check_written(con: duckdb.DuckDBPyConnection, written: Mapping[str, "pa.Table"]) -> None:
    if not written:
        return
    needed = con.execute(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = 'memory' and starts_with(table_name, 'written_') order by column_index"
    ).fetchall()
    for name, rows in written.items():
        lacking = [each for table, each in needed if table == f"written_{name}" and each not in rows.column_names]
        if lacking:
            raise Refused(f"What was written as {name} has no {', '.join(lacking)}.")


def _cut_by_states(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> None:
    """The view `book` on top of the one cut by filters. Who stands so is worked out once: a page may ask of it often."""
    check(con, book.states, book.as_of, definitions)
    conditions, bound = [], {}
    for number, (name, chosen) in enumerate(book.states):
        state, wanted = STATES[name], f"$state_{number}::varchar[]"
        test = "list_has_any" if state.is_list else "list_contains"
        column = f"standing.{state.column}"
        arguments = f"{column}, {wanted}" if state.is_list else f"{wanted}, {column}"
        arms = [f"coalesce({test}({arguments}), false)"] + [f"{column} is null"] * (None in chosen)
        conditions.append(f"({' or '.join(arms)})")
        bound[f"state_{number}"] = [value for value in chosen if value is not None]
    sql = (
        "create temp table stands_so as select scope._account from scope "
        f"left join {relation_of([name for name, _ in book.states])} as standing using (_account) "
        f"where {' and '.join(conditions)}"
    )
    con.execute(sql, parameters(sql, book.as_of, definitions) | bound)
    con.execute("alter view book rename to book_in_any_state")
    con.execute(
        "create temp view book as "
        "select * from book_in_any_state as account where _account in (select _account from stands_so)"
    )
