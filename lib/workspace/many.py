"""The same act on many rows, each by the version that was read: those that changed meanwhile are told apart, not overwritten.

Done      what was done, and what was not
change    some columns, each row's own
remove    take rows away
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from lib.errors import Refused
from lib.workspace.opening import Workspace, writing
from lib.workspace.rows import Row, expected, updated
from lib.workspace.tables import Sheet, checked, sheet_of


@dataclass
class Done:
    """Rows as they are now, and the id of each that was left as it is, with the reason: a Conflict where somebody was first."""

    rows: list[Row] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)


def change(
    workspace: Workspace, table: str, asked: Iterable[tuple[str, int, Mapping[str, object]]], *, by: str, now: datetime
) -> Done:
    """Change rows: each an id, the version that was read, and the columns that change."""
    sheet = sheet_of(table)
    wanted = [(id, version, checked(sheet, values, is_new=False)) for id, version, values in asked]
    if any("account" in values for _, _, values in wanted):
        raise Refused(f"{table}.account: a {sheet.says} stays with its account.")

    def act(con: Connection, row: Row, values: dict) -> Row:
        if row.removed_at:
            raise Refused(f"The {sheet.says} was removed by {row.changed_by}.")
        return updated(con, sheet, row, values, by, now)

    return _each(workspace, sheet, wanted, act)


def remove(workspace: Workspace, table: str, asked: Iterable[tuple[str, int]], *, by: str, now: datetime) -> Done:
    """Take rows away: each an id and the version that was read."""
    sheet = sheet_of(table)

    def act(con: Connection, row: Row, _values: dict) -> Row:
        if row.removed_at:
            raise Refused(f"The {sheet.says} was removed already, by {row.changed_by}.")
        return updated(con, sheet, row, {}, by, now, is_removed=True)

    return _each(workspace, sheet, [(id, version, {}) for id, version in asked], act)


def _each(
    workspace: Workspace,
    sheet: Sheet,
    wanted: Iterable[tuple[str, int, dict]],
    act: Callable[[Connection, Row, dict], Row],
) -> Done:
    """All in one transaction: a refusal is of one row, before anything of it is written."""
    done = Done()
    with writing(workspace, sheet.name) as con:
        for id, version, values in wanted:
            try:
                done.rows.append(act(con, expected(con, sheet, id, version), values))
            except Refused as refusal:
                done.refused[id] = refusal
    return done
