"""The persons behind a class: who they are, since when, and what chance they still have to become loyal.

people     one row per person, sorted and paged, `n_rows` of them in all
COLUMNS    of the answer, whatever the options
SORTS      name -> SQL of the order
"""

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.facts.people import ADOPTING, CLASSES, parameters
from lib.facts.people import CLASS as CLASS_ON
from lib.measures import Answer
from lib.measures.loyalty.lives import read

COLUMNS = [
    "account", "name", "csm", "person", "person_name", "role", "buying_role", "user_class", "last_use_on", "n_active_weeks",
    "came_on", "begins_with", "days_since_coming", "adopted_on", "loyal_on", "hope_rate", "hope_rate_lo", "hope_rate_hi", "n_rows",
]  # fmt: skip
ALL = "all"
SORTS = {
    "last_use": "last_use_on desc nulls last",
    "newest": "came_on desc nulls last",
    "oldest": "came_on nulls last",
    "account": "coalesce(account.name, account.account)",
    "person": "coalesce(person_name, person)",
}


def people(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    user_class: str = ALL,
    sort: str = "last_use",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The persons of a class on the book's day, rows `offset` to `offset + limit`; n_rows of them in all.

    hope_rate is the chance of somebody of this book who came as many days ago and is not loyal yet to become so within a
    year of coming; empty for who was loyal once, who came longer ago, and where nobody could be followed that long.
    """
    if user_class not in (ALL, *CLASSES):
        raise Refused(f"There is no class {user_class!r}; choose from {', '.join((ALL, *CLASSES))}.")
    if sort not in SORTS:
        raise Refused(f"People cannot be sorted by {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    sql = f"""with page as (
    select
        account.account, account.name, account.csm::varchar as csm, person, person_name, role, buying_role, user_class,
        last_use_on, n_active_weeks, provisioned_on as came_on, begins_with,
        $as_of::date - provisioned_on as days_since_coming,
        count(*) over () as n_rows,
        row_number() over (order by {SORTS[sort]}, account.account, person) as place
    from {CLASS_ON} as met
    join book as account on account._account = met._account
    where user_class is not null and $user_class::varchar in ('{ALL}', user_class)
    order by place
    limit $limit offset $offset
)
select page.*, life.adopted_on, life.loyal_on
from page
left join {ADOPTING} as life on life.account = page.account and life.person = page.person
order by place"""
    asked = {"user_class": user_class, "limit": limit, "offset": offset}
    table = con.execute(sql, parameters(sql, book.as_of, definitions) | asked).df()
    values, lo, hi = _hope(con, book, definitions, table)
    table = table.assign(hope_rate=values, hope_rate_lo=lo, hope_rate_hi=hi)
    return Answer(table[COLUMNS], sql=sql)


def _hope(con, book: Book, definitions: Definitions, table: pd.DataFrame) -> np.ndarray:
    """(3, rows): the chance yet, and its interval."""
    words, found = definitions.adoption, np.full((3, len(table)), np.nan)
    may = table["loyal_on"].isna() & (table["user_class"] != "deactivated") & table["days_since_coming"].notna()
    if not may.any():
        return found
    whole = read(con, book, definitions, "people", None)[0][0]
    if whole.told_until(words.horizon_days, definitions.reading.few_accounts) < words.horizon_days:
        return found
    curve, known = whole.curve(words.horizon_days), {}
    for at in np.flatnonzero(may):
        day = int(table["days_since_coming"].iat[at])
        if day < words.horizon_days:
            known.setdefault(day, curve.chance(day, words.horizon_days))
            found[:, at] = known[day].value, known[day].lo, known[day].hi
    return found
