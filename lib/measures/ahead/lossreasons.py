"""Why customers left: what lapsed or was cancelled in the period, by the reason the contract file gives.

loss_reasons   a row per part of the period, currency and reason; a reason not given is a row of its own
COLUMNS        of the answer, whatever the options
EVERY          name -> months of a part
NOT_GIVEN      the reason of those without one
"""

import duckdb

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.measures import Answer

COLUMNS = [
    "lost_from", "lost_until", "currency", "lost_reason", "n_lost_accounts", "n_lost_lines", "of_lost_accounts", "reason_rate",
    "reason_rate_lo", "reason_rate_hi", "lost_arr", "of_lost_arr", "reason_arr_rate",
]  # fmt: skip
EVERY = {"month": 1, "quarter": 3, "year": 12}
NOT_GIVEN = "not given"
_LOST = """create or replace temp table lost_line as
select
    account._account, account.account, renewal.line, renewal.currency, renewal.outcome, renews_on as lost_on, arr_due as arr,
    coalesce(nullif(trim(lost_reason), ''), 'not given') as lost_reason
from renewal
join (select _account, account from book) as account on account._account = renewal._account
where outcome in ('lapsed', 'cancelled') and renews_on >= $opens_on::date and renews_on < $closes_on::date"""
_COUNTED = """with placed as (
    select
        lost_line.*,
        (date_trunc('month', lost_on) - to_months(((month(lost_on) - $first_month + 12) % $months)::integer))::date as opened_on
    from lost_line
),
parted as (
    select
        *,
        case when $months = 0 then $opens_on::date else greatest(opened_on, $opens_on::date) end as lost_from,
        case
            when $months = 0 then $closes_on::date else least((opened_on + to_months($months))::date, $closes_on::date)
        end as lost_until
    from placed
),
counted as (
    select
        lost_from, lost_until, currency, lost_reason,
        count(distinct _account) as n_lost_accounts, count(*) as n_lost_lines, sum(arr)::double as lost_arr
    from parted
    group by lost_from, lost_until, currency, lost_reason
),
whole as (
    select
        lost_from, currency, count(distinct _account) as of_lost_accounts, sum(arr)::double as of_lost_arr
    from parted
    group by lost_from, currency
)
select counted.*, of_lost_accounts, of_lost_arr
from counted
join whole on whole.lost_from = counted.lost_from and whole.currency = counted.currency
order by lost_from, counted.currency, lost_reason = 'not given', n_lost_accounts desc, lost_reason"""
SQL = _LOST


def lay(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> None:
    """What the book lost in the period, as the temp table lost_line."""
    renewals.lay(con, book.as_of, definitions)
    con.execute(_LOST, {"opens_on": book.opens_on, "closes_on": book.closes_on})


def loss_reasons(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, every: str | None = None
) -> Answer:
    """What lapsed or was cancelled in the period by its reason: accounts, lines and ARR, with the share of those lost.

    every   month, quarter or year of the fiscal calendar; none: the period as one

    An account counts once with each of its reasons, so shares may add up to more than one. What ends in its grace days is not lost.
    """
    if every and every not in EVERY:
        raise Refused(f"There is no part {every!r} of a period; choose from {', '.join(EVERY)}.")
    lay(con, book, definitions)
    first = definitions.calendar.fiscal_year_starts_in
    rows = con.execute(
        _COUNTED,
        {
            "first_month": first,
            "months": EVERY.get(every or "", 0),
            "opens_on": book.opens_on,
            "closes_on": book.closes_on,
        },
    ).df()
    lo, hi = stats.wilson(rows["n_lost_accounts"], rows["of_lost_accounts"])
    table = rows.assign(
        reason_rate=rows["n_lost_accounts"] / rows["of_lost_accounts"], reason_rate_lo=lo, reason_rate_hi=hi,
        reason_arr_rate=rows["lost_arr"] / rows["of_lost_arr"].where(rows["of_lost_arr"] > 0),
    )  # fmt: skip
    n, n_told = con.execute(
        "select count(*), count(*) filter (where lost_reason <> 'not given') from lost_line"
    ).fetchone()
    notes = (
        f"{n:,} lines lapsed or were cancelled in the period; of {n_told:,} the contract file gives a reason, and it is what "
        "somebody wrote down. Down-sells are not among them.",
    )
    return Answer(table[COLUMNS], notes=notes, sql=f"{_LOST};\n\n{_COUNTED}")
