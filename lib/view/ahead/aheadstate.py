"""The state of the page of renewals ahead, and its way to the link and back.

Ahead        which part of the page, what is asked in it, and the page of each list
read_state   the state a link names, and a notice for each part that could not be used
PARTS        the parts of the page
SAVES        the lists behind the save rate
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.book import read_day
from lib.measures.ahead import deadlineaccounts, flats, lostaccounts, plans, race, saveaccounts, sized, sizing
from lib.measures.ahead.before import TRAITS
from lib.measures.ahead.lossreasons import EVERY
from lib.measures.ahead.races import VERDICTS
from lib.measures.forecast import chances
from lib.store.dimensions import StoredDimension
from lib.view import address

PARTS = {
    "forecast": "Forecast", "seats": "Seats against use", "race": "Adoption in time?", "notice": "Deadlines",
    "before": "What goes with renewing", "why": "Why they left", "moves": "Saves and plans",
}  # fmt: skip

SAVES = tuple(f"{group} {which}" for group in saveaccounts.GROUPS for which in saveaccounts.WHICH)


@dataclass(frozen=True)
class Ahead:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    shows: str = "forecast"
    by: str = ""  # a dimension the forecast is told apart by; none: all together
    due: str = ""  # the renewals of the range that begins on this day are listed; none: of the first
    currency: str = ""  # of several; none: the one most is due in
    odds_order: str = "doubt"
    odds_page: int = 1
    use: str = "active"
    quarter: str = ""  # only renewals of the three months from this day are listed
    size_order: str = "exposed"
    size_page: int = 1
    verdict: str = ""  # only renewals of this verdict are listed
    race_order: str = "verdict"
    race_page: int = 1
    week: str = ""  # only deadlines of this week are listed
    notice_order: str = "deadline"
    notice_page: int = 1
    trait: str = ""  # none: the one that goes with renewing most
    tenth: str = ""  # only renewals of this tenth are listed; none: no list
    tenth_page: int = 1
    every: str = "quarter"
    reason: str = ""  # only what left for this reason is listed; none: no list
    lost_order: str = "arr"
    lost_page: int = 1
    saved: str = ""  # of save plans, which are listed; none: no list
    saved_page: int = 1
    moved: str = "plan"
    move: str = ""  # only the terms that went this way are listed; none: no list
    move_page: int = 1
    flat_order: str = "times"
    flat_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension]) -> tuple[Ahead, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []

    def chosen(name: str, known, default: str = "") -> str:
        return address.chosen(query, name, known, default, notices)

    def page(name: str) -> int:
        return address.page(query, name, notices)

    def day(name: str) -> str:
        said = (query.get(name) or [""])[-1]
        try:
            return read_day(said).isoformat() if said else ""
        except ValueError:
            notices.append(f"The link's {name} {address.quoted(said)} is not a date; all were used.")
            return ""

    state = Ahead(
        shows=chosen("shows", tuple(PARTS), "forecast"),
        by=chosen("by", ("", *(each.name for each in dimensions))),
        due=day("due"),
        currency=(query.get("currency") or [""])[-1],
        odds_order=chosen("odds_order", tuple(chances.SORTS), "doubt"),
        odds_page=page("odds_page"),
        use=chosen("use", tuple(sized.USES), "active"),
        quarter=day("quarter"),
        size_order=chosen("size_order", tuple(sizing.SORTS), "exposed"),
        size_page=page("size_page"),
        verdict=chosen("verdict", ("", *VERDICTS)),
        race_order=chosen("race_order", tuple(race.SORTS), "verdict"),
        race_page=page("race_page"),
        week=day("week"),
        notice_order=chosen("notice_order", tuple(deadlineaccounts.SORTS), "deadline"),
        notice_page=page("notice_page"),
        trait=chosen("trait", ("", *TRAITS)),
        tenth=chosen("tenth", ("", *map(str, range(1, 11)))),
        tenth_page=page("tenth_page"),
        every=chosen("every", tuple(EVERY), "quarter"),
        reason=(query.get("reason") or [""])[-1],
        lost_order=chosen("lost_order", tuple(lostaccounts.SORTS), "arr"),
        lost_page=page("lost_page"),
        saved=chosen("saved", ("", *SAVES)),
        saved_page=page("saved_page"),
        moved=chosen("moved", plans.KINDS, "plan"),
        move=(query.get("move") or [""])[-1],
        move_page=page("move_page"),
        flat_order=chosen("flat_order", tuple(flats.SORTS), "times"),
        flat_page=page("flat_page"),
    )
    return state, notices
