"""What a customer is worth, what winning it cost, and how soon that is earned back; by any dimension, each currency apart.

economics   a row per currency, of the whole and of each level
COLUMNS     of the answer, whatever the options
"""

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer, left_out
from lib.measures.lives.lives import DAYS_A_MONTH, Lives, Z, counted, groups_of, horizon_of, lay, lives

DAYS_A_YEAR = 365.25
COLUMNS = [
    "is_whole", "level", "currency", "n_lives", "n_lives_ended", "is_small", "life_years",
    "losses_per_year", "losses_per_year_lo", "losses_per_year_hi", "arr_at_start", "horizon_months", "arr_months",
    "ltv", "ltv_lo", "ltv_hi", "n_with_cost", "cost_per_customer", "ltv_to_cost", "ltv_to_cost_lo", "ltv_to_cost_hi",
    "payback_months",
]  # fmt: skip
_COUNTED = """with rate as (
    select unnest($currencies::varchar[]) as currency, unnest($factors::decimal(18, 8)[])::double as factor
),
own as (
    select _account, coalesce(upper(trim(currency)), '') as currency
    from core.contract
    semi join customer_life as life on life._account = contract._account
    group by _account, coalesce(upper(trim(currency)), '')
    qualify row_number() over (partition by _account order by sum(arr) desc, coalesce(upper(trim(currency)), '')) = 1
),
cost as (
    select own._account, rate.factor
    from own
    join rate on rate.currency = own.currency
)
select
    level, life.currency, entered, days, ending,
    coalesce(acquisition_cost >= 0, false) as has_cost,
    count(*) as n,
    sum(arr) as arr, sum(arr * arr) as arr_squares,
    sum(acquisition_cost * coalesce(factor, 1)) as cost,
    sum((acquisition_cost * coalesce(factor, 1)) ** 2) as cost_squares,
    sum(arr * acquisition_cost * coalesce(factor, 1)) as arr_by_cost
from customer_life as life
left join cost on cost._account = life._account
where why_not is null
group by level, life.currency, entered, days, ending, has_cost"""


def economics(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str | None = None,
    among: str = "all",
    horizon: int | None = None,
) -> Answer:
    """What customers bring over the horizon, against the cost of winning them.

    by        a dimension, as it was on the first day of a life: each value by itself, below the whole
    among     all lives, or those that began in the period
    horizon   months over which worth is counted; those of the definitions while every level of enough lives reaches them

    ltv is the ARR customers began with x the months of the horizon it stays (Kaplan and Meier, weighted by that ARR) / 12 x the
    gross margin: up-sell, cross-sell and down-sell are other levers, and not in it. ltv_to_cost and payback_months are of the
    customers whose acquisition cost is given alone. Intervals are over accounts, by the infinitesimal jackknife, on a logarithmic
    scale; losses_per_year has Garwood's. The cost is taken to be in the currency of most of the account's ARR.
    """
    left, sql = lay(con, book, definitions, by, among)
    worth = definitions.renewals.worth()
    rows = counted(con, _COUNTED, {"currencies": list(worth), "factors": list(worth.values())})
    groups = groups_of(rows, by)
    months = horizon_of(groups, horizon, definitions)
    found = [
        {
            "is_whole": group.is_whole, "level": group.level, "currency": currency,
            **_row(group.rows[group.rows["currency"] == currency], months, definitions),
        }
        for group in groups
        for currency in group.rows.groupby("currency")["n"].sum().sort_values(ascending=False, kind="stable").index
    ]  # fmt: skip
    without = int(rows.loc[~rows["has_cost"], "n"].sum())
    notes = [_worth_said(definitions)]
    if without:
        notes.append(
            f"Of {without:,} customers no acquisition cost is given: they are in ltv, not in what is set against a cost."
        )
    return Answer(pd.DataFrame(found, columns=COLUMNS), left_out(*left), tuple(notes), f"{sql};\n\n{_COUNTED}")


