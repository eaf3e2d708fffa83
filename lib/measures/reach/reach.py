"""Whom the team reached in the last days: accounts and ARR, by a person and by campaigns, asked for or of its own accord.

reach     a row of all customers, and one of each value of a dimension
COLUMNS   of the answer, whatever the options
"""

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.reach import touched
from lib.stats import ratio_of_sums, wilson
from lib.store.dimensions import read_catalogue

_ENDS = ("", "_lo", "_hi")
_SHARES = {  # a share of accounts -> the count above it
    "reach_rate": "n_reached_accounts", "digital_rate": "n_digital_accounts", "touched_rate": "n_touched_accounts",
    "proactive_rate": "n_proactive_accounts", "reactive_rate": "n_reactive_accounts",
}  # fmt: skip
_MONEY = {"arr_reach_rate": "reached", "arr_digital_rate": "digital"}
COLUMNS = [
    "is_whole", "reach_level", "n_customers_now", "n_reached_accounts", "n_digital_only", "n_one_way_only", "n_not_touched",
    "n_digital_accounts", "n_touched_accounts", "n_proactive_accounts", "n_reactive_accounts",
    *(f"{name}{end}" for name in _SHARES for end in _ENDS),
    "arr_of_customers", "arr_reached", *(f"{name}{end}" for name in _MONEY for end in _ENDS),
    "n_human_touches", *(f"proactive_touch_rate{end}" for end in _ENDS),
]  # fmt: skip
NO_TOUCHES = "The data holds no contact by the team: nobody can be told to be reached."
_SQL = """select
    grouping(level) = 1 as is_whole, level as reach_level, count(*) as n_customers_now,
    count(*) filter (where reach_state = 'reached') as n_reached_accounts,
    count(*) filter (where reach_state = 'digital only') as n_digital_only,
    count(*) filter (where reach_state = 'one-way only') as n_one_way_only,
    count(*) filter (where reach_state = 'not touched') as n_not_touched,
    count(*) filter (where is_digital) as n_digital_accounts,
    count(*) filter (where n_touches > 0) as n_touched_accounts,
    count(*) filter (where n_proactive_touches > 0) as n_proactive_accounts,
    count(*) filter (where n_told_touches > n_proactive_touches) as n_reactive_accounts,
    sum(arr) as arr_of_customers, sum(arr * arr) as nn,
    coalesce(sum(arr) filter (where reach_state = 'reached'), 0) as k_reached,
    coalesce(sum(arr * arr) filter (where reach_state = 'reached'), 0) as kk_reached,
    coalesce(sum(arr) filter (where is_digital), 0) as k_digital,
    coalesce(sum(arr * arr) filter (where is_digital), 0) as kk_digital,
    count(arr) as n_priced,
    sum(n_human_touches) as n_human_touches,
    sum(n_proactive_touches) as k_proactive, sum(n_told_touches) as n_proactive,
    sum(n_proactive_touches * n_proactive_touches) as kk_proactive, sum(n_proactive_touches * n_told_touches) as kn_proactive,
    sum(n_told_touches * n_told_touches) as nn_proactive, count(*) filter (where n_told_touches > 0) as n_asked
from reach_row
group by grouping sets ((), (level))
having count(*) > 0 and ($by_level or grouping(level) = 1)
order by is_whole desc, n_customers_now desc, reach_level nulls last"""


def reach(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str | None = None,
    days: int | None = None,
) -> Answer:
    """Customers on the day and their ARR: reached by a two-way contact with a person, by campaigns, or by nobody.

    by     a dimension, as it is on the day (default: tier, where the data has it); an empty text: none
    days   look back so many days, the day included (default: reach_days)

    Reached, digital only, one-way only and not touched add up to the customers. Intervals: Wilson; of ARR a ratio over accounts
    (linearised), of touches a ratio over accounts that have them. Proactive is told of a person's touches alone.
    """
    by = ("tier" if any(each.name == "tier" for each in read_catalogue(con)) else None) if by is None else by or None
    laid = touched.lay(con, book, definitions, days, by)
    rows = con.execute(_SQL, {"by_level": by is not None}).df()
    n = rows["n_customers_now"]
    for rate, count in _SHARES.items():
        lo, hi = wilson(rows[count], n)
        rows = rows.assign(**{rate: rows[count] / n, f"{rate}_lo": lo, f"{rate}_hi": hi})
    for rate, of in _MONEY.items():
        sums = (rows[f"k_{of}"], rows["arr_of_customers"], rows[f"kk_{of}"], rows[f"kk_{of}"], rows["nn"])
        rows = rows.assign(**_ratio(rate, *sums, rows["n_priced"]))
    asked = [rows[f"{name}_proactive"] for name in ("k", "n", "kk", "kn", "nn")]
    rows = rows.assign(**_ratio("proactive_touch_rate", *asked, rows["n_asked"]))
    table = rows.assign(arr_reached=rows["k_reached"].where(rows["n_priced"] > 0))
    return Answer(table[COLUMNS], notes=tuple(_notes(con, book, definitions, days)), sql=f"{laid};\n\n{_SQL}")


def _ratio(name: str, k, n, kk, kn, nn, n_rows) -> dict[str, pd.Series]:
    k, n = k.astype(float), n.astype(float)
    lo, hi = ratio_of_sums(k, n, kk, kn, nn, n_rows)
    return {name: (k / n).where(n > 0), f"{name}_lo": np.clip(lo, 0, 1), f"{name}_hi": np.clip(hi, 0, 1)}


def _notes(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, days: int | None):
    ((has_touches,),) = con.execute(
        "select count(*) > 0 from (from touch_on($day) limit 1)", {"day": book.as_of}
    ).fetchall()
    if not has_touches:
        yield NO_TOUCHES
    n = definitions.reach.reach_days if days is None else days
    yield f"Touches of the last {n} days, the day included; customers are accounts live on the day or in their grace days."
