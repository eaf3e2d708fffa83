"""A rule tried, against those that are on: of whom it would have told whom they told of already.

exception_overlap   a row per rule that is on, most in common first
COLUMNS             of the answer, whatever the options
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.exceptions import tried
from lib.stats import wilson

COLUMNS = [
    "exception_rule", "n_tried", "n_in_both", "overlap_rate", "overlap_rate_lo", "overlap_rate_hi", "n_of_rule",
    "overlap_back_rate", "overlap_back_rate_lo", "overlap_back_rate_hi",
]  # fmt: skip
_SQL = """with own as (
    from trial_spell where place = 0
),
other as (
    from trial_spell where place > 0
),
counted as (
    select place, count(distinct _account) as n_of_rule from other group by place
),
met as (
    select other.place, count(distinct own._account) as n_in_both
    from own
    join other
        on other._account = own._account and coalesce(other.ended_on > own.began_on, true)
        and coalesce(own.ended_on > other.began_on, true)
    group by other.place
)
select
    place, (select count(distinct _account) from own) as n_tried, coalesce(n_in_both, 0) as n_in_both, n_of_rule
from counted
left join met using (place)"""


def exception_overlap(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    rule: str | None = None,
    fact: str | None = None,
    test: str | None = None,
    enter: float | None = None,
    leave: float | None = None,
    among: Sequence[str] | None = None,
    for_days: int | None = None,
) -> Answer:
    """Of accounts with an exception of the rule in the last try_days, the share with one of each rule that is on at the same time.

    overlap_back_rate: of accounts with one of that rule, the share with one of the rule that is tried. Wilson's intervals, of
    accounts; the options are those of exception_trial.
    """
    found = tried.lay(con, book, definitions, rule, fact, test, enter, leave, among, for_days)
    counted = con.execute(_SQL).df().set_index("place")
    n_tried = con.execute("select count(distinct _account) from trial_spell where place = 0").fetchone()[0]
    rows = [
        (each.rule, n_tried, *(counted.loc[place, ["n_in_both", "n_of_rule"]] if place in counted.index else (0, 0)))
        for place, each in enumerate(found.others, 1)
    ]
    table = pd.DataFrame(rows, columns=["exception_rule", "n_tried", "n_in_both", "n_of_rule"])
    for name, of in (("overlap_rate", "n_tried"), ("overlap_back_rate", "n_of_rule")):
        k, n = table["n_in_both"].to_numpy(float), table[of].to_numpy(float)
        with np.errstate(invalid="ignore"):
            table[name] = k / n
        table[f"{name}_lo"], table[f"{name}_hi"] = wilson(k, n)
    table = table.sort_values("n_in_both", ascending=False, kind="stable", ignore_index=True)
    return Answer(table[COLUMNS], sql=f"{tried.SQL};\n\n{_SQL}")
