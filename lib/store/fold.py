"""The fold: immutable batches, oldest first, become the tables of core.duckdb.

A row with the key of an earlier row updates it, column by column: a later file that has only `account` and `csm` moves
accounts between CSMs and leaves the rest alone. Columns of an accounts file that the schema does not know are appended.
Accounts without any contract get one derived from their own dates, so no measure asks which columns came.
"""

from datetime import date
from pathlib import Path

import duckdb

from lib.store.dimensions import StoredDimension, band_expression, catalogue
from lib.store.tables import KEYS, SCHEMA, columns, quote

MEMORY_LIMIT = "4GB"

_DERIVE_CONTRACTS = """
insert into contract by name
select
    account || ' (derived)' as contract,
    account,
    started_on as starts_on,
    case when churned_on is null and renews_on > $received_on then renews_on end as ends_on,  -- a past one is stale
    arr,
    seats,
    'subscription' as kind,
    true as is_recurring,
    churned_on as cancelled_on,
    true as is_derived
from folded_account
where (started_on is not null or churned_on is not null)
  and not (coalesce(churned, false) and churned_on is null)  -- gone, nobody knows when: in no period
  and account not in (select account from contract)
"""

# Grouping and joining a million accounts by a number takes half the time it takes by their text.
_NUMBER_ACCOUNTS = """
alter table folded_account add column _account uinteger;
update folded_account set _account = rowid;
create table numbered as
    select contract.*, folded_account._account
    from contract
    left join folded_account using (account);
drop table contract;
alter table numbered rename to contract;
"""

# Days on which something was written down. A term's start may be signed ahead, so it only counts where nothing else does.
RECORDED = {
    "account": ("started_on", "churned_on"),
    "account_history": ("from_on",),
    "contract": ("notice_given_on", "asked_to_cancel_on", "cancelled_on"),
    "person": ("provisioned_at", "deactivated_on", "trained_on"),
    "setting": ("set_on",),
    "milestone": ("reached_on",),
    "ticket": ("opened_at", "closed_at"),
    "survey": ("sent_on", "answered_on"),
    "touch": ("occurred_at",),
    "goal": ("promised_on", "reached_on"),
}


def build_core(target: Path, sources: dict[str, list[list[Path]]], received_on: date) -> dict:
    """Fold all batches but events into a new database `target`; returns its row counts and the last recorded day."""
    with duckdb.connect(target) as con:
        con.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        con.execute(SCHEMA)
        con.execute("drop table event")
        con.execute("drop table account")
        for table in KEYS:
            if table != "event":
                fold_table(con, table, sources.get(table, []))
        for table in KEYS:
            if table not in ("event", "account"):
                con.execute(f"insert into {quote(table)} by name select * from {quote('folded_' + table)}")
                con.execute(f"drop table {quote('folded_' + table)}")
        con.execute(_DERIVE_CONTRACTS, {"received_on": received_on})
        con.execute(_NUMBER_ACCOUNTS)
        for dimension in catalogue(con, "folded_account"):
            if dimension.kind == "category":
                _one_spelling(con, dimension.name)
        _write_account(con, catalogue(con, "folded_account"))
        n_rows = {
            table: con.execute(f"select count(*) from {quote(table)}").fetchone()[0]
            for table in KEYS
            if table != "event"
        }
        days = [_last_day(con, table, names, received_on) for table, names in RECORDED.items()]
        last_day = max(filter(None, days), default=_last_day(con, "contract", ("starts_on",), received_on))
    return {"n_rows": n_rows, "last_day": last_day}


def _last_day(con: duckdb.DuckDBPyConnection, table: str, names: tuple[str, ...], received_on: date) -> str | None:
    """The newest day in these columns that is not after the day the data arrived."""
    newest = ", ".join(f"max({quote(name)}::date) filter (where {quote(name)}::date <= $received_on)" for name in names)
    days = con.execute(f"select {newest} from {quote(table)}", {"received_on": received_on}).fetchone()
    return max((day.isoformat() for day in days if day), default=None)


def fold_table(con: duckdb.DuckDBPyConnection, table: str, sources: list[list[Path]]) -> None:
    """Create `folded_TABLE`: one row per key, each column from the newest batch that has it.

    Names are the same whatever their case, as in SQL: the first spelling stays.
    """
    kinds = dict(columns(table))
    seen_in: dict[str, list[int]] = {name: [] for name in kinds}
    spelling = {name.lower(): name for name in kinds}
    for number, files in enumerate(sources):
        for given, kind in columns_of(con, files).items():
            name = spelling.setdefault(given.lower(), given)
            known = kinds.setdefault(name, kind)
            if known != kind and name not in columns(table):
                kinds[name] = "VARCHAR"  # two batches disagree on an extra column: text holds both
            seen_in.setdefault(name, []).append(number)

    stacked = [_typed_select(kinds, number, seen_in) for number in range(len(sources))]
    empty = "select " + ", ".join(f"null::{kind} as {quote(name)}" for name, kind in kinds.items()) + " where false"
    for number, files in enumerate(sources):
        con.execute(f"set variable source_{number} = $files", {"files": [str(file) for file in files]})
    target = quote(f"folded_{table}")
    if len(sources) <= 1:
        con.execute(f"create temp table {target} as {stacked[0] if stacked else empty}")
        if _is_unique(con, target, KEYS[table]):
            return
        con.execute(
            f"create or replace temp table stacked as select *, 0 as batch_no, row_number() over () as row_no from {target}"
        )
    else:
        union = " union all ".join(
            f"select *, {n} as batch_no, row_number() over () as row_no from ({each})" for n, each in enumerate(stacked)
        )
        con.execute(f"create or replace temp table stacked as {union}")
    keys = ", ".join(quote(key) for key in KEYS[table])
    newest = ", ".join(
        f"arg_max_null({quote(name)}, (batch_no, row_no)) "
        f"filter (where batch_no in ({', '.join(map(str, seen_in[name])) or 'null'})) as {quote(name)}"
        for name in kinds
        if name not in KEYS[table]
    )
    con.execute(
        f"create or replace temp table {target} as select {keys}, {newest} from stacked group by {keys} order by {keys}"
    )
    con.execute("drop table stacked")


