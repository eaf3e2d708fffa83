"""Renewals as of a day, laid on a cursor: what renewal_terms.sql, renewals.sql and moves.sql make of the contracts.

SHELF   holds them
lay     the views renewal_term, renewal, arr_move and customer_spell, of all accounts: join them to `book` or `scope`

They are kept on a shelf: a filter costs no more than a look. The last few days asked for stay.
"""

from datetime import date

import duckdb

from lib.definitions import Definitions
from lib.facts.shelf import Shelf, name_of

MOST_KEPT = 3
MANY_TERMS = 500_000  # of more fewer days are kept, and packed
_MADE = {  # each of those before it
    "renewal_term": "from renewal_term_on($as_of, $grace_days, $early_days, $currencies, $factors)",
    "renewal": "from renewal_of_terms()",
    "arr_move": "from move_of_terms($grace_days)",
    "customer_spell": "from spell_of_terms($grace_days)",
}
SHELF = Shelf(*_MADE, most=MOST_KEPT, many=MANY_TERMS)


def lay(
    con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions, *, grace_days: int | None = None
) -> None:
    """Renewals as they are known on `as_of`; a second call puts those of another day, or by other rules, in their place.

    grace_days   those of the definitions unless said
    """
    words = definitions.renewals
    worth = words.worth()
    bound = {
        "as_of": as_of, "grace_days": words.grace_days if grace_days is None else grace_days, "early_days": words.early_days,
        "currencies": list(worth), "factors": list(worth.values()),
    }  # fmt: skip

    def make(name: str, table: str) -> None:
        sql = _MADE[name]
        asked = {each: value for each, value in bound.items() if f"${each}" in sql}
        con.execute(f"create or replace table {table} as {sql}", asked)

    SHELF.lay(con, name_of(bound), make)
