"""The accounts behind a figure of impact.

impact_accounts   a row per account (per save plan), by ARR; `n_rows` of them in all
COLUMNS           of the answer, whatever the options
SIDES, WHICH      which are listed
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import saves
from lib.measures import Answer
from lib.measures.reach import engaged, impact
from lib.measures.reach.levels import check_cut
from lib.measures.reach.listed import SORTS, listed

COLUMNS = [
    "account", "name", "csm", "segment", "tier", "impact_side", "impact_came", "arr", "reached_last_on", "counts_from_on",
    "impact_came_on", "days_before", "n_rows",
]  # fmt: skip
SIDES = ("all", "with", "without")
WHICH = {"all": "true", "came": "impact_came = 'yes'", "not": "impact_came = 'no'"}
_ENGAGED = """create or replace temp table impact_row as
select
    _account, level, arr, if(is_engaged, 'with', 'without') as side,
    if(is_engaged, 'reached before', 'not reached before') as impact_side,
    if({column}, 'yes', 'no') as impact_came, reached_last_on, null::date as counts_from_on, {came_on} as impact_came_on,
    null::bigint as days_before
from engaged_row
where are_touches_known and {among}"""
_PLANS = """create or replace temp table impact_row as
select
    _account, level, arr, if(save_group = $planned::varchar, 'with', 'without') as side, save_group as impact_side,
    case when is_saved then 'yes' when not is_saved then 'no' else 'open' end as impact_came, null::date as reached_last_on,
    counts_from_on, decided_on as impact_came_on, days_before
from plan_row
where {among}"""
_CAME_ON = {"kept": "null::date", "expanded": "bought_on", "advocates": "if(is_new_advocate, advocate_on, null)"}


def impact_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    figure: str = "kept",
    side: str = "all",
    which: str = "all",
    by: str | None = None,
    level: str | None = None,
    sort: str = "arr",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """What `impact` counts of a figure: with it or without it; all, or those where it came or did not; of one value, or of all."""
    for asked, known in ((figure, impact.FIGURES), (side, SIDES), (which, WHICH)):
        if asked not in known:
            raise Refused(f"There is no choice {asked!r}; choose from {', '.join(known)}.")
    check_cut(by, level)
    if figure in engaged.FIGURES:
        column, among = engaged.FIGURES[figure]
        laid = engaged.lay(con, book, definitions, by)
        sql = _ENGAGED.format(column=column, among=among, came_on=_CAME_ON[figure])
        con.execute(sql)
    else:
        laid = impact.lay_plans(con, book, definitions, by)
        sql = _PLANS.format(among="days_before is not null" if figure == impact.LEAD else "is_saved is not null")
        con.execute(sql, {"planned": saves.WITH})
    condition = f"{WHICH[which]} and {'true' if side == 'all' else f'''side = '{side}' '''}".strip()
    asked = {"level": level, "sort": sort, "search": search, "limit": limit, "offset": offset}
    return listed(con, f"{laid};\n\n{sql}", "impact_row", COLUMNS, condition, asked, SORTS)
