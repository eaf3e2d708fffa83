"""Merging: the rows that several batches hold for one table become one row per key.

fold_table   one row per key, each column from the newest batch that has it
columns_of   names and types of some Parquet files read as one
SAID         the rows as the batches gave them, kept for one table when asked
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from lib.store.sources import Source
from lib.store.tables import KEYS, columns, quote

SAID = "said"


def fold_table(
    con: duckdb.DuckDBPyConnection, table: str, sources: Sequence[Source], *, keep_said: bool = False
) -> dict[str, list[int]]:
    """Create `folded_TABLE`: one row per key, each column from the newest batch that has it.

    A row of a batch with mode "insert" counts only where no earlier batch has its key. Names are the same whatever their
    case, as in SQL: the first spelling stays.
    keep_said  leaves the rows in a temp table SAID, with batch_no and turn, where there are two batches or more

    Gives the columns and the numbers of the batches that have each.
    """
    said = SAID if keep_said else "said_for_now"
    kinds = dict(columns(table))
    seen_in: dict[str, list[int]] = {name: [] for name in kinds}
    spelling = {name.lower(): name for name in kinds}
    for number, source in enumerate(sources):
        for given, kind in columns_of(con, source.files).items():
            name = spelling.setdefault(given.lower(), given)
            known = kinds.setdefault(name, kind)
            if known != kind and name not in columns(table):
                kinds[name] = "VARCHAR"  # two batches disagree on an extra column: text holds both
            seen_in.setdefault(name, []).append(number)

    stacked = [_typed_select(kinds, number, seen_in) for number in range(len(sources))]
    empty = "select " + ", ".join(f"null::{kind} as {quote(name)}" for name, kind in kinds.items()) + " where false"
    for number, source in enumerate(sources):
        con.execute(f"set variable source_{number} = $files", {"files": [str(file) for file in source.files]})
    target = quote(f"folded_{table}")
    if len(sources) <= 1:
        con.execute(f"create temp table {target} as {stacked[0] if stacked else empty}")
        if _is_unique(con, target, KEYS[table]):
            return seen_in
        con.execute(f"create or replace temp table {said} as select *, 0 as batch_no, {_turn(0)} from {target}")
    else:
        union = " union all ".join(
            f"select *, {number} as batch_no, {_turn(number)} from ({each})" for number, each in enumerate(stacked)
        )
        con.execute(f"create or replace temp table {said} as {union}")
        _leave_known_alone(con, table, sources, said)
    _take_newest(con, table, kinds, seen_in, said)
    if not (keep_said and len(sources) > 1):
        con.execute(f"drop table {said}")
    return seen_in


def _turn(number: int) -> str:
    """SQL for the place of a row among all rows of all batches: one number, as it is compared for every row."""
    return f"{number << 40} + row_number() over () as turn"


def _leave_known_alone(con: duckdb.DuckDBPyConnection, table: str, sources: Sequence[Source], said: str) -> None:
    """Take out of `said` what inserting batches say of keys that were known before them."""
    inserting = [number for number, source in enumerate(sources) if source.mode == "insert"]
    if inserting:
        match = " and ".join(f"early.{quote(key)} is not distinct from late.{quote(key)}" for key in KEYS[table])
        con.execute(
            f"delete from {said} as late where batch_no in ({', '.join(map(str, inserting))}) "
            f"and exists (from {said} as early where {match} and early.batch_no < late.batch_no)"
        )


def _take_newest(
    con: duckdb.DuckDBPyConnection,
    table: str,
    kinds: Mapping[str, str],
    seen_in: Mapping[str, Sequence[int]],
    said: str,
) -> None:
    """Create `folded_TABLE` from `said`. Columns that came in the same batches come from the same row: one join for all."""
    keys = ", ".join(map(quote, KEYS[table]))
    together = list(dict.fromkeys(tuple(seen_in[name]) for name in kinds if name not in KEYS[table] and seen_in[name]))
    turns = "".join(
        f", max(turn) filter (where batch_no in ({', '.join(map(str, batches))})) as turn_{at}"
        for at, batches in enumerate(together)
    )
    con.execute(f"create or replace temp table newest as select {keys}{turns} from {said} group by {keys}")
    fields = [
        f"newest.{quote(name)}"
        if name in KEYS[table]
        else f"said_{together.index(tuple(seen_in[name]))}.{quote(name)}"
        if seen_in[name]
        else f"null::{kind} as {quote(name)}"
        for name, kind in kinds.items()
    ]
    joins = " ".join(
        f"left join {said} as said_{at} on said_{at}.turn = newest.turn_{at}" for at in range(len(together))
    )
    con.execute(
        f"create or replace temp table {quote(f'folded_{table}')} as "
        f"select {', '.join(fields)} from newest {joins} order by {', '.join(f'newest.{quote(k)}' for k in KEYS[table])}"
    )
    con.execute("drop table newest")


def _typed_select(kinds: dict[str, str], number: int, seen_in: dict[str, list[int]]) -> str:
    fields = ", ".join(
        f"{quote(name) if number in seen_in[name] else 'null'}::{kind} as {quote(name)}" for name, kind in kinds.items()
    )
    return f"select {fields} from read_parquet(getvariable('source_{number}'), union_by_name = true)"


def columns_of(con: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> dict[str, str]:
    """Column name -> DuckDB type of some Parquet files read as one."""
    rows = con.execute(
        "select column_name, column_type from (describe select * from read_parquet($files, union_by_name = true))",
        {"files": [str(file) for file in files]},
    ).fetchall()
    return dict(rows)


def _is_unique(con: duckdb.DuckDBPyConnection, target: str, keys: tuple[str, ...]) -> bool:
    key = ", ".join(quote(each) for each in keys)
    n, n_keys = con.execute(
        f"select count(*), (select count(*) from (select distinct {key} from {target})) from {target}"
    ).fetchone()
    return n == n_keys
