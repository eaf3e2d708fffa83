"""Which rows cannot be kept, which stand in for one another, and what a row without an id is called.

refuse_...   cells that cannot be values, into table `refused` of rows
merge_...    rows with one id, into `merged`
number       ids for rows of a file that has none, into `numbered`
"""

from collections.abc import Sequence

import duckdb

from lib.store.ingest import values

DAMAGED_NUMBER = "a number cut short by a spreadsheet: export it in full"
OUT_OF_DAYS = f"a day outside {values.FIRST_DAY} to {values.LAST_DAY}"
RANGE = {"first_day": values.FIRST_DAY, "last_day": values.LAST_DAY}
UNREAD = """
insert into refused
select rowid, null, $header, filled({column}),
       case when is_damaged(filled({column})) then $damaged else $reason end, null, null
from raw
where {sql} is null and filled({column}) is not null and rowid not in (select n from blank)
"""
UNREAD_DAY = """
insert into refused
with said as materialized (  -- else the long rules for a day are planned again for every mention of it
    select rowid as n, {sql} as day from raw
)
select n, null, $header, filled({column}),
       case when day is not null then $out_of_days when is_damaged(filled({column})) then $damaged else $reason end, null, null
from said join raw on raw.rowid = n
where day::date not between $first_day::date and $last_day::date
      or (day is null and filled({column}) is not null and n not in (select n from blank))
"""
BAD_ID = """
insert into refused
select rowid, null, $header, {id},
       case when {id} is null then $blank
            when is_damaged({id}) then 'an id cut short by a spreadsheet: export it as text'
            else 'the header, repeated among the rows' end,
       null, null
from raw
where ({id} is null or {id} = $header or (contains({id}, '+') and is_damaged({id})))
      and rowid not in (select n from blank)
"""
OTHER_CHANGES = """
insert into refused
select rowid, null, $header, filled({column}), 'a change of something else than the stage', null, null
from raw
where not regexp_matches(lower(filled({column})), 'stage|phase|status|étape|etapa|fase')
      and rowid not in (select n from blank)
"""
DAMAGED = """
insert into refused
select rowid, null, $header, {id}, 'an id cut short by a spreadsheet: export it as text', null, null
from raw
where {id} < ':' and contains({id}, '+') and is_damaged({id})
      and rowid not in (select n from refused where n is not null and field = $header)
"""
NONE_OF = """
insert into refused
select rowid, null, $header, '', $reason, null, null
from raw
where {all_blank} and rowid not in (select n from blank union all select n from refused where n is not null)
"""
DISORDER = """
insert into refused
with said as materialized (
    select rowid as n, {before} as earlier, {after} as later from raw
)
select n, null, $header, filled({column}), 'before ' || $before_header, 'that is ' || strftime(earlier, '%Y-%m-%d'), null
from said join raw on raw.rowid = n
where later < earlier and later between $first_day::date and $last_day::date
      and earlier between $first_day::date and $last_day::date
"""
TWICE = """
create temp table twice as
with said as materialized (
    select rowid as n, {id} as id from raw
),
again as (
    select id from said where id is not null group by id having count(*) > 1
)
select n, id, {whole} as whole
from said join again using (id) join raw on raw.rowid = n
"""
CONFLICTS = """
insert into refused
with conflict as (
    select id, list(n order by n)[:5] as places from twice group by id having count(distinct whole) > 1
)
select n, null, $header, id, $reason, null, places
from twice join conflict using (id)
"""
MERGE = """
insert into merged
select twice.n from twice join raw on raw.rowid = twice.n
where twice.n not in (select n from refused where n is not null union all select n from blank)
qualify row_number() over (partition by {apart} order by {first}, twice.n) > 1
"""
NUMBER = """
create temp table numbered as
with kept as (
    select rowid as n, {base} as base, {apart} as apart from raw
    where rowid not in (select n from refused where n is not null union all from merged union all from blank)
)
select n, base || case when nth > 1 then ' #' || nth else '' end as id
from (select n, base, row_number() over (partition by apart order by n) as nth from kept)
"""


def refuse_ids(con: duckdb.DuckDBPyConnection, id_sql: str, header: str, what: str = "id") -> None:
    """Rows whose id, or whatever text no row may lack, is blank, damaged or the header again."""
    con.execute(BAD_ID.format(id=id_sql), {"header": header, "blank": f"the {what} is blank"})


def refuse_damaged(con: duckdb.DuckDBPyConnection, id_sql: str, header: str) -> None:
    """Rows that name somebody by an id that a spreadsheet has cut, where a blank one would do."""
    con.execute(DAMAGED.format(id=id_sql), {"header": header})


def refuse_none_of(con: duckdb.DuckDBPyConnection, sqls: Sequence[str], headers: Sequence[str]) -> None:
    """Rows in which every one of these columns is blank, and that were not refused already."""
    all_blank = " and ".join(f"{sql} is null" for sql in sqls)
    reason = "blank" if len(headers) == 1 else f"neither {' nor '.join(map(repr, headers))} is filled"
    con.execute(NONE_OF.format(all_blank=all_blank), {"header": headers[0], "reason": reason})


def refuse_other_changes(con: duckdb.DuckDBPyConnection, column: str, header: str) -> None:
    """Rows of a history of fields that tell of another field than the stage."""
    con.execute(OTHER_CHANGES.format(column=column), {"header": header})


def refuse_unread(con: duckdb.DuckDBPyConnection, column: str, how: values.Expression, header: str) -> None:
    """Filled cells that the column's type cannot hold, and days that no customer base has."""
    said = {"header": header, "reason": how.refusal, "damaged": DAMAGED_NUMBER}
    if how.kind in ("DATE", "TIMESTAMP"):
        said |= {"out_of_days": OUT_OF_DAYS, **RANGE}
    con.execute((UNREAD_DAY if "out_of_days" in said else UNREAD).format(column=column, sql=how.sql), said)


def refuse_disorder(
    con: duckdb.DuckDBPyConnection, column: str, before: str, after: str, before_header: str, header: str
) -> None:
    """Rows where the day of `header`, in raw `column`, comes before the day it must follow."""
    con.execute(
        DISORDER.format(column=column, before=before, after=after),
        {"header": header, "before_header": repr(before_header), **RANGE},
    )


def merge_or_refuse_duplicates(
    con: duckdb.DuckDBPyConnection, id_sql: str, whole: str, header: str, what: str = "id"
) -> None:
    """Rows with the same id: alike, all but the first are merged into it; different, every one is refused."""
    con.execute(TWICE.format(id=id_sql, whole=whole))
    con.execute(CONFLICTS, {"header": header, "reason": f"the {what} stands on several rows with different values"})
    con.execute(MERGE.format(apart="id", first="1"))


def merge_duplicates(con: duckdb.DuckDBPyConnection, id_sql: str, first: str = "1") -> None:
    """Rows with the same id are one, whatever else they say: the one that comes first by `first`."""
    con.execute(TWICE.format(id=id_sql, whole="''"))
    con.execute(MERGE.format(apart="id", first=f"{first} nulls last" if first != "1" else "1"))


def number(con: duckdb.DuckDBPyConnection, base: str, apart: str | None = None) -> None:
    """Ids for the rows kept of a file without any, into table `numbered` (n, id): what a row says, and which of several.

    apart   rows that differ in it may have one id
    """
    con.execute(NUMBER.format(base=base, apart=apart or base))
