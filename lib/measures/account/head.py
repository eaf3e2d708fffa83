"""Who an account is and how it stands on the day.

account    one row, or none where the viewer has no such account
COLUMNS    of the answer
"""

import math

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import health
from lib.facts.standing import RISK
from lib.measures import Answer
from lib.measures.account import asked

_DIMENSIONS = (
    "csm", "account_executive", "segment", "region", "country", "industry", "plan", "tier", "channel", "touch_model",
)  # fmt: skip
COLUMNS = [
    "account", "name", "account_state", *_DIMENSIONS, "employees", "parent_account", "parent_name", "n_children", "url",
    "started_on", "ended_on", "arr", "arr_at_risk", "arr_renewing", "renews_on", "notice_by", "days_to_renewal",
    "days_to_notice", "renewal_window", "notice", "stage", "dwell_days", "peers_dwell_days", "n_peers", "dwell_ratio",
    "seats", "n_active_people", "n_active_before", "seats_active_rate", "utilisation", "usage_trend", "movement",
    "n_open_tickets", "nps", "nps_on", "sentiment", "sentiment_on", "last_touch_on", "has_save_plan", "is_at_risk",
    "risk_reasons",
]  # fmt: skip
_WHICH = "select _account from scope where account = $account"
_WAS = ",\n".join(  # values that held on the day and have changed since
    f"        bool_or(field = '{name}') as had_{name}, max(value) filter (where field = '{name}') as {name}"
    for name in _DIMENSIONS
)
_WHO = ",\n    ".join(
    f"case when had_{name} then was.{name} else scope.{name}::varchar end as {name}" for name in _DIMENSIONS
)
_STAGE = "from stage_of($account, $as_of, $grace_days, $renewal_windows, $least_peers)"
_SQL = f"""
with was as (
    select
{_WAS}
    from core.account_history
    where account = $account and from_on <= $as_of::date and until_on > $as_of::date
),
trial as (
    select count(*) as n_trials
    from core.contract
    where account = $account and kind = 'trial' and coalesce(starts_on <= $as_of::date, true)
),
child as (
    select count(*) as n_children from scope where parent = $account and account <> $account
)
select
    scope.account, scope.name,
    case
        when risk.is_live then 'live'
        when risk.is_pending then 'in grace'
        when risk.is_past then 'left'
        when risk.is_upcoming then 'not begun'
        when n_trials > 0 then 'trial'
        else 'no contract'
    end as account_state,
    {_WHO},
    scope.employees,
    owner.account as parent_account, owner.name as parent_name,  -- of a parent that the viewer may see
    n_children,
    scope.url,
    coalesce(risk.started_on, case when scope.started_on <= $as_of::date then scope.started_on end) as started_on,
    risk.ended_on,
    risk.arr::double as arr, risk.arr_at_risk::double as arr_at_risk, risk.arr_renewing::double as arr_renewing,
    risk.renews_on, risk.notice_by, risk.days_to_renewal, risk.notice_by - $as_of::date as days_to_notice,
    risk.renewal_window, risk.notice, risk.seats, risk.n_active_people, risk.n_active_before, risk.seats_active_rate,
    risk.utilisation, risk.usage_trend, risk.movement, risk.n_open_tickets, risk.nps, risk.nps_on,
    risk.sentiment, risk.sentiment_on, risk.last_touch_on, risk.has_save_plan, risk.is_at_risk, risk.risk_reasons
from scope
join (select * from {RISK} where _account = $number and account = $account) as risk using (_account)
cross join was
cross join trial
cross join child
left join scope as owner on owner.account = scope.parent::varchar
where scope._account = $number
"""


def account(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, account: str = "") -> Answer:
    """One row: who the account is, what it is worth, when it renews, its stage against peers, its use and its risk.

    Values that changed are those of the day. Days in stage and peers are said of live accounts and those in grace.
    """
    health.red(con, definitions, book.as_of)
    number = con.execute(_WHICH, {"account": account}).fetchone()
    values = {"number": number[0] if number else -1}  # -1: the same statements where there is no such account
    rows = con.execute(_SQL, asked(_SQL, book, definitions, account, **values)).df()
    stages = con.execute(_STAGE, asked(_STAGE, book, definitions, account)).df()
    table = rows.join(stages)
    table["n_peers"] = table["n_peers"].fillna(0).astype("int64")
    table["dwell_ratio"] = table["dwell_days"].astype("float64") / table["peers_dwell_days"].astype("float64").replace(
        0, math.nan
    )
    table["risk_reasons"] = [each.tolist() for each in table["risk_reasons"]]
    return Answer(table[COLUMNS], sql=f"{_SQL.strip()};\n\n{_STAGE}")
