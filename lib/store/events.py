"""The events of several imports, each counted once.

view_events   a temp view `event` of all of them, typed; gives how many were merged

An event with an id is the same event whatever batch it comes in: the newest batch says what it was, unless that batch only
inserts. One without an id is the same as another with the same moment, account, person, feature and quantity, and the
earlier stays. Only rows of different batches are merged: within a file the reader does it, and two alike rows that one
batch kept are two events.

One batch is read where it lies. Of several, only rows that could be the same are compared: those with an id, where two
batches have ids, and those at moments that two batches reach over. Imports that follow one another cost nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from lib.store.merge import columns_of
from lib.store.sources import Source
from lib.store.tables import columns, quote

MOST_WINDOWS = 40  # more stretches of time than this are looked at as one

_SETTLE = """
create temp table settled as
select * exclude (batch_no)
from contested
where event is not null
qualify batch_no = greatest(
    min(batch_no) over (partition by event),
    coalesce(max(case when not is_insert then batch_no end) over (partition by event), 0)
)
union all by name
select * exclude (batch_no)
from contested
where event is null
qualify batch_no = min(batch_no) over (partition by occurred_at, account, person, feature, quantity)
"""


@dataclass(frozen=True)
class _Span:
    """From when to when the events of a batch are, and whether they have ids."""

    first: datetime | None
    last: datetime | None
    has_ids: bool


def view_events(con: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> int:
    """Make the temp view `event` of all events, typed; a column that no file has is empty. Gives how many were merged."""
    if len(sources) <= 1:
        con.execute(f"create temp view event as {_select(con, sources, 0) if sources else _NOTHING}")
        return 0
    each = [_select(con, sources, number) for number in range(len(sources))]
    spans = [_span(con, select) for select in each]
    may_clash = _may_clash(con, spans)
    if may_clash == "false":
        con.execute(f"create temp view event as {' union all by name '.join(each)}")
        return 0
    rows = " union all by name ".join(
        f"select *, {number} as batch_no, {str(sources[number].mode == 'insert').lower()} as is_insert "
        f"from ({select}) where {may_clash}"
        for number, select in enumerate(each)
    )
    con.execute(f"create temp table contested as {rows}")
    con.execute(_SETTLE)
    n_before, n_after = con.execute(
        "select (select count(*) from contested), (select count(*) from settled)"
    ).fetchone()
    con.execute("drop table contested")
    alone = " union all by name ".join(f"select * from ({select}) where not {may_clash}" for select in each)
    con.execute(f"create temp view event as {alone} union all by name select * exclude (is_insert) from settled")
    return n_before - n_after


_NOTHING = (
    "select " + ", ".join(f"null::{kind} as {quote(name)}" for name, kind in columns("event").items()) + " where false"
)


def _select(con: duckdb.DuckDBPyConnection, sources: Sequence[Source], number: int) -> str:
    """SQL for the events of one batch, typed."""
    files = sources[number].files
    given = {name.lower() for name in columns_of(con, files)}
    fields = ", ".join(
        f"{quote(name) if name in given else 'null'}::{kind} as {quote(name)}"
        for name, kind in columns("event").items()
    )
    con.execute(f"set variable event_files_{number} = $files", {"files": [str(file) for file in files]})
    return f"select {fields} from read_parquet(getvariable('event_files_{number}'), union_by_name = true)"


def _span(con: duckdb.DuckDBPyConnection, select: str) -> _Span:
    first, last, n_ids = con.execute(
        f"select min(occurred_at), max(occurred_at), count(event) from ({select})"
    ).fetchone()
    return _Span(first, last, n_ids > 0)


def _may_clash(con: duckdb.DuckDBPyConnection, spans: Sequence[_Span]) -> str:
    """A condition that holds for every row that may be a row of another batch too."""
    found = _shared(spans)
    if len(found) > MOST_WINDOWS:
        found = [(found[0][0], found[-1][1])]
    parts = ["event is not null"] if sum(span.has_ids for span in spans) > 1 else []
    for number, (first, last) in enumerate(found):
        con.execute(f"set variable window_{number} = $days", {"days": [first, last]})
        parts.append(f"occurred_at between getvariable('window_{number}')[1] and getvariable('window_{number}')[2]")
    return f"coalesce({' or '.join(parts)}, false)" if parts else "false"


def _shared(spans: Sequence[_Span]) -> list[tuple[datetime, datetime]]:
    """The stretches of time that two batches or more reach over, apart from one another, in order."""
    found: list[tuple[datetime, datetime]] = []
    reached: datetime | None = None
    for first, last in sorted((span.first, span.last) for span in spans if span.first):
        if reached and first <= reached:
            until = min(last, reached)
            if found and first <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], until))
            else:
                found.append((first, until))
        reached = max(reached or last, last)
    return found
