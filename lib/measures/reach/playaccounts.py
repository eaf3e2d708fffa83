"""The accounts behind the effect of a play or a campaign: those with it, those who stand against it.

play_accounts   a row per account (per person where people were drawn), by the day from which it is counted; `n_rows` in all
COLUMNS         of the answer, whatever the options
SIDES, WHICH    which are listed
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer
from lib.measures.reach import plays
from lib.measures.reach.listed import listed
from lib.measures.reach.plays import HELD, Compared

COLUMNS = [
    "account", "name", "csm", "segment", "tier", "person", "play_side", "compared_from_on", "play_outcome", "n_compared_weeks",
    "n_rows",
]  # fmt: skip
SIDES = {"with": "with it", "without": "without it"}
WHICH = {"all": "true", "came": "play_outcome = 'yes'", "not": "play_outcome = 'no'"}
SORTS = {
    "newest": "rows.compared_from_on desc, coalesce(ours.name, ours.account)", "account": "coalesce(ours.name, ours.account)",
    "outcome": "play_outcome, rows.compared_from_on desc",
}  # fmt: skip
_SQL = """create or replace temp table play_row as
select
    _account, person, any_value(play_side) as play_side, max(compared_from_on) as compared_from_on,
    if(arg_max(came, compared_from_on), 'yes', 'no') as play_outcome, count(*) as n_compared_weeks, null::varchar as level
from play_rows
group by _account, person"""


def play_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    play: str = "",
    side: str = "with",
    which: str = "all",
    outcome: str = "kept",
    sort: str = "newest",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Who is compared in the effect of a play: with it, or without it; all, or those of whom the outcome came or did not.

    Of a play without a hold-out an account may stand against it on many Sundays: its last one is told, and how many they are.
    """
    for asked, known in ((side, SIDES), (which, WHICH)):
        if asked not in known:
            raise Refused(f"There is no choice {asked!r}; choose from {', '.join(known)}.")
    laid = plays.lay(con, book, definitions)
    found = plays.compare(con, book, definitions, outcome, only=play)
    if not found:
        raise Refused("No account of this book was first touched by such a play in the period, or drawn for it.")
    con.register("play_rows", _rows(con, found[0], side))
    con.execute(_SQL)
    con.unregister("play_rows")
    asked = {"level": None, "sort": sort, "search": search, "limit": limit, "offset": offset}
    return listed(con, f"{laid};\n\n{_SQL}", "play_row", COLUMNS, WHICH[which], asked, SORTS)


def _rows(con: duckdb.DuckDBPyConnection, compared: Compared, side: str) -> pd.DataFrame:
    """The rows of a side: account, person, the day from which it is counted, whether the outcome came."""
    at = compared.with_it if side == "with" else compared.without
    if compared.method == HELD:
        rows = con.execute(
            f"select _account, person, drawn_on as compared_from_on, {compared.outcome} as came from held_row"
        ).df()
        said = "with it" if side == "with" else "held out"
    else:
        sql = f"select _account, null::varchar as person, read_on as compared_from_on, {compared.outcome} as came from compared_row"
        rows = con.execute(sql).df()
        said = "with it" if side == "with" else "not touched by then"
    rows = rows.iloc[at].assign(play_side=said, came=lambda found: found["came"].astype(bool))
    return rows.astype({"person": "string", "play_side": "string"})
