"""Whether goals of campaigns hold of people as of days in the past.

lay       the temp table goal_held: of the readings of goal_asked (goal, account, person, read_on) those of whom the goal holds
span      the days on which a goal can be read; None where no past day tells it
NOW_ONLY  conditions on what the data knows as it is now alone
BY_WEEK   conditions on what is known by the week: of the week of a day nothing yet on that day
TOUCHED   conditions that a letter meets by being written

Of an account (without a person) it holds where it holds of one of its people. Only accounts that are asked about are looked at,
and of what is told by use or answers alone nothing else: a goal is read on many days.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby

import duckdb

from lib.definitions import Definitions
from lib.definitions.conditions import Condition
from lib.facts.addressees import ADDRESSEE, parameters, where

NOW_ONLY = ("role", "buying_role", "champion")
BY_WEEK = ("feature", "advanced_features", "logins", "user_class")
TOUCHED = ("contacted", "contacted_since_onboarding")
_OF_USE = ("last_login", "never_logged_in", "days_of_use", *BY_WEEK)
_SPAN = {
    "use": "select opens_on, known_until - 1 from use_span($as_of)",
    "nps": "select min(answered_on), $as_of::date from core.survey join scope on scope.account = survey.account "
    "where kind = 'nps' and score is not null and answered_on <= $as_of::date",
    "trained": "select min(trained_on), $as_of::date from core.person join scope on scope.account = person.account "
    "where trained_on <= $as_of::date",
}
_HELD = "create or replace temp table goal_held (goal integer, account varchar, person varchar, read_on date)"
_ACCOUNTS = """create or replace temp table goal_account as
select distinct account from goal_asked where read_on = $day and list_contains($goals::integer[], goal)"""
_QUICK = {
    "use": """create or replace temp table goal_met as
select account, person, max(day) as last_use_on, count(*) as n_days_used
from usage.usage_person_day
where day <= $as_of::date and account in (select account from goal_account)
group by account, person""",
    "nps": "create or replace temp table goal_met as from nps_of_person_on($as_of)",
}
_READ = """insert into goal_held
select distinct asked.goal, asked.account, asked.person, asked.read_on
from goal_asked as asked
join goal_met as met on met.account = asked.account and (asked.person is null or met.person = asked.person)
where asked.goal = $goal and asked.read_on = $as_of and {holds}"""


def span(con: duckdb.DuckDBPyConnection, goal: Condition, as_of: date) -> tuple[date, date] | None:
    """The first and the last day on which the goal can be read by `as_of`."""
    if goal.condition in NOW_ONLY:
        return None
    asked = _SPAN.get("use" if goal.condition in _OF_USE else goal.condition)
    if not asked:
        return date.min, as_of
    ((first, last),) = con.execute(asked, {"as_of": as_of}).fetchall()
    if first is None or last is None:
        return None
    return (first if goal.condition in _OF_USE else date.min), last


def lay(con: duckdb.DuckDBPyConnection, goals: Sequence[Condition], definitions: Definitions) -> None:
    """Read `goals`, each known by its place, of whom goal_asked asks, on the days it names."""
    con.execute(_HELD)
    con.execute("create or replace temp table goal_account (account varchar)")
    pairs = con.execute("select distinct read_on, goal from goal_asked").fetchall()
    asked = sorted((day, _told_by(goals[goal]), goal) for day, goal in pairs)
    with _narrowed(con):
        for (day, told_by), of_day in groupby(asked, lambda each: each[:2]):
            places = [goal for _, _, goal in of_day]
            con.execute(_ACCOUNTS, {"day": day, "goals": places})
            made = _QUICK.get(told_by) or _whole([goals[each] for each in places])
            con.execute(made, parameters(made, day, definitions))
            for goal in places:
                holds, bound = where([goals[goal]])
                sql = _READ.format(holds=holds)
                con.execute(sql, parameters(sql, day, definitions) | bound | {"goal": goal})


def _told_by(goal: Condition) -> str:
    """What alone tells it: it holds of nobody without a day of use, or without an answer; empty: all that audiences know."""
    if goal.condition == "nps" and not goal.is_not:
        return "nps"
    needs_use = {"last_login": not goal.is_not, "feature": not goal.is_not, "never_logged_in": goal.is_not,
                 "days_of_use": goal.least > 0}  # fmt: skip
    return "use" if needs_use.get(goal.condition) else ""


def _whole(goals: Sequence[Condition]) -> str:
    """The people as audiences know them on a day, with what these goals ask of them."""
    columns = {name for each in goals for name in re.findall(r"\bmet\.(\w+)", where([each])[0])}
    named = ", ".join(sorted(columns | {"account", "person"}))
    return f"create or replace temp table goal_met as select {named} from {ADDRESSEE}"


@contextmanager
def _narrowed(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Only the accounts that are asked about are in scope meanwhile."""
    con.execute("alter view scope rename to scope_as_it_is")
    try:
        con.execute("create temp view scope as from scope_as_it_is where account in (select account from goal_account)")
        yield
    finally:
        con.execute("drop view if exists temp.scope")
        con.execute("alter view scope_as_it_is rename to scope")
