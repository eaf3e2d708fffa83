"""What dimensions are called on a page: by their names in the glossary, other column names as people would write them.

word     "seat_utilisation" as "Seat utilisation"; "TechSupport" stays as it is
word_within  the same within a sentence
worded   a segment with its dimensions so named
"""

import re
from collections.abc import Mapping

from lib.glossary import TERMS

_PROGRAMMED = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ELSEWHERE = {"segment": "segment_name"}  # a column of account whose name the answers use for something else


def word(name: str) -> str:
    """What people call the dimension `name`."""
    term = TERMS.get(_ELSEWHERE.get(name, name))
    if term:
        return term.label
    return name.replace("_", " ").capitalize() if _PROGRAMMED.fullmatch(name) else name


def word_within(name: str) -> str:
    """The same within a sentence: "seat utilisation", but "CSM"."""
    said = word(name)
    return said if said == name or said.isupper() else said[0].lower() + said[1:]


def worded(segment: Mapping[str, str | None]) -> dict[str, str | None]:
    """A segment with its dimensions as people call them."""
    return {word(name): value for name, value in segment.items()}
