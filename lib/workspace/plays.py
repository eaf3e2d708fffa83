"""Plays that are started: all tasks of one at once, and never twice for the same spell of an exception.

Run     a play to start for an exception: of an account, or of one of its people
Begun   the tasks that were written, and the runs that were refused, with the reason
start   write the tasks of runs, unless somebody started the same before
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import Connection, select

from lib.workspace.opening import Workspace, writing
from lib.workspace.rows import Row, insert_new, new
from lib.workspace.sheets import Sheet, sheet_of


@dataclass(frozen=True)
class Run:
    """A play to start for an exception that began on `began_on`; `tasks` are values of the table task."""

    account: str
    rule: str
    play: str
    began_on: date
    tasks: tuple[Mapping[str, object], ...]
    person: str | None = None


@dataclass
class Begun:
    """The tasks that were written, and each run that was refused, with the reason."""

    rows: list[Row] = field(default_factory=list)
    refused: list[tuple[Run, str]] = field(default_factory=list)


def start(workspace: Workspace, runs: Sequence[Run], *, by: str, now: datetime) -> Begun:
    """Write the tasks of every run in one transaction. A run is refused where a living task of its play was written for the
    same account, rule and person since its exception began: whoever was first has started it."""
    sheet, begun = sheet_of("task"), Begun()
    made = [[new(sheet, _values(run, task), by, now) for task in run.tasks] for run in runs]
    if not runs:
        return begun
    with writing(workspace, "task") as con:
        for run, tasks in zip(runs, made, strict=True):
            if first := _first(con, sheet, run):
                begun.refused.append((run, f"“{run.play}” was started by {first.made_by} on {first.made_at:%Y-%m-%d}"))
            else:
                insert_new(con, sheet, tasks)
                begun.rows += tasks
    return begun


def _values(run: Run, task: Mapping[str, object]) -> dict[str, object]:
    return {**task, "account": run.account, "rule": run.rule, "play": run.play, "person": run.person}


def _first(con: Connection, sheet: Sheet, run: Run):
    """The first living task of the same play for the same exception, if there is one."""
    t = sheet.table
    asked = select(t.c.made_by, t.c.made_at).where(
        t.c.removed_at.is_(None),
        t.c.account == run.account,
        t.c.rule == run.rule,
        t.c.play == run.play,
        t.c.person.is_(None) if run.person is None else t.c.person == run.person,
        t.c.made_at >= datetime.combine(run.began_on, time.min),
    )
    return con.execute(asked.order_by(t.c.made_at).limit(1)).first()
