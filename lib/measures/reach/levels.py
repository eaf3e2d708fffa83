"""The value of a dimension that an account of `book as account` had on a day.

level_of     as SQL
known        the same of a column that the data may lack
check_cut    refuses a value without a dimension
"""

import duckdb

from lib.errors import Refused
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on


def level_of(con: duckdb.DuckDBPyConnection, by: str | None, day: str) -> str:
    """SQL for the value on `day` (SQL of ours); of no dimension null. Raises Refused with the dimensions there are."""
    return f"nullif({value_on(find_dimension(read_catalogue(con), by), day)}, '')" if by else "null::varchar"


def known(con: duckdb.DuckDBPyConnection, name: str, day: str) -> str:
    """The same of a column that the data may lack: null then."""
    there = [each for each in read_catalogue(con) if each.name == name]
    return f"nullif(trim({value_on(there[0], day)}), '')" if there else "null::varchar"


def check_cut(by: str | None, level: str | None) -> None:
    """Raises Refused for a value that is of no dimension."""
    if level is not None and not by:
        raise Refused("A value is one of a dimension; say of which.")
