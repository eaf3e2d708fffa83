"""Renewals ahead of several days, with what was known on each: what a forecast learns from, and what it forecasts.

frame     a row per day, account, currency and renews_on, as a data frame (ahead.sql has the rules)
HORIZON   how many days ahead it looks
MOST      levels a dimension may have to be looked at
"""

from collections.abc import Sequence
from datetime import date

import duckdb
import pandas as pd

from lib.definitions import Definitions
from lib.facts import renewals
from lib.store.dimensions import StoredDimension
from lib.store.opening import value_on

HORIZON = 460
MOST = 12
_LAID = """
create or replace temp table ahead as
select * from renewal_ahead($days, $horizon_days, $counts_signed, $one_in)
"""
_FRAME = """
with known as (
    from known_ahead($days)
),
began as (
    select _account, min(starts_on) as first_started_on from renewal_term group by _account
)
select
    ahead.day, ahead._account, ahead.currency, ahead.renews_on, ahead.started_on, began.first_started_on, ahead.notice_by,
    ahead.arr_due::double as arr_due, ahead.seats_due::double as seats_due, ahead.has_notice,
    ahead.has_asked or known.has_asked_in_writing as has_asked,
    ahead.is_renewed, ahead.is_undecided, ahead.arr_renewed::double as arr_renewed, ahead.is_signed, ahead.has_begun_anew,
    ahead.arr_signed::double as arr_signed,
    known.people_recent::double as people_recent, known.people_before::double as people_before, known.nps::double as nps,
    known.are_answers_known, known.are_sentiments_known, known.n_tickets::double as n_tickets,
    known.is_touched::double as is_touched, known.sentiment::double as sentiment,
    known.has_lost_champion,
    book._account is not null as is_of_book{levels}
from ahead
join scope as account on account._account = ahead._account
join known on known._account = ahead._account and known.day = ahead.day
join began on began._account = ahead._account
left join (select _account from book) as book on book._account = ahead._account
order by ahead.day, ahead.renews_on, ahead._account, ahead.currency
"""


def frame(
    con: duckdb.DuckDBPyConnection,
    days: Sequence[date],
    definitions: Definitions,
    levels: dict[str, StoredDimension],
    *,
    horizon_days: int = HORIZON,
    one_in: int = 1,
) -> tuple[pd.DataFrame, str]:
    """Renewals of scope ahead of each of `days`, the last of which is the day to forecast from; and the SQL.

    levels   column -> the dimension whose value on the day it holds
    one_in   of the days but the last, every so many accounts only

    What is signed but has not begun counts on the last day only, and only where that is the last day the data knows: files do
    not say when it was signed.
    """
    as_of = max(days)
    renewals.lay(con, as_of, definitions)
    known_to = con.execute("select getvariable('known_to')").fetchone()[0]
    counts_signed = known_to is None or as_of >= known_to
    asked = {"days": sorted(days), "horizon_days": horizon_days, "counts_signed": counts_signed, "one_in": one_in}
    con.execute(_LAID, asked)
    said = "".join(f",\n    {value_on(each, 'ahead.day')} as {name}" for name, each in levels.items())
    sql = _FRAME.format(levels=said)
    return con.execute(sql, {"days": asked["days"]}).df(), sql
