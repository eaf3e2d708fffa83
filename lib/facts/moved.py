"""What other definitions would move: in which stage accounts stand by one journey, and by another.

stages_by  account -> stage of the cursor's book, by the journey laid on it
moves      the same by the journey of a second cursor, beside the first: how many stand where by each
"""

from datetime import date
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa

_STAND = """select book._account, stood.stage
from (select _account from book) as book
left join stage_on($as_of) as stood on stood._account = book._account"""
_MOVES = f"""with now as ({_STAND})
select was.stage, now.stage, count(*)
from stood_before as was
full join now on now._account = was._account
group by was.stage, now.stage
order by count(*) desc, was.stage nulls last, now.stage nulls last"""


def stages_by(con: duckdb.DuckDBPyConnection, as_of: date) -> "pa.Table":
    """The accounts of the book and the stage each stands in; none where it has come to none."""
    return con.sql(_STAND, params={"as_of": as_of}).to_arrow_table()


def moves(con: duckdb.DuckDBPyConnection, as_of: date, before: "pa.Table") -> list[tuple[str | None, str | None, int]]:
    """How many accounts stand in a stage by `before` and in a stage by this cursor's journey: each pair, the most first."""
    con.register("stood_before", before)
    return con.execute(_MOVES, {"as_of": as_of}).fetchall()
