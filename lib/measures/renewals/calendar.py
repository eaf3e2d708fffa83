"""Who is due when: the renewal pool month by month and CSM by CSM, before the day and after it.

due_calendar   a row per month, CSM and currency; those of everyone first
COLUMNS        of the answer, whatever the options
AHEAD          months that are shown after the day
"""

from datetime import date

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import renewals
from lib.measures import Answer
from lib.store.dimensions import read_catalogue
from lib.store.opening import value_on

AHEAD = 12
COLUMNS = [
    "period_from", "period_until", "is_everyone", "csm", "currency", "n_due_accounts", "n_due", "arr_due", "n_renewed", "n_lapsed",
    "n_open", "n_open_notice", "arr_renewed", "arr_lapsed", "arr_open", "is_ahead",
]  # fmt: skip
_SQL = """with due as (
    select
        renewal._account, renewal.currency, renewal.outcome, renewal.arr_due, renewal.arr_renewed,
        renewal.has_notice, {csm} as csm,
        greatest(date_trunc('month', renewal.renews_on), $opens_on::date)::date as period_from,
        least(date_trunc('month', renewal.renews_on) + to_months(1), $until_on::date)::date as period_until
    from (
        select _account, currency, renews_on, outcome, arr_due, arr_renewed, has_notice
        from renewal
        where is_due and renews_on >= $opens_on::date and renews_on < $until_on::date
    ) as renewal
    join book as account on account._account = renewal._account
)
select
    period_from, period_until, grouping(csm) = 1 as is_everyone, csm, currency,
    count(distinct due._account) as n_due_accounts,
    count(*) as n_due,
    sum(arr_due)::double as arr_due,
    count(*) filter (where starts_with(outcome, 'renewed')) as n_renewed,
    count(*) filter (where outcome = 'lapsed') as n_lapsed,
    count(*) filter (where outcome in ('pending', 'upcoming')) as n_open,
    count(*) filter (where outcome in ('pending', 'upcoming') and has_notice) as n_open_notice,
    coalesce(sum(arr_renewed), 0)::double as arr_renewed,
    coalesce(sum(arr_due) filter (where outcome = 'lapsed'), 0)::double as arr_lapsed,
    coalesce(sum(arr_due) filter (where outcome in ('pending', 'upcoming')), 0)::double as arr_open,
    period_from > $as_of::date as is_ahead
from due
group by grouping sets ((period_from, period_until, currency), (period_from, period_until, currency, csm))
order by
    is_everyone desc, sum(sum(arr_due)) over (partition by grouping(csm), csm, currency) desc, csm nulls last, currency,
    period_from"""


def due_calendar(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """What is due for renewal, from the opening of the book's period to twelve months past its day (or its close, if later).

    csm is the CSM on the day of the renewal, or of the book's day where that is ahead. CSMs with most ARR due come first.
    """
    csm = next((each for each in read_catalogue(con) if each.name == "csm"), None)
    sql = _SQL.format(csm=value_on(csm, "least(renewal.renews_on, $as_of::date)") if csm else "account.csm::varchar")
    renewals.lay(con, book.as_of, definitions)
    until = max(book.closes_on, months_after(book.as_of, AHEAD))
    table = con.execute(sql, {"opens_on": book.opens_on, "until_on": until, "as_of": book.as_of}).df()
    return Answer(table[COLUMNS], sql=sql)


def months_after(day: date, n: int) -> date:
    """The first day of the month after the one `n` months past that of `day`.

    >>> months_after(date(2026, 10, 31), 12)
    datetime.date(2027, 11, 1)
    """
    months = day.year * 12 + day.month + n
    return date(months // 12, months % 12 + 1, 1)
