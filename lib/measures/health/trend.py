"""How the book scored week by week: accounts of each colour, the share that is red, the mean score, the ARR that is red.

health_trend   a row per week, and one of the as-of day
COLUMNS        of the answer, whatever the options
"""

import duckdb

from lib import stats
from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.facts import health
from lib.measures import Answer

COLUMNS = [
    "scored_on", "n_accounts", "n_with_score", "n_red", "n_amber", "n_green", "n_no_score", "red_rate", "red_rate_lo",
    "red_rate_hi", "health_mean", "arr", "arr_red", "is_new_rules",
]  # fmt: skip
_SQL = """with known as (
    select coalesce(
        (select min(reading) from health_reading where weekly_people_before is not null),
        (select min(reading) from health_reading where active_people is not null),
        (select min(reading) from health_score where health_score is not null)
    ) as first_reading
),
counted as (
    select
        reading.reading, any_value(reading.day) as scored_on, count(*) as n_accounts, count(score.health_score) as n_with_score,
        count(*) filter (where colour = 'red') as n_red, count(*) filter (where colour = 'amber') as n_amber,
        count(*) filter (where colour = 'green') as n_green,
        count(*) filter (where coalesce(colour, 'none') = 'none') as n_no_score,
        avg(score.health_score)::double as health_mean, coalesce(sum(reading.arr), 0)::double as arr,
        coalesce(sum(reading.arr) filter (where colour = 'red'), 0)::double as arr_red, max(score.rule) as rule
    from health_reading as reading
    semi join book on book._account = reading._account
    left join health_score as score on score._account = reading._account and score.reading = reading.reading
    where reading.reading >= (select first_reading from known)
    group by reading.reading
)
select *, coalesce(rule <> lag(rule) over (order by reading), false) as is_new_rules
from counted
order by reading"""
_FIRST = "select min(day) from health_reading where weekly_people_before is not null"


def health_trend(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """The accounts of the book at the end of each week of history, by what was known then.

    They are those that were customers then, or on trial: who was lost since is counted while there. Weeks before use
    of eight weeks was known are left out: their scores would be of other parts. is_new_rules: the first week by other rules.
    """
    health.lay(con, book.as_of, definitions)
    table = con.execute(_SQL).df()
    lo, hi = stats.wilson(table["n_red"], table["n_with_score"])
    rate = table["n_red"] / table["n_with_score"].where(table["n_with_score"] > 0)
    table = table.assign(red_rate=rate, red_rate_lo=lo, red_rate_hi=hi)
    ((first,),) = con.execute(_FIRST).fetchall()
    notes = (f"Weeks before {say_day(first)} are left out: use of eight weeks was not known yet.",) if first else ()
    return Answer(table[COLUMNS], notes=notes, sql=_SQL)
