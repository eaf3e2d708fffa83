"""Which end comes first: a customer is down-sold, lapses or cancels, by months of life, each beside the others.

customer_ends   a row per end and month of life, of the whole and of each level
COLUMNS         of the answer, whatever the options
ENDS            what can end a life; LEFT: the file does not say how
"""

import duckdb
import numpy as np
import pandas as pd

from lib import survival as curves
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer, left_out
from lib.measures.lives.lives import Group, counted, day_of, groups_of, lay, lives, months_of

ENDS = ("down-sold", "lapsed", "cancelled")
LEFT = "left"
UNTIL = ("any", "lost")
COLUMNS = [
    "is_whole", "level", "first_end", "month", "first_end_rate", "first_end_rate_lo", "first_end_rate_hi", "n_still", "n_ended_by",
    "n_lives", "is_small",
]  # fmt: skip
_COUNTED = """with down as (
    select move._account, min(moved_on) as down_on
    from arr_move as move
    join customer_life as life on life._account = move._account and why_not is null
    where lever = 'downsell' and $counts_down and moved_on > followed_from
    group by move._account
)
select
    level, '' as currency, entered, ending, days, count(*) as n
from (
    select
        level, entered,
        coalesce(down_on - life_from <= days - (ending <> 'open')::integer, false) as is_down,
        case when is_down then 'down-sold' else ending end as ending,
        case when is_down then down_on - life_from else days end as days
    from customer_life as life
    left join down on down._account = life._account
    where why_not is null
)
group by level, entered, ending, days"""


def customer_ends(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str | None = None,
    among: str = "all",
    until: str = "any",
) -> Answer:
    """The share of customers to whom each end has come first, by months of life (Aalen and Johansen).

    by      a dimension, as it was on the first day of a life: each value by itself, below the whole
    among   all lives, or those that began in the period
    until   any: a first down-sell ends a life undiminished, and what comes later is not counted; lost: a life goes on until the
            customer lapses or cancels, so that the two shares and the one of `survival` add up to 1

    Who comes to one end first never comes to another, where censoring them would let them. The rates of a month add up to the
    share that has ended.
    """
    if until not in UNTIL:
        raise Refused(f"Lives do not end with {until!r}; choose from {', '.join(UNTIL)}.")
    left, sql = lay(con, book, definitions, by, among)
    bound = {"counts_down": until == "any"}
    rows = counted(con, _COUNTED, bound)
    few, ends = definitions.reading.few_accounts, ENDS if until == "any" else ENDS[1:]
    if (rows["ending"] == LEFT).any():
        ends = (*(end for end in ends if (rows["ending"] == end).any()), LEFT)
    parts = [_by_month(group, end, few) for group in groups_of(rows, by) for end in ends]
    table = pd.concat(parts) if parts else pd.DataFrame(columns=COLUMNS)
    return Answer(table[COLUMNS].reset_index(drop=True), left_out(*left), (), f"{sql};\n\n{_COUNTED}")


def _by_month(group: Group, end: str, few: int) -> pd.DataFrame:
    rows = group.rows
    found, own = lives(rows), lives(rows[rows["ending"] == end])
    is_end = (rows["ending"] == end).to_numpy(bool)
    times, ended, others, late = found.steps()
    events = np.concatenate([found.n * is_end, np.zeros(len(times) - len(found.n))])
    months = months_of(found.days)
    rate, lo, hi = curves.incidence_at(
        curves.aalen_johansen(times, events, ended - events, others, late), day_of(months)
    )
    return pd.DataFrame(
        {
            "is_whole": group.is_whole,
            "level": pd.Series([group.level] * len(months), dtype=object),
            "first_end": end,
            "month": months,
            "first_end_rate": rate,
            "first_end_rate_lo": lo,
            "first_end_rate_hi": hi,
            "n_still": [found.n_followed(day_of(month)) for month in months],
            "n_ended_by": [own.n_ended_by(day_of(month)) for month in months],
            "n_lives": found.n_all,
            "is_small": found.n_all < few,
        }
    )
