"""Loyal, casual, dormant, never, deactivated: how many people of the book's accounts are what, on the day and before.

user_classes   a row per class, of the whole book and of each value of a dimension
COLUMNS        of the answer, whatever the options
EARLIER        how many days before the earlier figures are
"""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.facts.people import CLASS, CLASSES, parameters
from lib.measures import Answer, left_out
from lib.measures.loyalty.lives import chosen
from lib.store.opening import value_on

EARLIER = 30
COLUMNS = [
    "segment", "user_class", "n_users", "n_in_all", "class_rate", "class_rate_lo", "class_rate_hi", "n_new_users",
    "earlier_on", "n_users_earlier", "class_rate_earlier", "n_users_change",
]  # fmt: skip


def user_classes(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: str | None = None
) -> Answer:
    """People of accounts that have not left, by what they are on the day; the same accounts EARLIER days before beside it.

    class_rate is of the people with an open login; for those deactivated it is of all. Intervals are Wilson's. Earlier figures
    are empty where use was not known yet.
    """
    dimension = chosen(con, by)
    segment = value_on(dimension, "$as_of::date") if dimension else "null::varchar"
    earlier_on = book.as_of - timedelta(days=EARLIER)
    arms = "\n    union all\n    ".join(
        f"select {number} as nth, _account, user_class, is_new, gone_on is not null as is_gone from {relation}"
        for number, relation in enumerate((CLASS, CLASS.replace("$as_of", "$earlier_on")))
    )
    sql = f"""with cut as (
    select account._account, {segment} as segment from book as account
),
met as (
    {arms}
)
select
    nth, segment, user_class, is_gone,
    count(*) as n, sum(case when is_new then 1 else 0 end)::bigint as n_new
from met
join cut on cut._account = met._account
group by nth, segment, user_class, is_gone"""
    counted = con.execute(sql, parameters(sql, book.as_of, definitions) | {"earlier_on": earlier_on}).df()
    now = counted[counted["nth"] == 0]
    gone, unknown = now["is_gone"], ~now["is_gone"] & now["user_class"].isna()
    left = left_out(
        ("people of accounts that have left", int(now.loc[gone, "n"].sum())),
        ("use is not known up to the day", int(now.loc[unknown, "n"].sum())),
    )
    counted = counted[counted["user_class"].notna()]
    values = (
        list(counted.groupby("segment", dropna=False)["n"].sum().sort_values(ascending=False).index)
        if dimension
        else []
    )
    was_known = bool(((counted["nth"] == 1) & (counted["user_class"] != "deactivated")).any())
    rows = _rows({}, counted, earlier_on, was_known=was_known)
    for value in values:
        said = None if value != value else value
        is_in = counted["segment"].isna() if said is None else counted["segment"] == said
        rows += _rows({dimension.name: said}, counted[is_in], earlier_on, was_known=was_known)
    table = pd.DataFrame(rows, columns=COLUMNS).astype(
        {"earlier_on": "datetime64[us]", "n_users_earlier": "Int64", "n_users_change": "Int64"}
    )
    notes = (
        "Loyal, casual and dormant are by full weeks, Monday to Sunday; who is too young to be loyal is in n_new_users.",
    )
    return Answer(table, left, notes, sql)


def _rows(segment: dict[str, str | None], counted: pd.DataFrame, earlier_on: date, *, was_known: bool) -> list[tuple]:
    n, new, earlier = (
        counted[counted["nth"] == nth].groupby("user_class")[name].sum().reindex(CLASSES, fill_value=0).astype(int)
        for nth, name in ((0, "n"), (0, "n_new"), (1, "n"))
    )
    rows = []
    for each in CLASSES:
        whole, before = (
            int(found.sum() if each == "deactivated" else found.sum() - found["deactivated"]) for found in (n, earlier)
        )
        lo, hi = stats.wilson(n[each], whole)
        rate_before = earlier[each] / before if was_known and before else np.nan
        was, change = (earlier[each], n[each] - earlier[each]) if was_known else (None, None)
        rate = n[each] / whole if whole else np.nan
        rows.append(
            (segment, each, n[each], whole, rate, float(lo), float(hi), new[each], earlier_on, was, rate_before, change)
        )
    return rows
