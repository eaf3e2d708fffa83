"""Rows of the workspace: added, changed, removed, restored and read, the same way for every table.

Row        one row as it is kept: row["text"], row.version
Conflict   somebody else changed the row since it was read
add        one row
add_once   a row whose id says what is in it; the same again is the row that is there
change     some columns, by the version that was read
put        the one living row of a key: changed where there is one, added where not
remove     take a row away, by its version; nothing is deleted
restore    bring it back, with changes or without
rows       living rows, newest first
latest     the newest living row of each account
find, found   one row by its id, or many; removed ones too
new, insert_new, expected, updated   inside a transaction: a row to add and its adding; the row that was read, and its next version

The caller says who writes (`by`) and when (`now`, in UTC where it has no zone).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, true, update

from lib.errors import Refused
from lib.workspace.opening import Workspace, reading, writing
from lib.workspace.rules import is_sound
from lib.workspace.sheets import EVERY, MOMENT, WHO, Sheet, checked, sheet_of

_AT_ONCE = 10_000  # values asked for in one statement


@dataclass(frozen=True)
class Row:
    """A row. `values` has the columns of its table, the account among them."""

    table: str
    id: str
    version: int  # 1, and one more with each change
    made_by: str
    made_at: datetime
    changed_by: str
    changed_at: datetime
    removed_at: datetime | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    def __getitem__(self, column: str) -> object:
        return self.values[column]

    @property
    def account(self) -> str | None:
        """The account it is about; None in a table that is not about accounts."""
        return self.values.get("account")


class Conflict(Refused):
    """Somebody else changed the row since it was read; `row` is what it is now."""

    def __init__(self, message: str, row: Row):
        super().__init__(message)
        self.row = row


def add(workspace: Workspace, table: str, values: Mapping[str, object], *, by: str, now: datetime) -> Row:
    """Add one row; raises Refused, naming the column and its rule, for a value that does not fit."""
    sheet = sheet_of(table)
    row = new(sheet, values, by, now)
    with writing(workspace, table) as con:
        insert_new(con, sheet, [row])
    return row


def add_once(workspace: Workspace, table: str, id: str, values: Mapping[str, object], *, by: str, now: datetime) -> Row:
    """Add a row under an `id` that its content gives; what is there already stays as it is."""
    sheet = sheet_of(table)
    made = replace(new(sheet, values, by, now), id=id)
    if there := find(workspace, table, id):
        return there
    with writing(workspace, table) as con:
        there = _find(con, sheet, id)
        if there is None:
            insert_new(con, sheet, [made])
        return there or made


def change(
    workspace: Workspace, table: str, id: str, version: int, values: Mapping[str, object], *, by: str, now: datetime
) -> Row:
    """Change the columns of `values`; raises Conflict where the row is no longer the `version` that was read."""
    sheet = sheet_of(table)
    changed = changes(sheet, values)
    with writing(workspace, table) as con:
        row = expected(con, sheet, id, version)
        if row.removed_at:
            raise Refused(f"The {sheet.says} was removed by {_last(row)}; restore it first.")
        return updated(con, sheet, row, changed, by, now)


def put(
    workspace: Workspace, table: str, key: Mapping[str, object], values: Mapping[str, object], *, by: str, now: datetime
) -> Row:
    """The living row of `key`, with `values`: the last writer wins. What says the same already is left as it is."""
    sheet = sheet_of(table)
    made = new(sheet, {**key, **values}, by, now)
    wanted = {column: made[column] for column in values}
    with reading(workspace) as con:
        row = _living(con, sheet, made)
    if row and all(repr(row[column]) == repr(value) for column, value in wanted.items()):  # 1 == True, to Python
        return row
    with writing(workspace, table) as con:
        row = _living(con, sheet, made)
        if row:
            return updated(con, sheet, row, wanted, by, now)
        insert_new(con, sheet, [made])
        return made


def remove(workspace: Workspace, table: str, id: str, version: int, *, by: str, now: datetime) -> Row:
    """Take a row away, by its version; `restore` brings it back."""
    sheet = sheet_of(table)
    with writing(workspace, table) as con:
        row = expected(con, sheet, id, version)
        if row.removed_at:
            raise Refused(f"The {sheet.says} was removed already, by {_last(row)}.")
        return updated(con, sheet, row, {}, by, now, is_removed=True)


def restore(
    workspace: Workspace,
    table: str,
    id: str,
    version: int,
    values: Mapping[str, object] | None = None,
    *,
    by: str,
    now: datetime,
) -> Row:
    """Bring a removed row back, by its version, with the columns of `values` changed: both or neither."""
    sheet = sheet_of(table)
    changed = changes(sheet, values or {})
    with writing(workspace, table) as con:
        row = expected(con, sheet, id, version)
        if not row.removed_at:
            raise Refused(f"The {sheet.says} is not removed: there is nothing to restore.")
        return updated(con, sheet, row, changed, by, now)


def rows(
    workspace: Workspace,
    table: str,
    *,
    accounts: Sequence[str] | None = None,
    where: Mapping[str, object] | None = None,
    removed: bool = False,
    most: int | None = None,
) -> list[Row]:
    """The living rows, or the `removed` ones, newest first: of these accounts, with these values, and at most so many."""
    sheet = sheet_of(table)
    t = sheet.table
    asked = select(t).where(t.c.removed_at.is_not(None) if removed else t.c.removed_at.is_(None))
    for column, value in checked(sheet, where or {}, is_new=False).items():
        asked = asked.where(t.c[column] == value)
    asked = asked.order_by(*_newest_first(sheet)).limit(most)
    found = _read(workspace, sheet, [asked.where(condition) for condition in _among(sheet, "account", accounts)])
    found.sort(key=lambda row: (row[sheet.newest] if sheet.newest in row.values else row.made_at, row.made_at, row.id))
    return found[::-1][:most]


def latest(workspace: Workspace, table: str, *, accounts: Sequence[str] | None = None) -> dict[str, Row]:
    """account -> its newest living row."""
    sheet = sheet_of(table)
    t = sheet.table
    rank = func.row_number().over(partition_by=t.c.account, order_by=_newest_first(sheet)).label("rank_of_row")
    living = [t.c.removed_at.is_(None) & condition for condition in _among(sheet, "account", accounts)]
    ranked = [select(t, rank).where(condition).subquery() for condition in living]
    asked = [select(each).where(each.c.rank_of_row == 1) for each in ranked]
    return {row.account: row for row in _read(workspace, sheet, asked)}


def find(workspace: Workspace, table: str, id: str) -> Row | None:
    """The row with this id, a removed one too; None where there is none."""
    return found(workspace, table, [id]).get(id)


def found(workspace: Workspace, table: str, ids: Sequence[str]) -> dict[str, Row]:
    """id -> its row, removed ones too; an id there is none of is left out."""
    sheet = sheet_of(table)
    asked = [select(sheet.table).where(condition) for condition in _among(sheet, "id", ids)]
    return {row.id: row for row in _read(workspace, sheet, asked)}


def new(sheet: Sheet, values: Mapping[str, object], by: str, now: datetime) -> Row:
    who, at = _stamp(by, now)
    kept = checked(sheet, ({"made_by": who} if "made_by" in sheet.rules else {}) | dict(values), is_new=True)
    _check_span(sheet, kept)
    return Row(sheet.name, uuid.uuid4().hex, 1, kept.get("made_by", who), at, who, at, None, kept)


def insert_new(con: Connection, sheet: Sheet, made: Sequence[Row]) -> None:
    _refuse_seconds(con, sheet, made)
    con.execute(insert(sheet.table), [{**{each: getattr(row, each) for each in EVERY}, **row.values} for row in made])


def changes(sheet: Sheet, values: Mapping[str, object]) -> dict:
    """The checked values of a change; a row stays with its account."""
    changed = checked(sheet, values, is_new=False)
    if "account" in changed:
        raise Refused(
            f"{sheet.name}.account: a {sheet.says} stays with its account; remove it, and add it to the other."
        )
    return changed


def updated(
    con: Connection, sheet: Sheet, was: Row, values: dict, by: str, now: datetime, *, is_removed: bool = False
) -> Row:
    """The next version of `was`, which stands in this transaction."""
    who, at = _stamp(by, now)
    every = {"version": was.version + 1, "changed_by": who, "changed_at": at, "removed_at": at if is_removed else None}
    row = replace(was, **every, made_by=values.get("made_by", was.made_by), values={**was.values, **values})
    _check_span(sheet, row.values)
    if set(values) & set(sheet.one_per) or (was.removed_at and not is_removed):
        _refuse_seconds(con, sheet, [row])
    con.execute(update(sheet.table).where(sheet.table.c.id == row.id).values({**every, **values}))
    return row


def expected(con: Connection, sheet: Sheet, id: str, version: int) -> Row:
    """The row, if it is the version that was read."""
    row = _find(con, sheet, id)
    if row is None:
        raise Refused(f"There is no {sheet.says} with the id {str(id)[:40]!r}.")
    if row.version != version:
        done = "removed" if row.removed_at else "changed"
        raise Conflict(
            f"The {sheet.says} was {done} by {_last(row)}, after you opened it. "
            "Yours was not saved; look at it as it is now, and save again.",
            row,
        )
    return row


def _check_span(sheet: Sheet, values: Mapping[str, object]) -> None:
    first, last = [values[column] for column in sheet.span] if sheet.span else (None, None)
    if first and last and last < first:
        raise Refused(f"{sheet.name}.{sheet.span[1]}: {last} must not be before {sheet.span[0]}, {first}.")


def _refuse_seconds(con: Connection, sheet: Sheet, made: Sequence[Row]) -> None:
    """Of some tables there is one living row a key."""
    for row in made if sheet.one_per else ():
        other = _living(con, sheet, row)
        if other and other.id != row.id:
            key = ", ".join(f"{column} {row[column]!r}" for column in sheet.one_per)
            raise Refused(f"There is a {sheet.says} for {key} already, by {other.made_by}; change that one.")


def _living(con: Connection, sheet: Sheet, like: Row) -> Row | None:
    t = sheet.table
    return _first(con, sheet, t.c.removed_at.is_(None), *[t.c[column] == like[column] for column in sheet.one_per])


def _find(con: Connection, sheet: Sheet, id: str) -> Row | None:
    return _first(con, sheet, sheet.table.c.id == id) if isinstance(id, str) and is_sound(id) else None


def _first(con: Connection, sheet: Sheet, *conditions: ColumnElement[bool]) -> Row | None:
    found = con.execute(select(sheet.table).where(*conditions)).mappings().first()
    return _row(sheet, found) if found else None


def _among(sheet: Sheet, column: str, values: Sequence[str] | None) -> list[ColumnElement[bool]]:
    """A row has one of `values` in `column`, None for any: a condition for every so many of them."""
    if values is None:
        return [true()]
    known = list(dict.fromkeys(each for each in values if isinstance(each, str) and is_sound(each)))
    return [sheet.table.c[column].in_(known[at : at + _AT_ONCE]) for at in range(0, len(known), _AT_ONCE)]


def _read(workspace: Workspace, sheet: Sheet, asked: Sequence[Select]) -> list[Row]:
    with reading(workspace) as con:
        return [_row(sheet, found) for each in asked for found in con.execute(each).mappings()]


def _newest_first(sheet: Sheet) -> list[ColumnElement]:
    return [sheet.table.c[column].desc() for column in dict.fromkeys((sheet.newest, "made_at", "id"))]


def _row(sheet: Sheet, found: RowMapping) -> Row:
    every = {column: found[column] for column in EVERY}
    return Row(sheet.name, **every, values={column: found[column] for column in sheet.rules})


def _stamp(by: str, now: datetime) -> tuple[str, datetime]:
    return WHO.kept("by", by), MOMENT.kept("now", now)


def _last(row: Row) -> str:
    return f"{row.changed_by}, {row.changed_at.day} {row.changed_at:%b %Y, %H:%M} UTC"
