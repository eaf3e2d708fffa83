"""Until when notice can be given: the renewals whose deadline lies ahead.

lay                lays them as the temp table notice_ahead
notice_deadlines   a row per week and currency
COLUMNS            of the answer, whatever the options
"""

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.measures import Answer, left_out

COLUMNS = ["week_from", "currency", "n_deadlines", "n_asked", "arr_due", "arr_asked"]
NOTICE = "notice given already"
NO_DEADLINE = "no deadline known: the renewal is ahead, and the contract file has no notice_by"
_AHEAD = """create or replace temp table notice_ahead as
select
    renewal._account, renews_on, currency, min(notice_by) as notice_by, bool_and(has_notice) as has_notice,
    bool_or(has_asked) as has_asked, sum(arr_due) as arr_due
from renewal
where is_due and outcome = 'upcoming' and _account in (select _account from book)
group by renewal._account, renews_on, currency"""
_WEEKS = """select
    date_trunc('week', notice_by)::date as week_from, currency, count(*) as n_deadlines,
    count(*) filter (where has_asked) as n_asked, sum(arr_due)::double as arr_due,
    coalesce(sum(arr_due) filter (where has_asked), 0)::double as arr_asked
from notice_ahead
where not has_notice and notice_by >= $as_of::date and notice_by <= $as_of::date + $within_days::integer
group by week_from, currency
order by week_from, currency"""
_LEFT = """select
    count(*) filter (where has_notice and notice_by >= $as_of::date and notice_by <= $as_of::date + $within_days::integer),
    count(*) filter (where notice_by is null and renews_on <= $as_of::date + $within_days::integer)
from notice_ahead"""
SQL = _AHEAD


def lay(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, within_days: int | None
) -> tuple[int, tuple[int, int]]:
    """The renewals ahead with their deadlines; the days that are looked at, and how many gave notice or have no deadline."""
    within = definitions.renewals_ahead.notice_days if within_days is None else within_days
    if not 1 <= within <= 3_660:
        raise Refused(f"Deadlines ahead are those within 1 to 3,660 days; {within} were asked for.")
    renewals.lay(con, book.as_of, definitions)
    con.execute(_AHEAD)
    return within, con.execute(_LEFT, {"as_of": book.as_of, "within_days": within}).fetchone()


def notice_deadlines(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, within_days: int | None = None
) -> Answer:
    """Renewals whose notice is due from the day on, within `within_days`, by the week of the deadline, Monday to Sunday.

    Past the deadline a customer that says nothing is bound for another term, as far as the contract goes.
    """
    within, (n_noticed, n_unknown) = lay(con, book, definitions, within_days)
    rows = con.execute(_WEEKS, {"as_of": book.as_of, "within_days": within}).df()
    notes = (
        f"{rows['n_deadlines'].sum():,} renewals have their deadline for notice within {within:,} days of {say_day(book.as_of)}.",
    )
    return Answer(
        rows[COLUMNS], left_out((NOTICE, n_noticed), (NO_DEADLINE, n_unknown)), notes, f"{_AHEAD};\n\n{_WEEKS}"
    )
