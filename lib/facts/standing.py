"""How accounts stand as of a day: its relations (written.sql says which) with their words, and the states a Book may be cut by.

TERMS, USE, RISK, STAGE, SETTLED, STOOD, STANDING   relations, a row per account of scope; they bind what `parameters` gives
STATES       name -> State, in the order readers see them
state        the State of a name
values       every value of a state, in its order
spelt        a value as a sentence needs it
check        refuses a state or a value that there is none of
relation_of  the relation of least work for some states
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from lib.book import Filter
from lib.definitions import Definitions
from lib.errors import Refused

_TERMS = "$as_of, $grace_days, $renewal_windows"
_USE = f"{_TERMS}, $utilisation_bands, $utilisation_labels, $drop_ratio, $rise_ratio, $least_active"
TERMS = f"term_on({_TERMS})"
USE = f"use_on({_USE})"
STAGE = "stage_on($as_of)"
SETTLED = f"settled_on({_TERMS}, $onboarding_days)"
RISK = f"risk_on({_USE}, $low_sentiment)"
STOOD = f"stood_on({_USE}, $low_sentiment, $onboarding_days, $least_peers)"
STANDING = f"standing_on({_USE}, $low_sentiment, $onboarding_days, $top_user_share, $least_peers)"
NO_SEATS, NO_USE = "no seats given", "no use known"

_STAGES = """
select stage, place
from stage_order()
where stage in (select stage from stage_spell($as_of))
order by place, stage
"""


@dataclass(frozen=True)
class State:
    """One way accounts stand: its label, the column that says so, and the relation of least work that has the column.

    An account has one value of a state, or none (stage alone: no stage reached); of a list it has any number.
    """

    label: str
    column: str
    relation: str
    is_list: bool = False


STATES = {
    "stage": State("Stage", "stage", STAGE),
    "utilisation": State("Utilisation", "utilisation", USE),
    "renewal": State("Renewal", "renewal_window", TERMS),
    "notice": State("Notice", "notice", TERMS),
    "movement": State("Movement of use", "movement", USE),
    "ready": State("Ready for", "ready", STANDING, is_list=True),
}


def parameters(sql: str, as_of: date, definitions: Definitions) -> dict:
    """The values of $as_of and of the words that `sql` names, since DuckDB refuses surplus ones."""
    words = definitions.standing
    values = {
        "as_of": as_of,
        "grace_days": definitions.renewals.grace_days,
        "renewal_windows": [int(days) for days in words.renewal_windows_days],
        "utilisation_bands": list(words.utilisation_bands),
        "utilisation_labels": utilisation_labels(definitions),
        "drop_ratio": words.drop_ratio,
        "rise_ratio": words.rise_ratio,
        "least_active": words.least_active,
        "low_sentiment": words.low_sentiment,
        "onboarding_days": words.onboarding_days,
        "top_user_share": words.top_user_share,
        "least_peers": words.least_peers,
    }
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", sql)  # a quoted name may look like a value
    named = set(re.findall(r"\$(\w+)", bare))
    return {name: value for name, value in values.items() if name in named}


def utilisation_labels(definitions: Definitions) -> list[str]:
    """The bands of utilisation in words, the lowest first; a rate equal to a bound belongs to the band above it."""
    said = [f"{band * 100:g}" for band in definitions.standing.utilisation_bands]
    middle = [f"{low} to {high} %" for low, high in itertools.pairwise(said)]
    return [f"under {said[0]} %", *middle, f"{said[-1]} % or more"]


def state(name: str) -> State:
    """The state called `name`; raises Refused with those there are."""
    if name not in STATES:
        raise Refused(f"There is no state {name!r}; accounts are told apart by {', '.join(STATES)}.")
    return STATES[name]


def values(con: duckdb.DuckDBPyConnection, name: str, as_of: date, definitions: Definitions) -> tuple[str | None, ...]:
    """Every value the state `name` can have, in its order; None is an account without one (no stage reached).

    A stage is one that an account of the scope has reached: what others have is as unknown as what nobody has.
    """
    low = utilisation_labels(definitions)
    match name:
        case "stage":
            rows = con.execute(_STAGES, {"as_of": as_of}).fetchall()
            return (*(stage for stage, _ in rows), None)
        case "utilisation":
            return (*low, NO_SEATS, NO_USE)
        case "renewal":
            days = [f"{days:.0f} days" for days in definitions.standing.renewal_windows_days]
            return ("in grace", *days, "later", "rolling", "none")
        case "notice":
            return ("notice given", "cancel asked", "none")
        case "movement":
            return ("significant drop", "rising", "steady", "too little use")
        case _:
            state(name)
            return ("past onboarding", "significant drop", "top users", f"{low[0]} utilisation", "rising")


def spelt(name: str, value: str | None, windows: Sequence[float]) -> str | None:
    """The value of a state as a sentence needs it: of renewals 31 to 60 days ahead the state says no more than 60 days.

    >>> spelt("renewal", "60 days", (30, 60)), spelt("renewal", "later", (30, 60))
    ('in 31 to 60 days', 'later')
    """
    nearer = {f"{far:.0f} days": near for near, far in itertools.pairwise(windows)}
    return f"in {nearer[value] + 1:.0f} to {value}" if name == "renewal" and value in nearer else value


def check(con: duckdb.DuckDBPyConnection, chosen: Sequence[Filter], as_of: date, definitions: Definitions) -> None:
    """Raises Refused for a state or a value of one that there is none of."""
    for name, wanted in chosen:
        state(name)
        known = values(con, name, as_of, definitions)
        for value in wanted:
            if value not in known:
                said = ", ".join(each for each in known if each is not None) or "none"
                raise Refused(f"{STATES[name].label} has no value {value!r}; it has {said}.")


def relation_of(names: Sequence[str]) -> str:
    """The relation of least work that has the columns of all the states `names`, and `_account`."""
    asked = {STATES[name].relation for name in names}
    if len(asked) == 1:
        return asked.pop()
    return USE if asked <= {TERMS, USE} else STANDING
