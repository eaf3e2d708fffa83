"""Is it the same person? People go by addresses, which one system writes Ann@X.com and the next ann@x.com.

one_spelling   a prepared file in which everybody is called by the id that the files of people, or the store, know
"""

from pathlib import Path

import duckdb

from lib.store.ingest.kinds import Kind
from lib.store.tables import PARQUET, quote

_SPELT = """
create or replace temp table spelt as
with known as (
    select account, lower(trim(address)) as address, person
    from (select account, person, person as address from person_known
          union all select account, person, email as address from person_known)
    where contains(address, '@')
),
said as (
    select distinct account, person from read_parquet($data) where contains(person, '@')
)
select said.account, said.person as said, any_value(known.person) as person
from said join known on known.account = said.account and known.address = lower(trim(said.person))
group by all
having count(distinct known.person) = 1 and any_value(known.person) <> said.person
"""


def one_spelling(con: duckdb.DuckDBPyConnection, data: Path, kind: Kind, into: Path) -> Path:
    """The file with people called by their known ids; the file itself where that changes nothing.

    `con` is of Directory.open (refer.py). A person is known within an account only.
    """
    path = str(data)
    columns = [
        name for name, *_ in con.execute("describe select * from read_parquet($data)", {"data": path}).fetchall()
    ]
    if kind.name == "person" or not {"account", "person"} <= set(columns):
        return data
    if not con.execute("select exists (from person_known)").fetchone()[0]:
        return data
    con.execute(_SPELT, {"data": path})
    if not con.execute("select exists (from spelt)").fetchone()[0]:
        return data
    chosen = ", ".join(
        "coalesce(spelt.person, file.person) as person" if name == "person" else f"file.{quote(name)}"
        for name in columns
    )
    # copy takes no values: the paths are our own
    source, target = (str(each).replace("'", "''") for each in (data, into))
    con.execute(
        f"copy (select {chosen} from read_parquet('{source}') as file "
        "left join spelt on spelt.account = file.account and spelt.said = file.person) "
        f"to '{target}' ({PARQUET})"
    )
    return into
