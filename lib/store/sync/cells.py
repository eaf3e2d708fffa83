"""Values of a database as text that says the same, column by column.

texts   one column of a chunk of rows as text; None stays None

Decimals are exact, moments with an offset are in UTC, moments without one stay without (the source's time_zone says where
they are), lists and objects are JSON. Bytes are refused.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from lib.errors import Refused

WHOLE_BELOW = 1e15  # floats below it that are whole are written without .0


def texts(column: Sequence, header: str, where: str) -> list[str | None]:
    """The values of one column as text; refuses bytes."""
    kinds = set(map(type, column)) - {type(None)}
    if not kinds or kinds == {str}:
        return list(column)
    if any(issubclass(kind, bytes | bytearray | memoryview) for kind in kinds):
        raise Refused(
            f"{where}: column {header!r} holds bytes, not text. Leave it out of the query, or decode it there."
        )
    says = {kind: _says(kind) for kind in kinds}
    return [None if value is None else says[type(value)](value) for value in column]


def _says(kind: type) -> Callable[[object], str]:
    for known, how in _HOW.items():
        if issubclass(kind, known):
            return how
    return str


def _moment(value: datetime) -> str:
    return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat(sep=" ")


def _float(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < WHOLE_BELOW else repr(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_inside)


def _inside(value: object) -> object:
    """A value inside a list or an object."""
    if isinstance(value, bytes | bytearray | memoryview):
        raise Refused("A list or an object holds bytes, not text. Leave it out of the query, or decode it there.")
    return _says(type(value))(value)


_HOW: dict[type, Callable] = {  # the first that fits: a bool is an int, a datetime is a date
    str: str,
    bool: lambda value: "true" if value else "false",
    int: str,
    Decimal: lambda value: format(value, "f"),
    float: _float,
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    dict: _json,
    list: _json,
    tuple: _json,
}
