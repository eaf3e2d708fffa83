"""The state of the page of cohorts, and its way to the link and back.

Cohorts     what is counted, how, and what is open
read_state  the state a link names, and a notice for each part that could not be used
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.measures.cohorts.members import WHICH
from lib.measures.cohorts.question import BEGINNINGS, CALENDARS, KINDS, MOST_STEPS, OF, SIZES, UNITS
from lib.store.dimensions import StoredDimension
from lib.view import address

ORDERS = ("newest", "oldest")


@dataclass(frozen=True)
class Cohorts:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    of: str = ""  # empty: people where there is use, else accounts
    cohort: str = ""  # empty: sign-up of people, contract start of accounts
    every: str = "month"
    unit: str = "month"
    steps: int = 0  # 0: the usual number
    brackets: tuple[str, ...] = ()
    kind: str = "on"
    calendar: str = "rolling"
    feature: str = ""
    order: str = "oldest"
    open: tuple[str, ...] = ()  # (cohort, step): the cell whose members are listed; the cohort as address.pair has it
    which: str = "retained"
    members_page: int = 1
    first: str = ""  # a cohort to compare, as address.pair has it
    second: str = ""

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)

    def options(self) -> dict:
        """The options of the measures that this state asks for."""
        is_money = self.of.startswith("arr_")
        kind = self.kind if not is_money or self.kind == "bracket" else "on"
        return {
            "of": self.of,
            "cohort": self.cohort or None,
            "every": self.every,
            "step": self.unit,
            "n_steps": self.steps or None,
            "brackets": self.brackets if kind == "bracket" else (),
            "kind": kind,
            "calendar": self.calendar,
            "feature": "" if is_money else self.feature,
        }


def read_state(
    query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension], usual_of: str
) -> tuple[Cohorts, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each. `usual_of` is counted where it says nothing."""
    notices: list[str] = []

    def chosen(name: str, known, default: str) -> str:
        return address.chosen(query, name, known, default, notices)

    def whole(name: str, most: int, default: int) -> int:
        said = (query.get(name) or [str(default)])[-1]
        if said.isascii() and said.isdigit() and len(said) < 8 and (1 <= int(said) <= most or int(said) == default):
            return int(said)
        notices.append(
            f"The link's {name} {address.quoted(said)} is not a number from 1 to {most}; the usual one was used."
        )
        return default

    names = {each.name for each in dimensions}
    brackets = tuple(query.get("brackets", []))
    if brackets and not _rises(brackets):
        notices.append("The link's brackets are not whole numbers that rise; the usual ones were used.")
        brackets = ()
    return (
        Cohorts(
            of=chosen("of", OF, usual_of),
            cohort=chosen("cohort", {"", *BEGINNINGS, *names}, ""),
            every=chosen("every", SIZES, "month"),
            unit=chosen("unit", UNITS, "month"),
            steps=whole("steps", MOST_STEPS, 0),
            brackets=brackets,
            kind=chosen("kind", KINDS, "on"),
            calendar=chosen("calendar", CALENDARS, "rolling"),
            feature=(query.get("feature") or [""])[-1][:200],
            order=chosen("order", ORDERS, "oldest"),
            open=_cell(query.get("open", []), notices),
            which=chosen("which", WHICH, "retained"),
            members_page=whole("members_page", 1_000_000, 1),
            first=(query.get("first") or [""])[-1],
            second=(query.get("second") or [""])[-1],
        ),
        notices,
    )


def _cell(said: Sequence[str], notices: list[str]) -> tuple[str, ...]:
    if not said:
        return ()
    if len(said) == 2 and said[1].isascii() and said[1].isdigit() and len(said[1]) < 4:
        return tuple(said)
    notices.append("The link opens a cell that there is not; it was left out.")
    return ()


def _rises(brackets: Sequence[str]) -> bool:
    if (
        len(brackets) < 2
        or len(brackets) > MOST_STEPS
        or not all(e.isascii() and e.isdigit() and len(e) < 5 for e in brackets)
    ):
        return False
    numbers = [int(each) for each in brackets]
    return numbers[-1] <= 3_660 and all(low < high for low, high in itertools.pairwise(numbers))
