"""The same act on many rows, each by the version that was read: those that changed meanwhile are told apart, not overwritten.

Done     what was done, and what was not
add      the same row for many accounts: all of them or none; add_rows: rows that differ
change   some columns, each row's own, of one table or several
remove   take rows away
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from lib.errors import Refused
from lib.workspace.opening import Workspace, writing
from lib.workspace.rows import Row, changes, expected, insert_new, new, updated
from lib.workspace.sheets import Sheet, sheet_of


@dataclass
class Done:
    """Rows as they are now, and the id of each that was left as it is, with the reason: a Conflict where somebody was first."""

    rows: list[Row] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)


def add(
    workspace: Workspace,
    table: str,
    accounts: Iterable[str],
    values: Mapping[str, object],
    *,
    own: Mapping[str, Mapping[str, object]] | None = None,
    by: str,
    now: datetime,
) -> list[Row]:
    """Add a row with `values`, and those of its `own`, to each account, once where named twice; all of them, or none."""
    sheet, each = sheet_of(table), own or {}
    made = [new(sheet, {**values, **each.get(of, {}), "account": of}, by, now) for of in dict.fromkeys(accounts)]
    if made:
        with writing(workspace, table) as con:
            insert_new(con, sheet, made)
    return made


def add_rows(
    workspace: Workspace, table: str, given: Iterable[Mapping[str, object]], *, by: str, now: datetime
) -> list[Row]:
    """Add a row for each of `given`; all of them, or none."""
    sheet = sheet_of(table)
    made = [new(sheet, each, by, now) for each in given]
    if made:
        with writing(workspace, table) as con:
            insert_new(con, sheet, made)
    return made


def change(
    workspace: Workspace,
    asked: Mapping[str, Iterable[tuple[str, int, Mapping[str, object]]]],
    *,
    by: str,
    now: datetime,
) -> Done:
    """Change rows, table by table: each an id, the version that was read, and the columns that change."""
    wanted = [(sheet_of(table), *each) for table, of in asked.items() for each in of]
    wanted = [(sheet, id, version, changes(sheet, values)) for sheet, id, version, values in wanted]

    def act(con: Connection, sheet: Sheet, row: Row, values: dict) -> Row:
        if row.removed_at:
            raise Refused(f"The {sheet.says} was removed by {row.changed_by}.")
        return updated(con, sheet, row, values, by, now)

    return _each(workspace, wanted, act)


def remove(workspace: Workspace, table: str, asked: Iterable[tuple[str, int]], *, by: str, now: datetime) -> Done:
    """Take rows away: each an id and the version that was read."""
    sheet = sheet_of(table)

    def act(con: Connection, sheet: Sheet, row: Row, _values: dict) -> Row:
        if row.removed_at:
            raise Refused(f"The {sheet.says} was removed already, by {row.changed_by}.")
        return updated(con, sheet, row, {}, by, now, is_removed=True)

    return _each(workspace, [(sheet, id, version, {}) for id, version in asked], act)


def _each(
    workspace: Workspace,
    wanted: Sequence[tuple[Sheet, str, int, dict]],
    act: Callable[[Connection, Sheet, Row, dict], Row],
) -> Done:
    """All in one transaction: a refusal is of one row, before anything of it is written."""
    done = Done()
    if wanted:
        with writing(workspace, *sorted({sheet.name for sheet, *_ in wanted})) as con:
            for sheet, id, version, values in wanted:
                try:
                    done.rows.append(act(con, sheet, expected(con, sheet, id, version), values))
                except Refused as refusal:
                    done.refused[id] = refusal
    return done
