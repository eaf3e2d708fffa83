"""Lives of customers: from the day an account becomes one until it is first lost, or until the last day on which that is known.

lay        the temp table customer_life of the book's accounts; why others have no life in it; the SQL
AMONG      whose lives: all, or of those who became customers in the period
COUNTED    so many of each level, currency, number of days, and ending
counted    the rows of it, or of another count of lives
Lives      counted lives as curves, of customers and of the ARR they began with
groups_of  counted rows of all lives and of each level, each a Group
rest_of    all but those of one level
horizon_of the months over which lives are compared
months_of  the whole months that lives are through
day_of     the day of life by which so many months are over, whichever months they are

A customer that came back lives once: from its first day until it was first lost. Lives are followed until the grace days before
the as-of day: what ended later may yet be renewed, and who renews early would count and who renews late would not.
An account that says it began more than early_days before its first contract was a customer before its contracts are known: its
life begins on that day, and it is at risk from its first contract on (left truncation). Accounts without contracts, of files
without dates, live as many months as the file says, and have left if it says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd

from lib import survival
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.facts.levels import MOST_LEVELS, OTHER
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on
from lib.survival import Incidence, Survival

AMONG = ("all", "period")
DAYS_A_MONTH = 30.4375
Z = 1.959963984540054  # of a two-sided interval of 95 %
FOLLOWED = 10  # a month is reached while so many are followed through it
SINCE_EVER = "nobody knows since when they are customers"
TOO_NEW = "became customers in the grace days before the day: nothing is seen of them yet"
NOT_IN = "became customers before the period or after it"
CAME_BACK = "times as a customer after the first: they came back"

_LIVES = """with spell as materialized (
    select spell.*
    from customer_spell as spell
    semi join book on book._account = spell._account
),
first_arr as (
    select term._account, term.currency, sum(term.arr)::double as arr
    from renewal_term as term
    join spell on spell._account = term._account and spell.spell = 1 and spell.began_on = term.counts_from
    where term.has_counted
    group by term._account, term.currency
    qualify row_number() over (partition by term._account order by sum(term.arr) desc, term.currency) = 1
),
every_life as materialized (
    select
        account._account, {level} as level,
        coalesce(first_arr.currency, '') as currency, coalesce(first_arr.arr, 0) as arr,
        account.acquisition_cost::double as acquisition_cost,
        case
            when account.started_on < spell.began_on - $early_days::integer then account.started_on
            else spell.began_on
        end as life_from,
        spell.began_on as followed_from,
        least(coalesce(spell.ended_on, $followed_until::date), $followed_until::date) as followed_until,
        case when spell.ended_on <= $followed_until::date then spell.ending else 'open' end as ending,
        case
            when spell.is_since_ever then 'since ever'
            when spell.began_on >= $followed_until::date then 'too new'
            when $is_period and not (spell.began_on >= $opens_on::date and spell.began_on < $closes_on::date) then 'not in'
        end as why_not
    from book as account
    join spell on spell._account = account._account and spell.spell = 1
    left join first_arr on first_arr._account = account._account
    union all by name
    select
        account._account, {level_now} as level, '' as currency, coalesce(account.arr, 0)::double as arr,
        account.acquisition_cost::double as acquisition_cost,
        $followed_until::date - ceil(account.tenure_months * {month})::integer as life_from,
        life_from as followed_from, $followed_until::date as followed_until,
        case when account.churned then 'left' else 'open' end as ending
    from book as account
    anti join spell on spell._account = account._account
    where account.tenure_months >= 0 and account.churned is not null
),
told_apart as (
    select level
    from every_life
    where level is not null and why_not is null
    group by level
    qualify count(*) over () < {most} or row_number() over (order by count(*) desc, level) < {most} - 1
)
select
    _account, followed_from, life_from, currency, arr, acquisition_cost, ending, why_not,
    followed_from - life_from as entered, followed_until - life_from as days,
    case when level is null or level in (from told_apart) then level else '{other}' end as level
