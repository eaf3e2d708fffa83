"""The state of the page that judges the health score, and its way to the link and back.

Proof        what the page is cut by, and which lists are open
read_state   the state a link names, and a notice for each part that could not be used
stand        the state of this run
LOST         the lists of accounts lost: a name -> what is asked
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.book import read_day
from lib.measures.health import lead
from lib.measures.health.losses import LEAD
from lib.measures.health.proofreadings import SORTS, WHICH
from lib.measures.health.proven import COLUMN_OF, PREDICTION, RULES
from lib.store.dimensions import StoredDimension
from lib.view import address, door, frame, step

LOST = {
    "all": {}, "red": {"before": "red"}, "amber": {"before": "amber"}, "green": {"before": "green"}, "none": {"before": "none"},
    "green to the end": {"final": "green"},
}  # fmt: skip


@dataclass(frozen=True)
class Proof:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    by: str = ""  # what the figures are cut by; none: all together
    within: str = "90"  # days within which a loss counts
    lost: str = "green to the end"  # of LOST: which accounts lost are listed
    lead: str = ""  # only those warned of for so many days
    order: str = "arr"
    lost_page: int = 1
    which: str = ""  # of WHICH: which readings are listed; none: no list
    score: str = RULES  # by which score
    level: str = ""  # only those of a value of `by`
    said: str = ""  # only those of a bin: from, until
    quarter: str = ""  # only those of the quarter from this day
    reading_order: str = "said"
    reading_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)

    @property
    def bounds(self) -> dict[str, float]:
        """The bin as the options of the readings."""
        ends = self.said.split(",") if self.said else []
        return {"said_from": float(ends[0]), "said_until": float(ends[1])} if ends else {}


def read_state(query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension]) -> tuple[Proof, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []

    def chosen(name: str, known, default: str = "") -> str:
        return address.chosen(query, name, known, default, notices)

    by = chosen("by", ("", *COLUMN_OF, *(each.name for each in dimensions)))
    which = chosen("which", ("", *WHICH))
    state = Proof(
        by=by,
        within=chosen("within", ("90", "180"), "90"),
        lost=chosen("lost", tuple(LOST), "green to the end"),
        lead=chosen("lead", ("", *LEAD)),
        order=chosen("order", tuple(lead.SORTS), "arr"),
        lost_page=address.page(query, "lost_page", notices),
        which=which,
        score=chosen("score", (RULES, PREDICTION), RULES),
        level=(query.get("level") or [""])[-1] if by and which else "",
        said=_checked(query, "said", _is_bin, notices),
        quarter=_checked(query, "quarter", _is_day, notices),
        reading_order=chosen("reading_order", tuple(SORTS), "said"),
        reading_page=address.page(query, "reading_page", notices),
    )
    return state, notices


def stand() -> Proof:
    """The state of this run; what of the link could not be used is said."""
    state, dropped = read_state(address.read(), door.opened().dimensions)
    step.stand(state=state)
    frame.notices(dropped)
    return state


def _checked(query: Mapping[str, Sequence[str]], name: str, holds, notices: list[str]) -> str:
    said = (query.get(name) or [""])[-1]
    if not said or holds(said):
        return said
    notices.append(f"The link's {name} {address.quoted(said)} cannot be used; all were.")
    return ""


def _is_bin(said: str) -> bool:
    try:
        low, high = map(float, said.split(","))
    except ValueError:
        return False
    return 0 <= low <= high <= 100


def _is_day(said: str) -> bool:
    try:
        return bool(read_day(said))
    except ValueError:
        return False
