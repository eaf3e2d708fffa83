"""The accounts lost in the period, and what their score said before.

lay     the temp table proof_loss of the book's accounts; gives the SQL
left    what is not counted among them, and why
COLOURS how a score may have stood
LEAD    the bins of lead days: a name -> from, until before
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.levels import MOST_LEVELS, OTHER
from lib.measures import left_out
from lib.measures.health import proven

COLOURS = ("red", "amber", "green", "none")
NEVER = "not red at the end"
LEAD = {
    NEVER: (0, 1), "1 to 14 days": (1, 15), "15 to 30": (15, 31), "31 to 60": (31, 61), "61 to 90": (61, 91),
    "91 to 180": (91, 181), "181 and more": (181, 99_999),
}  # fmt: skip
UNDECIDED = "ended in the grace days before the day: they may renew yet"
CAME_BACK = "losses of accounts that came back and were lost once more"
_LOSSES = """create or replace temp table proof_loss as
with lost as (
    select spell._account, spell.ended_on as lost_on, spell.ending as renewal_ending
    from customer_spell as spell
    semi join book on book._account = spell._account
    where spell.ending in ('lapsed', 'cancelled') and spell.ended_on >= $opens_on::date and spell.ended_on < $closes_on::date
      and spell.ended_on <= $as_of::date - $grace_days::integer
    qualify row_number() over (partition by spell._account order by spell.ended_on desc) = 1
),
reading_day as (
    select distinct reading, day from health_reading
),
placed as (
    select
        lost.*,
        (select max(reading) from reading_day where day <= lost_on - $proof_days::integer) as reading_before,
        (select max(reading) from reading_day where day <= lost_on - $final_days::integer) as reading_final,
        (select max(reading) from reading_day where day < lost_on) as reading_last
    from lost
),
red as (
    select
        placed._account, score.reading, score.day, reading_last,
        score.reading - row_number() over (partition by placed._account order by score.reading) as run
    from placed
    join health_score as score on score._account = placed._account and score.reading <= reading_last
    where score.colour = 'red'
),
red_to_the_end as (
    select _account, min(day) as red_from from red group by _account, run having max(reading) = any_value(reading_last)
),
told as (
    select placed._account, arg_max(risk_90, reading)::double as risk_before
    from placed
    join health_risk as risk on risk._account = placed._account and risk.reading between reading_before - 3 and reading_before
    group by placed._account
)
select
    placed.* exclude (reading_before, reading_final, reading_last),
    coalesce(before.colour, 'none') as colour_before, before.health_score as score_before,
    coalesce(before.is_held, false) as is_held_before, told.risk_before,
    coalesce(final.colour, 'none') as colour_final, final.health_score as score_final,
    coalesce(placed.lost_on - red_from, 0) as lead_days,
    reading.stage, reading.arr::double as arr, {level} as level
from placed
join book as account on account._account = placed._account
left join health_score as before on before._account = placed._account and before.reading = placed.reading_before
left join health_score as final on final._account = placed._account and final.reading = placed.reading_final
left join health_score as score on score._account = placed._account and score.reading = placed.reading_final
left join health_reading as reading on reading._account = placed._account and reading.reading = placed.reading_final
left join health_part as part on part._account = placed._account and part.reading = placed.reading_final
left join told on told._account = placed._account
left join red_to_the_end on red_to_the_end._account = placed._account"""
_LEFT = """select
    count(*) filter (where lost_on > $as_of::date - $grace_days::integer),
    count(*) filter (where lost_on <= $as_of::date - $grace_days::integer) - count(distinct _account) filter (
        where lost_on <= $as_of::date - $grace_days::integer
    )
from (
    select spell._account, spell.ended_on as lost_on
    from customer_spell as spell
    semi join book on book._account = spell._account
    where spell.ending in ('lapsed', 'cancelled', 'pending') and spell.ended_on >= $opens_on::date
      and spell.ended_on < $closes_on::date
)"""
_LEVELS = "select level, count(*) as n from proof_loss where level is not null group by level order by n desc, level"


def lay(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, by: str | None = None) -> str:
    """A row per account lost in the period, of several losses of one the last: its colour proof_days and final_days before, and
    since when it was red without a break to its last reading.

    A colour is that of the last reading by then; none where the account had no score, or was not yet there.
    """
    words, level = definitions.health, proven.levels_of(con, by, "placed.lost_on")
    proven.lay_scores(con, book, definitions)
    sql = _LOSSES.format(level=level)
    con.execute(sql, _period(book, definitions) | {"proof_days": words.proof_days, "final_days": words.final_days})
    kept = [value for value, _ in con.execute(_LEVELS).fetchall()]
    if by and len(kept) >= MOST_LEVELS:
        con.execute(
            "update proof_loss set level = $other where level is not null and not list_contains($kept::varchar[], level)",
            {"other": OTHER, "kept": kept[: MOST_LEVELS - 2]},
        )
    return sql


def left(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> pd.DataFrame:
    """Why ends of customers in the period are not among the losses."""
    ((n_open, n_again),) = con.execute(_LEFT, _period(book, definitions)).fetchall()
    return left_out((UNDECIDED, n_open), (CAME_BACK, n_again))


def _period(book: Book, definitions: Definitions) -> dict:
    return {
        "opens_on": book.opens_on,
        "closes_on": book.closes_on,
        "as_of": book.as_of,
        "grace_days": definitions.renewals.grace_days,
    }
