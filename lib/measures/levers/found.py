"""What a lever finds, in temp tables that lists, parts and the summary read alike.

LEVERS      the levers, in their order
NEEDS       lever -> what can be the matter, where that is one of a few
Found       what was looked at and what is left out, with the SQL
Scene       the ground of one question: the cursor, the book, the words, and what carries
lay         the tables of one lever
put         a frame as a temp table
empty_people  no person is found
check       refuses a lever there is none of
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import levers
from lib.measures import Answer
from lib.measures.registry import measure

LEVERS = ("trials", "upsell", "declining", "evangelists", "barriers", "pricing")
NEEDS = {
    "trials": {"none": "no use at all", "little": "little use"},
    "upsell": {"seats": "seats near their limit", "capacity": "allowance near its limit", "pace": "fast adopters"},
    "barriers": {"login": "login and nothing else", "loops": "loops with help", "unfinished": "processes unfinished"},
}  # fmt: skip
ACCOUNT = {
    "_account": "uinteger", "need": "varchar", "why": "varchar", "since_on": "date", "level_before": "double",
    "level_now": "double", "level_rate": "double", "crosses_share": "double", "crosses_on": "date", "crosses_lo_on": "date",
    "crosses_hi_on": "date", "n_touched": "bigint", "q_value": "double",
}  # fmt: skip
PERSON = {
    "_account": "uinteger", "person": "varchar", "need": "varchar", "n_times": "bigint", "person_nps": "double",
    "health_colour": "varchar", "why_not": "varchar",
}  # fmt: skip
_NOWHERE = """create or replace temp table lever_place (
    _account uinteger, person varchar, need varchar, barrier varchar, barrier_name varchar, n_times bigint
)"""


@dataclass(frozen=True)
class Found:
    """What a lever looked at, beside the tables it laid.

    of_n      accounts (of evangelists: people) among which it looked
    finding   a sentence: what it found
    """

    of_n: int
    finding: str
    sql: str
    left: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class Scene:
    """The ground of one question; what carries is asked once for the levers that need it."""

    con: duckdb.DuckDBPyConnection
    book: Book
    definitions: Definitions
    laid: bool = field(default=False)

    @cached_property
    def carries(self) -> Answer:
        """What goes with staying, as its own page tells it."""
        return measure("carries")(self.con, self.book, self.definitions)

    def run(self, sql: str, **more) -> duckdb.DuckDBPyConnection:
        """A statement over the facts of levers, its words bound."""
        asked = levers.parameters(sql, self.book.as_of, self.definitions)
        return self.con.execute(sql, asked | {name: value for name, value in more.items() if f"${name}" in sql})


def lay(scene: Scene, lever: str) -> Found:
    """The temp tables lever_account, lever_person and, of people held up, lever_place (where) of one lever."""
    check(lever)
    if not scene.laid:
        levers.lay(scene.con, scene.book, scene.definitions)
        scene.laid = True
    scene.con.execute(_NOWHERE)
    return _finder(lever)(scene)


def check(lever: str) -> None:
    """Raises Refused for a lever there is none of."""
    if lever not in LEVERS:
        raise Refused(f"There is no revenue lever {lever!r}; choose from {', '.join(LEVERS)}.")


def put(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame, kinds: dict[str, str]) -> None:
    """A frame as a temp table of these kinds; a column it does not have is empty."""
    con.register("lever_rows", frame.reset_index(drop=True))
    cast = ", ".join(
        f"{column}::{kind} as {column}" if column in frame else f"null::{kind} as {column}"
        for column, kind in kinds.items()
    )
    con.execute(f"create or replace temp table {name} as select {cast} from lever_rows")
    con.unregister("lever_rows")


def empty_people(con: duckdb.DuckDBPyConnection) -> None:
    """A lever that finds accounts alone."""
    columns = ", ".join(f"null::{kind} as {name}" for name, kind in PERSON.items())
    con.execute(f"create or replace temp table lever_person as select {columns} limit 0")


def _finder(lever: str) -> Callable[[Scene], Found]:
    from importlib import import_module

    return import_module(f"lib.measures.levers.{lever}").find
