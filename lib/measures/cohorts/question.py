"""What is asked of cohorts: the options of a reader, checked, as one value.

Question   who is counted, by what they are told apart, and when they count as retained
asked      the options as a Question; raises Refused for what there is none of
OF, BEGINNINGS, UNITS, SIZES, KINDS, CALENDARS   the choices there are
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from lib.errors import Refused
from lib.store.dimensions import StoredDimension, find_dimension, read_catalogue

OF = ("users", "accounts", "arr_gross", "arr_net")
BEGINNINGS = ("signup", "contract_start", "key_action", "first_use")
SIZES = ("week", "month", "quarter")
UNITS = ("day", "week", "month")
KINDS = ("on", "on_or_after", "on_or_before", "streak", "bracket")
CALENDARS = ("rolling", "calendar")
USUAL_STEPS = {"day": 14, "week": 12, "month": 12}
MOST_STEPS = 60
USUAL_BRACKETS = (0, 1, 3, 6, 12)


@dataclass(frozen=True)
class Question:
    """One question about cohorts. `edges` are the steps' bounds in units: step i is [edges[i], edges[i + 1])."""

    of: str
    begins: str  # what begins a member's time, one of BEGINNINGS
    dimension: StoredDimension | None  # by whose values members are told apart; None: by when they began
    every: str
    unit: str
    edges: tuple[int, ...]
    kind: str
    is_calendar: bool
    feature: str

    @property
    def is_of_people(self) -> bool:
        """Whether people are counted, not accounts."""
        return self.of == "users"

    @property
    def is_money(self) -> bool:
        """Whether ARR is added up."""
        return self.of in ("arr_gross", "arr_net")

    @property
    def needs_use(self) -> bool:
        """Whether usage data must cover a member's whole time."""
        return self.is_of_people or bool(self.feature) or self.begins in ("key_action", "first_use")

    @property
    def n_steps(self) -> int:
        """Steps of a row."""
        return len(self.edges) - 1

    @property
    def step_labels(self) -> tuple[str, ...]:
        """What the steps are called: month 3; months 3 to 5 of a bracket."""
        said = []
        for first, after in itertools.pairwise(self.edges):
            said.append(f"{self.unit} {first}" if after == first + 1 else f"{self.unit}s {first} to {after - 1}")
        return tuple(said)


def asked(
    con: duckdb.DuckDBPyConnection,
    *,
    of: str,
    cohort: str | None,
    every: str,
    step: str,
    n_steps: int | None,
    brackets: Sequence[str | int],
    kind: str,
    calendar: str,
    feature: str,
) -> Question:
    """The question the options ask. Without a cohort, people begin with their sign-up, accounts with their contract."""
    for what, value, known in (
        ("count of", of, OF),
        ("size", every, SIZES),
        ("step", step, UNITS),
        ("kind", kind, KINDS),
        ("calendar", calendar, CALENDARS),
    ):
        if value not in known:
            raise Refused(f"Cohorts have no {what} {value!r}; choose from {', '.join(known)}.")
    usual = "signup" if of == "users" else "contract_start"
    begins = cohort or usual
    dimension = None
    if begins not in BEGINNINGS:
        dimension, begins = _dimension(con, begins), usual
    if of in ("arr_gross", "arr_net") and feature:
        raise Refused("The first use of a feature is counted in users or accounts, not in ARR.")
    if of in ("arr_gross", "arr_net") and kind not in ("on", "bracket"):
        raise Refused("ARR is read on the last day of a step: ask for it by kind on or bracket.")
    edges = _brackets(brackets) if kind == "bracket" and not feature else _steps(step, n_steps)
    return Question(of, begins, dimension, every, step, edges, kind, calendar == "calendar", feature)


def _dimension(con: duckdb.DuckDBPyConnection, name: str) -> StoredDimension:
    found = read_catalogue(con)
    if not found:
        raise Refused(f"Cohorts begin with {', '.join(BEGINNINGS)}; this data has no dimension {name!r}.")
    return find_dimension(found, name)


def _steps(unit: str, n_steps: int | None) -> tuple[int, ...]:
    n = USUAL_STEPS[unit] if n_steps is None else n_steps
    if not 1 <= n <= MOST_STEPS:
        raise Refused(f"A row of cohorts has 1 to {MOST_STEPS} steps; {n} were asked for.")
    return tuple(range(n + 2))  # step 0 is the one they begin in


def _brackets(said: Sequence[str | int]) -> tuple[int, ...]:
    """0,1,7,30 as [0, 1), [1, 7), [7, 30)."""
    try:
        edges = tuple(int(each) for each in said) or USUAL_BRACKETS
    except ValueError:
        edges = ()
    rises = len(edges) >= 2 and all(low < high for low, high in itertools.pairwise(edges))
    if not rises or edges[0] < 0 or edges[-1] > 3_660 or len(edges) > MOST_STEPS:
        raise Refused("Brackets are two or more whole numbers that rise from 0 on, such as 0,1,7,30.")
    return edges
