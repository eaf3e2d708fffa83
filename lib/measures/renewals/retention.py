"""How much is kept: customers and ARR, of what was due or of the customers of the opening day; gross and net side by side.

retention   a row per period, level and currency
COLUMNS     of the answer, whatever the options
"""

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals as terms
from lib.measures import Answer
from lib.measures.renewals.asked import PERIOD, VIEWS, Asked, asked, cells_of, levelled, parameters, unfinished

_RATES = ("logo_churn_rate", "logo_retention_rate", "revenue_churn_rate", "grr", "nrr")
COLUMNS = [
    "period_from", "period_until", "level", "currency", "n_customers", "n_lost", "arr_base", "arr_kept", "arr_net",
    *(f"{name}{bound}" for name in _RATES for bound in ("", "_lo", "_hi")), "is_unfinished",
]  # fmt: skip

_POOL = f"""with {PERIOD},
every_item as materialized (
    select
        period.period_from, {{level}} as level, renewal.currency, renewal._account,
        true as is_opening, renewal.arr_due as arr_base, least(renewal.arr_renewed, renewal.arr_due) as arr_kept,
        renewal.arr_renewed as arr_net,
        renewal.outcome = 'lapsed' and spell._account is not null as is_lost
    from renewal
    join period on renewal.renews_on >= period.period_from and renewal.renews_on < period.period_until
    join book as account on account._account = renewal._account
    left join customer_spell as spell on spell._account = renewal._account and spell.ended_on = renewal.renews_on
    where renewal.is_due and renewal.outcome not in ('pending', 'upcoming')
)"""
_CALENDAR = f"""with {PERIOD},
stood as materialized (
    select
        period.period_from, {{level}} as level, term.currency, term._account, term.line,
        bool_or(term.counts_from <= period.period_from and coalesce(term.counts_until > period.period_from, true)) as is_opening,
        bool_or(term.counts_from <= period.period_until and coalesce(term.counts_until > period.period_until, true)) as is_closing,
        coalesce(sum(term.arr) filter (
            where term.counts_from <= period.period_from and coalesce(term.counts_until > period.period_from, true)
        ), 0) as opened,
        coalesce(sum(term.arr) filter (
            where term.counts_from <= period.period_until and coalesce(term.counts_until > period.period_until, true)
        ), 0) as closed
    from renewal_term as term
    join period
        on term.has_counted and term.counts_from <= period.period_until and coalesce(term.counts_until > period.period_from, true)
    join book as account on account._account = term._account
    group by period.period_from, level, term.currency, term._account, term.line
),
every_item as materialized (
    select
        period_from, level, currency, _account, is_opening,
        opened as arr_base, least(opened, closed) as arr_kept, closed as arr_net,
        not bool_or(is_closing) over (partition by period_from, _account) as is_lost
    from stood
)"""
_COUNTED = """{items},
{levelled},
by_account as (
    select
        period_from, level, currency, _account, bool_or(is_lost) as is_lost,
        sum(arr_base) as base, sum(arr_kept) as kept, sum(arr_net) as net
    from item
    group by period_from, level, currency, _account
    having bool_or(is_opening)
)
select
    period_from, level, currency, count(*) as n_customers, count(*) filter (where is_lost) as n_lost,
    sum(base)::double as arr_base, sum(kept)::double as arr_kept, sum(net)::double as arr_net, sum(base::double ** 2) as nn,
    sum(kept::double ** 2) as kept_kk, sum(kept::double * base::double) as kept_kn,
    sum(net::double ** 2) as net_kk, sum(net::double * base::double) as net_kn
from by_account
group by period_from, level, currency"""


def retention(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    view: str = "pool",
    every: str | None = None,
    by: str | None = None,
    money: str = "arr",
) -> Answer:
    """Logo churn and retention, revenue churn, gross and net revenue retention, of the book's period or of its parts.

    view   pool: of the accounts with a renewal decided in the period, and the ARR that was due: lost are those whose last
           term lapsed at one of them; grr is the base renewal rate. calendar: of the customers of the opening day, as they
           stand on the day the period closes, or on the last day known: lost are those without a live term
    by, money   as in `renewals`

    Nobody new counts, and a customer's cross-sell counts in nrr alone: grr is at most 1, line by line. Intervals: Wilson of
    accounts; of ARR that of lib.stats.ratio_of_sums over accounts. Second check: the published SQL of Fighting Churn With
    Data on the subscriptions of dbt's MRR playbook, tests/test_renewals_known.py.
    """
    if view not in VIEWS:
        raise Refused(f"There is no view {view!r}; choose from {', '.join(VIEWS)}.")
    option = asked(con, book, definitions, every, by, money)
    terms.lay(con, book.as_of, definitions)
    items = _POOL if view == "pool" else _CALENDAR
    sql = _COUNTED.format(items=items.format(level=option.level), levelled=levelled(option, "every_item", "item"))
    counted = con.execute(sql, parameters(option)).df()
    table = _table(cells_of(counted, option), option, definitions)
    return Answer(table, notes=tuple(_notes(table, option, view)), sql=sql)


def _table(counted: pd.DataFrame, option: Asked, definitions: Definitions) -> pd.DataFrame:
    n, lost = (counted[name].to_numpy(float) for name in ("n_customers", "n_lost"))
    base = counted["arr_base"].to_numpy(float)
    table = counted[["period_from", "period_until", "level", "currency"]].copy()
    table["n_customers"], table["n_lost"] = n.astype(int), lost.astype(int)
    for name in ("arr_base", "arr_kept", "arr_net"):
        table[name] = counted[name].to_numpy(float) / option.divisor
    with np.errstate(divide="ignore", invalid="ignore"):
        table["logo_churn_rate"] = lost / n
        table["grr"], table["nrr"] = (
            counted[name].to_numpy(float) / np.where(base > 0, base, np.nan) for name in ("arr_kept", "arr_net")
        )
    table["logo_churn_rate_lo"], table["logo_churn_rate_hi"] = stats.wilson(lost, n)
    for name, of, most in (("grr", "kept", 1.0), ("nrr", "net", np.inf)):
        sums = (counted[each].to_numpy(float) for each in (f"{of}_kk", f"{of}_kn", "nn", "n_customers"))
        lo, hi = stats.ratio_of_sums(counted[f"arr_{of}"], base, *sums)
        table[f"{name}_lo"], table[f"{name}_hi"] = np.clip(lo, 0, most), np.clip(hi, 0, most)
    table["logo_retention_rate"] = 1 - table["logo_churn_rate"]
    table["logo_retention_rate_lo"], table["logo_retention_rate_hi"] = stats.wilson(n - lost, n)
    for bound, other in (("", ""), ("_lo", "_hi"), ("_hi", "_lo")):
        table[f"revenue_churn_rate{bound}"] = 1 - table[f"grr{other}"]
    table["is_unfinished"] = unfinished(table["period_until"], option, definitions)
    return table[COLUMNS]


def _notes(table: pd.DataFrame, option: Asked, view: str) -> Iterator[str]:
    yield from option.notes(table)
    if view == "pool":
        yield "Of what was due and is decided. What was cancelled between renewals, and rolling contracts: see the calendar view."
    else:
        yield "Of the customers of the opening day alone. What is pending in its grace days is still counted as kept."
