"""Accounts that have adopted, or not, against their renewal, by how near it is.

account_adoption   a row per renewal window
COLUMNS            of the answer, whatever the options
"""

import duckdb

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.facts import standing
from lib.facts.people import ADOPTION, parameters, spell
from lib.measures import Answer

COLUMNS = [
    "renewal_window", "n_accounts", "n_accounts_adopted", "n_accounts_not_adopted", "n_accounts_unknown",
    "adopted_rate", "adopted_rate_lo", "adopted_rate_hi", "arr", "arr_not_adopted",
]  # fmt: skip
_SQL = f"""with stood as (
    select renewal_window, is_adopted, coalesce(found.arr, 0)::double as arr
    from {ADOPTION} as found
    join book as account on account._account = found._account
    where is_live or is_pending
)
select
    renewal_window,
    count(*) as n_accounts,
    count(*) filter (where is_adopted) as n_accounts_adopted,
    count(*) filter (where not is_adopted) as n_accounts_not_adopted,
    count(*) filter (where is_adopted is null) as n_accounts_unknown,
    sum(arr)::double as arr,
    coalesce(sum(arr) filter (where not is_adopted), 0)::double as arr_not_adopted
from stood
group by renewal_window"""


def account_adoption(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Accounts that are live or pending, by how near their renewal is: adopted, not yet, or without anybody known.

    adopted_rate is of the accounts with people, its interval Wilson's.
    """
    rows = con.execute(_SQL, parameters(_SQL, book.as_of, definitions)).df().set_index("renewal_window")
    order = [each for each in standing.values(con, "renewal", book.as_of, definitions) if each in rows.index]
    table = rows.reindex(order).reset_index()
    k, n = table["n_accounts_adopted"], table["n_accounts_adopted"] + table["n_accounts_not_adopted"]
    lo, hi = stats.wilson(k, n)
    table = table.assign(adopted_rate=k / n.where(n > 0), adopted_rate_lo=lo, adopted_rate_hi=hi)
    rules = spell(definitions)
    notes = (f"An account has adopted when {rules['account']}; a person has after {rules['adopted']}.",)
    return Answer(table[COLUMNS], notes=notes, sql=_SQL)
