"""Renewals decided in the period, each with what its account had so many days before: the ground of tenths and of their lists.

TRAITS      name of a trait -> what people call it
lay         lays them as the temp tables decided_renewal and trait_reading
SQL         what lay runs
PENDING, AHEAD, YOUNG   why renewals are not counted
tenths      the tenth of every value, equal ones in one
"""

import duckdb
import numpy as np

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import health, renewals

TRAITS = {
    "health_score": "Health score",
    "active_people": "Active people",
    "seats_active_rate": "Seats active",
    "seats_assigned_rate": "Seats assigned",
    "usage_trend": "Trend of active people",
    "active_days": "Active days a week",
    "weeks_in_use": "Weeks in use, of 13",
    "events_per_user": "Events a head",
    "breadth": "Features used",
    "depth": "Advanced features used",
    "system_events": "Machine events",
    "tickets": "Tickets opened",
    "nps": "Last NPS answer",
    "touches": "Two-way touches",
    "tenure_days": "Days as a customer",
}
PENDING = "pending: in the grace days after the renewal"
YOUNG = "came later than the day on which it would be read"
AHEAD = "upcoming: the renewal is after the day as of which the data is seen"
_DECIDED = """create or replace temp table decided_renewal as
with due as (
    select
        renewal._account, account.account, renews_on, renews_on - $lead_days::integer as reads_on,
        bool_or(outcome in ('renewed_flat', 'renewed_up', 'renewed_down')) as is_renewed,
        bool_or(outcome = 'pending') and not is_renewed as is_pending,
        bool_and(outcome = 'upcoming') as is_ahead,
        case when count(distinct currency) = 1 then any_value(currency) end as currency,
        sum(arr_due) as arr_due,
        sum(least(arr_renewed, arr_due)) as arr_kept,
        sum(seats_due) as seats_due,
        sum(seats_renewed) as seats_renewed,
        bool_or(outcome = 'renewed_down') as is_cut
    from renewal
    join (select _account, account from book) as account on account._account = renewal._account
    where is_due and renews_on >= $opens_on::date and renews_on < $closes_on::date
    group by all
),
live as (
    select due._account, due.renews_on, sum(term.seats) as seats
    from due
    join renewal_term as term on term._account = due._account
    where has_counted and counts_from < reads_on and coalesce(counts_until >= reads_on, true)
    group by due._account, due.renews_on
)
select due.*, live.seats
from due
left join live on live._account = due._account and live.renews_on = due.renews_on"""
_READINGS = """create or replace temp table renewal_reading as
select distinct _account, account, reads_on, seats from decided_renewal where not (is_pending or is_ahead)"""
_TRAITS = """create or replace temp table trait_reading as
select reading.*, score.health_score
from before_renewal($least_active, $ticket_days, $survey_days, $touch_days) as reading
left join health_score as score
    on score._account = reading._account and score.day < reading.reads_on and score.day >= reading.reads_on - 7"""
SQL = ";\n\n".join((_DECIDED, _READINGS, _TRAITS))


def lay(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    lead_days: int | None,
    *,
    with_traits: bool = True,
) -> None:
    """Renewals of the book that fall in the period, and what their accounts had `lead_days` before.

    The lines of an account that renew on one day are one renewal: renewed where any of them was.
    seats: of all its lines, the day before it is read.
    """
    lead = definitions.renewals_ahead.lead_days if lead_days is None else lead_days
    if not 0 <= lead <= 730:
        raise Refused(f"Before the renewal are 0 to 730 days; {lead} were asked for.")
    renewals.lay(con, book.as_of, definitions)
    con.execute(_DECIDED, {"lead_days": lead, "opens_on": book.opens_on, "closes_on": book.closes_on})
    con.execute(_READINGS)
    if not with_traits:
        return
    health.lay(con, book.as_of, definitions)
    con.execute(
        _TRAITS,
        {
            "least_active": definitions.standing.least_active,
            "ticket_days": definitions.voice.ticket_days,
            "survey_days": definitions.voice.survey_days,
            "touch_days": definitions.carries.touch_days,
        },
    )


def tenths(values: np.ndarray) -> np.ndarray:
    """The tenth of every value, 1 the lowest, by its middle rank: equal values are in one, and a tenth may have none.

    >>> tenths(np.array([0, 0, 0, 0, 0, 0, 5, 6, 7, 8])).tolist()
    [4, 4, 4, 4, 4, 4, 7, 8, 9, 10]
    """
    from scipy.stats import rankdata

    middle = rankdata(values, "average") - 0.5
    return np.minimum(1 + np.floor(10 * middle / max(len(values), 1) + 1e-9), 10).astype(int)
