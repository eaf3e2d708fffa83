"""The accounts behind the save rate.

save_accounts   a row per save plan, or account at risk without one, by ARR; `n_rows` of them in all
COLUMNS         of the answer, whatever the options
GROUPS, WHICH   which are listed
"""

import duckdb
import numpy as np

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import saves
from lib.facts.paging import check_page
from lib.measures import Answer

COLUMNS = [
    "account",
    "name",
    "csm",
    "segment",
    "save_group",
    "counts_from_on",
    "save_outcome",
    "currency",
    "arr_then",
    "n_rows",
]
GROUPS = {"plan": saves.WITH, "none": saves.WITHOUT}
WHICH = ("all", "saved", "lost", "undecided")
_LISTED = """select
    ours.account, ours.name, ours.csm, ours.segment, asked.* exclude (_account), count(*) over () as n_rows
from asked_save as asked
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = asked._account
where ($save_group::varchar is null or save_group = $save_group::varchar)
  and ($which::varchar = 'all' or save_outcome = $which::varchar)
order by arr_then desc nulls last, ours.account, counts_from_on
limit $limit offset $offset"""


def save_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    group: str | None = None,
    which: str = "all",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """What `save_rate` counts: those with a save plan or those at risk without; all, saved, lost or undecided."""
    if group and group not in GROUPS:
        raise Refused(f"There are no such accounts; choose from {', '.join(GROUPS)}.")
    if which not in WHICH:
        raise Refused(f"There is no choice {which!r}; choose from {', '.join(WHICH)}.")
    check_page(limit, offset)
    rows, sql = saves.asked(con, book, definitions)
    came = np.select(
        [rows["is_saved"].isna(), rows["is_saved"].fillna(False).astype(bool)], ["undecided", "saved"], "lost"
    )
    told = rows.assign(save_outcome=came).rename(columns={"arr": "arr_then"})
    con.register(
        "asked_save", told[["_account", "save_group", "counts_from_on", "save_outcome", "currency", "arr_then"]]
    )
    asked = {"save_group": GROUPS.get(group or ""), "which": which, "limit": limit, "offset": offset}
    found = con.execute(_LISTED, asked).df()
    con.unregister("asked_save")
    return Answer(found[COLUMNS], sql=f"{sql};\n\n{_LISTED}")
