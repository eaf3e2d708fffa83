"""The pen: every act of a page on what is written about accounts passes here, and is asked anew whether this reader may.

can_write   whether this reader writes at all: not on an upload of their own, nor as an admin who sees as another
may_see     whether an account is one of theirs
kept        what the team wrote on an account, table by table, newest first
found       rows by their ids, of those about accounts the reader may see
people, renewals, myself, owners   what a form can offer, of the accounts the reader may see
check_owner  refuses whom an account may not be handed to
my_names    the names under which the reader owns work
add         a row for each account; add_rows: several rows, each of its own account
start       plays for exceptions, never twice
hand, unhand  hand exceptions over, with open tasks of their plays, and take both back
change      some columns of a row, by the version that was read; change_many the same for many rows, of several tables
send, unsend   log the letters of a campaign, all at once, and take them back
remove, restore, take_back   take a row away, bring it back (and change it), take many away

Each asks all it has to ask before it writes, and writes once: see lib.view.writing.acting.

A row that is about an account the reader may not see is, for them, not there.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import duckdb

from lib.book import Book, year_to
from lib.errors import Refused
from lib.facts import about
from lib.facts.ask import ask as cursor
from lib.view import access, door, private, written
from lib.workspace import Row, handing, many, plays, rows, sending
from lib.workspace.handing import Given, Handed
from lib.workspace.many import Done
from lib.workspace.plays import Begun, Run
from lib.workspace.sending import Sent, Whom
from lib.workspace.sheets import sheet_of

_MOST_NAMED = 5
TABLES = (
    "task", "next_step", "save_plan", "cancel_request", "renewal_call", "sentiment", "note", "touch", "goal", "handover",
)  # fmt: skip


def can_write() -> bool:
    """Whether this reader writes about the accounts they see."""
    who = access.viewer()
    return who.is_in and not who.viewing_as and not private.is_on()


def may_see(account: str) -> bool:
    """Whether `account` is one of those the reader may see, of the shared data."""
    return not private.is_on() and bool(_seen([account]))


def kept(account: str, tables: Sequence[str] = TABLES) -> dict[str, list[Row]]:
    """What the team wrote on `account`, table by table, newest first; nothing of one that the reader may not see."""
    if not may_see(account):
        return {table: [] for table in tables}
    space = written.workspace()
    return {table: rows.rows(space, table, accounts=[account]) for table in tables}


def found(table: str, ids: Sequence[str]) -> dict[str, Row]:
    """id -> its row, where there is one and the reader may see its account."""
    kept = rows.found(written.workspace(), table, ids)
    seen = _seen([row.account for row in kept.values()])
    return {id: row for id, row in kept.items() if row.account in seen}


def people(account: str) -> dict[str, str]:
    """The people of an account: id -> what to call them."""
    with _asking() as (con, _):
        return about.people(con, account)


def renewals(accounts: Sequence[str]) -> dict[str, tuple[date, Decimal | None]]:
    """account -> the day it renews on and the ARR that renews then, for those that renew."""
    with _asking() as (con, book):
        return about.renewals(con, accounts, book.as_of, door.definitions())


def myself() -> str | None:
    """The reader as an owner of work; None where nobody signs in, and so nobody has a name."""
    return None if access.viewer().is_open else written.who()


def my_names() -> list[str]:
    """The names under which the reader owns work."""
    return list(dict.fromkeys(filter(None, [myself(), *access.viewer().csms])))


def owners(accounts: Sequence[str] = ()) -> list[str]:
    """Who can own work: the reader, and the CSMs of the accounts they see. Of `accounts`, only who may see all of them."""
    csms = written.quietly(lambda: door.values("csm")) or ()
    seers = _seers(accounts)
    if seers is not None:
        csms = [*(each for each in csms if each and each.casefold() in seers), *seers.values()]
    return list(_once([myself(), *csms]).values())


def add(
    table: str,
    accounts: Sequence[str],
    values: Mapping[str, object],
    own: Mapping[str, Mapping[str, object]] | None = None,
) -> list[Row]:
    """A row with `values`, and those of its `own`, for each of `accounts`: all of them, or none."""
    _check(accounts)
    return many.add(written.workspace(), table, accounts, values, own=own, **written.by())


def add_rows(table: str, given: Sequence[Mapping[str, object]]) -> list[Row]:
    """A row for each of `given`, which says its account: all of them, or none."""
    _check([each["account"] for each in given])
    return many.add_rows(written.workspace(), table, given, **written.by())


def start(runs: Sequence[Run]) -> Begun:
    """Start plays: their tasks in one go; those that somebody started before are refused one by one."""
    _check([run.account for run in runs])
    return plays.start(written.workspace(), runs, **written.by())


def hand(given: Sequence[Given], to: str, *, on: date, reason: str | None) -> Handed:
    """Hand exceptions over, and what is open of their plays: all of them, or none. Refused where `to` may not see one."""
    accounts = [each.account for each in given]
    _check(accounts)
    check_owner(accounts, to)
    return handing.hand(written.workspace(), given, to, on=on, reason=reason, **written.by())


def unhand(handed: Handed) -> Done:
    """Take exactly these hand-overs back, and the tasks that went along; what changed since stays."""
    _check([act.account for act in handed.acts])
    return handing.take_back(written.workspace(), handed, **written.by())


def change(table: str, id: str, version: int, values: Mapping[str, object]) -> Row:
    """Change columns of a row; raises Conflict where it is no longer the `version` that was read."""
    _check_row(table, id)
    return rows.change(written.workspace(), table, id, version, values, **written.by())


def change_many(asked: Mapping[str, Sequence[tuple[str, int, Mapping[str, object]]]]) -> Done:
    """Change rows, table by table, each by its version; those that are not there for this reader are refused one by one."""
    theirs = {table: _theirs(table, [id for id, _, _ in of]) for table, of in asked.items()}
    changed = {table: [each for each in of if each[0] in theirs[table]] for table, of in asked.items()}
    done = many.change(written.workspace(), changed, **written.by())
    for table, of in asked.items():
        done.refused |= {id: _no_such(table) for id, _, _ in of if id not in theirs[table]}
    return done


def remove(table: str, id: str, version: int) -> Row:
    """Take a row away, by its version."""
    _check_row(table, id)
    return rows.remove(written.workspace(), table, id, version, **written.by())


def restore(table: str, id: str, version: int, values: Mapping[str, object] | None = None) -> Row:
    """Bring a removed row back, with the columns of `values` changed; raises Conflict where it is another `version`."""
    _check_row(table, id)
    return rows.restore(written.workspace(), table, id, version, values, **written.by())


def take_back(made: Sequence[Row]) -> Done:
    """Take away exactly these rows of one table, as they were made; those changed since stay."""
    table = made[0].table
    theirs = _theirs(table, [row.id for row in made])
    asked = [(row.id, row.version) for row in made if row.id in theirs]
    return many.remove(written.workspace(), table, asked, **written.by())


def send(play: str, to: Sequence[Whom], held: Sequence[Whom], *, draws: bool, is_once: bool) -> Sent:
    """Log a letter of the campaign `play` to each, and who is held out: all, but those who got it meanwhile."""
    _check([account for account, _ in (*to, *held)])
    return sending.send(written.workspace(), play, to, held, draws=draws, is_once=is_once, **written.by())


def unsend(sent: Sent) -> int:
    """Take a sending back; gives how many letters are not logged any more."""
    _check([])
    return sending.take_back(written.workspace(), sent, **written.by())


def check_owner(accounts: Sequence[str], to: str) -> None:
    """Refuses where work on `accounts` would be of somebody who may not see them, and so never finds it."""
    seers = _seers(accounts)
    if seers is None or to == myself() or to.casefold() in seers:
        return
    all_of = "this account" if len(set(accounts)) == 1 else "all of these accounts"
    may = ", ".join(list(seers.values())[:_MOST_NAMED]) or "none"
    raise Refused(
        f"{to} may not see {all_of}, and would not find it: nothing was handed over. Among those who may: {may}."
    )


def _seers(accounts: Sequence[str]) -> dict[str, str] | None:
    """Those who may see all of `accounts`, by their names without case; None where everybody sees all, or no account is meant."""
    sights = access.sights() if accounts else None
    if sights is None:
        return None
    with _asking() as (con, _):
        return _once(about.who_see(con, accounts, sights))


def _once(names: Sequence[str | None]) -> dict[str, str]:
    """Names without case -> as each is written first."""
    found: dict[str, str] = {}
    for name in filter(None, names):
        found.setdefault(name.casefold(), name)
    return found


def _check(accounts: Sequence[str]) -> None:
    """Refuses where the reader does not write, or an account is not theirs."""
    who = access.viewer()
    if who.viewing_as:
        raise Refused(
            "You see as another person does, and what is written carries one's own name. Go back to yourself."
        )
    if private.is_on():
        raise Refused(
            "This is your own upload, which others do not see: what the team writes is about the shared data."
        )
    if not can_write() or set(accounts) - _seen(accounts):
        raise Refused("An account among these is not one of yours, or no longer in the data. Nothing was saved.")


def _check_row(table: str, id: str) -> None:
    if not _theirs(table, [id]):
        raise _no_such(table)


def _theirs(table: str, ids: Sequence[str]) -> set[str]:
    """Those of `ids` whose account the reader may see."""
    _check([])
    return set(found(table, ids))


def _no_such(table: str) -> Refused:
    return Refused(f"There is no such {sheet_of(table).says}, or it is of an account that is not yours.")


def _seen(accounts: Sequence[str]) -> set[str]:
    if not accounts:
        return set()
    with _asking() as (con, _):
        return about.seen(con, accounts)


@contextmanager
def _asking() -> Iterator[tuple[duckdb.DuckDBPyConnection, Book]]:
    """A cursor cut to what the reader may see now, on the last day of the data."""
    snapshot = door.opened()
    book = year_to(snapshot.manifest.as_of or snapshot.manifest.received_on)
    with cursor(snapshot, book, door.definitions(), door.scope()) as con:
        yield con, book
