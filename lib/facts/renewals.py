"""Terms as of a day, laid on a cursor once for all that is asked of them (renewal_terms.sql has their rules).

lay   the temp table renewal_term, of all accounts of scope; renewals.sql and moves.sql read it
"""

from datetime import date

import duckdb

from lib.definitions import Definitions

_LAID = """
create or replace temp table renewal_term as
from renewal_term_on($as_of, $grace_days, $early_days, $currencies, $factors)
"""


def lay(
    con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions, *, grace_days: int | None = None
) -> None:
    """The terms of scope as they are known on `as_of`; a second call puts others in their place.

    grace_days   those of the definitions unless said
    """
    words = definitions.renewals
    worth = words.worth()
    con.execute(
        _LAID,
        {
            "as_of": as_of, "grace_days": words.grace_days if grace_days is None else grace_days, "early_days": words.early_days,
            "currencies": list(worth), "factors": list(worth.values()),
        },
    )  # fmt: skip
