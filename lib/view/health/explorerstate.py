"""The state of the page that asks whose health is failing, and its way to the link and back.

Explorer     since when movement is told, which figure is open, and how its lists are ordered
BACK         days back -> in words
PLACES       the parts of the page whose figures open
read_state   the state a link names, and a notice for each part that could not be used
stand        the state of this run
opening      a click: open the accounts behind a figure
MISSING      of a value that is not given
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from lib.definitions import Definitions
from lib.measures.health import healthaccounts, movers, stood
from lib.measures.health.matrix import windows_of
from lib.store.dimensions import StoredDimension
from lib.view import address, door, frame, look, step

MISSING = "(missing)"
BACK = {"": "usual", "7": "7 days", "30": "30 days", "90": "90 days", "180": "180 days", "365": "a year"}
PLACES = ("colours", "matrix", "levels", "weeks")
BANDS = ("", "0", "1", "2", "3", "4")


@dataclass(frozen=True)
class Explorer:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    back: str = ""  # of BACK: days between the two readings; none: movement_days of the definitions
    by: str = "profile"  # by what accounts are told apart
    shade: str = "red"  # the colour of which the matrix tells
    which: str = "all"  # of the movers
    mover_order: str = "arr"
    at: str = ""  # of PLACES: whose figure is open; none: no list
    week: str = ""  # of the open figure, and so the rest below: the day it is of
    colour: str = ""
    from_colour: str = ""
    to_colour: str = ""
    score: str = ""
    why: str = ""
    band: str = ""
    window: str = ""
    level: str = ""
    order: str = "arr"
    list_page: int = 1
    mover_page: int = 1
    disagree_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


_OF_FIGURE = ("week", "colour", "from_colour", "to_colour", "score", "why", "band", "window", "level")


def read_state(
    query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension], words: Definitions
) -> tuple[Explorer, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []
    known = {
        "back": BACK, "by": (*stood.BY_HEALTH, *(each.name for each in dimensions)), "shade": stood.COLOURS,
        "which": movers.WHICH, "mover_order": movers.SORTS, "at": ("", *PLACES), "order": healthaccounts.SORTS,
        "colour": ("", *stood.COLOURS), "from_colour": ("", *stood.COLOURS, stood.NEW),
        "to_colour": ("", *stood.COLOURS, stood.GONE), "score": ("", *map(str, range(0, 100, 10))),
        "why": ("", *stood.WHY), "band": BANDS, "window": ("", *windows_of(words)),
    }  # fmt: skip
    usual = {field.name: field.default for field in fields(Explorer)}
    said = {name: address.chosen(query, name, values, usual[name], notices) for name, values in known.items()}
    pages = {name: address.page(query, name, notices) for name in usual if name.endswith("_page")}
    week = (query.get("week") or [""])[-1]
    if week and not _is_day(week):
        notices.append(f"The link's week {address.quoted(week)} is no day; it was left out.")
        week = ""
    return Explorer(**said, **pages, week=week, level=(query.get("level") or [""])[-1]), notices


def stand() -> Explorer:
    """The state of this run; what of the link could not be used is said."""
    state, notices = read_state(address.read(), door.opened().dimensions, door.definitions())
    step.stand(state=state)
    frame.notices(notices)
    return state


def opening(at: str, **figure: str) -> Callable[[], None]:
    """A click that opens the accounts behind a figure of the part `at`; the figure that was open is closed."""

    def opened() -> None:
        step.turn(**{**dict.fromkeys(_OF_FIGURE, ""), "at": at, **figure})
        look.ask_to_scroll("behind")

    return opened


def _is_day(said: str) -> bool:
    try:
        return bool(date.fromisoformat(said))
    except ValueError:
        return False
