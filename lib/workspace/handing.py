"""Exceptions that are handed over: the act, and the open tasks of their plays that go along, all at once.

Given      an exception to hand over, and whose tasks of it go along
Handed     the acts that were written, and every task that went along, as it was and as it is
hand       write them
take_back  take exactly these back; what somebody changed since stays
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import Connection, select

from lib.errors import Refused
from lib.workspace.many import Done
from lib.workspace.opening import Workspace, writing
from lib.workspace.rows import Row, expected, insert_new, new, updated
from lib.workspace.sheets import sheet_of

ROLE = "CSM"  # whose work is the owner's of the exception


@dataclass(frozen=True)
class Given:
    """An exception that began on `began_on`, of an account or of one of its people. Tasks go along that nobody owns, or one of
    `owners`, whatever the case."""

    account: str
    rule: str
    began_on: date
    owners: tuple[str, ...] = ()
    person: str | None = None


@dataclass
class Handed:
    """The acts that were written, and every task that went along: as it was, and as it is."""

    acts: list[Row] = field(default_factory=list)
    tasks: list[tuple[Row, Row]] = field(default_factory=list)


def hand(
    workspace: Workspace, given: Sequence[Given], to: str, *, on: date, reason: str | None, by: str, now: datetime
) -> Handed:
    """Write an act for each of `given` on the day `on`, and give `to` the tasks that go along: a CSM's, of a play that was started
    since the exception began, not done. In one transaction: all, or nothing."""
    acts, sheet, handed = sheet_of("exception_act"), sheet_of("task"), Handed()
    values = {"act": "handed_over", "acted_on": on, "owner": to, "reason": reason}
    said = [{**values, "account": each.account, "rule": each.rule, "person": each.person} for each in given]
    handed.acts = [new(acts, each, by, now) for each in said]
    if not given:
        return handed
    with writing(workspace, "exception_act", "task") as con:
        insert_new(con, acts, handed.acts)
        for each in given:
            for task in _along(con, each, to):
                handed.tasks.append((task, updated(con, sheet, task, {"owner": to}, by, now)))
    return handed


def take_back(workspace: Workspace, handed: Handed, *, by: str, now: datetime) -> Done:
    """Take the acts away and give the tasks back to whom they were of: in one transaction, each unless it changed since."""
    done = Done()
    with writing(workspace, "exception_act", "task") as con:
        for row, values in _back(handed):
            sheet = sheet_of(row.table)
            try:
                there = expected(con, sheet, row.id, row.version)
                done.rows.append(updated(con, sheet, there, values, by, now, is_removed=not values))
            except Refused as refusal:
                done.refused[row.id] = refusal
    return done


def _back(handed: Handed) -> Iterator[tuple[Row, dict]]:
    yield from ((act, {}) for act in handed.acts)
    yield from ((now, {"owner": was["owner"]}) for was, now in handed.tasks)


def _along(con: Connection, given: Given, to: str) -> list[Row]:
    """The living tasks that go along with an exception."""
    sheet = sheet_of("task")
    t = sheet.table
    asked = select(t.c.id, t.c.version).where(
        t.c.removed_at.is_(None),
        t.c.done_on.is_(None),
        t.c.role == ROLE,
        t.c.play.is_not(None),
        t.c.account == given.account,
        t.c.rule == given.rule,
        t.c.person.is_(None) if given.person is None else t.c.person == given.person,
        t.c.made_at >= datetime.combine(given.began_on, time.min),
    )
    found = con.execute(asked.order_by(t.c.made_at, t.c.id)).all()
    tasks = [expected(con, sheet, id, version) for id, version in found]
    theirs = {None, *(each.casefold() for each in given.owners)}
    return [task for task in tasks if task["owner"] != to and (task["owner"] and task["owner"].casefold()) in theirs]
