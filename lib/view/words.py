"""What things are called on a page: the store's own columns by their names in the glossary, other columns as typed.

word     "seat_utilisation" as "Seat utilisation", "Contract" as "Contract"
worded   a segment with its dimensions so named
"""

from collections.abc import Mapping

from lib.glossary import TERMS
from lib.store.tables import columns

_ELSEWHERE = {"segment": "segment_name"}  # a column of account whose name the answers use for something else


def word(name: str) -> str:
    """What people call the dimension `name`."""
    term = TERMS.get(_ELSEWHERE.get(name, name))
    if term and term.unit == "text":
        return term.label
    return name.replace("_", " ").capitalize() if name in columns("account") else name


def worded(segment: Mapping[str, str | None]) -> dict[str, str | None]:
    """A segment with its dimensions as people call them."""
    return {word(name): value for name, value in segment.items()}
