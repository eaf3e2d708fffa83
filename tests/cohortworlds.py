"""Small worlds of cohorts in memory, without files: quick enough for hundreds of examples; and a plain second implementation.

world      a connection with people, the days they used something, terms and feature use, as if published
Person, Term   one of each
cells      what `cohorts` counts, worked out one member and one step at a time
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import duckdb

from lib.book import Book
from lib.store import rollups
from tests.worldlets import _empty_core

FOREVER = date(9999, 12, 31)
_TABLES = (
    "core.account",
    "core.person",
    "core.contract",
    *(f"usage.{name}" for name in rollups.TABLES),
    "usage.usage_batch_day",
)
_TERM = ("account", "starts_on", "ends_on", "arr", "cancelled_on", "notice_given_on", "kind", "is_recurring")


@dataclass(frozen=True)
class Person:
    """Somebody of an account: the day they came, where it is known, and the days they used something."""

    person: str
    account: str
    came_on: date | None
    days: tuple[date, ...] = ()
    features: tuple[tuple[str, date], ...] = ()  # a feature and a day it was used on, one of `days`


@dataclass(frozen=True)
class Term:
    """One contract term of an account."""

    account: str
    starts_on: date | None
    ends_on: date | None = None
    arr: float = 100.0
    cancelled_on: date | None = None
    notice_given_on: date | None = None
    kind: str = "subscription"
    is_recurring: bool = True


@dataclass(frozen=True)
class World:
    """People and terms; `known` is the first and the last day of the usage data."""

    people: tuple[Person, ...] = ()
    terms: tuple[Term, ...] = ()
    known: tuple[date, date] | None = None
    accounts: tuple[str, ...] = field(default=())

    @property
    def names(self) -> list[str]:
        """The accounts there are."""
        return sorted({*self.accounts, *(each.account for each in self.people), *(each.account for each in self.terms)})


def world(of: World) -> duckdb.DuckDBPyConnection:
    """A connection on which `scope` and `book` hold all accounts of the world; the next call empties it."""
    con = _with_views()
    for table in _TABLES:
        con.execute(f"delete from {table}")
    number = {name: at for at, name in enumerate(of.names)}
    weeks = {
        (each.account, each.person, feature, day - timedelta(day.weekday()), 1, 1)
        for each in of.people
        for feature, day in each.features
    }
    first_used: dict = {}
    for *who, week, _, _ in weeks:
        first_used[tuple(who)] = min(week, first_used.get(tuple(who), week))
    active: dict = {}
    for each in of.people:
        for day in set(each.days):
            key = (each.account, each.person, day - timedelta(day.weekday()))
            active[key] = active.get(key, 0) | 1 << day.weekday()
    rows = {
        "core.account (account, _account)": list(number.items()),
        "core.person (account, person, provisioned_at)": [
            (p.account, p.person, p.came_on) for p in of.people if p.came_on
        ],
        "usage.usage_person_week": [(*key, bits.bit_count(), 1, 1, bits) for key, bits in active.items()],
        "usage.usage_person_feature_week": list(weeks),
        "usage.usage_first_use": [(*who, week) for who, week in first_used.items()],
        "usage.usage_feature_week": [(account, *rest) for account, _, *rest in weeks],
        f"core.contract (contract, _account, {', '.join(_TERM)})": [
            (f"c{at}", number[each.account], *(getattr(each, name) for name in _TERM))
            for at, each in enumerate(of.terms)
        ],
        "usage.usage_batch_day": [("b", day, 1, 0, 0) for day in of.known or ()],
    }
    for table, given in rows.items():
        if given:
            marks = ", ".join(f"({', '.join('?' * len(given[0]))})" for _ in given)
            con.execute(f"insert into {table} values {marks}", [value for row in given for value in row])
    return con


@cache
def _with_views() -> duckdb.DuckDBPyConnection:
    con = _empty_core()
    if not con.execute(
        "select count(*) from duckdb_columns() where table_name = 'account' and column_name = '_account'"
    ).fetchone()[0]:
        con.execute("alter table core.account add column _account uinteger")
    con.execute("create or replace temp view scope as select * from core.account")
    con.execute("create or replace temp view book as select * from core.account")
    return con


def opens(began_on: date, k: int, unit: str, is_calendar: bool) -> date:
    """The first day of somebody's step k."""
    if unit == "day":
        return began_on + timedelta(k)
    if unit == "week":
        return (began_on - timedelta(began_on.weekday() if is_calendar else 0)) + timedelta(7 * k)
    first = began_on.replace(day=1) if is_calendar else began_on
    months = first.year * 12 + first.month - 1 + k
    for day in range(first.day, 27, -1):  # the last day of a month that is too short
        try:
            return date(months // 12, months % 12 + 1, day)
        except ValueError:
            continue
    return date(months // 12, months % 12 + 1, first.day)


def ended_on(term: Term, as_of: date) -> date:
    """The day a term ends, by what is known on a day."""
    known = [term.ends_on, term.cancelled_on if term.cancelled_on and term.cancelled_on <= as_of else None]
    return min((day for day in known if day), default=FOREVER)


def people_of(of: World, book: Book, begins: str = "signup") -> list[tuple]:
    """(began_on, until_on, the person) of everybody who is counted."""
    first, last = of.known
    until = min(last, book.as_of) + timedelta(1)
    found = []
    for each in of.people:
        days = sorted(day for day in each.days if day <= book.as_of)
        came = each.came_on if each.came_on and each.came_on <= book.as_of else None
        came = came or (days[0] if days else None)
        began = came if begins == "signup" else (days[0] if days else None)
        if began and first <= min(began, came) and book.opens_on <= began < book.closes_on:
            found.append((began, until, each))
    return found


def is_retained(person: Person, began: date, k: int, kind: str, unit: str, is_calendar: bool, until: date) -> bool:
    """Whether somebody counts in step k, by the words."""

    def used(at: int, from_on: date = began) -> bool:
        low, high = opens(began, at, unit, is_calendar), opens(began, at + 1, unit, is_calendar)
        return any(max(low, from_on) <= day < min(high, until) for day in person.days)

    if kind == "on":
        return used(k)
    if kind == "on_or_after":
        return any(max(opens(began, k, unit, is_calendar), began) <= day < until for day in person.days)
    if kind == "on_or_before":
        return any(used(at, began + timedelta(1)) for at in range(k + 1))
    return all(used(at) for at in range(k + 1))


def cells(members: list[tuple], retained, n_steps: int, unit: str, is_calendar: bool) -> dict:
    """(cohort month, step) -> (eligible, retained, unfinished) for members (began, until, who)."""
    found: dict = {}
    for began, until, who in members:
        for k in range(n_steps):
            count = found.setdefault((began.replace(day=1), k), [0, 0, 0])
            if opens(began, k + 1, unit, is_calendar) > until:
                count[2] += 1
                continue
            count[0] += 1
            count[1] += bool(retained(who, began, k))
    return {key: tuple(count) for key, count in found.items()}
