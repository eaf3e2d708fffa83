"""Intervals of ARR retained, by a bootstrap over accounts.

draws      sums of ARR retained and eligible by cohort and step, drawn anew many times
interval   the middle 95 % of ratios
differs    p that a ratio differs from another, by the spread of their difference over the draws
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.measures.cohorts.question import Question
from lib.measures.cohorts.spans import spans
from lib.measures.cohorts.statement import members, parameters

N_DRAWS = 500
_MEMBERS = "\nselect member, cohort, arr::double as arr, whole_steps from member order by cohort nulls last, member"
_SPANS = """
select member, from_step, least(to_step, whole_steps) as to_step, span.gross::double as gross, span.net::double as net
from span
join member using (member)
where from_step < least(to_step, whole_steps)
order by member, from_step
"""


@dataclass(frozen=True)
class Draws:
    """Sums of one cohort, each (n_draws, n_steps)."""

    eligible: np.ndarray
    gross: np.ndarray
    net: np.ndarray


def draws(
    con: duckdb.DuckDBPyConnection, asked: Question, book: Book, definitions: Definitions
) -> dict[str | None, Draws]:
    """cohort -> its sums, drawn anew."""
    found = []
    for sql in (members(asked) + _MEMBERS, f"{members(asked)},{spans(asked)}{_SPANS}"):
        found.append(con.execute(sql, parameters(sql, asked, book, definitions)).df())
    who, lived = found
    at = pd.Series(np.arange(len(who)), index=who["member"])
    row = at.reindex(lived["member"]).to_numpy()
    step = np.arange(asked.n_steps)
    arr, whole = who["arr"].to_numpy()[:, None], who["whole_steps"].to_numpy()[:, None]
    parts = [np.where(step < whole, arr, 0.0)]
    for name in ("gross", "net"):
        change = np.zeros((len(who), asked.n_steps + 1))
        np.add.at(change, (row, lived["from_step"].to_numpy()), lived[name].to_numpy())
        np.add.at(change, (row, lived["to_step"].to_numpy()), -lived[name].to_numpy())
        parts.append(change[:, :-1].cumsum(axis=1))
    values, n = np.hstack(parts), asked.n_steps
    names = who["cohort"].astype(object).where(who["cohort"].notna(), None)
    drawn = {}
    for name, rows in names.groupby(names, dropna=False, sort=False).indices.items():
        sums = stats.poisson_bootstrap(values[rows], N_DRAWS, seed=len(drawn) + 1)
        drawn[None if pd.isna(name) else name] = Draws(sums[:, :n], sums[:, n : 2 * n], sums[:, 2 * n :])
    return drawn


def interval(kept: np.ndarray, eligible: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middle 95 % of kept / eligible over the draws (rows); NaN where nothing is eligible."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(eligible > 0, kept / eligible, np.nan)
    is_known = np.isfinite(ratio).sum(axis=0) > len(ratio) / 2
    bounds = np.full((2, ratio.shape[1]), np.nan)
    if is_known.any():
        bounds[:, is_known] = np.nanquantile(ratio[:, is_known], [0.025, 0.975], axis=0)
    return bounds[0], bounds[1]


def differs(difference: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Two-sided p of differences (steps,), by the spread of the same differences over the draws (rows)."""
    from scipy.special import ndtr

    known = np.isfinite(drawn)
    n = np.maximum(known.sum(axis=0), 1)
    values = np.where(known, drawn, 0)
    mean = values.sum(axis=0) / n
    spread = np.sqrt((np.where(known, drawn - mean, 0) ** 2).sum(axis=0) / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = difference / spread
    return np.where(spread > 0, 2 * ndtr(-np.abs(z)), np.nan)
