"""How few accounts most of the loss comes from.

lost_concentration   the Lorenz curve, those who lost most first, and Gini's coefficient with its interval
gini                 the coefficient
COLUMNS              of the answer, whatever the options
TOP                  how many accounts the headline is about
"""

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import renewals
from lib.measures import Answer
from lib.measures.renewals.losses import LOST, months_of

TOP, GRID = 10, 100
COLUMNS = [
    "currency", "concentration_of", "n_of", "n_first", "first_rate", "arr_lost_first", "lost_share_rate", "n_lost_any",
    "arr_lost_all", "top_share_rate", "gini", "gini_lo", "gini_hi",
]  # fmt: skip
_AMOUNTS = f"""{LOST}
select currency, (arr_lost_all / $months::integer)::double as arr from lost order by currency, arr desc"""
_CUSTOMERS = """
select currency, count(distinct _account) as n
from renewal_term
semi join (select _account from book) as account using (_account)
where has_counted and counts_from < $closes_on::date and coalesce(counts_until >= $opens_on::date, true)
group by currency"""


def lost_concentration(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, money: str = "arr"
) -> Answer:
    """The share of what was lost by the share of accounts, those who lost most first: GRID steps per currency.

    concentration_of   losers: the accounts that lost any; customers: all that were customers on some day of the period
    gini   0: all lost alike, near 1: one lost it all; with the correction of small samples n / (n - 1). Its interval is by a
           bootstrap over accounts, 95 % (tried: it holds the truth 87 to 99 times in 100); empty where fewer than TOP lost any
    """
    months = months_of(money)
    renewals.lay(con, book.as_of, definitions)
    days = {"opens_on": book.opens_on, "closes_on": book.closes_on}
    lost = con.execute(_AMOUNTS, {**days, "months": months}).df()
    customers = dict(con.execute(_CUSTOMERS, days).fetchall())
    rows = []
    for currency, own in lost.groupby("currency", sort=False):
        amounts = own["arr"].to_numpy()
        for of, n in (("losers", len(amounts)), ("customers", max(customers.get(currency, 0), len(amounts)))):
            rows += _curve(currency, of, amounts, n)
    return Answer(pd.DataFrame(rows, columns=COLUMNS), sql=_AMOUNTS)


def gini(amounts, n: int, weights=None) -> float:
    """Gini's coefficient of `amounts`, sorted from the largest, among `n` of which the others are 0; NaN under two.

    n / (n - 1) times the mean difference over twice the mean. `weights`: how often each counts, the others' in `n`.
    """
    if n < 2:
        return np.nan
    weights = np.ones(len(amounts)) if weights is None else weights
    lost = weights * amounts
    held = lost.cumsum()
    area = (weights * (held - lost / 2)).sum() + (n - weights.sum()) * held[-1]  # under the curve, the largest first
    return float((2 * area / (n * held[-1]) - 1) * n / (n - 1)) if held[-1] else np.nan


def _curve(currency: str, of: str, amounts: np.ndarray, n: int) -> list[tuple]:
    """GRID + 1 rows of the curve of `amounts`, the largest first, among `n` accounts."""
    held = np.concatenate([[0.0], amounts.cumsum()])
    first = np.round(np.arange(GRID + 1) * n / GRID).astype(int)
    so_far = held[np.minimum(first, len(amounts))]
    top = held[min(TOP, len(amounts))] / held[-1]
    lo, hi = _interval(amounts, n) if len(amounts) >= TOP else (np.nan, np.nan)
    told = (len(amounts), held[-1], top, gini(amounts, n), lo, hi)
    return [
        (currency, of, n, int(k), k / n, float(arr), float(arr / held[-1]), *told)
        for k, arr in zip(first, so_far, strict=True)
    ]


def _interval(amounts: np.ndarray, n: int, n_draws: int = 400) -> tuple[float, float]:
    """95 %: Student's t on the logit scale, by the spread of accounts drawn anew, each as often as a Poisson variable says."""
    from scipy.special import expit, logit, stdtrit

    dice, drawn = np.random.default_rng(1), []
    for others in dice.poisson(n - len(amounts), n_draws):
        weights = dice.poisson(1, len(amounts))
        drawn.append(gini(amounts, int(weights.sum() + others), weights))
    told = np.array([each for each in drawn if 0 < each < 1])
    here = gini(amounts, n)
    if len(told) < n_draws / 2 or not 0 < here < 1:
        return np.nan, np.nan
    half = stdtrit(len(amounts) - 1, 0.975) * logit(told).std()
    return float(expit(logit(here) - half)), float(expit(logit(here) + half))
