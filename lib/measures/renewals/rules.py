"""The same period by other people's rules: why two tools show two churns of one company.

rules     a row per rule and currency
COLUMNS   of the answer
WHY       rule -> one sentence on how it differs
"""

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import renewals as terms
from lib.measures import Answer
from lib.measures.renewals.asked import MONEY, asked
from lib.measures.renewals.retention import retention

COLUMNS = [
    "rule", "currency", "n_lost", "of_accounts", "logo_churn_rate", "arr_gone", "of_arr", "revenue_churn_rate", "why",
]  # fmt: skip
WHY = {
    "Headlight, pool": "Of accounts and ARR whose renewal was decided in the period: what was not due cannot lapse.",
    "Headlight, calendar": "Of the customers of the opening day, as they stand on the closing one; late renewals are kept.",
    "ChartMogul, standard": "Everything lost in the period, of those won in it too, over what there was at its start.",
    "Shopify": "The losses of each day over what there was at its start, added up: growth within the period makes it smaller.",
    "Stripe": "Subscribers lost over those of the start and all won since: new business makes it smaller; without grace days.",
    "Gainsight": "Of all renewals with a due date in the period: what is still open counts as not renewed yet.",
}
_DAYS = """
with ours as (
    select _account from book
),
day as (
    select unnest(generate_series($opens_on::date, $last_on::date, interval 1 day))::date as day
),
lived as (
    select began_on, ended_on
    from customer_spell
    semi join ours using (_account)
),
came as (select began_on as day, count(*) as n from lived group by began_on),
went as (select ended_on as day, count(*) as n from lived where ended_on is not null group by ended_on),
moved as (
    select
        moved_on as day, currency, sum(arr_change) as arr,
        -coalesce(sum(arr_change) filter (where lever in ('lapse', 'cancellation', 'downsell')), 0) as arr_lost
    from arr_move
    semi join ours using (_account)
    group by moved_on, currency
),
money as (
    select currency, sum(arr) filter (where day < $opens_on::date) as arr from moved group by currency
)
select
    day.day, money.currency,
    coalesce(came.n, 0) as n_came, coalesce(went.n, 0) as n_lost,
    coalesce(moved.arr, 0)::double as arr_moved, coalesce(moved.arr_lost, 0)::double as arr_lost,
    (select count(*) from lived where began_on < $opens_on::date and coalesce(ended_on >= $opens_on::date, true)) as n_opening,
    coalesce(money.arr, 0)::double as arr_opening
from day
cross join money
left join came on came.day = day.day
left join went on went.day = day.day
left join moved on moved.day = day.day and moved.currency = money.currency
order by money.currency, day.day
"""
_DUE = """
select
    currency, count(*) as of_accounts,
    count(*) filter (where outcome not in ('renewed_flat', 'renewed_up', 'renewed_down')) as n_lost,
    sum(arr_due)::double as of_arr, sum(arr_due - least(arr_renewed, arr_due))::double as arr_lost
from renewal
semi join (select _account from book) as book using (_account)
where is_due and renews_on >= $opens_on::date and renews_on < $closes_on::date
group by currency
order by currency
"""


def rules(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, money: str = "arr") -> Answer:
    """Logo churn and gross revenue churn of the book's period by each rule, with what it divides by, and why they differ.

    ChartMogul, Shopify, Stripe and Gainsight are in the style of what these publish of their rules, on the same contracts; none
    of them knows grace days, but Gainsight's pool, which finds late renewals as we do. Of Shopify the accounts and the ARR are
    those of an average day. n_lost of Gainsight's are renewals, not accounts.
    """
    option = asked(con, book, definitions, None, None, money)
    rows, statements = [], []
    for view in ("pool", "calendar"):
        answer = retention(con, book, definitions, view=view, money=money)
        rows += [
            (f"Headlight, {view}", row.currency, row.n_lost, row.n_customers, row.logo_churn_rate, row.arr_base - row.arr_kept,
             row.arr_base, row.revenue_churn_rate)
            for row in answer.table.itertuples()
        ]  # fmt: skip
        statements.append(answer.sql)
    period = {"opens_on": book.opens_on, "closes_on": book.closes_on}
    due = con.execute(_DUE, period).df()
    terms.lay(con, book.as_of, definitions, grace_days=0)
    days = con.execute(_DAYS, {"opens_on": book.opens_on, "last_on": min(option.last_day, book.closes_on)}).df()
    days = days[days["day"] < pd.Timestamp(book.closes_on)]
    rows += [row for currency, own in days.groupby("currency") for row in _by_day(currency, own)]
    rows += [
        ("Gainsight", row.currency, row.n_lost, row.of_accounts, row.n_lost / row.of_accounts, row.arr_lost, row.of_arr,
         row.arr_lost / row.of_arr if row.of_arr else np.nan)
        for row in due.itertuples()
    ]  # fmt: skip
    table = pd.DataFrame([(*row, WHY[row[0]]) for row in rows], columns=COLUMNS)
    for name in ("arr_gone", "of_arr"):
        table[name] = table[name] / np.where(table["rule"].str.startswith("Headlight"), 1, MONEY[money])
    order = {rule: place for place, rule in enumerate(WHY)}
    table = table.sort_values(
        ["currency", "rule"], key=lambda of: of.map(order) if of.name == "rule" else of, kind="stable"
    )
    note = "In the style of what each vendor publishes of its rules; their tools may treat discounts, pauses and arrears otherwise."
    return Answer(table.reset_index(drop=True), notes=(note,), sql=";\n\n".join([*statements, _DUE, _DAYS]))


def _by_day(currency: str, days: pd.DataFrame) -> Iterator[tuple]:
    """The rules that count losses day by day."""
    n_came, n_lost, moved, arr_lost = (
        days[name].to_numpy(float) for name in ("n_came", "n_lost", "arr_moved", "arr_lost")
    )
    n, arr = days["n_opening"].iat[0], days["arr_opening"].iat[0]
    there = n + np.concatenate([[0], np.cumsum(n_came - n_lost)[:-1]])
    money = arr + np.concatenate([[0], np.cumsum(moved)[:-1]])
    lost, gone = int(n_lost.sum()), arr_lost.sum()
    yield "ChartMogul, standard", currency, lost, int(n), _ratio(lost, n), gone, arr, _ratio(gone, arr)
    by_day = [
        float(np.sum(np.divide(k, of, out=np.zeros_like(of), where=of > 0)))
        for k, of in ((n_lost, there), (arr_lost, money))
    ]
    yield "Shopify", currency, lost, round(there.mean()), by_day[0], gone, money.mean(), by_day[1]
    all_there = n + n_came.sum()
    yield "Stripe", currency, lost, int(all_there), _ratio(lost, all_there), gone, arr, _ratio(gone, arr)


def _ratio(k: float, n: float) -> float:
    return k / n if n > 0 else np.nan
