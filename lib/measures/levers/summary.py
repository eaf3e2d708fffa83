"""The six revenue levers side by side: what each found, how many accounts and people, and the ARR at stake.

levers    a row per lever and currency
COLUMNS   of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.levers.found import LEVERS, Scene, lay
from lib.measures.levers.worth import lay_stake

COLUMNS = [
    "revenue_lever", "lever_finding", "n_found_accounts", "n_found_people", "n_looked_at", "currency", "n_stake_accounts",
    "stake_arr", "is_estimate",
]  # fmt: skip
_SQL = """select currency, count(distinct _account) as n_stake_accounts, sum(arr)::double as arr
from lever_stake
where _account in (select _account from lever_account) and arr > 0
group by currency
order by arr desc, currency"""
_COUNTED = """select
    (select count(distinct _account) from lever_account),
    (select count(distinct (_account, person)) from lever_person where why_not is null)"""


def levers(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, lever: str | None = None) -> Answer:
    """A row per lever and currency, the most ARR first within a lever; of a lever that found nobody, or nobody who pays, one row.

    lever   one alone

    n_found_accounts, n_found_people and n_looked_at are of the lever, whatever the currency. An account may be with several levers,
    so they do not add up.
    """
    scene, rows, statements, notes = Scene(con, book, definitions), [], [], []
    for name in (lever,) if lever else LEVERS:
        found = lay(scene, name)
        is_estimate = lay_stake(scene, name)
        n, n_people = con.execute(_COUNTED).fetchall()[0]
        of_lever = {"revenue_lever": name, "lever_finding": found.finding, "n_found_accounts": n, "n_found_people": n_people,
                    "n_looked_at": found.of_n, "is_estimate": is_estimate}  # fmt: skip
        paying = con.execute(_SQL).fetchall() or [("", 0, 0.0)]
        rows += [
            {**of_lever, "currency": currency, "n_stake_accounts": k, "stake_arr": arr} for currency, k, arr in paying
        ]
        statements.append(f"-- {name}\n{found.sql}")
        notes += found.notes
    return Answer(pd.DataFrame(rows, columns=COLUMNS), notes=tuple(notes), sql="\n\n".join([*statements, f"{_SQL};"]))
