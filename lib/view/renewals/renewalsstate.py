"""The state of the page of renewals, and its way to the link and back.

Renewals     which view, which part of the page, by what, and the list that is open
read_state   the state a link names, and a notice for each part that could not be used
PARTS, EVERY   the parts of the page; how long a period of the trend is
CLOSED       what of it is set back where no list is open
NOBODY, MISSING, NONE   of a CSM, a level, a currency that is not given
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.book import read_day
from lib.measures.renewals import listing
from lib.store.dimensions import StoredDimension
from lib.view import address

NOBODY, MISSING, NONE = "(nobody)", "(missing)", "(none given)"
EVERY = ("month", "quarter", "year")
PARTS = {  # of the page, below its tiles
    "moved": "How it moved", "split": "By segment", "due": "Who is due", "lost": "Who lost most",
}  # fmt: skip


@dataclass(frozen=True)
class Renewals:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    view: str = "pool"
    shows: str = "moved"  # the part of the page below the tiles
    money: str = "arr"
    currency: str = ""  # of several; none: the one with most ARR
    every: str = "month"
    by: str = ""  # a dimension; none: the usual one
    lever: str = ""  # of the list that is open; none: no list
    piece: str = ""  # the part of it
    of: str = ""  # the view the list is of; none: that of the page
    level: str = ""  # a value of `by`: only its accounts are listed
    csm: str = ""  # only the renewals of this CSM are listed
    begins: str = ""  # only from this day on, in the place of the period's first
    ends: str = ""  # ... until before this day
    order: str = "arr"
    listed_page: int = 1

    @property
    def list_view(self) -> str:
        """The view the open list is of."""
        return self.of or self.view

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


CLOSED = dict.fromkeys(("lever", "piece", "of", "level", "csm", "begins", "ends"), "")  # no list is open


def read_state(query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension]) -> tuple[Renewals, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []

    def chosen(name: str, known, default: str = "") -> str:
        return address.chosen(query, name, known, default, notices)

    view = chosen("view", tuple(listing.VIEWS), "pool")
    of = chosen("of", ("", *listing.VIEWS))
    lever = chosen("lever", ("", *listing.VIEWS[of or view]))
    begins, ends = (_day(query, name, notices) for name in ("begins", "ends"))
    if begins and ends and begins >= ends:
        begins = ends = ""
        notices.append("The link's list ends before it begins; the whole period was used.")
    state = Renewals(
        view=view,
        shows=chosen("shows", tuple(PARTS), "moved"),
        money=chosen("money", ("arr", "mrr"), "arr"),
        currency=_text(query, "currency"),
        every=chosen("every", EVERY, "month"),
        by=chosen("by", ("", *(each.name for each in dimensions))),
        lever=lever,
        piece=chosen("piece", ("", *listing.PARTS)) if lever else "",
        of=of,
        level=_text(query, "level") if lever and dimensions else "",
        csm=_text(query, "csm") if lever else "",
        begins=begins,
        ends=ends,
        order=chosen("order", tuple(listing.SORTS), "arr"),
        listed_page=address.page(query, "listed_page", notices),
    )
    return state, notices


def _text(query: Mapping[str, Sequence[str]], name: str) -> str:
    return (query.get(name) or [""])[-1]


def _day(query: Mapping[str, Sequence[str]], name: str, notices: list[str]) -> str:
    said = _text(query, name)
    try:
        return read_day(said).isoformat() if said else ""
    except ValueError:
        notices.append(f"The link's {name} {address.quoted(said)} is not a date; the period's own was used.")
        return ""
