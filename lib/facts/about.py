"""What a form needs to know of the accounts it is about, of those that `scope` holds and no others.

seen       which of them may be seen
who_see    who, of some, may see all of them
people     who works there
renewals   when each renews and with how much ARR
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import duckdb

from lib.definitions import Definitions
from lib.facts.standing import TERMS, parameters
from lib.scope import Scope

_ASKED = "account in (select unnest($accounts::varchar[]))"


def seen(con: duckdb.DuckDBPyConnection, accounts: Sequence[str]) -> set[str]:
    """Those of `accounts` that the scope holds."""
    found = con.execute(f"select account from scope where {_ASKED}", {"accounts": list(accounts)})
    return {account for (account,) in found.fetchall()}


def who_see(con: duckdb.DuckDBPyConnection, accounts: Sequence[str], sights: Sequence[tuple[str, Scope]]) -> list[str]:
    """Of names with a scope each, those that hold every one of `accounts`; and a CSM whose all of them are, as they write it."""
    asked = f"select distinct folded_name(csm::varchar), csm::varchar from scope where {_ASKED}"
    found = con.execute(asked, {"accounts": list(accounts)}).fetchall()
    whose = {folded for folded, _ in found}
    own = [csm for _, csm in found if len(whose) == 1 and csm is not None]

    def folded(csms: Sequence[str]) -> set[str]:
        asked = "select list_transform($csms::varchar[], lambda csm: folded_name(csm))"
        return set(con.execute(asked, {"csms": list(csms)}).fetchone()[0])

    return [*own, *(name for name, scope in sights if scope.is_all or whose <= folded(scope.csms))]


def people(con: duckdb.DuckDBPyConnection, account: str) -> dict[str, str]:
    """The people of an account who are still there: id -> name and role, those who decide first. No two are called the same."""
    found = con.execute(
        "select person, coalesce(person.name, person), coalesce(nullif(buying_role, 'user'), role) from core.person "
        "join (select account from scope where account = $account) using (account) where deactivated_on is null "
        "order by coalesce(buying_role, 'user') = 'user', 2 limit 1000",
        {"account": account},
    )
    called = {person: f"{name} ({role})" if role else name for person, name, role in found.fetchall()}
    often = Counter(called.values())
    return {person: name if often[name] == 1 else f"{name} · {person}" for person, name in called.items()}


def renewals(
    con: duckdb.DuckDBPyConnection, accounts: Sequence[str], as_of: date, definitions: Definitions
) -> dict[str, tuple[date, Decimal | None]]:
    """account -> the day it renews on and the ARR that renews then; those without such a day are left out."""
    sql = f"select account, renews_on, arr_renewing from {TERMS} where renews_on is not null and {_ASKED}"
    found = con.execute(sql, parameters(sql, as_of, definitions) | {"accounts": list(accounts)})
    return {account: (renews_on, arr) for account, renews_on, arr in found.fetchall()}
