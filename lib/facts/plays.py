"""Plays: what to do about exceptions. Those that were started, laid on a cursor; and who does what by when in one to start.

lay       exceptions with their plays, and when they are told: of the rules that are on; if asked, of all with a started play
PLAYED    exception_play_on (plays.sql): the exceptions of scope with their plays; join it to `book`, always
READS     the tables of the workspace they depend on
bound     what PLAYED binds
GUIDE     begins the details of a task that goes by a document
due       the tasks of a play that fit an account, with owner and day: values of the workspace's table task
"""

from datetime import date, timedelta

import duckdb

from lib.definitions import Definitions
from lib.definitions.exceptions import Play
from lib.facts import exceptionqueue, exceptions

PLAYED = "exception_play_on($as_of, $on, $high_touch)"
GUIDE = "Guide: "
READS = (*exceptions.WRITTEN, "exception_act", "task")
_BEGUN = "select distinct rule from written_task where play is not null"
_AIMS = "create or replace temp table exception_aim (rule varchar, fact varchar, is_good boolean, play varchar)"
_PLAYS = "create or replace temp table play_aim (play varchar, aim varchar, check_days integer)"


def lay(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions, *, is_whole: bool = False) -> None:
    """The exceptions of the rules that are on; `is_whole`: also of those that are off by now, where a play was started."""
    words, begun = definitions.exceptions, set()
    if is_whole:
        begun = {rule for (rule,) in con.execute(_BEGUN).fetchall()}
    off = [each for each in words.triggers if not each.is_on and each.rule in begun]
    exceptions.lay(con, as_of, definitions, [*words.on(), *off])
    exceptionqueue.lay(con, as_of, definitions)
    con.execute(_AIMS)
    con.execute(_PLAYS)
    if words.triggers:
        aims = [(each.rule, each.fact, each.is_good, each.play) for each in words.triggers]
        con.executemany("insert into exception_aim values (?, ?, ?, ?)", aims)
    if words.plays:
        con.executemany("insert into play_aim values (?, ?, ?)", [(p.play, p.aim, p.check_days) for p in words.plays])


def bound(as_of: date, on: date, definitions: Definitions) -> dict:
    """What PLAYED binds: `on` is the day by which a snooze is over."""
    return {"as_of": as_of, "on": on, "high_touch": [each.strip().lower() for each in definitions.health.high_touch]}


def due(play: Play, touch: str, owner: str | None, executive: str | None, today: date) -> list[dict]:
    """The tasks of `play` that fit an account of high or low `touch`, as they are written: what a CSM does is the owner's of
    the exception, what an account executive does is the account's; of support and of digital nobody is named but the role.
    """
    owners = {"CSM": owner, "account executive": executive}
    return [
        {
            "title": each.task,
            "role": each.role,
            "owner": owners.get(each.role, each.role),
            "due_on": today + timedelta(days=each.due_days),
            "detail": f"{GUIDE}{each.guide}" if each.guide else None,
        }
        for each in play.tasks
        if each.touch in ("", touch)
    ]
