"""The KPIs of adoption: what each is, and the relations (kpi_*.sql) that give what every account adds to it.

KPIS        name -> Kpi, in the order readers see them; what each says stands in the glossary, under its name
GROUPS      the headings they stand under
relation    the rows of several KPIs, as one relation of the columns kpi_seats.sql tells
parameters  the values that a statement over them binds
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import people, standing

_SEATS = f"kpi_seats_on({standing.USE.removeprefix('use_on(').removesuffix(')')}, $risen_points)"


@dataclass(frozen=True)
class Kpi:
    """One KPI. A share is of accounts, a ratio of what accounts add to both sides, a time is until something is reached."""

    group: str
    kind: str  # share, ratio, time
    family: str  # the relation that has it
    is_less_better: bool = False


KPIS = {
    "under_utilised_rate": Kpi("Seats", "share", _SEATS, is_less_better=True),
    "seats_assigned_rate": Kpi("Seats", "ratio", _SEATS),
    "seats_active_rate": Kpi("Seats", "ratio", _SEATS),
    "activated_seats_rate": Kpi("Seats", "ratio", _SEATS),
    "risen_rate": Kpi("Seats", "share", _SEATS),
}
GROUPS = tuple(dict.fromkeys(each.group for each in KPIS.values()))


def kpi(name: str) -> Kpi:
    """The KPI called `name`; raises Refused with those there are."""
    if name not in KPIS:
        raise Refused(f"There is no KPI {name!r}; choose from {', '.join(KPIS)}.")
    return KPIS[name]


def relation(names: Sequence[str]) -> str:
    """The rows of the KPIs `names`, those of the same family asked for once."""
    families = dict.fromkeys(kpi(name).family for name in names)
    return "(" + " union all by name ".join(f"from {family}" for family in families) + ")"


def parameters(sql: str, as_of: date, definitions: Definitions) -> dict:
    """The values `sql` binds: those its text names, since DuckDB refuses surplus ones."""
    values = {"risen_points": definitions.adoption.risen_points}
    named = set(re.findall(r"\$(\w+)", sql))
    return people.parameters(sql, as_of, definitions) | {name: values[name] for name in values if name in named}
