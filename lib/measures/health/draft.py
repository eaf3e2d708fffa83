"""What other rules of health would make of today: how many accounts of the book change colour.

health_draft   a row per colour in force and colour by the draft
COLUMNS        of the answer, whatever the options
COLOURS        in their order, the worst first; none is an account without a score
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import healthdraft
from lib.measures import Answer

COLUMNS = ["colour_in_force", "colour_draft", "n_accounts", "arr"]
COLOURS = ("red", "amber", "green", "none")
_SQL = """with counted as (
    select colour_before as colour_in_force, colour as colour_draft, count(*) as n_accounts, coalesce(sum(arr), 0)::double as arr
    from draft_now
    group by colour_before, colour
)
select *
from counted
order by list_position($colours, colour_in_force), list_position($colours, colour_draft)"""
NO_HISTORY = "Nothing is published by a draft: what others see stays as it is."


def health_draft(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, draft: str = "") -> Answer:
    """The accounts of the book with a reading on the day, by their colour in force and by that of the draft.

    draft   a JSON text of a [health] section, as the definitions have it; its `earlier` is not read. Empty: the rules in force
    """
    healthdraft.now(con, book.as_of, definitions, healthdraft.read(definitions, draft))
    table = con.execute(_SQL, {"colours": list(COLOURS)}).df()[COLUMNS]
    return Answer(table, notes=(NO_HISTORY,), sql=f"{healthdraft.SQL_NOW};\n\n{_SQL}")
