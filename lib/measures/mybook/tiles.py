"""The tiles of My book.

mybook_tiles   one row per tile: accounts and ARR on the day and EARLIER days before
COLUMNS        of the answer, whatever the options
"""

from datetime import timedelta

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import health
from lib.facts.standing import RISK
from lib.measures import Answer
from lib.measures.mybook import LISTED, ONLY, parameters

TILES = ("accounts", "arr", "at_risk", "renewing", "at_risk_and_renewing")
COLUMNS = ["tile", "n", "arr", "earlier_on", "n_earlier", "arr_earlier", "n_change", "arr_change"]
EARLIER = 30  # days


def mybook_tiles(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """One row per tile, in the order of TILES. n is as many rows as `mybook(only=tile)` gives, arr is their ARR.

    The earlier figures are those of the same accounts, the book's of today, as they stood and as was known that day.
    """
    earlier_on = book.as_of - timedelta(days=EARLIER)
    health.red(con, definitions, book.as_of, earlier_on)
    fields = ",\n    ".join(
        f"count(*) filter (where {ONLY[tile]}) as n_{tile}, "
        f"coalesce(sum(arr) filter (where {ONLY[tile]}), 0)::double as arr_{tile}"
        for tile in TILES
    )
    sql = "\nunion all\n".join(
        f"select\n    {fields}\nfrom {relation}\nwhere {LISTED} and _account in (select _account from book)"
        for relation in (RISK, RISK.replace("$as_of", "$earlier_on"))
    )
    now, earlier = con.execute(sql, parameters(sql, book, definitions) | {"earlier_on": earlier_on}).fetchall()
    rows = [
        (tile, now[at], now[at + 1], earlier_on, earlier[at], earlier[at + 1], now[at] - earlier[at], now[at + 1] - earlier[at + 1])
        for tile, at in zip(TILES, range(0, len(now), 2), strict=True)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"earlier_on": "datetime64[us]"})
    return Answer(table, sql=sql)
