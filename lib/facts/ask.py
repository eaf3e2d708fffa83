"""Asking: a cursor for one question, cut to what the viewer may see and to the book, states included.

ask   the one way from a page or a shell to the data
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import journey, shelf
from lib.facts.standing import STATES, check, parameters, relation_of
from lib.facts.written import laid
from lib.scope import ALL, Scope
from lib.store.opening import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa


@contextmanager
def ask(
    snapshot: Snapshot,
    book: Book,
    definitions: Definitions,
    scope: Scope = ALL,
    written: Mapping[str, "pa.Table"] | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on which `scope` and `book` are views of accounts, `book` cut by dimensions, by search and by states.

    What was written after the data's last day counts on that day, or nothing written today would count before the next
    import; an earlier day knows only what was written by then.

    The variable written_to is the day by which something must have been written to count; empty where all of it does. known_to
    is the last day the data knows, empty where it has no dates.

    What people wrote lies beside them as `written_touch`, `written_sentiment` ...: as given, or else empty (written.sql).
    Raises Refused for a state or a value of one there is none of.
    """
    last_day = snapshot.manifest.as_of
    counts_all = last_day is None or book.as_of >= last_day
    said = laid(written or {}, last_day if counts_all else None)
    with snapshot.ask(replace(book, states=()), scope, said) as con:
        journey.lay(con, snapshot.dimensions, definitions.journey, book.as_of)
        con.execute("set variable written_to = $day::date", {"day": None if counts_all else book.as_of})
        con.execute("set variable known_to = $day::date", {"day": last_day})
        if book.states:
            _cut_by_states(con, book, definitions)
        try:
            yield con
        finally:
            shelf.released(con)


def _cut_by_states(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> None:
    """The view `book` on top of the one cut by filters. Who stands so is worked out once: a page may ask of it often."""
    check(con, book.states, book.as_of, definitions)
    conditions, bound = [], {}
    for number, (name, chosen) in enumerate(book.states):
        state, wanted = STATES[name], f"$state_{number}::varchar[]"
        test = "list_has_any" if state.is_list else "list_contains"
        column = f"standing.{state.column}"
        arguments = f"{column}, {wanted}" if state.is_list else f"{wanted}, {column}"
        arms = [f"coalesce({test}({arguments}), false)"] + [f"{column} is null"] * (None in chosen)
        conditions.append(f"({' or '.join(arms)})")
        bound[f"state_{number}"] = [value for value in chosen if value is not None]
    sql = (
        "create temp table stands_so as select scope._account from scope "
        f"left join {relation_of([name for name, _ in book.states])} as standing using (_account) "
        f"where {' and '.join(conditions)}"
    )
    con.execute(sql, parameters(sql, book.as_of, definitions) | bound)
    con.execute("alter view book rename to book_in_any_state")
    con.execute(
        "create temp view book as "
        "select * from book_in_any_state as account where _account in (select _account from stands_so)"
    )