def _row(rows: pd.DataFrame, months: int, definitions: Definitions) -> dict:
    everybody, costed = lives(rows, of="arr"), rows[rows["has_cost"]]
    margin, few = definitions.economics.gross_margin, definitions.reading.few_accounts
    years = float((everybody.n * (everybody.days - everybody.entered)).sum()) / DAYS_A_YEAR
    lo, hi = stats.events_per_time(everybody.n_ended, years)
    return {
        "n_lives": everybody.n_all,
        "n_lives_ended": everybody.n_ended,
        "is_small": everybody.n_all < few,
        "life_years": years,
        "losses_per_year": everybody.n_ended / years if years else np.nan,
        "losses_per_year_lo": float(lo),
        "losses_per_year_hi": float(hi),
        "arr_at_start": rows["arr"].sum() / everybody.n_all,
        "horizon_months": months,
        "arr_months": everybody.mean_months(months)[0],
        **_worth(everybody, months, margin, few),
        "n_with_cost": int(costed["n"].sum()),
        **_against_cost(costed, months, margin, few),
    }


def _worth(found: Lives, months: int, margin: float, few: int) -> dict[str, float]:
    """What a customer brings over the months, with its interval."""
    mean, _ = found.mean_months(months)
    value = found.weights.sum() / found.n_all * mean / 12 * margin
    spread = ((_bringing(found, months, margin) ** 2 * found.squares).sum() - found.n_all * value**2) / found.n_all**2
    return _on_log_scale("ltv", value, spread, is_told=found.n_all >= few)


def _against_cost(rows: pd.DataFrame, months: int, margin: float, few: int) -> dict[str, float]:
    """Worth / cost of the customers whose cost is given, and the months until it is earned back."""
    nothing = dict.fromkeys(
        ("cost_per_customer", "ltv_to_cost", "ltv_to_cost_lo", "ltv_to_cost_hi", "payback_months"), np.nan
    )
    if not rows["cost"].sum() > 0:
        return nothing
    found, cost = lives(rows, of="arr"), rows["cost"].sum()
    brought = _bringing(found, months, margin)
    ratio = found.weights.sum() * found.mean_months(months)[0] / 12 * margin / cost
    products = brought**2 * found.squares - 2 * ratio * brought * rows["arr_by_cost"] + ratio**2 * rows["cost_squares"]
    return {
        "cost_per_customer": cost / found.n_all,
        **_on_log_scale("ltv_to_cost", ratio, products.sum() / cost**2, is_told=found.n_all >= few),
        "payback_months": _payback(
            found, months, 12 * cost / (found.weights.sum() * margin) if found.weights.sum() else np.nan
        ),
    }


def _bringing(found: Lives, months: int, margin: float) -> np.ndarray:
    """What a unit of ARR in each cell adds to what all bring: its own months, and by how much it moves those of others."""
    mean, _ = found.mean_months(months)
    return (mean + found.weights.sum() * found.influence(months)) / 12 * margin


def _payback(found: Lives, months: int, needed: float) -> float:
    """The months of life by which a unit of ARR has stayed `needed` months on average; NaN where not within the horizon."""
    steps = found.curve.times[found.curve.times < months * DAYS_A_MONTH]
    edges = np.concatenate([[0.0], steps, [months * DAYS_A_MONTH]]) / DAYS_A_MONTH
    had = np.concatenate([[0.0], np.cumsum(np.concatenate([[1.0], found.curve.share[: len(steps)]]) * np.diff(edges))])
    is_known = not np.isnan(found.mean_months(months)[0])
    return float(np.interp(needed, had, edges, right=np.nan)) if is_known and needed == needed else np.nan


def _on_log_scale(name: str, value: float, variance: float, *, is_told: bool) -> dict[str, float]:
    """A figure and its interval; too few accounts have none."""
    if not value > 0 or not is_told:
        return {name: value, f"{name}_lo": np.nan, f"{name}_hi": np.nan}
    by = np.exp(Z * np.sqrt(max(variance, 0)) / value)
    return {name: value, f"{name}_lo": value / by, f"{name}_hi": value * by}


def _worth_said(definitions: Definitions) -> str:
    margin = definitions.economics.gross_margin
    return (
        "Worth is counted in revenue: the definitions give no margin below 1."
        if margin == 1
        else f"Worth is at a gross margin of {margin:.0%}."
    )
