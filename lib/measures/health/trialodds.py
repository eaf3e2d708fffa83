"""Trials under way: the chance of each to convert in time, and what moves it.

trial_odds   a row per trial of the book, sorted, searched and paged; `n_rows` of them in all
COLUMNS      of the answer, whatever the options
SORTS        name -> SQL of the order
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import health, prediction, trials
from lib.facts.paging import check_page
from lib.measures import Answer, left_out

COLUMNS = [
    "account", "name", "csm", "trial_began_on", "trial_days_left", "convert_rate", "convert_reasons", "taught_to", "n_rows",
]  # fmt: skip
SORTS = {
    "chance": "convert_rate nulls last, trial_days_left",
    "left": "trial_days_left nulls last, convert_rate",
    "account": "coalesce(name, account)",
}
_SQL = """select trial_now.*, risk.convert_rate, risk.taught_to, count(*) over () as n_rows
from trial_now
left join health_risk as risk on risk._account = trial_now._account and risk.reading = trial_now.reading
where $search = '' or contains(lower(trial_now.account), $search) or contains(lower(trial_now.name), $search)
order by {order}, trial_now.account
limit $limit offset $offset"""
_REASONS = """
select _account, list(reason order by place) as convert_reasons from health_reason where outcome = 'convert_rate' group by _account
"""
_LATE = "select count(*) from trial_now where trial_days_left is null"


def trial_odds(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    sort: str = "chance",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts of the book that are on trial on its day, rows `offset` to `offset + limit`.

    sort   chance (lowest first), left (days left, fewest first), account

    A trial converts where its first paid term begins within convert_days after it began; of one past them no chance is told.
    """
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    health.lay(con, book.as_of, definitions)
    prediction.lay(con, book.as_of, definitions)
    trials.lay(con, definitions)
    sql = _SQL.format(order=SORTS[sort])
    rows = con.execute(sql, {"search": search.lower(), "limit": limit, "offset": offset}).df()
    con.register("trial_page", rows[["_account", "reading"]])
    con.execute("create or replace temp table health_asked as select * from trial_page where _account is not null")
    con.unregister("trial_page")
    prediction.explain(con, book.as_of, definitions)
    reasons = dict(con.execute(_REASONS).fetchall())
    rows["convert_reasons"] = pd.Series(
        [reasons.get(each, []) for each in rows["_account"]], dtype=object, index=rows.index
    )
    n_late = con.execute(_LATE).fetchall()[0][0]
    late = left_out((f"on trial for more than {definitions.health.convert_days} days: no chance is told", n_late))
    said = [each for each in prediction.notes(con, definitions) if "within" not in each]
    return Answer(rows[COLUMNS], left_out=late, notes=tuple(said), sql=sql)
