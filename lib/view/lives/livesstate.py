"""The state of the page of customers' lives, and its way to the link and back.

Lives        by what customers are told apart, and which list is open
read_state   the state a link names, and a notice for each part that could not be used
stand        the state of this run
MISSING      of a value that is not given
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.measures.lives import liveslist
from lib.store.dimensions import StoredDimension
from lib.view import address, door, frame, step

MISSING = "(missing)"


@dataclass(frozen=True)
class Lives:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    by: str = ""  # a dimension; none: all together
    which: str = ""  # of WHICH: whose customers are listed; none: no list
    level: str = ""  # a value of `by`: only its customers are listed
    order: str = "arr"
    lives_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension]) -> tuple[Lives, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []
    by = address.chosen(query, "by", ("", *(each.name for each in dimensions)), "", notices)
    which = address.chosen(query, "which", ("", *liveslist.WHICH), "", notices)
    state = Lives(
        by=by,
        which=which,
        level=(query.get("level") or [""])[-1] if by and which else "",
        order=address.chosen(query, "order", tuple(liveslist.SORTS), "arr", notices),
        lives_page=address.page(query, "lives_page", notices),
    )
    return state, notices


def stand() -> Lives:
    """The state of this run; what of the link could not be used is said."""
    state, notices = read_state(address.read(), door.opened().dimensions)
    step.stand(state=state)
    frame.notices(notices)
    return state
