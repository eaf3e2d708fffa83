"""Renewals ahead, each held against the seats its account uses: the ground of the list and of its quarters.

USES       name -> SQL of the seats that are used
lay        lays them as the temp table sized_renewal, and gives the SQL and what is left out
notes      what readers must know
check_use  refuses a use there is none of
"""

import duckdb
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.measures import left_out

USES = {"active": "n_active", "assigned": "n_assigned"}
NO_SEATS = "no seats given"
NOTICE = "notice given: all of it ends"
NOT_KNOWN = {"active": "no use known in the last four full weeks", "assigned": "no people known"}
MACHINES = "used by machines alone: seats say nothing of their use"
NEW = "still in onboarding: seats fill up yet"
_AHEAD = """create or replace temp table ahead_renewal as
with live as (
    select _account, sum(seats) as seats
    from renewal_term
    where has_begun and ending in ('upcoming', 'pending', 'open')
    group by _account
)
select
    renewal._account, account.account, renews_on, currency,
    $as_of::date + 1 as reads_on,
    bool_and(has_notice) as has_notice,
    min(notice_by) as notice_by,
    sum(seats_due) as seats_due,
    sum(arr_due) filter (where seats_due > 0) as arr_due,
    any_value(live.seats) as seats
from renewal
join (select _account, account from book) as account on account._account = renewal._account
left join live on live._account = renewal._account
where is_due and outcome = 'upcoming' and renews_on <= $as_of::date + $within_days::integer
group by all"""
_READINGS = """create or replace temp table renewal_reading as
select distinct _account, account, reads_on, seats from ahead_renewal"""
_SIZED = """create or replace temp table sized_renewal as
with met as (
    select
        ahead.*, n_active, n_assigned, n_system_events, {used} as n_used,
        case
            when coalesce(seats_due, 0) = 0 then 'no seats'
            when has_notice then 'notice'
            when began_on > $as_of::date - $onboarding_days::integer then 'new'
            when n_used is null then 'not known'
            when n_active = 0 and n_system_events > 0 then 'machines'
        end as why_not
    from ahead_renewal as ahead
    join seats_used_before() as used on used._account = ahead._account and used.reads_on = ahead.reads_on
)
select
    *,
    n_used / seats as seats_used_rate,
    why_not is null and seats_used_rate < $sizing_below::double as is_over,
    least(seats, ceil(round(n_used * (1 + $cushion_share::double), 6))) as seats_needed,
    seats - seats_needed as seats_over,
    arr_due * seats_over / seats as arr_exposed
from met"""
_COUNTED = "select count(*) filter (where why_not is null), count(*) filter (where is_over) from sized_renewal"


def lay(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, use: str, within_days: int | None
) -> tuple[str, pd.DataFrame]:
    """The renewals ahead, each held against use, as the temp table sized_renewal; the SQL, and what is left out."""
    check_use(use)
    words = definitions.renewals_ahead
    within = words.sizing_days if within_days is None else within_days
    if not 1 <= within <= 3_660:
        raise Refused(f"Renewals ahead are those within 1 to 3,660 days; {within} were asked for.")
    renewals.lay(con, book.as_of, definitions)
    con.execute(_AHEAD, {"as_of": book.as_of, "within_days": within})
    con.execute(_READINGS)
    sized = _SIZED.format(used=USES[use])
    con.execute(
        sized,
        {
            "as_of": book.as_of, "onboarding_days": definitions.standing.onboarding_days,
            "sizing_below": words.sizing_below, "cushion_share": words.cushion_share,
        },
    )  # fmt: skip
    n = dict(con.execute("select why_not, count(*) from sized_renewal group by why_not").fetchall())
    why = {"no seats": NO_SEATS, "notice": NOTICE, "new": NEW, "not known": NOT_KNOWN[use], "machines": MACHINES}
    return f"{_AHEAD};\n\n{_READINGS};\n\n{sized}", left_out(*((said, n.get(name, 0)) for name, said in why.items()))


def notes(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, use: str, within_days: int | None
) -> tuple[str, ...]:
    """How many there are, and what exposed means."""
    n, n_over = con.execute(_COUNTED).fetchone()
    words = definitions.renewals_ahead
    within = words.sizing_days if within_days is None else within_days
    used = "people were active in the last four full weeks" if use == "active" else "people have a login"
    return (
        f"{n_over:,} of {n:,} renewals within {within:,} days of {say_day(book.as_of)} have seats for more than {used}: "
        f"fewer than {words.sizing_below * 100:g} % of them.",
        f"Exposed is the ARR of the seats past those used and {words.cushion_share * 100:g} % more, if the customer cuts to that; "
        "the record of the period says how many did.",
    )


def check_use(use: str) -> None:
    """Raises Refused for a use there is none of."""
    if use not in USES:
        raise Refused(f"There is no use {use!r}; choose from {', '.join(USES)}.")
