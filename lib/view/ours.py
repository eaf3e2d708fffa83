"""Whether what somebody else shares names nothing outside the reader's scope: its words and its link would tell of it.

is_whole   of a link: every filter, state and step of it is one the reader could have chosen
"""

from collections.abc import Iterable, Mapping, Sequence

from lib.book import BY_HASH, from_query, year_to
from lib.errors import Refused
from lib.view import address, door

# parameters whose values are nobody's to guess
_NAMES_ACCOUNTS = {"account", "batch", "find", "named", "open", BY_HASH}


def is_whole(query: Mapping[str, Sequence[str]], named: Iterable[tuple[str, str | None]] = ()) -> bool:
    """Whether a link of somebody else names nothing outside the reader's scope.

    named   what is named beside it: dimensions, and a value of each
    """
    if door.scope().is_all:
        return True
    if _NAMES_ACCOUNTS & set(query):
        return False
    chosen = [(name[2:], value) for name, values in query.items() if name.startswith("f.") for value in values]
    chosen += [*map(address.unpair, query.get("path", [])), *named]
    return all(value is None or value in _values(name) for name, value in chosen) and _stands_here(query)


def _stands_here(query: Mapping[str, Sequence[str]]) -> bool:
    """Whether accounts of the scope can stand as the link says, on its day."""
    if not any(name.startswith("s.") for name in query):
        return True
    last_day = door.opened().manifest.as_of
    asked = year_to(last_day or door.opened().manifest.received_on)
    book, _ = from_query({name: list(values) for name, values in query.items()}, asked)
    known = door.states(book)
    return all(value in known.get(name, ()) for name, values in book.states for value in values)


def _values(name: str) -> tuple[str, ...]:
    try:
        return door.values(name)
    except Refused:
        return ()
