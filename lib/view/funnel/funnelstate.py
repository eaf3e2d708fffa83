"""The state of the page of the journey, and its way to the link and back.

Funnel       whose journey, which stage is open, between which stages, by what, and the lists
read_state   the state a link names, and a notice for each part that could not be used
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.measures.funnel import listing
from lib.store.dimensions import StoredDimension
from lib.view import address


@dataclass(frozen=True)
class Funnel:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    journey: str = ""  # of several: whose stages; none: the first
    by: str = ""  # a dimension; none: the usual one
    stage: str = ""  # the one that is open; none: no list
    level: str = ""  # a value of `by`: only its accounts are listed, where a cell is open
    which: str = "now"
    order: str = "longest"
    accounts_page: int = 1
    after: str = ""  # the times from entering this stage; none: the first
    until: str = ""  # ... to entering this; none: the last
    slow_stage: str = ""  # whose slow accounts are listed; none: all stages
    slow_order: str = "cost"
    slow_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(
    query: Mapping[str, Sequence[str]],
    dimensions: Sequence[StoredDimension],
    journeys: Mapping[str, Sequence[str]],
    slow_orders: Sequence[str] = (),
) -> tuple[Funnel, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each.

    journeys   the journeys there are, the first one first, each with its stages in order
    """
    notices: list[str] = []

    def chosen(name: str, known, default: str) -> str:
        return address.chosen(query, name, known, default, notices)

    journey = chosen("journey", ("", *journeys), "")
    stages = journeys.get(journey or next(iter(journeys), ""), ())
    state = Funnel(
        journey=journey,
        by=chosen("by", ("", *(each.name for each in dimensions)), ""),
        stage=chosen("stage", ("", *stages), ""),
        level=(query.get("level") or [""])[-1],
        which=chosen("which", listing.WHICH, "now"),
        order=chosen("order", listing.SORTS, "longest"),
        accounts_page=address.page(query, "accounts_page", notices),
        after=chosen("after", ("", *stages[:-1]), ""),
        until=chosen("until", ("", *stages[1:]), ""),
        slow_stage=chosen("slow_stage", ("", *stages[:-1]), ""),
        slow_order=chosen("slow_order", ("cost", *slow_orders), "cost"),
        slow_page=address.page(query, "slow_page", notices),
    )
    return state, notices
