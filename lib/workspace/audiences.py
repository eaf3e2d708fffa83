"""Audiences: whom to write to, as a question under a name. Asked anew it answers with today's data; no member is kept.

save        keep one
Asked       what one asks: the list whose rows its members are, of which book
asked       what a kept one asks
own         those of a reader
shared      those that others share
find        one of them, by its id
asks_anew   let one ask something else
rename, share, remove, restore   change one, by the version that was read; its owner alone does
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from lib.book import Book, from_query, year_to
from lib.errors import Refused
from lib.workspace import rows
from lib.workspace.opening import Workspace
from lib.workspace.owned import Owned
from lib.workspace.rows import Row

TABLE = "audience"
_AUDIENCES = Owned(TABLE, "audience")
own, shared, find = _AUDIENCES.own, _AUDIENCES.shared, _AUDIENCES.find
remove = _AUDIENCES.remove


@dataclass(frozen=True)
class Asked:
    """What an audience asks: the rows of a list, of a book.

    whom      people or accounts
    asks      the measure that gives the list, with its `options`
    book      the parameters of the book; without days it is the year to the last day of the data
    page      where the list stands, and `view` what is open there, as parameters of a link
    says      the list in words
    campaign  what is written to them, as lib/definitions/campaigns.py reads it; empty: nothing yet
    """

    whom: str
    asks: str
    options: Mapping[str, object]
    book: Mapping[str, list[str]]
    page: str
    view: Mapping[str, list[str]] = field(default_factory=dict)
    says: str = ""
    campaign: Mapping[str, object] = field(default_factory=dict)

    def book_on(self, last_day: date) -> Book:
        """The book it is of, on data that ends with `last_day`."""
        read, notices = from_query({name: list(values) for name, values in self.book.items()}, year_to(last_day))
        if notices:
            raise Refused(notices[0])
        return read


def days_apart(book: Book, last_day: date | None, *, keeps_period: bool = False) -> dict[str, list[str]]:
    """A book as an audience keeps it: "the latest" is no day, and the year to it no period, so that the question stays alive.

    keeps_period   the question is about this very period, not about the one that ends now
    """
    query, usual = book.to_query(), year_to(book.as_of)
    is_usual = (book.opens_on, book.closes_on) == (usual.opens_on, usual.closes_on)
    if book.as_of != last_day:
        return query
    dropped = {"as_of"} | ({"from", "to"} if is_usual and not keeps_period else set())
    return {name: values for name, values in query.items() if name not in dropped}


def save(
    workspace: Workspace, name: str, asked: Asked, n: int, *, is_shared: bool = False, by: str, now: datetime
) -> Row:
    """Keep an audience of `n` members now; raises Refused where its owner has one of that name."""
    _refuse_second(workspace, name, by)
    return _AUDIENCES.save(workspace, name, {**vars(asked), "n": n}, is_shared=is_shared, by=by, now=now)


def asked(row: Row) -> Asked:
    """What a kept audience asks."""
    empty = {"says": "", "campaign": {}}
    return Asked(**{name: row[name] or empty.get(name, row[name]) for name in Asked.__dataclass_fields__})


def asks_anew(
    workspace: Workspace, id: str, version: int, name: str, asked: Asked, n: int, *, by: str, now: datetime
) -> Row:
    """Let an audience ask something else, and write something else; it had `n` members then."""
    _refuse_second(workspace, name, by, but=id)
    return _AUDIENCES.change(workspace, id, version, {**vars(asked), "name": name, "n": n}, by=by, now=now)


def rename(workspace: Workspace, id: str, version: int, name: str, *, by: str, now: datetime) -> Row:
    """Give an audience another name."""
    _refuse_second(workspace, name, by, but=id)
    return _AUDIENCES.change(workspace, id, version, {"name": name}, by=by, now=now)


def share(workspace: Workspace, id: str, version: int, is_shared: bool, *, by: str, now: datetime) -> Row:
    """Let others see an audience, or no longer."""
    return _AUDIENCES.change(workspace, id, version, {"is_shared": is_shared}, by=by, now=now)


def restore(workspace: Workspace, id: str, version: int, *, by: str, now: datetime) -> Row:
    """Bring a removed audience back; raises Refused where another has its name by now."""
    row = rows.find(workspace, TABLE, id)
    if row:
        _refuse_second(workspace, row["name"], by, but=id)
    return _AUDIENCES.restore(workspace, id, version, by=by, now=now)


def _refuse_second(workspace: Workspace, name: object, by: str, but: str = "") -> None:
    """In words of its own; what comes between here and the writing is refused by the table."""
    wanted = name.strip() if isinstance(name, str) else name
    if any(row["name"] == wanted and row.id != but for row in own(workspace, by)):
        raise Refused(f"You have an audience “{wanted}” already; give this one another name.")
