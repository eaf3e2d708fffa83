"""Coverage: of the new people who came to a critical moment of their start, how many were contacted in time.

moment_coverage   one row per moment of the definitions, in their order
COLUMNS           of the answer, whatever the options
WHICH             name -> SQL: of whom a figure is
REACHABLE         whom one may contact at all
"""

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.addressees import MOMENT, parameters
from lib.measures import Answer, left_out
from lib.stats import wilson_of_clusters

COLUMNS = [
    "moment",
    "n_came",
    "n_contacted",
    "contact_rate",
    "contact_rate_lo",
    "contact_rate_hi",
    "n_missed",
    "n_in_time",
]
WHICH = {
    "missed": "is_over and contacted_on is null",
    "contacted": "is_over and contacted_on is not null",
    "still": "not is_over and contacted_on is null",
}
REACHABLE = "opted_out_on is null and deactivated_on is null"


def moment_coverage(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Of those whose days for it are over by the book's day: the share contacted, by anybody and in any way, its interval
    with the people of one account together (Wilson over accounts)."""
    sql = f"""select
    moment, account._account,
    count(*) filter (where is_over and {REACHABLE}) as n,
    count(*) filter (where {WHICH["contacted"]} and {REACHABLE}) as k,
    count(*) filter (where {WHICH["still"]} and {REACHABLE}) as n_in_time,
    count(*) filter (where opted_out_on is not null) as n_opted_out,
    count(*) filter (where opted_out_on is null and deactivated_on is not null) as n_deactivated
from {MOMENT} as come
join book as account on account._account = come._account
group by moment, account._account"""
    found = con.execute(sql, parameters(sql, book.as_of, definitions)).df()
    rows = []
    for each in definitions.campaigns.moments:
        of = found[found["moment"] == each.moment]
        n, k = int(of["n"].sum()), int(of["k"].sum())
        lo, hi = wilson_of_clusters(of["k"], of["n"]) if n else (np.nan, np.nan)
        if n and np.isnan(lo):  # of two accounts nothing is known
            lo, hi = 0.0, 1.0
        rows.append((each.moment, n, k, k / n if n else np.nan, lo, hi, n - k, int(of["n_in_time"].sum())))
    apart = left_out(("opted out", int(found["n_opted_out"].sum())), ("deactivated", int(found["n_deactivated"].sum())))
    return Answer(pd.DataFrame(rows, columns=COLUMNS), apart, sql=sql)
