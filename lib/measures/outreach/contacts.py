"""People or accounts of whom a list of conditions holds: the list that an audience by conditions asks.

contacts   one row per person, or per account that has somebody of whom all of them hold at once
COLUMNS    of the answer, whatever the options
WHOM       people, accounts
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.addressees import lay, parameters, read, where
from lib.facts.paging import check_page
from lib.measures import Answer

_OF_PERSON = [
    "person", "person_name", "email", "role", "buying_role", "user_class", "came_on", "days_since_coming", "trained_on",
    "onboarded_on", "last_use_on", "n_days_used", "n_logins", "n_advanced", "last_contact_on", "nps",
]  # fmt: skip
COLUMNS = ["account", "name", "csm", *_OF_PERSON, "stage", "renews_in", "n_rows"]
WHOM = ("people", "accounts")


def contacts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    conditions: str = "[]",
    feature: str = "",
    whom: str = "people",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of whom all `conditions` (a list in JSON) hold on the book's day; n_rows in all.

    feature   the one meant by a condition that names none
    whom      people; or accounts, once each, which conditions of people let in where all of them hold of one person
    """
    if whom not in WHOM:
        raise Refused(f"There is no choice {whom!r} of whom; choose from {', '.join(WHOM)}.")
    check_page(limit, offset)
    holds, bound = where(read(conditions), feature)
    lay(con, book.as_of, definitions)
    alone = (
        "where met.person is not null"
        if whom == "people"
        else "qualify row_number() over (partition by met._account) = 1"
    )
    of_person = ", ".join(
        f"met.{each}" if whom == "people" else f"null::{_kind(each)} as {each}" for each in _OF_PERSON
    )
    sql = f"""with met as (
    from addressee as met
    where {holds}
),
listed as (
    select
        account.account, account.name, account.csm::varchar as csm, {of_person}, met.stage, met.renews_in
    from met
    join book as account on account._account = met._account
    {alone}
)
select *, count(*) over () as n_rows
from listed
order by coalesce(name, account), account, coalesce(person_name, person), person
limit $limit offset $offset"""
    asked = parameters(sql, book.as_of, definitions) | bound | {"limit": limit, "offset": offset}
    return Answer(con.execute(sql, asked).df()[COLUMNS], sql=sql)


def _kind(column: str) -> str:
    if column.endswith("_on"):
        return "date"
    return "bigint" if column.startswith(("n_", "days_")) else "double" if column == "nps" else "varchar"
