"""The accounts behind a figure: sorted, searched and paged in SQL, whole when downloaded.

accounts    the rows of a segment, `n_rows` of them in all
SORTABLE    columns a reader can sort by
"""

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import base as facts
from lib.facts.dimensions import available, choose
from lib.facts.levels import MISSING, OTHER, kept_values
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.store.dimensions import StoredDimension
from lib.store.tables import quote

_PLAIN = ("name", "csm", "channel", "segment", "region", "plan")
COLUMNS = ["account", *_PLAIN, "arr", "tenure_days", "is_lost", "n_rows"]
SORTABLE = COLUMNS[:-1]
_SORT_KEY = {"account": "account", "arr": "arr", "tenure_days": "tenure_days", "is_lost": "had_outcome"}


def accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    outcome: str | None = None,
    within: Sequence[tuple[str, str | None]] = (),
    only_lost: bool = False,
    only_decided: bool = False,
    search: str = "",
    sort: str = "arr",
    descending: bool = True,
    limit: int | None = None,
    offset: int = 0,
    bands: Mapping[str, Sequence[float]] | None = None,
) -> Answer:
    """Accounts at risk in the book and `within` a segment, one row each, `n_rows` of them in all.

    only_lost     those with the outcome alone
    only_decided  without those whose outcome is undecided: as many rows as a rate's n
    search        text that the account's id or name holds, whatever its case
    limit         None gives every row after the first `offset`

    is_lost is the outcome; accounts whose outcome is undecided are counted in left_out. Raises Refused for an unknown sort.
    """
    outcome = facts.check_outcome(con, outcome)
    if sort not in SORTABLE:
        raise Refused(f"Accounts cannot be sorted by {sort!r}; choose from {', '.join(SORTABLE)}.")
    check_page(limit, offset)
    everything = available(con, definitions, bands)
    dimensions = choose(everything, [name for name, _ in within]) if within else ()
    looked_at = {sort} & {*_PLAIN} | ({"name"} if search else set())
    chain = facts.statement(outcome, dimensions, also=sorted(looked_at))
    conditions, values = _conditions(con, chain, book, definitions, dimensions, within)
    if only_lost:
        conditions.append("base.had_outcome")
    if only_decided:
        conditions.append("base.had_outcome is not null")
    if search:
        conditions.append(
            '(contains(lower(base.account), lower($search)) or contains(lower(base."text of name"), lower($search)))'
        )
        values["search"] = search
    direction = "desc" if descending else "asc"
    values |= {"limit": limit, "offset": offset}
    key = quote(_SORT_KEY.get(sort, f"text of {sort}"))
    plain = ", ".join(f"book.{name}::varchar as {name}" for name in _PLAIN)
    sql = "\n".join([
        f"{chain},",
        "page as (",
        "    select base.*, count(*) over () as n_rows, count(had_outcome) over () as n_decided",
        "    from base",
        f"    where {' and '.join(['true', *conditions])}",
        f"    order by base.{key} {direction} nulls last, base.account",
        "    limit $limit offset $offset",
        ")",
        f"select page.account, {plain},",
        "    page.arr::double as arr, page.tenure_days::double as tenure_days, page.had_outcome as is_lost,",
        "    page.n_rows, page.n_decided",
        "from page",
        "join book using (_account)",
        f"order by page.{key} {direction} nulls last, page.account",
    ])  # fmt: skip
    rows = con.execute(sql, facts.parameters(sql, book, definitions) | values).df()
    undecided = int(rows["n_rows"].iat[0] - rows["n_decided"].iat[0]) if len(rows) else 0
    return Answer(
        rows[COLUMNS],
        left_out((f"{facts.OUTCOMES[outcome].undecided} (listed, neither lost nor kept)", undecided)),
        (),
        sql,
    )


def _conditions(
    con: duckdb.DuckDBPyConnection,
    chain: str,
    book: Book,
    definitions: Definitions,
    dimensions: Sequence[StoredDimension],
    within: Sequence[tuple[str, str | None]],
) -> tuple[list[str], dict]:
    """SQL conditions on d0, d1, ... for the values of a segment, and what they bind."""
    conditions, bound = [], {}
    for number, (name, value) in enumerate(within):
        i = dimensions.index(choose(dimensions, [name])[0])
        dimension = dimensions[i]
        if value is MISSING:
            conditions.append(f"base.d{i} is null")
        elif value == OTHER and value not in dimension.values:
            code = f"coalesce(d{i}, {len(dimension.values)})::uinteger as code"
            sql = f"{chain}\nselect {code} from base where had_outcome is not null"
            codes = con.execute(sql, facts.parameters(sql, book, definitions)).fetchnumpy()["code"]
            bound[f"kept_{i}"] = kept_values(
                dimension, np.bincount(codes, minlength=len(dimension.values) + 1)
            ).tolist()
            conditions.append(f"(base.d{i} is not null and not list_contains($kept_{i}::integer[], base.d{i}))")
        else:  # a value nobody has is no code of any: the same statement, so that it does not tell who exists elsewhere
            bound[f"code_{number}"] = dimension.values.index(value) if value in dimension.values else -1
            conditions.append(f"base.d{i} = $code_{number}::integer")
    return conditions, bound
