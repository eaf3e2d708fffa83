"""The readings behind a figure of the proof.

proof_readings   a row per account and day it was read on, sorted, searched and paged; `n_rows` of them in all
COLUMNS          of the answer, whatever the options
WHICH            which of them: a name -> whether a reading is one, by whether it is red and whether a loss came
SORTS            name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.health import proven
from lib.measures.health.proven import PREDICTION, RULES

COLUMNS = [
    "account", "name", "csm", "segment", "read_on", "score_read", "colour_read", "risk_then", "is_red_then", "is_lost_after",
    "lost_on", "n_rows",
]  # fmt: skip
WHICH = {
    "all": lambda red, lost: red | True, "red": lambda red, lost: red, "lost": lambda red, lost: lost,
    "red and lost": lambda red, lost: red & lost, "red and kept": lambda red, lost: red & ~lost,
    "missed": lambda red, lost: ~red & lost,
}  # fmt: skip
SORTS = {
    "said": "given.place, read_on", "newest": "read_on desc, given.place", "account": "coalesce(name, ours.account), read_on",
}  # fmt: skip
_LISTED = """select
    ours.account, ours.name, ours.csm, ours.segment, given.day::date as read_on, health_score as score_read, colour as colour_read,
    risk as risk_then, given.is_red as is_red_then,
    is_lost as is_lost_after, lost_on, count(*) over () as n_rows
from given_reading as given
join proof_reading as reading on reading._account = given._account and reading.day = given.day::date
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = given._account
where (contains(lower(ours.account), $search::varchar) or coalesce(contains(lower(ours.name), $search::varchar), false))
order by {sort}, ours.account
limit $limit offset $offset"""


def proof_readings(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    scored_by: str = RULES,
    which: str = "all",
    days: int = 90,
    by: str | None = None,
    level: str | None = None,
    said_from: float | None = None,
    said_until: float | None = None,
    quarter: str | None = None,
    sort: str = "said",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The readings that health_proof counts: all, those red, those lost after, or those of them it got right or wrong.

    by, level               only those of a value of a dimension on the day; an empty level is missing
    said_from, said_until   only those whose score (of the prediction: chance) lies between, both bounds included
    quarter                 the first day of a fiscal quarter: only those in it
    """
    for name, asked, known in (
        ("score", scored_by, (RULES, PREDICTION)),
        ("choice", which, WHICH),
        ("order", sort, SORTS),
    ):
        if asked not in known:
            raise Refused(f"There is no {name} {asked!r}; choose from {', '.join(known)}.")
    check_page(limit, offset)
    opens_on = day_of(quarter or None)
    is_cut = by is not None and level is not None
    found = proven.read(con, book, definitions, days=days, by=by if is_cut else None)
    rows = found.rows[:0] if scored_by not in found.scores else found.rows
    rows = rows.assign(is_red=rows["is_red" if scored_by == RULES else "is_flagged"].astype(bool))
    said = rows["health_score" if scored_by == RULES else "risk"]
    kept = WHICH[which](rows["is_red"], rows["is_lost"].astype(bool))
    kept &= (said >= (said_from if said_from is not None else -1)) & (
        said <= (said_until if said_until is not None else 101)
    )
    if opens_on:
        kept &= rows["quarter"].dt.date == opens_on
    if is_cut:
        kept &= rows["level"] == level if level else rows["level"].isna()
    given = rows[kept].assign(place=(said if scored_by == RULES else -said)[kept])
    con.register("given_reading", given[["_account", "day", "is_red", "place"]])
    sql = _LISTED.format(sort=SORTS[sort])
    table = con.execute(sql, {"search": search.lower(), "limit": limit, "offset": offset}).df()
    con.unregister("given_reading")
    return Answer(table[COLUMNS], found.left, (), f"{found.sql};\n\n{sql}")
