"""The customers behind the curves: from when until when each was one, how that ended, and what it began with.

customer_lives   a row per customer followed, sorted and paged
COLUMNS          of the answer, whatever the options
WHICH            name -> SQL of which are listed
SORTS            name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.lives.lives import lay

COLUMNS = [
    "account", "name", "csm", "level", "life_from_on", "life_until_on", "life_days", "life_end", "currency", "arr_at_start",
    "acquisition_cost", "n_rows",
]  # fmt: skip
WHICH = {"all": "true", "left": "ending <> 'open'", "still": "ending = 'open'"}
SORTS = {
    "arr": "life.arr desc",
    "shortest": "days",
    "longest": "days desc",
    "newest": "life_from desc",
    "account": "coalesce(name, account.account)",
}
_SQL = """select
    account.account, account.name, account.csm::varchar as csm, life.level,
    case when getvariable('known_to') is not null then life_from end as life_from_on,
    case when getvariable('known_to') is not null and ending <> 'open' then life_from + days::integer end as life_until_on,
    days as life_days,
    nullif(ending, 'open') as life_end,
    life.currency, life.arr as arr_at_start, life.acquisition_cost,
    count(*) over () as n_rows
from customer_life as life
join book as account on account._account = life._account
where why_not is null and {which} and {of_level}
order by {order}, account.account
limit $limit offset $offset"""


def customer_lives(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str | None = None,
    level: str | None = None,
    among: str = "all",
    which: str = "all",
    sort: str = "arr",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The customers that `survival` counts, rows `offset` to `offset + limit`; n_rows of them in all.

    level   with `by`, a dimension: those of one value of it, as it was on the first day of a life; "": those without one
    which   all of them, those that left, or those still there when they were last followed
    """
    for name, value, known in (("selection", which, WHICH), ("order", sort, SORTS)):
        if value not in known:
            raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")
    check_page(limit, offset)
    left, laid = lay(con, book, definitions, by, among)
    of_level = "life.level is not distinct from $level::varchar" if by and level is not None else "true"
    sql = _SQL.format(which=WHICH[which], order=SORTS[sort], of_level=of_level)
    asked = {"limit": limit, "offset": offset} | ({"level": level or None} if by and level is not None else {})
    return Answer(con.execute(sql, asked).df()[COLUMNS], left_out(*left), (), f"{laid};\n\n{sql}")
