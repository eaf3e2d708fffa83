"""What accounts are worth and how they stand, for the revenue levers; and what their facts bind.

lay         the temp tables lever_ground (a row per account of the book) and lever_arr (per account and currency)
parameters  the values that a statement over trying.sql, limits.sql and effort.sql binds
TRIED, TRIED_EARLY, SEATS, ALLOWANCES, PACE, WEEKLY, HEAVY, HELD_UP, MET   those relations
"""

import re
from datetime import date

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import kpis, renewals, standing

TRIED = "tried_on($as_of, $trial_days, $early_days)"
TRIED_EARLY = "tried_early_on($as_of, $trial_days, $early_days)"
SEATS = "seats_gained($as_of, $grace_days)"
ALLOWANCES = "allowance_used($as_of, $meters)"
PACE = "pace_on($as_of, $grace_days, $least_peers, $started_within_days)"
WEEKLY = "people_weekly($as_of, $grace_days, $renewal_windows, $fall_weeks)"
HEAVY = "used_heavily($as_of, $grace_days, $heavy_weeks, $features)"
HELD_UP = "held_up_on($as_of, $barrier_weeks)"
MET = "barrier_met_on($as_of, $barrier_weeks)"
_GROUND = f"""create or replace temp table lever_ground as
select
    ours.*, term.is_live or term.is_pending as is_customer, term.arr as arr_known, term.renews_on, term.days_to_renewal, term.notice
from (
    select
        _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment, plan::varchar as plan
    from book
) as ours
left join {standing.TERMS} as term on term._account = ours._account"""
_ARR = """create or replace temp table lever_arr as
with live as (
    select _account, currency, sum(arr) as arr
    from renewal_term
    where has_begun and ending in ('upcoming', 'pending', 'open')
    group by _account, currency
)
select
    ground._account, coalesce(live.currency, '') as currency,
    coalesce(live.arr, case when ground.is_customer then ground.arr_known end, 0)::decimal(18, 2) as arr
from lever_ground as ground
left join live on live._account = ground._account"""


def lay(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> None:
    """Who the accounts of the book are, how they stand on its day, and their ARR in each currency it comes in.

    ARR is that of recurring terms that run, or are in their grace days; in the currency of the definitions where they give rates.
    """
    renewals.lay(con, book.as_of, definitions)
    con.execute(_GROUND, standing.parameters(_GROUND, book.as_of, definitions))
    con.execute(_ARR)


def parameters(sql: str, as_of: date, definitions: Definitions) -> dict:
    """The values `sql` binds: those its text names, since DuckDB refuses surplus ones."""
    words = definitions.levers
    values = {
        "trial_days": words.trial_days,
        "early_days": words.early_days,
        "meters": [vars(each) for each in words.meters],
        "fall_weeks": words.fall_weeks,
        "heavy_weeks": words.heavy_weeks,
        "barrier_weeks": words.barrier_weeks,
    }
    named = set(re.findall(r"\$(\w+)", re.sub(r"\"[^\"]*\"|'[^']*'", "", sql)))
    return kpis.parameters(sql, as_of, definitions) | {name: values[name] for name in values if name in named}
