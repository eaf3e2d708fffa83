"""Use, satisfaction and proficiency read together, on the day: who is in the corner of false comfort?

corners   a row per combination that occurs
COLUMNS   of the answer, whatever the options
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.carried import CORNER, CORNERS, parameters
from lib.measures import Answer

COLUMNS = ["corner", "usage_level", "satisfaction", "proficiency", "n_accounts", "arr", "n_renewing", "arr_renewing"]
_SQL = f"""select
    corner, usage_level, satisfaction, proficiency,
    count(*) as n_accounts,
    coalesce(sum(arr), 0)::double as arr,
    count(*) filter (where days_to_renewal <= $renewing_days) as n_renewing,
    coalesce(sum(arr_renewing) filter (where days_to_renewal <= $renewing_days), 0)::double as arr_renewing
from {CORNER}
where is_ours and _account in (select _account from book)
group by corner, usage_level, satisfaction, proficiency
order by list_position($corners::varchar[], corner), usage_level, satisfaction desc, proficiency desc"""


def corners(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Accounts that are live or pending, by use (high or low), satisfaction and proficiency.

    Whether they will stay is not known on the day: what renews within renewing_days is. The thresholds are the definitions'.
    """
    table = con.execute(_SQL, parameters(_SQL, book, definitions) | {"corners": list(CORNERS)}).df()
    return Answer(table[COLUMNS], sql=_SQL)
