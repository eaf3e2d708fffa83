"""The accounts of a corner, and what put each of them there.

corner_accounts   one row per account, sorted and paged, `n_rows` of them in all
COLUMNS           of the answer, whatever the options
SKILLED           what `proficiency` may be asked for
SORTS             name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.carried import CORNER, CORNERS, parameters
from lib.facts.paging import check_page
from lib.measures import Answer

COLUMNS = [
    "account", "name", "csm", "arr", "renews_on", "days_to_renewal", "corner", "usage_level", "seats_active_rate",
    "n_active_people", "satisfaction", "satisfied_by", "satisfied_score", "proficiency", "proficiency_score", "advanced_used_rate",
    "n_rows",
]  # fmt: skip
ALL = "all"
SKILLED = (ALL, "proficient", "not proficient", "not known")
SORTS = {
    "renewal": "days_to_renewal nulls last, arr desc nulls last", "arr": "arr desc nulls last",
    "satisfaction": "satisfied_by nulls last, satisfied_score nulls last, arr desc nulls last",
    "account": "coalesce(name, account)",
}  # fmt: skip


def corner_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    corner: str = ALL,
    proficiency: str = ALL,
    sort: str = "renewal",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Accounts that are live or pending in a corner, rows `offset` to `offset + limit`; n_rows of them in all."""
    for name, value, known in (
        ("corner", corner, (ALL, *CORNERS)), ("proficiency", proficiency, SKILLED), ("order", sort, SORTS),
    ):  # fmt: skip
        if value not in known:
            raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")
    check_page(limit, offset)
    sql = f"""with found as (
    select
        stood.* exclude (arr), stood.arr::double as arr, ours.name, ours.csm
    from {CORNER} as stood
    join (select _account, name::varchar as name, csm::varchar as csm from book) as ours on ours._account = stood._account
    where is_ours
)
select *, count(*) over () as n_rows
from found
where $corner in ('{ALL}', corner) and $proficiency in ('{ALL}', proficiency)
order by {SORTS[sort]}, account
limit $limit offset $offset"""
    asked = {"corner": corner, "proficiency": proficiency, "limit": limit, "offset": offset}
    return Answer(con.execute(sql, parameters(sql, book, definitions) | asked).df()[COLUMNS], sql=sql)
