"""How many an audience has, person by person, and how many of them are spared, by reason.

audience_size   rows: all, to write to, and each reason for which somebody is spared
COLUMNS         of the answer, whatever the options
ALL, TO_WRITE   the names of the first two rows
"""

from collections.abc import Mapping

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.outreach.spared import REASONS, spared

COLUMNS = ["outreach", "n_members", "n_their_accounts"]
ALL, TO_WRITE = "all", "to write to"


def audience_size(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    campaign: str = "",
    asks: str = "",
    options: Mapping[str, object] | str = "{}",
    feature: str = "",
) -> Answer:
    """The members of a list, of whom each counts once: to write to, or spared for the first reason that holds."""
    with spared(con, book, definitions, campaign, asks, options, feature) as asked:
        sql = (
            f"{asked.sql}select reason, grouping(reason) = 1 as is_all, count(*) as n, count(distinct account) as n_accounts\n"
            "from spared\ngroup by grouping sets ((), (reason))"
        )
        found = con.execute(sql, dict(asked.bound)).fetchall()
    named = {ALL if is_all else reason or TO_WRITE: (n, n_accounts) for reason, is_all, n, n_accounts in found}
    rows = [
        (name, *named.get(name, (0, 0)))
        for name in (ALL, TO_WRITE, *REASONS)
        if name in named or name in (ALL, TO_WRITE)
    ]
    return Answer(pd.DataFrame(rows, columns=COLUMNS), sql=f"-- members_asked:\n{asked.below}\n\n-- counted:\n{sql}")
