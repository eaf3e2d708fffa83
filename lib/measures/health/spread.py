"""How the book scores on a day: so many accounts of each ten points and colour, and those without a score by why.

health_spread   a row per ten points and colour, the lowest first; then a row per reason for which there is no score
COLUMNS         of the answer, whatever the options
"""

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.measures import Answer, left_out
from lib.measures.health import stood

COLUMNS = ["colour", "score_from", "score_until", "why_no_score", "n_accounts", "n_trials", "n_held", "arr"]
_SQL = """select
    to_colour as colour,
    case when health_score is not null then least(floor(health_score / 10) * 10, 90)::integer end as score_from,
    score_from + 10 as score_until,
    why_no_score,
    count(*) as n_accounts, count(*) filter (where is_trial) as n_trials, count(held_by) as n_held,
    sum(arr)::double as arr
from health_stood
where is_here
group by all
order by score_from nulls last, min(health_score), why_no_score"""


def health_spread(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, day: str | None = None
) -> Answer:
    """The accounts of the book that are customers on the day, or on trial, by their score.

    day   on which they are read: the last week that ended by then, or the as-of day itself (default)

    Ten points hold their lower end; the last ten hold 100 as well. n_held of them are held down by an override.
    """
    days, sql = stood.lay(con, book, definitions, day=day)
    table = con.execute(_SQL).df()[COLUMNS]
    notes = (f"Scores of {say_day(days.day)}.",)
    return Answer(table, left_out(*stood.left_out_of(con)), notes, f"{sql};\n\n{_SQL}")
