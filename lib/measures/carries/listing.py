"""The accounts behind a trait: those that had it before the period, or those that did not; all, the lost or the kept.

carries_accounts   one row per account, sorted and paged, `n_rows` of them in all
COLUMNS            of the answer, whatever the options
SIDES, WHICH       name -> SQL of which are listed
SORTS              name -> SQL of the order
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.base import OUTCOMES, check_outcome
from lib.facts.carried import KINDS, OF_USERS, parameters
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.carries.counted import chain

COLUMNS = ["account", "name", "csm", "segment", "plan", "arr", "tenure_days", "has_trait", "is_lost", "n_rows"]
SIDES = {"with": "has_trait", "without": "not has_trait"}
WHICH = {"all": "true", "lost": "is_lost", "kept": "not is_lost"}
SORTS = {
    "arr": "arr desc nulls last", "lost": "is_lost desc, arr desc nulls last", "oldest": "tenure_days desc nulls last",
    "youngest": "tenure_days nulls last", "account": "coalesce(name, account)",
}  # fmt: skip


def carries_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    trait_kind: str = KINDS[0],
    trait: str = "",
    side: str = "with",
    which: str = "all",
    outcome: str | None = None,
    sort: str = "arr",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Accounts that `carries` counts with (or without) the trait, rows `offset` to `offset + limit`; n_rows of them in all.

    A trait nobody of the book had lists nobody on the side `with`.
    """
    for name, value, known in (
        ("kind", trait_kind, KINDS),
        ("side", side, SIDES),
        ("choice", which, WHICH),
        ("order", sort, SORTS),
    ):
        if value not in known:
            raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")
    check_page(limit, offset)
    outcome = check_outcome(con, outcome)
    if not OUTCOMES[outcome].has_period:
        return Answer(pd.DataFrame(columns=COLUMNS))
    of_users = trait_kind == "feature" or trait in OF_USERS
    sql = f"""{chain(con, outcome, definitions)},
having_it as (
    select distinct _account from trait where trait_kind = $trait_kind and trait = $trait
),
listed as (
    select
        ours.*, counted.arr::double as arr, counted.tenure_days::double as tenure_days,
        having_it._account is not null as has_trait, had_outcome as is_lost
    from counted
    join (
        select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment, plan::varchar as plan
        from book
    ) as ours on ours._account = counted._account
    left join having_it on having_it._account = counted._account
    where has_use or not $of_users
)
select *, count(*) over () as n_rows
from listed
where {SIDES[side]} and {WHICH[which]}
order by {SORTS[sort]}, account
limit $limit offset $offset"""
    asked = {"trait_kind": trait_kind, "trait": trait, "of_users": of_users, "limit": limit, "offset": offset}
    return Answer(con.execute(sql, parameters(sql, book, definitions) | asked).df()[COLUMNS], sql=sql)
