"""Small worlds of scores in memory: accounts with terms and calls; the score is the points of one part, days since the last call.

WORDS    its definitions: green under 45 days, amber under 90, red from then on; nothing is predicted
AS_OF, BOOK   a Sunday, and the year to it
world    a connection over the terms and calls given; the next call empties it
random   terms that are cancelled on days of no reason, calls on days of none
"""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import duckdb
import numpy as np
import pandas as pd

from lib import definitions
from lib.book import year_to
from lib.definitions.health import Part, Profile
from lib.store import relations
from tests.worldlets import _LAID, _empty_core

FAR = date(2030, 1, 1)
AS_OF = date(2026, 11, 1)
BOOK = year_to(AS_OF)
_GIVEN = definitions.load()
_HEALTH = replace(
    _GIVEN.health, parts=(Part("Contact", "contact", (45.0, 90.0), (100.0, 50.0, 0.0)),), profiles=(Profile("All", (("Contact", 1.0),)),),
    renewal_weights=(), overrides=(), least_accounts=1_000_000,
)  # fmt: skip
WORDS = replace(_GIVEN, health=_HEALTH)


def world(terms: list[tuple], calls: list[tuple]) -> duckdb.DuckDBPyConnection:
    """terms: (account, starts_on, ends_on, cancelled_on), of a far end where none is given; calls: (account, day). `scope` and `book` hold all accounts."""
    con = _core()
    for (name,) in con.execute(_LAID).fetchall():
        con.execute(f"drop table memory.main.{name}")
    names = sorted({term[0] for term in terms})
    number = {name: at for at, name in enumerate(names)}
    rows = {
        "account": pd.DataFrame({"account": names, "_account": range(len(names))}),
        "contract": pd.DataFrame(
            [
                (f"c{at}", account, number[account], starts, ends or FAR, cancelled, "subscription", True, 100.0)
                for at, (account, starts, ends, cancelled) in enumerate(terms)
            ],
            columns=[
                "contract",
                "account",
                "_account",
                "starts_on",
                "ends_on",
                "cancelled_on",
                "kind",
                "is_recurring",
                "arr",
            ],
        ),
        "touch": pd.DataFrame(
            [(f"t{at}", account, number[account], day, "call", True) for at, (account, day) in enumerate(calls)],
            columns=["touch", "account", "_account", "occurred_at", "kind", "is_two_way"],
        ),
    }
    for table, frame in rows.items():
        con.execute(f"delete from core.{table}")
        con.register("given", frame)
        con.execute(f"insert into core.{table} by name from given")
        con.unregister("given")
    return con


def random(seed: int, n: int = 300) -> tuple[list[tuple], list[tuple]]:
    """Terms and calls of n accounts: a third of them is cancelled, on a day that has to do with nothing."""
    dice = np.random.default_rng(seed)
    day = date(2025, 1, 1)
    terms, calls = [], []
    for at in range(n):
        gone = day + timedelta(int(dice.integers(100, 660))) if dice.random() < 0.34 else None
        terms.append((f"a{at:04d}", day, None, gone))
        calls += [(f"a{at:04d}", day + timedelta(int(each))) for each in dice.integers(0, 660, dice.integers(2, 16))]
    return terms, calls


@cache
def _core() -> duckdb.DuckDBPyConnection:
    con = _empty_core.__wrapped__()
    con.execute(
        "create table core.dimension (name varchar, column_name varchar, kind varchar, values varchar[], cuts double[], "
        "is_default boolean, has_history boolean, also_called varchar[], position integer)"
    )
    con.execute(f"set search_path = '{relations.PATH}'")
    con.execute("create temp view scope as select * from core.account")
    con.execute("create temp view book as select * from core.account")
    return con
