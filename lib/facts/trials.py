"""Trials under way, as health reads them: what the chances of trials and the lever of trials both begin with.

lay   the temp table trial_now
"""

import duckdb

from lib.definitions import Definitions

_NOW = """create or replace temp table trial_now as
select
    book._account, book.account, book.name, book.csm::varchar as csm, reading.reading, reading.began_on as trial_began_on,
    case
        when reading.day - reading.began_on < $convert_days then $convert_days - (reading.day - reading.began_on)
    end as trial_days_left
from health_reading as reading
join (select _account, account, name, csm from book) as book on book._account = reading._account
where reading.is_trial and reading.reading = (select max(reading) from health_reading)"""


def lay(con: duckdb.DuckDBPyConnection, definitions: Definitions) -> str:
    """After health.lay: the accounts of the book on trial on its day, with the days left to convert; gives the SQL."""
    con.execute(_NOW, {"convert_days": definitions.health.convert_days})
    return _NOW
