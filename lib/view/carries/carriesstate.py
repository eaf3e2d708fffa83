"""The state of the page of what goes with staying, and its way to the link and back.

Carries      which outcome, and which lists are open
read_state   the state a link names, and a notice for each part that could not be used
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.facts.base import OUTCOMES
from lib.facts.carried import CORNERS, KINDS
from lib.measures.carries import listing, members
from lib.view import address

DRAWN = ("top", "all")
LONGEST = 300  # letters of a trait in a link


@dataclass(frozen=True)
class Carries:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    outcome: str = ""  # of OUTCOMES; none: what the data can answer
    drawn: str = "top"  # of DRAWN: the traits that say most, or all
    kind: str = ""  # of KINDS: what the open trait is; none: no list
    trait: str = ""
    side: str = "with"
    which: str = "all"
    order: str = "arr"
    accounts_page: int = 1
    corner: str = ""  # of CORNERS: whose accounts are listed; none: no list
    skilled: str = "all"
    corner_order: str = "renewal"
    corner_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(query: Mapping[str, Sequence[str]]) -> tuple[Carries, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []

    def chosen(name: str, known, default: str) -> str:
        return address.chosen(query, name, known, default, notices)

    def page(name: str) -> int:
        return address.page(query, name, notices)

    kind = chosen("kind", ("", *KINDS), "")
    trait = (query.get("trait") or [""])[-1][:LONGEST]
    return (
        Carries(
            outcome=chosen("outcome", ("", *OUTCOMES), ""),
            drawn=chosen("drawn", DRAWN, "top"),
            kind=kind if trait else "",
            trait=trait if kind else "",
            side=chosen("side", listing.SIDES, "with"),
            which=chosen("which", listing.WHICH, "all"),
            order=chosen("order", listing.SORTS, "arr"),
            accounts_page=page("accounts_page"),
            corner=chosen("corner", ("", *CORNERS), ""),
            skilled=chosen("skilled", members.SKILLED, "all"),
            corner_order=chosen("corner_order", members.SORTS, "renewal"),
            corner_page=page("corner_page"),
        ),
        notices,
    )
