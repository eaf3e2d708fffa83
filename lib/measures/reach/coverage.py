"""Are accounts met as often as their touch model asks? By CSM, by touch model, by any dimension.

coverage   a row of all customers, and one of each value
COLUMNS    of the answer, whatever the options
"""

import duckdb
import numpy as np

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.reach import covered
from lib.stats import ratio_of_sums, wilson
from lib.store.dimensions import read_catalogue

COLUMNS = [
    "is_whole", "coverage_level", "n_customers_now", "n_to_meet", "n_met_in_time", "n_not_met", "n_unmanaged", "n_too_new",
    "n_none_asked", "n_no_rule", "n_contact_not_known", "coverage_rate", "coverage_rate_lo", "coverage_rate_hi",
    "arr_to_meet", "arr_not_met", "arr_coverage_rate", "arr_coverage_rate_lo", "arr_coverage_rate_hi", "late_p50_days",
]  # fmt: skip
_OF = {
    "n_met_in_time": covered.MET, "n_not_met": covered.LATE, "n_unmanaged": covered.UNMANAGED, "n_too_new": covered.NEW,
    "n_none_asked": covered.FREE, "n_no_rule": covered.UNRULED, "n_contact_not_known": covered.UNKNOWN,
}  # fmt: skip
_SQL = f"""with told as (
    select
        *, coverage_state = '{covered.MET}' as is_met,
        coverage_state in ('{covered.MET}', '{covered.LATE}', '{covered.UNMANAGED}') as is_asked
    from coverage_row
)
select
    grouping(level) = 1 as is_whole, level as coverage_level, count(*) as n_customers_now,
    count(*) filter (where is_asked) as n_to_meet,
    {", ".join(f"count(*) filter (where coverage_state = '{state}') as {name}" for name, state in _OF.items())},
    sum(arr) filter (where is_asked) as arr_to_meet,
    sum(arr) filter (where is_asked and not is_met) as arr_not_met,
    coalesce(sum(arr) filter (where is_met), 0) as k, coalesce(sum(arr * arr) filter (where is_met), 0) as kk,
    coalesce(sum(arr * arr) filter (where is_asked), 0) as nn, count(arr) filter (where is_asked) as n_priced,
    median(days_since_met - every_days) filter (where is_asked and not is_met) as late_p50_days
from told
group by grouping sets ((), (level))
having count(*) > 0 and ($by_level or grouping(level) = 1)
order by is_whole desc, n_to_meet - n_met_in_time desc, n_customers_now desc, coverage_level nulls last"""


def coverage(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: str | None = None) -> Answer:
    """Customers on the day whose touch model asks for a meeting every so many days, and how many of them had one in time.

    by   a dimension, as it is on the day (default: csm, where the data has it); an empty text: none

    A meeting is a two-way contact with a person. late_p50_days: of those not met who ever were, the median of days past the time.
    The others are counted, not judged: too new, none asked, no rule, contact not known. Those most are not met of come first.
    """
    by = ("csm" if any(each.name == "csm" for each in read_catalogue(con)) else None) if by is None else by or None
    laid = covered.lay(con, definitions, book.as_of, by=by)
    rows = con.execute(_SQL, {"by_level": by is not None}).df()
    lo, hi = wilson(rows["n_met_in_time"], rows["n_to_meet"])
    due = rows["arr_to_meet"].fillna(0).astype(float)
    arr_lo, arr_hi = ratio_of_sums(rows["k"], due, rows["kk"], rows["kk"], rows["nn"], rows["n_priced"])
    table = rows.assign(
        coverage_rate=(rows["n_met_in_time"] / rows["n_to_meet"]).where(rows["n_to_meet"] > 0), coverage_rate_lo=lo,
        coverage_rate_hi=hi, arr_coverage_rate=(rows["k"] / due).where(due > 0), arr_coverage_rate_lo=np.clip(arr_lo, 0, 1),
        arr_coverage_rate_hi=np.clip(arr_hi, 0, 1),
    )  # fmt: skip
    return Answer(table[COLUMNS], notes=(_said(definitions),), sql=f"{laid};\n\n{_SQL}")


def _said(definitions: Definitions) -> str:
    asked = ", ".join(
        f"{model} every {days:g} days" if days else f"{model} not at all"
        for model, days in definitions.reach.meet_every_days
    )
    return f"Accounts are to be met by touch model: {asked}."
