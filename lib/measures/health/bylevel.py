"""Where red gathers: the colours of each value of a dimension, and whether its share of red differs from the rest beyond chance.

health_breakdown   a row per value, the one with most red first
COLUMNS            of the answer, whatever the options
"""

import duckdb
import numpy as np

from lib import stats
from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.measures import Answer, left_out
from lib.measures.health import stood

COLUMNS = [
    "level", "n_accounts", "n_with_score", "n_red", "n_amber", "n_green", "n_no_score", "red_rate", "red_rate_lo", "red_rate_hi",
    "rest_red_rate", "health_mean", "arr", "arr_red", "p_value", "q_value", "is_small",
]  # fmt: skip
_SQL = """select
    level, count(*) as n_accounts, count(health_score) as n_with_score,
    count(*) filter (where to_colour = 'red') as n_red, count(*) filter (where to_colour = 'amber') as n_amber,
    count(*) filter (where to_colour = 'green') as n_green, count(*) filter (where to_colour = 'none') as n_no_score,
    avg(health_score) as health_mean, sum(arr)::double as arr,
    coalesce(sum(arr) filter (where to_colour = 'red'), 0)::double as arr_red
from health_stood as stood
join health_level on health_level._account = stood._account
group by level
order by n_red desc, n_accounts desc, level nulls last"""


def health_breakdown(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: str, day: str | None = None
) -> Answer:
    """The colours of each value of `by`, as it was on the day.

    by   a dimension of accounts; or profile, stage, touch: what their score goes by

    red_rate is red / scored, with Wilson's interval. p_value: against all other values together; q_value is Benjamini and
    Hochberg's over the values that have few_accounts scores or more. Where no q_value is low, nothing stands out.
    """
    days, laid = stood.lay(con, book, definitions, day=day)
    levels = stood.lay_levels(con, by, days.day)
    table = con.execute(_SQL).df()
    k, n = table["n_red"].to_numpy(float), table["n_with_score"].to_numpy(float)
    lo, hi = stats.wilson(k, n)
    is_small = n < definitions.reading.few_accounts
    p = np.where(is_small, np.nan, stats.rate_differs(k, n, k.sum(), n.sum()))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, rest = k / n, (k.sum() - k) / (n.sum() - n)
    table = table.assign(
        level=table["level"].astype(object).where(table["level"].notna(), None),
        red_rate=rate, red_rate_lo=lo, red_rate_hi=hi, rest_red_rate=rest, p_value=p,
        q_value=stats.benjamini_hochberg(p), is_small=is_small,
    )  # fmt: skip
    notes = (f"Scores of {say_day(days.day)}.",)
    return Answer(table[COLUMNS], left_out(*stood.left_out_of(con)), notes, ";\n\n".join((laid, levels, _SQL)))
