"""What a reader must be told of a reading: everything that was done to the data that nobody asked for, in sentences.

on_reading   from the columns' profiles
spellings    values that differ in case alone
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lib.store.dimensions import MANY_VALUES
from lib.store.ingest import values
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.values import Column

if TYPE_CHECKING:
    import duckdb

SPREADSHEET_ROWS = 1_048_576
LONG = 1_000  # bytes of a text that is no category


def on_reading(
    columns: Sequence[Column],
    dialect: Dialect,
    n_read: int,
    n_merged: int,
    n_blank: int,
    footer: str = "",
    time_zone: str = "UTC",
) -> list[str]:
    """What was done to the data that nobody asked for, in sentences."""
    notes = []
    header_row = dialect.header_row - dialect.n_labels
    if header_row > 1:
        notes.append(f"The header is row {header_row}; what stands above it is left out.")
    if dialect.n_labels:
        rows = "row" if dialect.n_labels == 1 else f"{dialect.n_labels} rows"
        notes.append(f"The {rows} below the header hold no values but labels, and are left out.")
    if dialect.encoding not in ("utf-8", "ascii"):
        notes.append(f"The file is written in {dialect.encoding}.")
    for column in columns:
        if column.name == "arr" and column.profile.n_below_zero:
            n = column.profile.n_below_zero
            notes.append(
                f"{column.header!r} has amounts below zero ({n:,}): they are kept, and lower the sums they are in."
            )
    for column in columns:
        if column.name in ("arr", "amount") and column.profile.n_short:
            notes.append(
                f"{column.header!r} has amounts written short ({column.profile.n_short:,}), such as "
                f"{column.profile.short}: K is read as thousands, M as millions."
            )
    texts = [column for column in columns if column.how.kind == "VARCHAR"]
    for what, counted in (
        ("had spaces around them, taken off", [(c.header, c.profile.n_trimmed) for c in columns]),
        ("say NULL or N/A and are blank", [(c.header, c.profile.n_null_words) for c in columns]),
        ("say None or NA and are kept as values", [(c.header, c.profile.n_none_words) for c in texts]),
    ):
        where = [f"{header!r} ({n:,})" for header, n in counted if n]
        more = f" and {len(where) - 10} more columns" if len(where) > 10 else ""
        if where:
            notes.append(f"Cells that {what}: {', '.join(where[:10])}{more}.")
    for column in columns:
        if column.how.kind not in ("DATE", "TIMESTAMP"):
            continue
        if column.profile.n_with_time and column.how.kind == "DATE":
            notes.append(f"{column.header!r} has times of day: the day is kept as written.")
        if column.how.order in values.UNMARKED:
            notes.append(
                f"{column.header!r} is read as {values.UNMARKED[column.how.order]}, such as {column.profile.example}."
            )
        elif column.profile.n_day > column.profile.n_plain_day:
            century = ", years 70 to 99 as 1970 to 1999" if column.profile.n_short_years else ""
            notes.append(f"{column.header!r} is read {values.ORDERS[column.how.order]}{century}.")
    unzoned = [
        repr(c.header)
        for c in columns
        if c.how.kind == "TIMESTAMP" and c.profile.n_with_time > c.profile.n_zoned and not c.profile.n_epoch
    ]
    if unzoned:
        notes.append(f"Times without an offset are read as {time_zone}: {', '.join(unzoned)}.")
    if footer:
        notes.append(f"Below the rows stands a footer, left out: {footer!r}.")
    if n_merged:
        notes.append(f"Rows that repeat another row and were merged into it: {n_merged:,}.")
    if n_blank:
        notes.append(f"Rows without any value, taken as blank lines: {n_blank:,}.")
    if n_read + dialect.header_row == SPREADSHEET_ROWS:
        notes.append(f"The file ends at row {SPREADSHEET_ROWS:,}, where spreadsheets cut: is the rest missing?")
    return notes


def spellings(con: "duckdb.DuckDBPyConnection", columns: Sequence[Column]) -> list[str]:
    """Values of a category that differ in case alone, which the store counts as one."""
    notes = []
    for column in columns:
        if column.how.kind != "VARCHAR" or not 1 < column.profile.n_values <= MANY_VALUES:
            continue
        (spelt,) = con.execute(
            f"with value as (select distinct {column.how.sql} as spelling from raw "
            f"where strlen({column.raw}) <= {LONG}), "
            "alike as (select string_agg(spelling, ', ' order by spelling) as spellings from value "
            "where spelling is not null group by lower(spelling) having count(*) > 1) "
            "select string_agg(spellings, '; ' order by spellings) from alike"
        ).fetchone()
        if spelt:
            notes.append(
                f"{column.header!r} spells values in more than one way, counted as the commonest: {spelt[:200]}."
            )
    return notes
