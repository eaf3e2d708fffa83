"""The renewals behind a range: each account's chance to renew, and what moves it.

renewal_odds   a row per renewal ahead, sorted, searched and paged; `n_rows` of them in all
COLUMNS        of the answer, whatever the options
SORTS          name -> SQL of the order
"""

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.forecast.forecast import no_forecast
from lib.measures.forecast.forecasting import chances, due_within
from lib.measures.forecast.past import Learnt, Past, periods, read
from lib.measures.forecast.reasons import reasons
from lib.measures.forecast.traits import columns

COLUMNS = [
    "account", "name", "csm", "renews_on", "currency", "arr_due", "is_signed", "is_again", "renew_rate", "renew_rate_lo",
    "renew_rate_hi", "arr_in_doubt", "odds_reasons", "n_rows",
]  # fmt: skip
SORTS = {
    "doubt": "is_again, arr_in_doubt desc, arr_due desc",
    "chance": "is_again, renew_rate, arr_due desc",
    "arr": "arr_due desc",
    "renewal": "renews_on, arr_due desc",
    "account": "coalesce(name, account)",
}
_SQL = """select
    book.account, book.name, book.csm::varchar as csm, chanced.* exclude (_account), count(*) over () as n_rows
from renewal_chance as chanced
join (select _account, account, name, csm from book) as book on book._account = chanced._account
where $search = '' or contains(lower(book.account), $search) or contains(lower(book.name), $search)
order by {order}, book.account, renews_on, currency
limit $limit offset $offset"""


def renewal_odds(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    due_from: date | str | None = None,
    due_until: date | str | None = None,
    by: str | None = None,
    level: str | None = None,
    sort: str = "doubt",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The renewals of the book ahead, due from one day until before another, rows `offset` to `offset + limit`.

    due_from, due_until   without them what the forecast covers
    level    with `by`, a dimension: those of one value of it, as of the book's day; none: without a value
    sort     doubt (ARR due times the chance to lose it), chance (lowest first), arr, renewal, account

    is_again: the end of a term that begins only if the one before renews. odds_reasons: what moves the chance most away from that
    of a usual renewal as far ahead, each in points were all else the same. It goes with renewing; it need not cause it.
    """
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    past = read(con, book, definitions, by)
    learnt, ahead = past.learnt(book.as_of), past.ahead_of(book.as_of)
    if learnt.lacks:
        return Answer(pd.DataFrame(columns=COLUMNS), notes=(no_forecast(learnt),), sql=past.sql)
    whole = periods(book.as_of, definitions, "quarter")
    span = ((day_of(due_from) or whole[0][0]), (day_of(due_until) or whole[-1][1]))
    if span[0] >= span[1]:
        raise Refused(f"What is due ends ({say_day(span[1])}) before it begins ({say_day(span[0])}).")
    table, _ = columns(ahead, learnt.of_levels)
    due = chances(due_within(ahead, learnt, [whole[0][:1] + whole[-1][1:]], looks_twice=True), table, learnt)
    due = due[(due["renews_on"] >= pd.Timestamp(span[0])) & (due["renews_on"] < pd.Timestamp(span[1]))]
    if by:
        due = due[[each == level if level else each is None for each in due["level"]]]
    con.register("renewal_chance", _as_table(due))
    sql = _SQL.format(order=SORTS[sort])
    rows = con.execute(sql, {"search": search.lower(), "limit": limit, "offset": offset}).df()
    rows["odds_reasons"] = [_reasons(past, learnt, ahead, table, row) for row in rows.to_dict("records")]
    return Answer(rows[COLUMNS], notes=("What moves a chance goes with renewing; it need not cause it.",), sql=sql)


def _as_table(due: pd.DataFrame):
    import pyarrow as pa

    kept = due[
        [
            "_account",
            "renews_on",
            "currency",
            "arr_due",
            "renew_rate",
            "renew_rate_lo",
            "renew_rate_hi",
            "place",
            "lead",
        ]
    ]
    is_signed, stake = due["times"] == 0, due["arr_due"] * (1 - due["renew_rate"])
    kept = kept.assign(is_signed=is_signed, is_again=due["renews_on"] != due["first_renews_on"], arr_in_doubt=stake)
    return pa.Table.from_pandas(kept.assign(renews_on=kept["renews_on"].dt.date), preserve_index=False)


def _reasons(past: Past, learnt: Learnt, ahead: pd.DataFrame, table: np.ndarray, row: dict) -> list[str]:
    if row["is_signed"]:
        return ["signed"]
    known = ahead.iloc[row["place"]].to_dict()
    called = {column: each.name for column, each in past.dimensions.items()}
    odds = learnt.odds[row["lead"]]
    usual = odds.design(table[ahead["lead"].to_numpy() == row["lead"]]).mean(axis=0)
    found = reasons(learnt.names, table[row["place"]], usual, odds, known, called)
    return ["the term before must renew first", *found] if row["is_again"] else found