from every_life
union all by name
select _account, 'came back' as why_not from spell where spell > 1"""
_LEFT = "select why_not, count(*) from customer_life where why_not is not null group by why_not"
COUNTED = """select
    level, currency, entered, days, ending,
    count(*) as n, sum(arr) as arr, sum(arr * arr) as arr_squares
from customer_life
where why_not is null
group by all"""


@dataclass(frozen=True)
class Lives:
    """Lives by when they were first followed, how many days they lasted, and whether they ended then: (N,) cells.

    weights   what each cell counts: customers, or the ARR they began with; squares: the sum of the squares of that
    """

    entered: np.ndarray
    days: np.ndarray
    is_ended: np.ndarray
    n: np.ndarray
    weights: np.ndarray
    squares: np.ndarray

    @property
    def n_all(self) -> int:
        """All lives."""
        return int(self.n.sum())

    @property
    def n_ended(self) -> int:
        """Those that were seen to end."""
        return int(self.n[self.is_ended].sum())

    @cached_property
    def curve(self) -> Survival:
        """The share of the weights still there, by days of life."""
        times, events, others, late = self.steps()
        return survival.curve_of(times, events, others, late)

    @cached_property
    def gone(self) -> Incidence:
        """The share of customers that has ended, by days of life."""
        times, events, others, late = self.steps(of=self.n)
        return survival.aalen_johansen(times, events, 0 * events, others, late)

    def steps(self, of: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Times, and the counts at them as lib.survival takes them: ended, last seen, first followed at that age."""
        weights = self.weights if of is None else of
        is_late = self.entered > 0
        none = np.zeros(int(is_late.sum()))
        return (
            np.concatenate([self.days, self.entered[is_late]]),
            np.concatenate([weights * self.is_ended, none]),
            np.concatenate([weights * ~self.is_ended, none]),
            np.concatenate([0 * weights, weights[is_late]]),
        )

    def n_followed(self, day: float) -> int:
        """Those followed past a day of life."""
        return int(self.n[(self.entered <= day) & (self.days > day)].sum())

    def n_ended_by(self, day: float) -> int:
        """Those that had ended by a day of life."""
        return int(self.n[self.is_ended & (self.days <= day)].sum())

    def months_reached(self, few: int) -> int:
        """The last whole month through which FOLLOWED are followed; of fewer than `few` lives, through which any is."""
        least = FOLLOWED if self.n_all >= few else 1
        months = months_of(self.days)
        reached = [month for month in months if self.n_followed(day_of(month)) >= least]
        return int(max(reached, default=0))

    def mean_months(self, until: int) -> tuple[float, float]:
        """Months had of the first `until`, per unit of weight, and the standard error; NaN where not followed so long."""
        if not self.weights.sum() > 0 or (self.days.max(initial=0) < until * DAYS_A_MONTH and self._share_left() > 0):
            return np.nan, np.nan
        mean, _ = survival.restricted_mean(self.curve, until * DAYS_A_MONTH)
        return mean / DAYS_A_MONTH, float(np.sqrt((self.influence(until) ** 2 * self.squares).sum()))

    def influence(self, until: int) -> np.ndarray:
        """By how many months a unit of weight in each cell moves that mean."""
        moves = survival.mean_influence(self.curve, until * DAYS_A_MONTH, self.days, self.is_ended, self.entered)
        return moves / DAYS_A_MONTH

    def _share_left(self) -> float:
        return float(self.curve.share[-1]) if len(self.curve.share) else 1.0


class Group(NamedTuple):
    """Counted rows of one level (None: no value), or of all."""

    is_whole: bool
    level: str | None
    rows: pd.DataFrame


