"""Accounts with each trait and accounts without it, kept or lost, by stratum: like is compared with like.

chain   the SQL steps up to `placed` (accounts with their stratum) and `trait`, on which both answers stand
count   the counts of every trait by stratum, the accounts left out, and the SQL
Counts  what `count` gives
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.base import OUTCOMES, statement
from lib.facts.carried import LIVED, OF_USERS, TRAIT, parameters
from lib.facts.dimensions import available
from lib.store.dimensions import band_expression

YOUNG = "too young to tell: fewer than four full weeks before the period"
SILENT = "without any use before the period: counted under “any use”, not against features"
_TAIL = """
select 'left out' as trait_kind, case when not is_old_enough then 'young' else 'undecided' end as trait,
    null as stratum, count(*) as n, 0 as n_lost
from placed
where not is_old_enough or had_outcome is null
group by trait
union all
select 'all', if(has_use, 'used', 'silent'), stratum, count(*), count(*) filter (where had_outcome)
from counted
group by has_use, stratum
union all
select trait_kind, trait, stratum, count(*), count(*) filter (where had_outcome)
from counted
join trait using (_account)
group by trait_kind, trait, stratum"""


@dataclass(frozen=True)
class Counts:
    """Counts of T traits in K strata, those with it and those without it, and how many of each were lost: (T, K) each.

    kinds, names   (T,) of the traits, by name
    left_out       (reason, n)
    n, n_lost      accounts counted in all
    """

    kinds: np.ndarray
    names: np.ndarray
    n_with: np.ndarray
    n_lost_with: np.ndarray
    n_without: np.ndarray
    n_lost_without: np.ndarray
    left_out: list[tuple[str, int]]
    n: int
    n_lost: int


def chain(con: duckdb.DuckDBPyConnection, outcome: str, definitions: Definitions) -> str:
    """The steps up to `placed`, one row per account at risk, and `trait`. `counted`: those of `placed` that can be told.

    A stratum is an age band of the hot-spots, the segment on the opening day and a quarter of size: ARR, or seats or employees
    where no account has the one before; whatever is not known is a band of its own.
    """
    segment = [each for each in available(con, definitions) if each.name == "segment"]
    age = band_expression("tenure_days", definitions.hotspots.tenure_bands_days)
    return f"""{statement(outcome, segment)},
lived as (
    from {LIVED}
),
met as (
    select base.*, lived.seats, lived.is_old_enough, lived.has_use, book.employees
    from base
    join lived on lived._account = base._account
    join book on book._account = base._account
),
given as (
    select coalesce(max(arr), 0) > 0 as has_arr, coalesce(max(seats), 0) > 0 as has_seats from met
),
sized as (
    select met.*, case when has_arr then arr when has_seats then seats else employees end::double as size from met cross join given
),
cut as (
    select coalesce(quantile_cont(size, [0.25, 0.5, 0.75]), []::double[]) as cuts
    from sized
    where had_outcome is not null and is_old_enough
),
placed as (
    select
        _account, had_outcome, arr, tenure_days, is_old_enough, has_use,
        hash(coalesce(({age})::integer, -1), coalesce({"d0::integer" if segment else "0"}, -1),
            case when size is null then -1 else len(list_filter(cuts, lambda cut: size > cut)) end) as stratum
    from sized
    cross join cut
),
counted as (
    from placed where had_outcome is not null and is_old_enough
),
trait as (
    from {TRAIT}
)"""


def count(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, outcome: str) -> tuple[Counts, str]:
    """Every trait that some of the accounts counted had, and the SQL."""
    sql = chain(con, outcome, definitions) + _TAIL
    rows = con.execute(sql, parameters(sql, book, definitions)).df()
    left = rows[rows["trait_kind"] == "left out"].set_index("trait")["n"]
    whole = rows[rows["trait_kind"] == "all"]
    strata, at = np.unique(whole["stratum"].to_numpy(), return_inverse=True)
    everybody, users = np.zeros((2, len(strata))), np.zeros((2, len(strata)))
    for row, place in zip(whole.itertuples(), at, strict=True):
        everybody[:, place] += row.n, row.n_lost
        users[:, place] += (row.n, row.n_lost) if row.trait == "used" else (0, 0)
    traits = rows[~rows["trait_kind"].isin(["left out", "all"])]
    names, row_of = _numbered(traits)
    having = np.zeros((2, len(names), len(strata)))
    places = np.searchsorted(strata, traits["stratum"].to_numpy())
    for number, column in enumerate(("n", "n_lost")):
        np.add.at(having[number], (row_of, places), traits[column].to_numpy(float))
    kinds, named = (np.array([name[i] for name in names], object) for i in (0, 1))
    of_users = (kinds == "feature") | ((kinds == "behaviour") & np.isin(named, OF_USERS))
    compared = np.where(of_users[None, :, None], users[:, None, :], everybody[:, None, :])
    rest = compared - having
    n_silent = int(everybody[0].sum() - users[0].sum()) if users[0].any() else 0
    why = [
        (OUTCOMES[outcome].undecided, int(left.get("undecided", 0))),
        (YOUNG, int(left.get("young", 0))),
        (SILENT, n_silent),
    ]
    return Counts(kinds, named, *having, *rest, why, int(everybody[0].sum()), int(everybody[1].sum())), sql


def _numbered(traits: pd.DataFrame) -> tuple[list[tuple[str, str]], np.ndarray]:
    """The traits by kind and name, and which of them each row is of."""
    pairs = list(zip(traits["trait_kind"], traits["trait"], strict=True))
    names = sorted(set(pairs))
    at = {pair: number for number, pair in enumerate(names)}
    return names, np.array([at[pair] for pair in pairs], int)
