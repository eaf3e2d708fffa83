"""Where to look for a barrier: the features that people used in the weeks in which they met it.

barrier_features   a row per barrier and feature
COLUMNS            of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.facts.levers import parameters
from lib.measures import Answer
from lib.measures.levers.barriers import told

COLUMNS = [
    "need", "feature", "feature_name", "n_people_using", "n_people_held", "held_rate", "held_rate_lo", "held_rate_hi",
]  # fmt: skip
_SQL = """with span as (
    select date_trunc('week', $as_of::date + 1)::date as closes_on
),
met as (
    select friction.account, person, week, n_help_loops, n_begun, n_finished
    from usage.usage_friction_week as friction
    join (select account from book) as ours on ours.account = friction.account
    cross join span
    where week >= closes_on - 7 * $barrier_weeks::integer and week < closes_on
),
used as (
    select met.account, met.person, used.feature, sum(n_help_loops) > 0 as is_looped
    from met
    join usage.usage_person_feature_week as used
        on used.account = met.account and used.person = met.person and used.week = met.week
    group by met.account, met.person, used.feature
),
whole as (
    select account, person, sum(n_begun) > sum(n_finished) as is_left from met group by account, person
),
named as (
    select
        used.*, coalesce(whole.is_left, false) as is_left, coalesce(said.name, used.feature) as feature_name,
        lower(trim(said.role)) as role
    from used
    left join whole on whole.account = used.account and whole.person = used.person
    left join core.feature as said on said.feature = used.feature
)
select 'loops' as need, feature, any_value(feature_name) as feature_name, count(*) as n_people_using,
    count(*) filter (where is_looped) as n_people_held
from named
where role = 'task'
group by feature
union all
select 'unfinished', feature, any_value(feature_name), count(*), count(*) filter (where is_left)
from named
where role = 'begins'
group by feature"""


def barrier_features(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """A row per barrier and feature it can be with (tasks for loops, what begins a process for what is left).

    Of the people who used the feature in barrier_weeks, those who went in a loop in a week in which they used it, or left more
    processes than they finished. It may have been with another feature: a rate says where to look, and no more.
    """
    rows = con.execute(_SQL, parameters(_SQL, book.as_of, definitions)).df()
    lo, hi = stats.wilson(rows["n_people_held"], rows["n_people_using"])
    table = rows.assign(held_rate=rows["n_people_held"] / rows["n_people_using"], held_rate_lo=lo, held_rate_hi=hi)
    table = table.sort_values(["need", "held_rate", "feature"], ascending=[True, False, True], kind="stable")
    return Answer(pd.DataFrame(table[COLUMNS]).reset_index(drop=True), notes=told(con), sql=_SQL)