def lay(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, by: str | None, among: str
) -> tuple[list[tuple[str, int]], str]:
    """The temp table customer_life, a row per life; (reason, n) of what has none in it; and the SQL."""
    if among not in AMONG:
        raise Refused(f"There are no lives of {among!r}; choose from {', '.join(AMONG)}.")
    words = definitions.renewals
    renewals.lay(con, book.as_of, definitions)
    level, level_now = (
        value_on(find_dimension(read_catalogue(con), by), day) if by else "null::varchar"
        for day in ("spell.began_on", "$followed_until::date")
    )
    sql = _LIVES.format(level=level, level_now=level_now, most=MOST_LEVELS, other=OTHER, month=DAYS_A_MONTH)
    bound = {
        "early_days": words.early_days, "is_period": among == "period",
        "opens_on": book.opens_on, "closes_on": book.closes_on,
        "followed_until": book.as_of - timedelta(days=words.grace_days),
    }  # fmt: skip
    con.execute(f"create or replace temp table customer_life as {sql}", bound)
    n = dict(con.execute(_LEFT).fetchall())
    said = {"since ever": SINCE_EVER, "too new": TOO_NEW, "not in": NOT_IN, "came back": CAME_BACK}
    return [(reason, n.get(why, 0)) for why, reason in said.items()], sql


def counted(
    con: duckdb.DuckDBPyConnection, sql: str = COUNTED, bound: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Rows of a statement over customer_life that counts by level (None: none given), currency, days and ending."""
    rows = con.execute(sql, dict(bound or {})).df()
    return rows.assign(level=rows["level"].astype(object).where(rows["level"].notna(), None))


def lives(rows: pd.DataFrame, *, of: str = "n") -> Lives:
    """Counted rows as Lives, weighted by customers or by the ARR of `of`."""
    n = rows["n"].to_numpy(float)
    weights, squares = (n, n) if of == "n" else (rows[of].to_numpy(float), rows[f"{of}_squares"].to_numpy(float))
    is_ended = (rows["ending"] != "open").to_numpy(bool)
    return Lives(rows["entered"].to_numpy(float), rows["days"].to_numpy(float), is_ended, n, weights, squares)


def groups_of(rows: pd.DataFrame, by: str | None) -> list[Group]:
    """The counted rows as a whole, and those of each level of `by`, the one of most lives first; nothing of no rows."""
    if rows.empty:
        return []
    n = rows.groupby("level", dropna=False)["n"].sum().sort_index().sort_values(ascending=False, kind="stable")
    levels = [None if level != level else level for level in n.index] if by else []
    return [Group(True, None, rows), *(Group(False, level, rows[_is_of(rows, level)]) for level in levels)]


def rest_of(rows: pd.DataFrame, level: str | None) -> pd.DataFrame:
    """The counted rows of all other levels."""
    return rows[~_is_of(rows, level)]


def horizon_of(groups: Sequence[Group], asked: int | None, definitions: Definitions) -> int:
    """The months over which lives are compared: as asked, or of the definitions while every level of enough lives reaches them."""
    if asked is not None:
        if asked < 1:
            raise Refused("A horizon is a number of months, 1 or more.")
        return asked
    few = definitions.reading.few_accounts
    found = [lives(each.rows) for each in groups]
    large = [each for each in found if each.n_all >= few] or found
    return max(1, min([definitions.economics.horizon_months, *(each.months_reached(few) for each in large)]))


def day_of(month):
    """The day of life by which so many months are over, whichever they are: terms of a year have ended by day 366 of it."""
    return np.ceil(np.asarray(month) * DAYS_A_MONTH)


def months_of(days: np.ndarray) -> np.ndarray:
    """The whole months, 0 first, that the longest of the days is through."""
    longest = days.max(initial=0)
    months = np.arange(int(longest // DAYS_A_MONTH) + 1)
    return months[day_of(months) <= longest]


def _is_of(rows: pd.DataFrame, level: str | None) -> pd.Series:
    return rows["level"].isna() if level is None else rows["level"] == level
