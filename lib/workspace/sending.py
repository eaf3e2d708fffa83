"""Letters that went out: a touch for each who got one, and who was drawn, in one transaction.

Sent        what was written of one sending
send        log the letters of a campaign; who got it meanwhile, or was drawn another way, is left out
take_back   take a sending back; rows somebody changed since stay
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from lib.workspace.opening import Workspace, writing
from lib.workspace.rows import Row, insert_new, new
from lib.workspace.sheets import MOMENT, sheet_of

Whom = tuple[str, str | None]  # an account, and the person of it where one is meant
TOUCH, HOLD_OUT = "touch", "hold_out"
_CAMPAIGN = "campaign"
_AT_ONCE = 5_000  # ids in one statement


@dataclass(frozen=True)
class Sent:
    """What was written of one sending: a touch each, and who was drawn."""

    touches: Sequence[Row] = ()
    drawn: Sequence[Row] = field(default=())

    @property
    def to(self) -> set[Whom]:
        """Who got a letter."""
        return {(row.account, row["person"]) for row in self.touches}


def send(
    workspace: Workspace,
    play: str,
    to: Iterable[Whom],
    held: Iterable[Whom] = (),
    *,
    draws: bool,
    is_once: bool,
    by: str,
    now: datetime,
) -> Sent:
    """Log a letter of `play` to each of `to`, and that `held` are held out.

    draws     whether there is a hold-out: all of both are in the draw, each once; a draw of before stays
    is_once   who has a letter of this campaign already gets none, though it went out a moment ago
    """
    wanted, kept = list(dict.fromkeys(to)), list(dict.fromkeys(held))
    if not wanted and not kept:
        return Sent()
    with writing(workspace, TOUCH, HOLD_OUT) as con:
        before = _before(con, HOLD_OUT, {"name": play, "kind": _CAMPAIGN}, "is_held")
        got = _before(con, TOUCH, {"play": play, "kind": _CAMPAIGN}, "id") if is_once else {}
        wanted = [each for each in wanted if each not in got and not before.get(each)]
        about = {"play": play, "kind": _CAMPAIGN, "occurred_at": now, "is_two_way": False, "is_proactive": True}
        touches = list(_made(TOUCH, wanted, about, by, now))
        about = {"name": play, "kind": _CAMPAIGN, "drawn_on": now.date()}
        drawn = []
        for those, is_held in ((wanted, False), (kept, True)) if draws else ():
            drawn += _made(
                HOLD_OUT, [each for each in those if each not in before], about | {"is_held": is_held}, by, now
            )
        for table, rows in ((TOUCH, touches), (HOLD_OUT, drawn)):
            if rows:
                insert_new(con, sheet_of(table), rows)
    return Sent(touches, drawn)


def take_back(workspace: Workspace, sent: Sent, *, now: datetime, by: str) -> int:
    """Take away the rows of a sending, as they were made; gives how many letters are not logged any more."""
    n = 0
    with writing(workspace, TOUCH, HOLD_OUT) as con:
        for rows in (sent.touches, sent.drawn):
            for at in range(0, len(rows), _AT_ONCE):
                n_gone = _removed(con, rows[at : at + _AT_ONCE], by, now)
                n += n_gone if rows is sent.touches else 0
    return n


def _before(con: Connection, table: str, where: Mapping[str, str], column: str) -> dict[Whom, object]:
    """What living rows say, by whom they are about."""
    t = sheet_of(table).table
    asked = select(t.c.account, t.c.person, t.c[column]).where(t.c.removed_at.is_(None))
    for name, value in where.items():
        asked = asked.where(t.c[name] == value)
    return {(account, person): value for account, person, value in con.execute(asked.order_by(t.c.made_at))}


def _made(table: str, whom: Sequence[Whom], values: Mapping[str, object], by: str, now: datetime) -> Iterator[Row]:
    sheet = sheet_of(table)
    for account, person in whom:
        yield new(sheet, {**values, "account": account, "person": person}, by, now)


def _removed(con: Connection, rows: Sequence[Row], by: str, now: datetime) -> int:
    t = sheet_of(rows[0].table).table
    mine = t.c.id.in_([row.id for row in rows]) & (t.c.version == 1) & t.c.removed_at.is_(None)
    at = MOMENT.kept("now", now)
    stamp = {"version": 2, "changed_by": by, "changed_at": at, "removed_at": at}
    return con.execute(update(t).where(mine).values(stamp)).rowcount
