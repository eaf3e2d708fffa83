"""The state of the hot-spot page, and its way to the link and back.

HotState     what is asked and what is open: all of it is in the link
read_state   the state a link names, and a notice for each part that could not be used
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from lib.facts.base import OUTCOMES
from lib.measures.accounts import SORTABLE
from lib.measures.breakdown import DEEPEST
from lib.store.dimensions import StoredDimension
from lib.view import address
from lib.view.address import Query, pair, quoted, unpair

Path = tuple[tuple[str, str | None], ...]

WEIGHTS = {"accounts": "Accounts", "arr": "ARR"}
BASES = {"parent": "best parent", "rest": "the rest", "overall": "overall"}
VIEWS = {"rate": "Rate", "pareto": "Where the loss is", "change": "Against the previous period"}
ROWS = {"all": "All", "lost": "Lost"}


@dataclass(frozen=True)
class HotState:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    outcome: str = ""  # empty: what the data can answer
    weight: str = "accounts"
    base: str = "parent"
    path: Path = ()  # the drill: (dimension, value), in the order they were chosen
    by: str = ""  # the dimension the selection is split by; empty: the next one of the data
    view: str = "rate"
    rows: str = "all"
    sort: str = "arr"
    up: bool = False
    page: int = 1
    find: str = ""
    depth: int = 0  # 0: as the definitions say
    min_n: int = 0  # 0: as the search chooses
    search: tuple[str, ...] = ()  # dimensions to search; none: the default ones

    def to_query(self) -> Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        query: Query = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                query[field.name] = _written(field.name, value)
        return query

    def drilled(self, path: Path) -> "HotState":
        """This state with another selection: the split and the list of accounts start anew."""
        return replace(self, path=path[:DEEPEST], by="", page=1, find="")


def is_of_state(parameter: str) -> bool:
    """Whether a parameter of the link belongs to this state."""
    return parameter in {field.name for field in fields(HotState)}


def read_state(query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension]) -> tuple[HotState, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []
    values_of = {each.name: each.values for each in dimensions}

    def chosen(name: str, known, default):
        return address.chosen(query, name, known, default, notices)

    def whole(name: str, low: int, high: int, default: int) -> int:
        said = query[name][-1] if query.get(name) else str(default)
        if said.isascii() and said.isdigit() and len(said) < 10 and (low <= int(said) <= high or int(said) == default):
            return int(said)
        notices.append(f"The link's {name} {quoted(said)} is not a number from {low} to {high}; the default was used.")
        return default

    path: list[tuple[str, str | None]] = []
    for text in query.get("path", []):
        name, value = unpair(text)
        if name not in values_of or name in dict(path) or len(path) == DEEPEST:
            notices.append(f"The link opens {quoted(text)}, which this data does not have; that step was left out.")
        else:
            path.append((name, value))
    search = tuple(name for name in dict.fromkeys(query.get("search", [])) if name in values_of)
    if len(search) < len(set(query.get("search", []))):
        notices.append("The link searches a dimension this data does not have; it was left out.")
    state = HotState(
        outcome=chosen("outcome", {"", *OUTCOMES}, ""),
        weight=chosen("weight", WEIGHTS, "accounts"),
        base=chosen("base", BASES, "parent"),
        path=tuple(path),
        by=chosen("by", {"", *values_of}, ""),
        view=chosen("view", VIEWS, "rate"),
        rows=chosen("rows", ROWS, "all"),
        sort=chosen("sort", SORTABLE, "arr"),
        up=chosen("up", {"", "yes"}, "") == "yes",
        page=whole("page", 1, 1_000_000, 1),
        find=(query.get("find") or [""])[-1][:200],
        depth=whole("depth", 1, 4, 0),
        min_n=whole("min_n", 5, 100_000_000, 0),
        search=search,
    )
    return state, notices


def _written(name: str, value: object) -> list[str]:
    if name == "path":
        return [pair(*step) for step in value]
    if name == "search":
        return list(value)
    return ["yes"] if value is True else [str(value)]
