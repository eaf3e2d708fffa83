"""Renewals as of a day, laid on a cursor: what renewal_terms.sql, renewals.sql and moves.sql make of the contracts.

lay       the views renewal_term, renewal, arr_move and customer_spell, of all accounts: join them to `book` or `scope`
released  says that a cursor asks no more

A snapshot never changes, so what is laid once for a day and some rules is kept beside it, for every question after: a filter then
costs no more than a look. The last few days asked for are kept.
"""

import hashlib
import threading
from contextlib import suppress
from datetime import date

import duckdb

from lib.definitions import Definitions

MOST_KEPT = 3
MANY_TERMS = 500_000  # of more fewer days are kept, and packed
_MADE = {  # each of those before it
    "renewal_term": "from renewal_term_on($as_of, $grace_days, $early_days, $currencies, $factors)",
    "renewal": "from renewal_of_terms()",
    "arr_move": "from move_of_terms($grace_days)",
    "customer_spell": "from spell_of_terms($grace_days)",
}
_KEPT = """
select substr(table_name, 16)
from duckdb_tables()
where database_name = 'memory' and not temporary and table_name like 'customer\\_spell\\_%' escape '\\'
order by table_oid
"""
_LOCK = threading.Lock()
_in_use: dict[int, set[str]] = {}  # cursor -> what it looks at


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
    key = hashlib.sha256(repr(bound).encode()).hexdigest()[:12]
    with _LOCK:
        _in_use.setdefault(id(con), set()).add(key)
        kept = [name for (name,) in con.execute(_KEPT).fetchall()]
        if is_new := key not in kept:
            _make_room(con, kept)
        for name, sql in _MADE.items():
            if is_new:
                asked = {each: value for each, value in bound.items() if f"${each}" in sql}
                con.execute(f"create or replace table memory.main.{name}_{key} as {sql}", asked)
            con.execute(f"create or replace temp view {name} as from memory.main.{name}_{key}")
        if is_new and _are_many(con):
            with suppress(duckdb.TransactionException):  # somebody is in the middle of a question: it stays as it is
                con.execute("checkpoint memory")  # packs what it holds into an eighth


def released(con: duckdb.DuckDBPyConnection) -> None:
    """What a cursor looked at may make room for others."""
    with _LOCK:
        _in_use.pop(id(con), None)


def _make_room(con: duckdb.DuckDBPyConnection, kept: list[str]) -> None:
    """Drop what was laid first and nobody looks at."""
    looked_at = set().union(*_in_use.values())
    idle = [key for key in kept if key not in looked_at]
    most = 2 if _are_many(con) else MOST_KEPT
    for key in idle[: max(len(kept) - most + 1, 0)]:
        for name in _MADE:
            con.execute(f"drop table if exists memory.main.{name}_{key}")


def _are_many(con: duckdb.DuckDBPyConnection) -> bool:
    ((n,),) = con.execute(
        "select count(*) from core.contract"
    ).fetchall()  # to its end: a cursor must be free for what follows
    return n > MANY_TERMS
