"""How many accounts of the book have each value of a dimension: the numbers beside a filter.

facets    one row per value, and one for the whole book
"""

from collections.abc import Sequence

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.store.dimensions import StoredDimension, find_dimension, read_catalogue
from lib.store.opening import value_on
from lib.store.tables import quote

COLUMNS = ["segment", "n"]


def facets(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: Sequence[str] = ()) -> Answer:
    """Accounts by each of the dimensions `by` on its own, as of the book's day; the first row is the whole book.

    Within a dimension the most common value comes first, bands in their order, and missing last.
    """
    catalogue = read_catalogue(con)
    dimensions = [find_dimension(catalogue, name) for name in dict.fromkeys(by)]
    fields = [f"{_value(each)} as d{at}" for at, each in enumerate(dimensions)]
    arms = ["select -1 as at, null::varchar as value, count(*) as n from accounts"]
    arms += [f"select {at}, d{at}::varchar, count(*) from accounts group by d{at}" for at in range(len(dimensions))]
    accounts = f"with accounts as materialized (\n    select {', '.join(['true', *fields])} from book as account\n)\n"
    sql = accounts + "\nunion all\n".join(arms)
    values = {"as_of": book.as_of} if any(each.has_history for each in dimensions) else {}
    rows = [
        (at, _rank(dimensions[at], value, n) if at >= 0 else (), {dimensions[at].name: value} if at >= 0 else {}, n)
        for at, value, n in con.execute(sql, values).fetchall()
    ]
    rows.sort(key=lambda row: row[:2])
    return Answer(pd.DataFrame([row[2:] for row in rows], columns=COLUMNS), sql=sql)


def _value(dimension: StoredDimension) -> str:
    return value_on(dimension, "$as_of::date") if dimension.has_history else f"account.{quote(dimension.column)}"


def _rank(dimension: StoredDimension, value: str | None, n: int) -> tuple:
    if value is None:
        return (1,)
    return (0, dimension.values.index(value) if dimension.cuts and value in dimension.values else -n, value)
