"""The state of the page of who becomes loyal, and its way to the link and back.

Loyalty      whose clock, by which groups, and which lists are open
read_state   the state a link names, and a notice for each part that could not be used
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.facts.people import CLASSES
from lib.measures.loyalty.listing import WHICH
from lib.measures.loyalty.lives import OF
from lib.measures.loyalty.people import SORTS
from lib.store.dimensions import StoredDimension
from lib.view import address


@dataclass(frozen=True)
class Loyalty:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    of: str = "people"
    by: str = ""  # a dimension; none: the whole book alone
    people: str = ""  # one of CLASSES: whose people are listed; none: no list
    order: str = "last_use"
    people_page: int = 1
    which: str = ""  # of WHICH: which accounts are listed; none: no list
    window: str = ""  # how near their renewal is; none: whenever
    accounts_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(
    query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension], windows: Sequence[str]
) -> tuple[Loyalty, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []

    def chosen(name: str, known, default: str) -> str:
        return address.chosen(query, name, known, default, notices)

    def page(name: str) -> int:
        return address.page(query, name, notices)

    return (
        Loyalty(
            of=chosen("of", OF, "people"),
            by=chosen("by", ("", *(each.name for each in dimensions)), ""),
            people=chosen("people", ("", *CLASSES), ""),
            order=chosen("order", SORTS, "last_use"),
            people_page=page("people_page"),
            which=chosen("which", ("", *WHICH), ""),
            window=chosen("window", ("", *windows), ""),
            accounts_page=page("accounts_page"),
        ),
        notices,
    )
