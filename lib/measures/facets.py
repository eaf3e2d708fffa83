"""How many accounts of the book have each value of a dimension, or stand in each way: the numbers beside a filter.

facets    one row per value, and one for the whole book
"""

from collections.abc import Sequence

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import standing
from lib.facts.standing import STATES
from lib.measures import Answer
from lib.store.dimensions import StoredDimension, find_dimension, read_catalogue
from lib.store.opening import value_on
from lib.store.tables import quote

COLUMNS = ["segment", "n"]
STATE = "s."  # before a name: a state, even where the data has a dimension of that name


def facets(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: Sequence[str] = ()) -> Answer:
    """Accounts by each of the dimensions and states `by` on its own, as of the book's day; the first row is the whole book.

    Within a dimension the most common value comes first, bands in their order, and missing last. The values of a state
    come in the state's order; where it is a list, an account counts for each value it has, and for none without any.
    A name that is a dimension's and a state's is the dimension; "s.stage" is the state. `segment` has the name as asked.
    """
    catalogue = read_catalogue(con)
    asked = {each: _state_of(catalogue, each) for each in by}
    states = {each: state for each, state in asked.items() if state}
    dimensions = list(dict.fromkeys(find_dimension(catalogue, each) for each, state in asked.items() if not state))
    names = [*(each.name for each in dimensions), *states]
    order = [each.values if each.cuts else () for each in dimensions]
    order += [standing.values(con, state, book.as_of, definitions) for state in states.values()]
    fields = [*map(_value, dimensions), *(f"standing.{STATES[state].column}" for state in states.values())]
    lists = [False] * len(dimensions) + [STATES[state].is_list for state in states.values()]
    joined = (
        f"\n    left join {standing.relation_of(list(states.values()))} as standing using (_account)" if states else ""
    )
    arms = ["select -1 as at, null::varchar as value, count(*) as n from accounts"]
    arms += [_arm(at, is_list) for at, is_list in enumerate(lists)]
    columns = ", ".join(["true", *(f"{field} as d{at}" for at, field in enumerate(fields))])
    accounts = f"with accounts as materialized (\n    select {columns} from book as account{joined}\n)\n"
    sql = accounts + "\nunion all\n".join(arms)
    counted = con.execute(sql, standing.parameters(sql, book.as_of, definitions)).fetchall()
    rows = [
        (at, _rank(order[at], value, n) if at >= 0 else (), {names[at]: value} if at >= 0 else {}, n)
        for at, value, n in counted
    ]
    rows.sort(key=lambda row: row[:2])
    return Answer(pd.DataFrame([row[2:] for row in rows], columns=COLUMNS), sql=sql)


def _state_of(catalogue: Sequence[StoredDimension], name: str) -> str | None:
    """The state a name means, or None where it is for the data to say."""
    is_dimension = any(each.name == name for each in catalogue)
    if name.startswith(STATE) and not is_dimension:
        standing.state(name.removeprefix(STATE))
        return name.removeprefix(STATE)
    return name if name in STATES and not is_dimension else None


def _value(dimension: StoredDimension) -> str:
    return value_on(dimension, "$as_of::date") if dimension.has_history else f"account.{quote(dimension.column)}"


def _arm(at: int, is_list: bool) -> str:
    source = f"(select unnest(d{at}) as d{at} from accounts)" if is_list else "accounts"
    return f"select {at}, d{at}::varchar, count(*) from {source} group by d{at}"


def _rank(order: Sequence[str | None], value: str | None, n: int) -> tuple:
    if value is None:
        return (1,)
    return (0, order.index(value) if value in order else -n, value)
