"""Will an account reach, before its renewal, the adoption that past renewers had?

adoption_race   a row per renewal ahead, those that will not make it first; sorted, searched and paged, `n_rows` of them in all
COLUMNS         of the answer, whatever the options
SORTS           name -> SQL of the order
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.ahead import races
from lib.measures.ahead.races import VERDICTS

COLUMNS = [
    "account", "name", "csm", "segment", "renews_on", "days_to_renewal", "seats", "adoption_share_rate", "pace_points",
    "pace_points_lo", "pace_points_hi", "pace_said", "peers_rate", "goal_rate", "n_goal", "race_verdict", "reach_chance_rate",
    "reach_chance_lo", "reach_chance_hi", "n_reached", "n_alike", "currency", "arr_due", "n_rows",
]  # fmt: skip
SORTS = {
    "verdict": "place, arr_due desc nulls last", "renewal": "renews_on, arr_due desc nulls last",
    "arr": "arr_due desc nulls last", "chance": "reach_chance_rate nulls last, arr_due desc nulls last",
    "account": "coalesce(name, ours.account)",
}  # fmt: skip
_PACES = {races.FALLING: "falling", races.STEADY: "steady", races.RISING: "rising"}
_LISTED = """select
    ours.account, ours.name, ours.csm, ours.segment, raced.* exclude (_account), count(*) over () as n_rows
from raced
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = raced._account
where ($verdict::varchar is null or race_verdict = $verdict::varchar)
  and (contains(lower(ours.account), $search::varchar) or coalesce(contains(lower(ours.name), $search::varchar), false))
order by {sort}, ours.account, renews_on
limit $limit offset $offset"""


def adoption_race(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    within_days: int | None = None,
    verdict: str | None = None,
    sort: str = "verdict",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Renewals ahead within `within_days` against the adoption of past renewers, rows `offset` to `offset + limit`.

    verdict   one alone: will not make it (a chance below race_unlikely to reach the goal), in doubt (below a half), on course,
              ahead (on course, and no less than the median of renewers had as many weeks before), or too few to tell

    races.race says how the goal and the chance are counted.
    """
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    if verdict and verdict not in VERDICTS:
        raise Refused(f"There is no such verdict; choose from {', '.join(VERDICTS)}.")
    check_page(limit, offset)
    within = races.check_within(within_days, definitions)
    rows, left, n_past = races.race(con, book, definitions, within)
    table = rows.assign(
        days_to_renewal=rows["days_left"] + 1,
        place=rows["race_verdict"].map(VERDICTS.index),
        pace_said=rows["went"].map(_PACES),
    )
    con.register("raced", as_table(table[[*_OWN, "place"]]))
    sql = _LISTED.format(sort=SORTS[sort])
    asked = {"verdict": verdict or None, "search": search.lower(), "limit": limit, "offset": offset}
    found = con.execute(sql, asked).df()
    con.unregister("raced")
    return Answer(found[COLUMNS], left, races.notes(rows, n_past, book, definitions, within), f"{races.SQL};\n\n{sql}")


_OWN = ["_account", *(name for name in COLUMNS if name not in ("account", "name", "csm", "segment", "n_rows"))]


def as_table(frame: pd.DataFrame):
    """The rows as the store takes them: texts as texts, whatever was empty."""
    import pyarrow as pa

    texts = {"currency", "race_verdict", "pace_said"}
    return pa.table({
        name: pa.array(frame[name], pa.string() if name in texts else None, from_pandas=True) for name in frame.columns
    })  # fmt: skip
