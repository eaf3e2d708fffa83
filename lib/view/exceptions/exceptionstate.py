"""The state of the page of exceptions, and its way to the link and back.

Exceptions   which exceptions are listed, which rule is tried and how it is changed, which accounts of the trial are open
SHOWN        what can be listed -> in words
NEW          what a rule that is not of the definitions is called
read_state   the state a link names, and a notice for each part that could not be used
stand        the state of this run
CLOSED       of no open figure of the trial
asked_of     the trial of a state, as the measures take it
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from lib.definitions import Definitions
from lib.definitions.exceptions import FACTS, GATES, TESTS
from lib.measures.exceptions.listing import SORTS
from lib.measures.exceptions.trialaccounts import WHICH
from lib.view import address, door, frame, step

SHOWN = {
    "open": "Open", "new": "New this week", "waiting": "Waiting", "snoozed": "Snoozed", "done": "Done", "gone": "Gone by itself",
    "all": "All that began",
}  # fmt: skip
NEW = "(a new rule)"
LONGEST = 200  # letters of a name from the link


@dataclass(frozen=True)
class Exceptions:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    show: str = "open"  # of SHOWN
    rule: str = ""  # listed alone
    owner: str = ""
    days: str = ""  # began in so many days
    order: str = "work"
    list_page: int = 1
    tried: str = ""  # the rule that is tried, or NEW
    fact: str = ""  # of the tried rule, and so the rest below: in the place of what it says
    test: str = ""
    enter: str = ""
    leave: str = ""
    lasts: str = ""
    among: str = ""  # names of GATES with commas, or EVERYBODY
    which: str = ""  # of WHICH: whose accounts of the trial are open
    shared: str = ""
    day: str = ""
    trial_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


EVERYBODY = "everybody"  # all customers: of no gate
OF_RULE = ("fact", "test", "enter", "leave", "lasts", "among")
OF_LIST = ("which", "shared", "day")
CLOSED = dict.fromkeys(OF_LIST, "")  # no accounts of the trial are open


def read_state(query: Mapping[str, Sequence[str]], words: Definitions) -> tuple[Exceptions, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []
    on = [each.rule for each in words.exceptions.on()]
    known = {
        "show": SHOWN, "rule": ("", *on), "days": ("", "7", "30", str(words.exceptions.try_days)), "order": SORTS,
        "tried": ("", NEW, *(each.rule for each in words.exceptions.triggers)), "fact": ("", *FACTS), "test": ("", *TESTS),
        "which": ("", *WHICH), "shared": ("", *on),
    }  # fmt: skip
    usual = {field.name: field.default for field in fields(Exceptions)}
    said = {name: address.chosen(query, name, values, usual[name], notices) for name, values in known.items()}
    for name, is_one in (
        ("enter", _is_number),
        ("leave", _is_number),
        ("lasts", _is_days),
        ("among", _are_gates),
        ("day", _is_day),
    ):
        given = (query.get(name) or [""])[-1]
        if given and not is_one(given):
            notices.append(f"The link's {name} {address.quoted(given)} cannot be used; it was left out.")
            given = ""
        said[name] = given
    said["owner"] = (query.get("owner") or [""])[-1][:LONGEST]
    pages = {name: address.page(query, name, notices) for name in ("list_page", "trial_page")}
    return Exceptions(**said, **pages), notices


def stand() -> Exceptions:
    """The state of this run; what of the link could not be used is said."""
    state, notices = read_state(address.read(), door.definitions())
    step.stand(state=state)
    frame.notices(notices)
    return state


def asked_of(state: Exceptions) -> dict:
    """The rule that is tried, as the measures take it."""
    asked = {
        "rule": None if state.tried == NEW else state.tried,
        "fact": state.fact or None,
        "test": state.test or None,
    }
    asked |= {name: float(getattr(state, name)) for name in ("enter", "leave") if getattr(state, name)}
    asked |= {"for_days": int(state.lasts)} if state.lasts else {}
    if state.among:
        asked["among"] = [] if state.among == EVERYBODY else state.among.split(",")
    return {name: value for name, value in asked.items() if value is not None}


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and len(text) < 20
    except ValueError:
        return False


def _is_days(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


def _are_gates(text: str) -> bool:
    return text == EVERYBODY or all(each in GATES for each in text.split(","))


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text)) and len(text) == 10
    except ValueError:
        return False
