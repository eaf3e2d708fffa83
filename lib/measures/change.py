"""Period against period: did a segment get worse, or do we have more of the bad segment?

change    one row per value of a dimension: its mix part and its rate part; all parts add up to the change of the whole
"""

from collections.abc import Sequence
from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.base import OUTCOMES, check_outcome
from lib.facts.cells import count_cells, gather, others_of
from lib.facts.dimensions import available, choose
from lib.facts.levels import OTHER
from lib.measures import Answer, left_out

COLUMNS = [
    "segment", "n_before", "n_lost_before", "rate_before", "n", "n_lost", "churn_rate",
    "share_before", "share", "mix_part", "rate_part", "change", "is_simpson",
]  # fmt: skip


def change(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str,
    outcome: str | None = None,
    within: Sequence[tuple[str, str | None]] = (),
) -> Answer:
    """The change of the overall rate since the previous period, split by the values of the dimension `by`.

    within  keeps the accounts with these values: the change is then that of this segment

    rate_part is what the value's own rate did, at its average share; mix_part what its share did, at its average rate against
    the average of the whole (Kitagawa 1955; second check: a naive loop in the tests). Their sum over all values is `change`.
    is_simpson marks an answer where every value moved one way, or not at all, and the whole moved the other.
    Raises Refused for an outcome that has no period.
    """
    outcome = check_outcome(con, outcome)
    if not OUTCOMES[outcome].has_period:
        raise Refused("The data has no dates, so there is no previous period to compare with.")
    dimensions = choose(available(con, definitions), [by, *(name for name, _ in within)])
    before, _ = count_cells(con, book.previous(), definitions, outcome, dimensions)
    now, sql = count_cells(con, book, definitions, outcome, dimensions)
    for name, value in within:
        dimension = choose(dimensions, [name])[0]
        at = f"d{dimensions.index(dimension)}"
        if value == OTHER and value not in dimension.values:
            others = others_of(now, at, dimension)
            before, now = gather(before, at, others), gather(now, at, others)
        before, now = (cells[np.array([each == value for each in cells[at]], bool)] for cells in (before, now))
    notes = [] if before["n"].sum() else ["There is no previous period in the data."]
    if book.as_of < book.closes_on - timedelta(days=1):
        notes.append(f"The period is not over: it is seen to {say_day(book.as_of)}, and the previous one whole.")
    undecided = int(now["n_undecided"].sum())
    return Answer(
        _parts(dimensions[0].name, before, now), left_out((OUTCOMES[outcome].undecided, undecided)), tuple(notes), sql
    )


def _parts(name: str, before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    both = before.set_index("d0")[["n", "n_lost"]].add_suffix("_before")
    both = both.join(now.set_index("d0")[["n", "n_lost"]], how="outer")
    both = (
        both.fillna(0)
        .loc[lambda rows: rows["n_before"] + rows["n"] > 0]
        .sort_values("n", ascending=False, kind="stable")
    )
    n0, k0, n1, k1 = (both[column].to_numpy(float) for column in ("n_before", "n_lost_before", "n", "n_lost"))
    with np.errstate(divide="ignore", invalid="ignore"):
        r0, r1, s0, s1 = k0 / n0, k1 / n1, n0 / n0.sum(), n1 / n1.sum()
        whole0, whole1 = k0.sum() / n0.sum(), k1.sum() / n1.sum()
    # a value that exists in one period alone has no rate of its own to change: all of it is mix
    filled0, filled1 = np.where(np.isnan(r0), r1, r0), np.where(np.isnan(r1), r0, r1)
    rate_part = (filled1 - filled0) * (s0 + s1) / 2
    mix_part = (s1 - s0) * ((filled0 + filled1) / 2 - (whole0 + whole1) / 2)
    moved = whole1 - whole0
    steps = (filled1 - filled0)[(n0 > 0) & (n1 > 0)]
    is_simpson = bool(len(steps) > 1 and ((moved > 0 and (steps <= 0).all()) or (moved < 0 and (steps >= 0).all())))
    return pd.DataFrame(
        {
            "segment": [{name: None if pd.isna(value) else value} for value in both.index],
            "n_before": n0.astype(int),
            "n_lost_before": k0.astype(int),
            "rate_before": r0,
            "n": n1.astype(int),
            "n_lost": k1.astype(int),
            "churn_rate": r1,
            "share_before": s0,
            "share": s1,
            "mix_part": mix_part,
            "rate_part": rate_part,
            "change": np.full(len(both), moved),
            "is_simpson": np.full(len(both), is_simpson),
        },
        columns=COLUMNS,
    )
