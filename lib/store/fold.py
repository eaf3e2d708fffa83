"""The fold: immutable batches, oldest first, become the tables of core.duckdb.

A row with the key of an earlier row updates it, column by column: a later file that has only `account` and `csm` moves
accounts between CSMs and leaves the rest alone (lib.store.merge), and what they were before becomes history
(lib.store.history). Columns of an accounts file that the schema does not know are appended.
Accounts without any contract get one derived from their own dates, so no measure asks which columns came.
"""

from datetime import date
from pathlib import Path

import duckdb

from lib.store.dimensions import StoredDimension, band_expression, catalogue
from lib.store.history import derive_history
from lib.store.merge import SAID, fold_table
from lib.store.sources import Source
from lib.store.tables import KEYS, NUMBER, SCHEMA, quote

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
    true as is_derived,
    _account
from folded_account
where (started_on is not null or churned_on is not null)
  and not (coalesce(churned, false) and churned_on is null)  -- gone, nobody knows when: in no period
  and account not in (select account from contract)
"""

# Grouping and joining a million accounts by a number takes half the time it takes by their text: what facts gather from
# these tables by account, they gather by its number in this snapshot. A row of an account nobody knows has none.
NUMBERED = ("contract", "milestone", "ticket", "survey", "touch")
_NUMBER_ACCOUNTS = "alter table folded_account add column _account uinteger; update folded_account set _account = rowid"

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


def build_core(target: Path, sources: dict[str, list[Source]], received_on: date, known_on: date | None = None) -> dict:
    """Fold all batches but events into a new database `target`; returns its row counts and the last recorded day.

    known_on  the last day of use, which the data knows too
    """
    with duckdb.connect(target) as con:
        con.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        con.execute(SCHEMA)
        con.execute("drop table event")
        con.execute("drop table account")
        accounts = sources.get("account", [])
        seen_in = fold_table(con, "account", accounts, keep_said=True)
        con.execute(_NUMBER_ACCOUNTS)
        for table in KEYS:
            if table not in ("event", "account"):
                _fold(con, table, sources.get(table, []))
        con.execute(_DERIVE_CONTRACTS, {"received_on": received_on})
        days = [_last_day(con, table, names, received_on) for table, names in RECORDED.items()]
        last_day = max(filter(None, days), default=_last_day(con, "contract", ("starts_on",), received_on))
        categories = [each.name for each in catalogue(con, "folded_account") if each.kind == "category"]
        if len(accounts) > 1:
            derive_history(con, accounts, seen_in, categories, max(filter(None, (last_day, known_on)), default=None))
            con.execute(f"drop table {SAID}")
        for name in categories:
            _one_spelling(con, name)
        _write_account(con, catalogue(con, "folded_account"))
        n_rows = {
            table: con.execute(f"select count(*) from {quote(table)}").fetchone()[0]
            for table in KEYS
            if table != "event"
        }
    return {"n_rows": n_rows, "last_day": last_day and last_day.isoformat()}


def _fold(con: duckdb.DuckDBPyConnection, table: str, sources: list[Source]) -> None:
    """The folded rows as the table of the snapshot, those of an account together where they have its number."""
    if table in NUMBERED:
        con.execute(f"alter table {quote(table)} add column {NUMBER} uinteger")
    if not sources:
        return
    fold_table(con, table, sources)
    folded, rows = quote(f"folded_{table}"), f"select * from {quote(f'folded_{table}')}"
    if table in NUMBERED:
        rows = (
            f"select said.*, folded_account.{NUMBER} from {folded} as said "
            f"left join folded_account using (account) order by {NUMBER}"
        )
    con.execute(f"insert into {quote(table)} by name {rows}")
    con.execute(f"drop table {folded}")


def _last_day(con: duckdb.DuckDBPyConnection, table: str, names: tuple[str, ...], received_on: date) -> date | None:
    """The newest day in these columns that is not after the day the data arrived."""
    newest = ", ".join(f"max({quote(name)}::date) filter (where {quote(name)}::date <= $received_on)" for name in names)
    found = quote("folded_account" if table == "account" else table)  # it becomes `account` at the very end
    days = con.execute(f"select {newest} from {found}", {"received_on": received_on}).fetchone()
    return max((day for day in days if day), default=None)


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
