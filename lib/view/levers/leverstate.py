"""The state of the page of revenue levers, and its way to the link and back.

Lever        which lever is open, and what its list shows
read_state   the state a link names, and a notice for each part that could not be used
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.measures.levers import listing, people
from lib.measures.levers.found import LEVERS, NEEDS
from lib.view import address

LISTS = ("accounts", "people")
WITH_PEOPLE = ("evangelists", "barriers")  # levers that find people, too
LONGEST = 300  # letters of a matter in a link


@dataclass(frozen=True)
class Lever:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    lever: str = "trials"
    need: str = ""  # one matter alone is listed; none: all
    barrier: str = ""  # of barriers: those held up at one task or process alone
    lists: str = "accounts"  # of LISTS, where the lever finds people
    order: str = ""  # of the accounts; none: the first that fits the lever
    people_order: str = "most"
    which: str = "now"  # of evangelists
    accounts_page: int = 1
    people_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(query: Mapping[str, Sequence[str]]) -> tuple[Lever, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []

    def chosen(name: str, known, default: str) -> str:
        return address.chosen(query, name, known, default, notices)

    lever = chosen("lever", LEVERS, "trials")
    need = (query.get("need") or [""])[-1][:LONGEST]
    if lever in NEEDS and need not in ("", *NEEDS[lever]):
        notices.append(f"The link's need {address.quoted(need)} is not known; all were used.")
        need = ""
    state = Lever(
        lever=lever,
        need=need,
        barrier=(query.get("barrier") or [""])[-1][:LONGEST] if lever == "barriers" else "",
        lists=chosen("lists", LISTS, "accounts"),
        order=chosen("order", ("", *listing.SORTS), ""),
        people_order=chosen("people_order", people.SORTS, "most"),
        which=chosen("which", people.WHICH, "now"),
        accounts_page=address.page(query, "accounts_page", notices),
        people_page=address.page(query, "people_page", notices),
    )
    return state, notices
