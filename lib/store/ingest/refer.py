"""Whose rows are these? Files name accounts by id or by name, or name a person only: every row gets its account's id.

refer         rewrite the prepared files of one kind; how many rows match, and the rows that belong to nobody
Match         what is told of it
Directory     the accounts and people that are known: of the files brought, and of the store they are brought to

An id wins over a name, and a name counts only where one account alone has it. A row that names an account nobody knows is
kept: its account may come later. A row of a person whose account nobody knows cannot be counted anywhere, and is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from lib.store.ingest.kinds import Kind
from lib.store.tables import PARQUET, quote

if TYPE_CHECKING:
    import pandas as pd

N_EXAMPLES = 5
ROW = "_row"  # beside the kind's columns in a prepared file: the row a spreadsheet shows

_KNOWN = """
create temp table known_account as
    select account, lower(trim(any_value(name))) as folded from account_seen group by account;
create temp table by_name as
    select folded, any_value(account) as account from known_account where folded <> '' group by folded having count(*) = 1;
create temp table person_known as  -- people's files may name accounts, too
    select person, coalesce(known_account.account, by_name.account, person_seen.account) as account, email
    from person_seen
    left join known_account on known_account.account = person_seen.account
    left join by_name on known_account.account is null and by_name.folded = lower(trim(person_seen.account));
create temp table by_person as
    select person, any_value(account) as account
    from (
        select person, account from person_known
        union all
        select lower(trim(email)) as person, account from person_known where email is not null
    )
    where person is not null and account is not null
    group by person having count(distinct account) = 1;
"""
_REFERRED = """
create or replace temp table referred as
select file.* exclude (account),
       coalesce(
           known_account.account, first_id.account, by_name.account, file.account,
           person_id.account, person_email.account) as account,
       case when known_account.account is not null or first_id.account is not null then 'id'
            when by_name.account is not null then 'name'
            when file.account is null and coalesce(person_id.account, person_email.account) is not null then 'person'
       end as found_by
from file
left join known_account on known_account.account = file.account
left join known_account as first_id
    on known_account.account is null and first_id.account = trim(split_part(file.account, ';', 1))
left join by_name
    on known_account.account is null and first_id.account is null and by_name.folded = lower(trim(file.account))
left join by_person as person_id on file.account is null and person_id.person = file.person
left join by_person as person_email
    on file.account is null and person_id.account is null and person_email.person = lower(trim(file.person))
"""
_ALL_KNOWN = """
select sum(n)::bigint as n_rows,
       case when exists (from known_account)
            then coalesce(sum(n) filter (where account in (select account from known_account)), 0) end::bigint as n_known
from (select account, count(*) as n from read_parquet($data) group by account)
"""


@dataclass(frozen=True)
class Match:
    """How the rows of one file found their accounts."""

    file: str
    table: str
    to: str
    by: str  # id, name, person: how most of them did
    n_rows: int
    n_matched: int
    unmatched: tuple[str, ...]  # some of the accounts that nobody knows


@dataclass(frozen=True)
class Directory:
    """Where accounts and people are known from: prepared files, and the databases of snapshots."""

    accounts: tuple[Path, ...]
    people: tuple[Path, ...]
    core: Path | None = None

    def open(self, work: Path) -> duckdb.DuckDBPyConnection:
        """A connection with the tables known_account, by_name, person_known and by_person."""
        con = duckdb.connect()
        con.execute("set enable_progress_bar = false")
        con.execute("set temp_directory = $folder", {"folder": str(work / "spill")})
        if self.core:
            con.execute(f"attach {_text(self.core)} as known (read_only)")
        self._see(con, "account", ("account", "name"), self.accounts)
        self._see(con, "person", ("person", "account", "email"), self.people)
        con.execute(_KNOWN)
        return con

    def _see(self, con: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], files: Sequence[Path]) -> None:
        """A temp view of what files and snapshot say of accounts or people; a column that is not there is empty."""
        parts = []
        for file in files:
            relation = f"read_parquet({_text(file)})"
            there = {column for column, *_ in con.execute(f"describe select * from {relation}").fetchall()}
            parts.append(_select(names, there, relation))
        if self.core:
            parts.append(_select(names, set(names), f"known.{table}"))
        nothing = f"select {', '.join(f'null::varchar as {name}' for name in names)} where false"
        con.execute(f"create temp view {table}_seen as {' union all '.join(parts or [nothing])}")


def refer(
    con: duckdb.DuckDBPyConnection, data: Path, kind: Kind, file: str, into: Path
) -> tuple[Path, Match | None, "pd.DataFrame"]:
    """The file with its accounts' ids; how its rows matched (None where nobody is known); its rows that are nobody's.

    `con` is of Directory.open. The last has the columns row, value (the person that was named).
    """
    there = {
        column
        for column, *_ in con.execute("describe select * from read_parquet($data)", {"data": str(data)}).fetchall()
    }
    if ROW not in there:
        n_rows, n_known = con.execute(_ALL_KNOWN, {"data": str(data)}).fetchone()
        if n_known in (None, n_rows):  # nobody is known, or everybody by id: the file stands as it is
            match = Match(file, kind.name, "account", "id", n_rows, n_rows, ()) if n_known else None
            return data, match, con.execute("select 0 as row, '' as value limit 0").df()
    asked = [
        f"{'null::varchar as ' if name not in there else ''}{name}"
        for name in ("account", "person")
        if name in kind.columns
    ]
    others = ", ".join(quote(name) for name in there - {"account", "person", ROW})
    row = ROW if ROW in there else f"row_number() over () as {ROW}"
    person = "" if "person" in kind.columns else ", null::varchar as person"
    con.execute(
        f"create or replace temp view file as select {', '.join(asked)}{person}, {row}{', ' + others if others else ''} "
        f"from read_parquet({_text(data)})"
    )
    con.execute(_REFERRED)
    is_anyone_known = con.execute("select exists (from known_account)").fetchone()[0]
    nobodys = con.execute(
        f"select {ROW} as row, person as value from referred where account is null order by {ROW}"
    ).df()
    kept = ", ".join(quote(name) for name in kind.columns if name in {*there, "account"})
    extra = "".join(f", {quote(name)}" for name in sorted(there - {*kind.columns, ROW}))
    con.execute(
        f"copy (select {kept}{extra} from referred where account is not null order by {ROW}) to {_text(into)} "
        f"({PARQUET})"
    )
    return into, _match(con, file, kind.name) if is_anyone_known else None, nobodys


def _match(con: duckdb.DuckDBPyConnection, file: str, table: str) -> Match:
    n_rows, n_matched, by = con.execute(
        "select count(*), count(found_by), mode(found_by) from referred where account is not null"
    ).fetchone()
    unmatched = con.execute(
        "select account from referred where account is not null and found_by is null "
        "group by account order by count(*) desc, account limit $most",
        {"most": N_EXAMPLES},
    ).fetchall()
    return Match(file, table, "account", by or "id", n_rows, n_matched, tuple(name for (name,) in unmatched))


def _select(names: Sequence[str], there: set[str], relation: str) -> str:
    fields = ", ".join(f"{name if name in there else 'null'}::varchar as {name}" for name in names)
    return f"select {fields} from {relation}"


def _text(path: Path) -> str:
    """A path as a SQL text: where a statement cannot be given values."""
    return "'" + str(path).replace("'", "''") + "'"
