"""The Book: the frozen selection every answer is for. Its English, its link, and back.

A Book is made once per run, passed by value and hashable: two equal books are one cache entry.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

Filter = tuple[str, tuple[str | None, ...]]  # name, chosen values; None is "missing"
WHOSE, EVERYONE = "whose", "all"  # the parameter of a link that says that nobody's own accounts are meant
BY_HASH = "cut"  # the parameter of a link that names filters kept elsewhere
WORDS = "words"  # the parameter of a link that names the definitions its figures were made with
MOST_SEARCHED = 200  # letters of a text searched for

# How a sentence goes on after "128 accounts", so that no value of anybody's data reads wrong; other dimensions go with "with".
_CLOSE = {"csm", "region"}
_BEGINS = {
    "csm": "of", "region": "in", "segment": "in segment", "tier": "in tier", "channel": "in channel", "plan": "on plan",
    "country": "in country",
}  # fmt: skip
_READ_FIRST = tuple(_BEGINS)
_STATES_SAID = {  # of a state's value; "" is of any state
    ("renewal", "later"): ("renewing", "later"),
    ("renewal", "rolling"): ("on", "a rolling contract"),
    ("renewal", "none"): ("with", "no renewal known"),
    ("notice", "notice given"): ("with", "notice given"),
    ("notice", "cancel asked"): ("with", "a request to cancel"),
    ("notice", "none"): ("with", "no notice given"),
    ("ready", "top users"): ("among", "the top users"),
    ("ready", "past onboarding"): ("past", "onboarding"),
    ("", "in grace"): ("in", "grace"),
    ("", "significant drop"): ("with", "a significant drop in use"),
    ("", "rising"): ("with", "rising use"),
    ("", "steady"): ("with", "steady use"),
    ("", "too little use"): ("with", "too little use to tell"),
    ("", "no seats given"): ("with", "no seats given"),
    ("", "no use known"): ("with", "no use known"),
}


@dataclass(frozen=True)
class Book:
    """A period [opens_on, closes_on), the day as of which it is seen, and what it is cut by.

    filters   on dimensions of the data
    states    on how an account stands as of the day (lib/facts/standing.py): names and values of closed sets
    search    text that the account's id or name holds, whatever its case
    """

    opens_on: date
    closes_on: date
    as_of: date
    filters: tuple[Filter, ...] = ()
    states: tuple[Filter, ...] = ()
    search: str = ""

    def where(self, name: str, values: Iterable[str | None]) -> "Book":
        """This book with the dimension `name` cut to `values`; no values lifts the filter."""
        return replace(self, filters=_cut(self.filters, name, values))

    def standing(self, name: str, values: Iterable[str | None]) -> "Book":
        """This book with the state `name` cut to `values`; no values lifts the filter."""
        return replace(self, states=_cut(self.states, name, values))

    def uncut(self) -> "Book":
        """The same days without any filter."""
        return replace(self, filters=(), states=(), search="")

    @property
    def is_cut(self) -> bool:
        """Whether anything narrows it."""
        return bool(self.filters or self.states or self.search)

    def previous(self) -> "Book":
        """The period of the same length that ends where this one opens, seen from the same day."""
        length = self.closes_on - self.opens_on
        opens_on = (
            _a_year_before(self.opens_on) if self.opens_on == _a_year_before(self.closes_on) else self.opens_on - length
        )
        return replace(self, opens_on=opens_on, closes_on=self.opens_on)

    def describe(self, n_accounts: int | None = None, called: Callable[[str], str] = str) -> str:
        """The book in plain English, for the line under a title: 128 accounts of Dana in EMEA, with notice given.

        called   what people call a dimension, within a sentence
        """
        who = "all accounts" if n_accounts is None else f"{n_accounts:,} account{'' if n_accounts == 1 else 's'}"
        filters = dict(self.filters)
        order = [*(name for name in _READ_FIRST if name in filters), *(n for n in filters if n not in _READ_FIRST)]
        cuts = [_cut_said(_of_dimension(name, value, called) for value in filters[name]) for name in order]
        cuts += [_cut_said(_of_state(name, value) for value in values) for name, values in self.states]
        n_close = len(_CLOSE.intersection(filters))  # "of Dana in EMEA" needs no comma
        said = ", ".join([" ".join([who, *cuts[: n_close or 1]]), *cuts[n_close or 1 :]])
        return f"{said}{',' if cuts else ''} named like “{self.search}”" if self.search else said

    def period(self) -> str:
        """The period as its first and last day: 1 Nov 2025 - 31 Oct 2026."""
        return f"{say_day(self.opens_on)} – {say_day(self.closes_on - timedelta(days=1))}"

    def to_query(self) -> dict[str, list[str]]:
        """The book as address parameters; `from_query` is its inverse for every book."""
        query = {
            "from": [self.opens_on.isoformat()],
            "to": [self.closes_on.isoformat()],
            "as_of": [self.as_of.isoformat()],
        }
        for name, values in self.filters:
            if kept := [value for value in values if value is not None]:
                query[f"f.{name}"] = kept
        if missing := [name for name, values in self.filters if None in values]:
            query["missing"] = missing
        for name, values in self.states:
            query[f"s.{name}"] = ["" if value is None else value for value in values]
        if self.search:
            query["named"] = [self.search]
        return query


def year_to(as_of: date) -> Book:
    """The default book: the year that ends with `as_of`."""
    closes_on = as_of + timedelta(days=1)
    return Book(_a_year_before(closes_on), closes_on, as_of)


def from_query(query: Mapping[str, list[str]], default: Book) -> tuple[Book, list[str]]:
    """The book an address names, and a notice for each part of it that could not be read.

    Parts the address does not mention come from `default`. Whether a dimension or a value exists is for the store to say.
    """
    notices: list[str] = []
    days = {}
    for parameter, fallback in (("from", default.opens_on), ("to", default.closes_on), ("as_of", default.as_of)):
        try:
            days[parameter] = read_day(query[parameter][-1]) if query.get(parameter) else fallback
        except ValueError:
            days[parameter] = fallback
            notices.append(f"The link's {parameter} is not a date; {say_day(fallback)} was used.")
    if days["from"] >= days["to"]:
        days["from"], days["to"] = default.opens_on, default.closes_on
        notices.append("The link's period ends before it begins; the default period was used.")
    book = Book(days["from"], days["to"], days["as_of"])
    chosen: dict[str, list[str | None]] = {
        key[2:]: list(values) for key, values in query.items() if key.startswith("f.") and key[2:]
    }
    for name in query.get("missing", []):
        chosen.setdefault(name, []).append(None)
    for name, values in chosen.items():
        book = book.where(name, values)
    for name, values in query.items():
        if name.startswith("s.") and name[2:]:
            book = book.standing(name[2:], [value or None for value in values])
    return replace(book, search=(query.get("named") or [""])[-1][:MOST_SEARCHED]), notices


def _cut(filters: tuple[Filter, ...], name: str, values: Iterable[str | None]) -> tuple[Filter, ...]:
    chosen = tuple(sorted(set(values), key=lambda value: (value is None, value or "")))
    others = [each for each in filters if each[0] != name]
    return tuple(sorted([*others, (name, chosen)] if chosen else others))


def is_of_book(parameter: str) -> bool:
    """Whether a parameter of a link belongs to the book."""
    return parameter in ("from", "to", "as_of", "missing", "named", BY_HASH, WHOSE, WORDS) or parameter.startswith(
        ("f.", "s.")
    )


def read_day(text: str) -> date:
    """2026-10-31 as a day; raises ValueError for what is none, or is out of the years people mean."""
    day = date.fromisoformat(text)
    if not 1900 <= day.year < 2200:
        raise ValueError(f"{text} is not between 1900 and 2199")
    return day


def say_day(day: date) -> str:
    """31 Oct 2026."""
    return f"{day.day} {day:%b %Y}"


def _cut_said(phrases: Iterable[tuple[str, str]]) -> str:
    """Values of one filter, each as how it begins and goes on: with steady or rising use; of Dana or without a CSM."""
    by_beginning: dict[str, list[str]] = {}
    for beginning, rest in phrases:
        by_beginning.setdefault(beginning, []).append(rest)
    return " or ".join(f"{beginning} {_either(rest)}" for beginning, rest in by_beginning.items())


def _of_dimension(name: str, value: str | None, called: Callable[[str], str]) -> tuple[str, str]:
    if name in _BEGINS:
        return (_BEGINS[name], value) if value is not None else ("without", f"a {called(name)}")
    return (f"with {called(name)}", value) if value is not None else ("with", f"no {called(name)} given")


def _of_state(name: str, value: str | None) -> tuple[str, str]:
    """What a state says; one that nobody gave words to is named with its value."""
    if name == "stage":
        return ("at stage", value) if value is not None else ("at", "no stage yet")
    if value is None:
        return "with", f"no {name} known"
    if name == "renewal" and value.endswith("days"):
        return "renewing", value if value.startswith(("in ", "within ")) else f"within {value}"
    if name == "utilisation" and "%" in value:
        return "with utilisation", value
    if name == "ready" and value.startswith("under "):
        return "under", value.removeprefix("under ")
    return _STATES_SAID.get((name, value)) or _STATES_SAID.get(("", value)) or (f"with {name}", value)


def _either(said: list[str]) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
