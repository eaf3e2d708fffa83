"""The state of the page that compares books, and its way to the link and back.

State       the dimension compared, and the book that is open
read_state  the state a link names, and a notice for each part that could not be used
usual       the dimension compared unasked
is_of_state whether a parameter of the link is this state's
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.store.dimensions import StoredDimension
from lib.view import address
from lib.view.words import word_within

FIRST = (
    "csm",
    "account_executive",
    "region",
    "segment",
    "channel",
    "plan",
)  # what is compared unasked, where the data has it


@dataclass(frozen=True)
class State:
    """What is compared, and the book that is open: (its value,), empty where none is."""

    by: StoredDimension
    open: tuple[str | None, ...] = ()

    def to_query(self, usual: str) -> address.Query:
        """The state as parameters of the link; what is usual is left out."""
        query: address.Query = {} if self.by.name == usual else {"by": [self.by.name]}
        return query | ({"open": [address.pair(self.by.name, self.open[0])]} if self.open else {})


def read_state(
    query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension]
) -> tuple[State | None, list[str]]:
    """The state `query` names; None where the data has nothing to compare by."""
    if not dimensions:
        return None, []
    named = {each.name: each for each in dimensions}
    by, notices = named[usual(dimensions)], []
    if said := (query.get("by") or [""])[-1]:
        if said in named:
            by = named[said]
        else:
            notices.append(
                f"The link compares by {address.quoted(said)}, which this data does not have; {word_within(by.name)} was used."
            )
    opened = (query.get("open") or [""])[-1]
    if not opened:
        return State(by), notices
    name, value = address.unpair(opened)
    if name == by.name and (value is None or value in by.values):
        return State(by, (value,)), notices
    notices.append(f"The link opens {address.quoted(opened)}, which is not among the books compared; it was left out.")
    return State(by), notices


def usual(dimensions: Sequence[StoredDimension]) -> str:
    """The dimension compared unasked."""
    names = [each.name for each in dimensions]
    return next((name for name in FIRST if name in names), names[0])


def is_of_state(parameter: str) -> bool:
    """Whether a parameter of the link belongs to this state."""
    return parameter in ("by", "open")
