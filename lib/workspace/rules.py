"""What a column of the workspace takes, how it is kept, and in which words anything else is refused.

Rule     of one column: its SQL type, the rule in words, and the reading of a value
needed   the rule for a column that is never empty; with a default, that is what it holds where nobody said
text, line, called, choice, whole, number, money, flag, day, moment, url, json_value, steps   the kinds of rules
Money, Json, Steps   types: cents, JSON as text, and the steps of a plan with their days as dates
is_sound             text that every database can keep

Blank text is an empty cell. What does not fit is refused, never cut or rounded.
"""

import json
import math
import operator
import reprlib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Real

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, Float, Integer, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from lib.errors import Refused

MOST_TEXT = 10_000  # characters
MOST_JSON = 1_000_000  # bytes
MOST_STEPS, MOST_STEP_TEXT = 100, 2_000
MOST_MONEY = Decimal(10) ** 16  # DECIMAL(18, 2), as in the store
YEARS = range(1900, 2200)  # those people mean

_SHORT = reprlib.Repr()  # at most so many characters of a wrong value are said again
_SHORT.maxstring = _SHORT.maxother = 60


@dataclass(frozen=True)
class Rule:
    """What a column takes. `read` gives a value as it is kept, or raises ValueError or TypeError."""

    sql: TypeEngine
    says: str
    read: Callable[[object], object]
    is_needed: bool = False
    default: object = None

    def kept(self, where: str, value: object) -> object:
        """`value` as it is kept; raises Refused, naming the table and column `where`, the value and the rule."""
        try:
            kept = None if value is None else self.read(value)
        except (ValueError, TypeError, ArithmeticError, RecursionError):
            raise Refused(f"{where}: {_short(value)} must be {self.says}.") from None
        if kept is None and self.is_needed:
            raise Refused(f"{where}: it must not be empty; it must be {self.says}.")
        return kept


def needed(rule: Rule, default: object = None) -> Rule:
    """`rule` for a column that is never empty."""
    return replace(rule, is_needed=True, default=default)


