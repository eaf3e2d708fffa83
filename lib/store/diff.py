"""What an import would do to the data: two snapshots, table by table, row by row.

compare    a row per table: rows before and after, added, changed, the same, gone; which columns changed, with examples
COLUMNS    of the comparison
N_EXAMPLES cells shown of a table

Rows are matched by their keys. Usage events have none and lie in no snapshot: they are counted by week.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from lib.store.folder import Manifest, read_manifest
from lib.store.tables import KEYS, NUMBER, quote

N_EXAMPLES = 20
MEMORY_LIMIT = "4GB"
COLUMNS = [
    "table", "n_before", "n_after", "n_added", "n_changed", "n_same", "n_missing", "by_column", "examples",
    "first_on", "last_on",
]  # fmt: skip


def compare(before: Path | None, after: Path) -> pd.DataFrame:
    """The snapshot folder `after` against `before`, a row per table that has rows in either.

    n_missing          keys that are gone
    by_column          (column, n) pairs: in how many of the changed rows it changed, the most often first
    examples           up to N_EXAMPLES changed cells: dicts of key, column, before, after as text, None where empty;
                       of events, the latest weeks of another count
    first_on, last_on  of events: the first and the last day of the weeks of another count; of other tables empty

    A table folded from the same batches is not looked at: it is the same. Without `before` every row is added; where
    `after` has no data every row is gone.
    """
    was = read_manifest(before) if before else None
    now = read_manifest(after)
    rows = []
    with duckdb.connect() as con:
        con.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        is_same = {name: _is_same(name, was, now) for name in now.files}
        for name, same in is_same.items():
            if was and not same:
                for side, folder in (("before", before), ("after", after)):
                    file = str(folder / name).replace("'", "''")
                    con.execute(f"attach '{file}' as {quote(f'{side} {name}')} (read_only)")
        for table in KEYS:
            n_before, n_after = (m.n_rows.get(table, 0) if m else 0 for m in (was, now))
            row = dict.fromkeys(COLUMNS, 0) | {"table": table, "n_before": n_before, "n_after": n_after}
            row |= {"by_column": (), "examples": (), "first_on": None, "last_on": None}
            if table == "heading" or not (n_before or n_after):
                continue
            if was is None:
                row["n_added"] = n_after
            elif not now.files:
                row["n_missing"] = n_before
            elif is_same["usage.duckdb" if table == "event" else "core.duckdb"]:
                row["n_same"] = n_after
            else:
                row |= _events(con, n_before) if table == "event" else _rows(con, table)
            rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS).astype({"first_on": object, "last_on": object})


def _is_same(name: str, was: Manifest | None, now: Manifest) -> bool:
    return was is not None and was.files[name]["made_from"] == now.files[name]["made_from"]


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> dict:
    """What became of the rows of one table of core.duckdb."""
    kinds = [_kinds(con, side, table) for side in ("before", "after")]
    names = [
        name for folded, name in (_spellings(kinds[0]) | _spellings(kinds[1])).items() if folded not in KEYS[table]
    ]
    paired = _paired(table, names, kinds)
    differs = [f"{quote(f'before {name}')} is distinct from {quote(f'after {name}')}" for name in names]
    has_changed = f"is_before and is_after and ({' or '.join(differs)})"
    counts = ", ".join(f"count(*) filter (where is_before and is_after and {each})" for each in differs)
    n_before, n_after, n_added, n_missing, n_changed, *by_column = con.execute(
        f"select count(is_before), count(is_after), count(*) filter (where is_before is null), "
        f"count(*) filter (where is_after is null), count(*) filter (where {has_changed}), {counts} from {paired}"
    ).fetchone()
    changed = sorted(((name, n) for name, n in zip(names, by_column, strict=True) if n), key=lambda each: -each[1])
    return {
        "n_before": n_before,
        "n_after": n_after,
        "n_added": n_added,
        "n_changed": n_changed,
        "n_same": n_after - n_added - n_changed,
        "n_missing": n_missing,
        "by_column": tuple(changed),
        "examples": _examples(con, table, paired, has_changed, [name for name, _ in changed]) if changed else (),
    }


def _kinds(con: duckdb.DuckDBPyConnection, side: str, table: str) -> dict[str, str]:
    """Column -> type of one side, without what a snapshot adds for itself: the number of the account, the bands."""
    core = quote(f"{side} core.duckdb")
    kinds = dict(
        con.execute(
            f"select column_name, column_type from (describe select * from {core}.main.{quote(table)})"
        ).fetchall()
    )
    added = {NUMBER}
    if table == "account":
        rows = con.execute(f"select column_name from {core}.main.dimension where column_name <> name").fetchall()
        added |= {name for (name,) in rows}
    return {name: kind for name, kind in kinds.items() if name not in added}


def _spellings(kinds: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): name for name in kinds}


def _paired(table: str, names: Sequence[str], kinds: Sequence[Mapping[str, str]]) -> str:
    """SQL for the rows of both sides, matched by key: "before_key x", "before y", "after y", is_before, ..."""
    types = [{name.lower(): kind for name, kind in of_side.items()} for of_side in kinds]
    sides = []
    for side, of_side in zip(("before", "after"), types, strict=True):
        fields = [f"{quote(key)}::varchar as {quote(f'{side}_key {key}')}" for key in KEYS[table]]
        for name in names:
            as_text = "" if types[0].get(name.lower()) == types[1].get(name.lower()) else "::varchar"
            fields.append(f"{quote(name) if name.lower() in of_side else 'null'}{as_text} as {quote(f'{side} {name}')}")
        sides.append(
            f"(select {', '.join(fields)}, true as is_{side} from {quote(f'{side} core.duckdb')}.main.{quote(table)})"
        )
    match = " and ".join(
        f"{quote(f'before_key {key}')} is not distinct from {quote(f'after_key {key}')}" for key in KEYS[table]
    )
    return f"{sides[0]} full join {sides[1]} on {match}"


def _examples(
    con: duckdb.DuckDBPyConnection, table: str, paired: str, has_changed: str, names: Sequence[str]
) -> tuple[dict, ...]:
    key = ", ".join(quote(f"after_key {each}") for each in KEYS[table])
    cells = ", ".join(f"{quote(f'{side} {name}')}::varchar" for name in names for side in ("before", "after"))
    rows = con.execute(
        f"select concat_ws(' · ', {key}), {cells} from {paired} where {has_changed} order by {key} limit {N_EXAMPLES}"
    ).fetchall()
    found = [
        {"key": key, "column": name, "before": values[2 * at], "after": values[2 * at + 1]}
        for key, *values in rows
        for at, name in enumerate(names)
        if values[2 * at] != values[2 * at + 1]
    ]
    return tuple(found[:N_EXAMPLES])


def _events(con: duckdb.DuckDBPyConnection, n_before: int) -> dict:
    """Events by week: what came and what went, as far as counts can tell."""
    weeks = con.execute(
        """
        with was as (
            select week, sum(n_events + n_events_system)::bigint as n from "before usage.duckdb".main.usage_week group by week
        ),
        now as (
            select week, sum(n_events + n_events_system)::bigint as n from "after usage.duckdb".main.usage_week group by week
        )
        select week, coalesce(was.n, 0), coalesce(now.n, 0)
        from was full join now using (week)
        where was.n is distinct from now.n
        order by week
        """
    ).fetchall()
    n_missing = sum(max(was - now, 0) for _, was, now in weeks)
    latest = [
        {"key": _week(week), "column": "events", "before": f"{was}", "after": f"{now}"}
        for week, was, now in reversed(weeks[-N_EXAMPLES:])
    ]
    return {
        "n_added": sum(max(now - was, 0) for _, was, now in weeks),
        "n_missing": n_missing,
        "n_same": n_before - n_missing,
        "examples": tuple(latest),
        "first_on": weeks[0][0] if weeks else None,
        "last_on": weeks[-1][0] + timedelta(days=6) if weeks else None,
    }


def _week(monday: date) -> str:
    return f"{monday} to {monday + timedelta(days=6)}"
