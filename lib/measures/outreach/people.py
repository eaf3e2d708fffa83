"""The persons behind a figure of coverage: not contacted, contacted, or still to be contacted in time.

moment_people   one row per person, sorted and paged, `n_rows` of them in all
COLUMNS         of the answer, whatever the options
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.addressees import MOMENT, parameters
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.outreach.coverage import REACHABLE, WHICH

COLUMNS = [
    "account",
    "name",
    "csm",
    "person",
    "person_name",
    "email",
    "role",
    "came_on",
    "moment_on",
    "contacted_on",
    "n_rows",
]


def moment_people(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    moment: str = "",
    which: str = "missed",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The persons behind one figure of a moment (the first, where none is named), the latest first; n_rows in all."""
    names = [each.moment for each in definitions.campaigns.moments]
    if moment and moment not in names:
        raise Refused(f"There is no moment {moment!r}; the definitions have {', '.join(names) or 'none'}.")
    if which not in WHICH:
        raise Refused(f"There is no choice {which!r} of them; choose from {', '.join(WHICH)}.")
    check_page(limit, offset)
    sql = f"""select
    account.account, account.name, account.csm::varchar as csm, person, person_name, email, come.role, came_on,
    reached_on as moment_on, contacted_on,
    count(*) over () as n_rows
from {MOMENT} as come
join book as account on account._account = come._account
where moment = $moment and {WHICH[which]} and {REACHABLE}
order by reached_on desc, coalesce(name, account.account), account.account, person
limit $limit offset $offset"""
    asked = {"moment": moment or (names[0] if names else ""), "limit": limit, "offset": offset}
    table = con.execute(sql, parameters(sql, book.as_of, definitions) | asked).df()
    return Answer(table[COLUMNS], sql=sql)