def is_sound(value: str) -> bool:
    """Whether `value` is text that every database can keep: no NUL, no half of a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value


def text(most: int = MOST_TEXT) -> Rule:
    """Text of several lines, kept as it was written."""

    def read(value: object) -> str | None:
        _require(isinstance(value, str) and len(value) <= most and is_sound(value))
        return value if value.strip() else None

    return Rule(Text(), f"text of at most {most:,} characters, without NUL", read)


def line(most: int = 300) -> Rule:
    """A name or an id. Kept exactly; short enough for an index."""
    return text(most)


def called(most: int = 100) -> Rule:
    """What people call something: one line, without what cannot be seen; outer spaces are dropped."""
    plain = text()

    def read(value: object) -> str | None:
        found = plain.read(value)
        _require(found is None or not any(map(_is_hidden, found.strip())))
        _require(found is None or len(found.strip()) <= most)
        return found and found.strip()

    return Rule(Text(), f"a name of at most {most} characters on one line, without hidden ones", read)


def choice(*values: str) -> Rule:
    """One of a closed set."""

    def read(value: object) -> str | None:
        _require(value == "" or value in values)
        return value or None

    return Rule(Text(), f"one of {', '.join(values)}", read)


def whole(least: int, most: int) -> Rule:
    """A whole number."""

    def read(value: object) -> int:
        found = operator.index(value)
        _require(not isinstance(value, bool) and least <= found <= most)
        return found

    return Rule(Integer(), f"a whole number from {least} to {most}", read)


def number() -> Rule:
    """Any number."""

    def read(value: object) -> float:
        _require(isinstance(value, (Real, Decimal)) and not isinstance(value, bool) and math.isfinite(value))
        return float(value)

    return Rule(Float(53), "a number", read)


def money() -> Rule:
    """An amount; a float is what it prints as."""

    def read(value: object) -> Decimal:
        _require(isinstance(value, (int, float, Decimal)) and not isinstance(value, bool))
        found = Decimal(str(value))
        _require(found.is_finite() and 0 <= found < MOST_MONEY and found == found.quantize(Decimal("0.01")))
        return abs(found.quantize(Decimal("0.01")))  # -0 is 0

    return Rule(Money(), "an amount of money: 0 or more, with at most 2 places", read)


def flag() -> Rule:
    """Yes or no."""

    def read(value: object) -> bool:
        _require(isinstance(value, bool))
        return value

    return Rule(Boolean(), "yes or no (true or false)", read)


def day() -> Rule:
    """A date; a moment is none, since its time would be lost."""
    return Rule(Date(), f"a date from {YEARS[0]} to {YEARS[-1]}", _day)


def moment() -> Rule:
    """A point in time, kept in UTC; without a zone it is taken as UTC."""

    def read(value: object) -> datetime:
        _require(isinstance(value, datetime) and value.year in YEARS)
        utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return datetime(*utc.timetuple()[:6], utc.microsecond)  # a subclass, or a fold, does not come back

    return Rule(DateTime(), f"a point in time (UTC) from {YEARS[0]} to {YEARS[-1]}", read)


def url() -> Rule:
    """An address that is safe to click."""
    plain = text(2_000)

    def read(value: object) -> str | None:
        found = plain.read(value)
        _require(found is None or found.lower().startswith(("http://", "https://")))
        return found

    return Rule(Text(), "an address that begins with http:// or https://, of at most 2,000 characters", read)


def json_value(*, is_object: bool = False) -> Rule:
    """Anything JSON can say, or only {name: value}. Tuples come back as lists."""

    def read(value: object) -> object:
        _require(isinstance(value, dict) or not is_object)
        written = _written(value)
        found = json.loads(written)
        _require(all(map(is_sound, _texts(found))) and len(written.encode()) <= MOST_JSON)
        return found

    what = "an object of JSON" if is_object else "a value JSON can say"
    return Rule(Json(), f"{what}, of at most 1 MB, without NUL", read)


def steps() -> Rule:
    """The steps of a plan: a list of {"text": …, "done_on": a date or None}."""
    said, done = needed(text(MOST_STEP_TEXT)), day()

    def read(value: object) -> list[dict]:
        _require(isinstance(value, list) and len(value) <= MOST_STEPS)
        _require(all(isinstance(each, dict) and set(each) <= {"text", "done_on"} for each in value))
        try:
            return [
                {"text": said.kept("", each.get("text")), "done_on": done.kept("", each.get("done_on"))}
                for each in value
            ]
        except Refused as refusal:
            raise ValueError from refusal

    return Rule(
        Steps(), f"a list of at most {MOST_STEPS} steps, each a text of at most {MOST_STEP_TEXT:,} characters "
        "and the date it was done on, or none", read
    )  # fmt: skip


class Money(TypeDecorator):
    """An amount, kept in cents: SQLite has no decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * 100)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class Json(TypeDecorator):
    """A value, kept as the text of its JSON: the same in every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        return None if value is None else _written(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        return None if value is None else json.loads(value)


class Steps(Json):
    """The steps of a plan, each with its day as a date."""

    cache_ok = True

    def process_bind_param(self, value: list[dict] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _written([each | {"done_on": each["done_on"] and each["done_on"].isoformat()} for each in value])

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[dict] | None:
        if value is None:
            return None
        return [
            each | {"done_on": each["done_on"] and date.fromisoformat(each["done_on"])} for each in json.loads(value)
        ]


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _day(value: object) -> date:
    _require(isinstance(value, date) and not isinstance(value, datetime) and value.year in YEARS)
    return value


def _texts(value: object) -> Iterator[str]:
    """Every text in a value of JSON, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _is_hidden(letter: str) -> bool:
    """Whether a letter is a control character, breaks the line or turns its direction; joiners belong to words and signs."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") and letter not in "\u200c\u200d"


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError


def _short(value: object) -> str:
    return _SHORT.repr(value)
