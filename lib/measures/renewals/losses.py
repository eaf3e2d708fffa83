"""Who lost most: lapses, cancellations and down-sells of a period, account by account.

largest_losses   a row per account and currency, those that lost most first
COLUMNS          of the answer, whatever the options
LOST             SQL of what each account of the book lost in the period
months_of        how many months an amount is divided by
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.facts.paging import check_page
from lib.measures import Answer

COLUMNS = [
    "account", "name", "csm", "currency", "arr_lapse", "arr_cancellation", "arr_downsell", "arr_lost_all", "lost_share_rate",
    "lost_running_rate", "n_rows",
]  # fmt: skip
MONTHS = {"arr": 1, "mrr": 12}
LOST = """with lost as (
    select
        account._account, any_value(account.account) as account, any_value(account.name) as name,
        any_value(account.csm::varchar) as csm, move.currency,
        -coalesce(sum(move.arr_change) filter (where move.lever = 'lapse'), 0) as arr_lapse,
        -coalesce(sum(move.arr_change) filter (where move.lever = 'cancellation'), 0) as arr_cancellation,
        -coalesce(sum(move.arr_change) filter (where move.lever = 'downsell'), 0) as arr_downsell,
        arr_lapse + arr_cancellation + arr_downsell as arr_lost_all
    from arr_move as move
    join book as account on account._account = move._account
    where move.moved_on >= $opens_on::date and move.moved_on < $closes_on::date
      and move.lever in ('lapse', 'cancellation', 'downsell')
    group by account._account, move.currency
    having arr_lost_all > 0
)"""
_LARGEST = f"""{LOST},
listed as (
    select
        account, name, csm, currency,
        (arr_lapse / $months::integer)::double as arr_lapse,
        (arr_cancellation / $months::integer)::double as arr_cancellation,
        (arr_downsell / $months::integer)::double as arr_downsell,
        (lost.arr_lost_all / $months::integer)::double as arr_lost_all,
        (lost.arr_lost_all / sum(lost.arr_lost_all) over (partition by currency))::double as lost_share_rate,
        least((sum(lost.arr_lost_all) over (
            partition by currency order by lost.arr_lost_all desc, account rows unbounded preceding
        ) / sum(lost.arr_lost_all) over (partition by currency))::double, 1) as lost_running_rate,
        count(*) over () as n_rows
    from lost
    where $currency::varchar is null or currency = $currency::varchar
)
from listed
order by currency, arr_lost_all desc, account
limit $limit offset $offset"""


def largest_losses(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    currency: str | None = None,
    money: str = "arr",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts that lost any, those that lost most first; of one currency, where one is named."""
    months = months_of(money)
    check_page(limit, offset)
    renewals.lay(con, book.as_of, definitions)
    asked = {
        "opens_on": book.opens_on, "closes_on": book.closes_on, "months": months,
        "currency": currency, "limit": limit, "offset": offset,
    }  # fmt: skip
    return Answer(con.execute(_LARGEST, asked).df()[COLUMNS], sql=_LARGEST)


def months_of(money: str) -> int:
    """How many months an amount is divided by; raises Refused for a kind of money there is none of."""
    if money not in MONTHS:
        raise Refused(f"Money is counted as {' or '.join(MONTHS)}, not as {money!r}.")
    return MONTHS[money]