def _typed_select(kinds: dict[str, str], number: int, seen_in: dict[str, list[int]]) -> str:
    fields = ", ".join(
        f"{quote(name) if number in seen_in[name] else 'null'}::{kind} as {quote(name)}" for name, kind in kinds.items()
    )
    return f"select {fields} from read_parquet(getvariable('source_{number}'), union_by_name = true)"


def columns_of(con: duckdb.DuckDBPyConnection, files: list[Path]) -> dict[str, str]:
    """Column name -> DuckDB type of some Parquet files read as one."""
    rows = con.execute(
        "select column_name, column_type from (describe select * from read_parquet($files, union_by_name = true))",
        {"files": [str(file) for file in files]},
    ).fetchall()
    return dict(rows)


def _is_unique(con: duckdb.DuckDBPyConnection, target: str, keys: tuple[str, ...]) -> bool:
    key = ", ".join(quote(each) for each in keys)
    n, n_keys = con.execute(
        f"select count(*), (select count(*) from (select distinct {key} from {target})) from {target}"
    ).fetchone()
    return n == n_keys


def _one_spelling(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """DSL, dsl and " DSL " are one value: the spelling most accounts have."""
    column = quote(name)
    con.execute(
        f"create or replace temp table spelling as "
        f"with said as (select {column}::varchar as value, true as is_now from folded_account "
        "union all select value, false as is_now from account_history where field = $field), "
        "spelt as (select value, count(*) filter (where is_now) as n from said where value is not null group by value) "
        "select lower(trim(value)) as folded, arg_max(value, (n, value)) as value from spelt group by folded having count(*) > 1",
        {"field": name},
    )
    con.execute(
        f"update folded_account set {column} = spelling.value from spelling "
        f"where lower(trim(folded_account.{column}::varchar)) = spelling.folded"
    )
    con.execute(
        "update account_history set value = spelling.value from spelling "
        "where field = $field and lower(trim(account_history.value)) = spelling.folded",
        {"field": name},
    )
    con.execute("drop table spelling")


def _write_account(con: duckdb.DuckDBPyConnection, dimensions: list[StoredDimension]) -> None:
    """The account table with its dimensions as ENUMs, the catalogue of dimensions, and their past values as codes."""
    con.execute(
        "create table dimension (position integer, name varchar, column_name varchar, kind varchar, "
        "values varchar[], cuts double[], is_default boolean, has_history boolean, also_called varchar[])"
    )
    con.execute(
        "create table dimension_spell (dimension varchar, _account uinteger, from_on date, until_on date, code uinteger)"
    )
    coded = {}
    for position, each in enumerate(dimensions):
        kind = quote(f"dimension_{position}")
        con.execute(
            "create or replace temp table enum_value as select unnest($values) as value", {"values": list(each.values)}
        )
        con.execute(f"create type {kind} as enum (select value from enum_value)")
        con.execute(
            "insert into dimension values ($position, $name, $column, $kind, $values, $cuts, $is_default, $has_history, "
            "    (select coalesce(list(header order by header), []) from heading where field = $name))",
            {
                "position": position,
                "name": each.name,
                "column": each.column,
                "kind": each.kind,
                "values": list(each.values),
                "cuts": list(each.cuts),
                "is_default": each.is_default,
                "has_history": each.has_history,
            },
        )
        if each.kind == "number":
            coded[each.column] = (
                f"list_extract(enum_range(null::{kind}), {band_expression(quote(each.name), each.cuts)} + 1)::{kind}"
            )
        else:
            coded[each.column] = f"{quote(each.name)}::varchar::{kind}"
        if each.has_history:
            con.execute(
                "insert into dimension_spell "
                "select was.field, folded_account._account, was.from_on, was.until_on, "
                f"enum_code(was.value::{kind}) "
                "from account_history as was join folded_account using (account) "
                "where was.field = $field and was.until_on is not null",
                {"field": each.name},
            )
    plain = [
        name
        for (name,) in con.execute("select column_name from (describe folded_account)").fetchall()
        if name not in coded
    ]
    fields = [quote(name) for name in plain] + [f"{expression} as {quote(name)}" for name, expression in coded.items()]
    con.execute(f"create table account as select {', '.join(fields)} from folded_account")
    con.execute("drop table folded_account")
    con.execute("drop table if exists enum_value")
