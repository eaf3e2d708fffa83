"""The accounts behind the adoption of accounts: who has adopted, who has not, and when each renews.

adoption_accounts   a row per account that is live or pending, sorted and paged
COLUMNS             of the answer, whatever the options
WHICH               name -> SQL of which are listed
SORTS               name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import standing
from lib.facts.paging import check_page
from lib.facts.people import ADOPTION, parameters
from lib.measures import Answer

COLUMNS = [
    "account", "name", "csm", "arr", "renews_on", "days_to_renewal", "renewal_window", "is_adopted", "adopted_share_rate",
    "n_users", "n_adopted_users", "n_loyal_users", "adopted_on", "n_rows",
]  # fmt: skip
WHICH = {"all": "true", "adopted": "is_adopted", "not_adopted": "not is_adopted", "unknown": "is_adopted is null"}
SORTS = {
    "renewal": "days_to_renewal nulls last, arr desc nulls last",
    "arr": "arr desc nulls last",
    "share": "adopted_share_rate nulls last, arr desc nulls last",
    "account": "coalesce(name, account)",
}


def adoption_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    which: str = "all",
    window: str | None = None,
    sort: str = "renewal",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Accounts that are live or pending, rows `offset` to `offset + limit`; n_rows of them in all.

    which    all, adopted, not_adopted, or unknown: nobody of them is known
    window   those whose renewal is that near: a value of the state renewal
    """
    windows = standing.values(con, "renewal", book.as_of, definitions)
    if which not in WHICH or sort not in SORTS or window not in (None, "", *windows):
        name, value, known = next(
            each
            for each in (
                ("selection", which, WHICH),
                ("order", sort, SORTS),
                ("renewal window", window, (None, "", *windows)),
            )
            if each[1] not in each[2]
        )
        raise Refused(f"There is no {name} {value!r}; choose from {', '.join(filter(None, known))}.")
    check_page(limit, offset)
    sql = f"""with stood as (
    select
        account.account, account.name, account.csm::varchar as csm, found.arr::double as arr, found.renews_on, days_to_renewal,
        renewal_window, is_adopted, adopted_share as adopted_share_rate, n_users, n_adopted as n_adopted_users,
        n_loyal as n_loyal_users, adopted_on
    from {ADOPTION} as found
    join book as account on account._account = found._account
    where is_live or is_pending
)
select *, count(*) over () as n_rows
from stood
where {WHICH[which]} and ($window::varchar is null or renewal_window = $window::varchar)
order by {SORTS[sort]}, account
limit $limit offset $offset"""
    asked = {"window": window or None, "limit": limit, "offset": offset}
    table = con.execute(sql, parameters(sql, book.as_of, definitions) | asked).df()
    return Answer(table[COLUMNS], sql=sql)
