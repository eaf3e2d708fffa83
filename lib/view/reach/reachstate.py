"""The state of the page that asks whether it helped, and its way to the link and back.

Reach        what is cut by what, and which list is open
read_state   the state a link names, and a notice for each part that could not be used
stand        the state of this run
MISSING      the level of accounts without a value
WHOLE        no level: all accounts
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.measures.reach import coverageaccounts, impact, impactaccounts, playaccounts, reachaccounts, tailaccounts
from lib.measures.reach.plays import OUTCOMES
from lib.store.dimensions import StoredDimension
from lib.view import address, door, frame, step

MISSING, WHOLE = "(not given)", ""
GAINS = ("kept", "expanded", "advocates")
LISTS = {  # a part -> the choices of its list, and its orders
    "reach": (reachaccounts.WHICH, reachaccounts.SORTS),
    "coverage": (coverageaccounts.WHICH, coverageaccounts.SORTS),
    "tail": (tailaccounts.WHICH, tailaccounts.SORTS),
    "impact": (impactaccounts.WHICH, {"arr": "", "account": ""}),
    "plays": (playaccounts.WHICH, playaccounts.SORTS),
}
LONGEST = 300  # letters of a value in a link


@dataclass(frozen=True)
class Reach:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    by: str = "tier"  # a dimension, of reach and the quadrant
    gain: str = "kept"  # of GAINS: the height of the quadrant
    cover: str = "csm"  # a dimension, of coverage
    outcome: str = "kept"  # of OUTCOMES: of plays
    at: str = ""  # of LISTS: the part whose list is open; none: no list
    which: str = ""  # which accounts of it
    level: str = WHOLE  # only those of a value
    state: str = "behind"  # of the tail: how they were covered
    figure: str = "kept"  # of impact
    side: str = "all"  # of impact and of a play
    play: str = ""
    order: str = ""
    list_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)

    @property
    def dimension(self) -> str:
        """The dimension whose value the open list is of."""
        return self.cover if self.at == "coverage" else self.by


def read_state(query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension]) -> tuple[Reach, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []
    names = [each.name for each in dimensions]

    def chosen(name: str, known, default: str) -> str:
        return address.chosen(query, name, known, default, notices)

    def first(name: str, wanted: str) -> str:
        return chosen(name, ("", *names), wanted if wanted in names else next(iter(names), ""))

    at = chosen("at", ("", *LISTS), "")
    known, orders = LISTS.get(at, ({"": ""}, {"": ""}))
    usual = "behind" if at == "coverage" else "all" if at else ""
    play = (query.get("play") or [""])[-1][:LONGEST]
    state = Reach(
        by=first("by", "tier"),
        gain=chosen("gain", GAINS, "kept"),
        cover=first("cover", "csm"),
        outcome=chosen("outcome", OUTCOMES, "kept"),
        at=at if at != "plays" or play else "",
        which=chosen("which", known, usual),
        level=(query.get("level") or [WHOLE])[-1][:LONGEST] if at in ("reach", "coverage", "impact") else WHOLE,
        state=chosen("state", tailaccounts.STATES, "behind"),
        figure=chosen("figure", impact.FIGURES, "kept"),
        side=chosen("side", impactaccounts.SIDES, "all"),
        play=play,
        order=chosen("order", orders, next(iter(orders))),
        list_page=address.page(query, "list_page", notices),
    )
    return state, notices


def stand() -> Reach:
    """The state of this run; what of the link could not be used is said."""
    state, dropped = read_state(address.read(), door.opened().dimensions)
    step.stand(state=state)
    frame.notices(dropped)
    return state
