"""The people of an account: who uses the product, how the use is spread among them, who of the key people has gone silent.

account_people   one row per person, those with most use first, those who never used anything last
COLUMNS          of the answer
KEY_ROLES        the buying roles of key people
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.account import asked

COLUMNS = [
    "person", "person_name", "role", "buying_role", "is_key", "person_state", "n_active_days", "n_events", "use_share",
    "last_week_on", "trained_on", "deactivated_on",
]  # fmt: skip
KEY_ROLES = ("champion", "sponsor", "buyer")
_SQL = f"""
with span as (
    select
        closes_on,
        closes_on - 7 * $spread_window::integer as spread_on,
        closes_on - 7 * $recent_weeks::integer as recent_on,
        exists (from usage.usage_week where week = closes_on - 7) as is_known
    from (select date_trunc('week', $as_of::date + 1)::date as closes_on)
),
known as (
    select person, name, role, buying_role, deactivated_on, trained_on
    from core.person
    where account = $account
      and exists (from scope where scope.account = $account)
      and coalesce(provisioned_at < $as_of::date + 1, true)
),
used as (
    select
        person,
        sum(n_active_days) filter (where week >= recent_on) as n_active_days,
        sum(n_events) filter (where week >= spread_on) as n_events,
        max(week) as last_week_on
    from usage.usage_person_week, span
    where account = $account and exists (from scope where scope.account = $account) and week < closes_on
    group by person
)
select
    coalesce(known.person, used.person) as person,
    known.name as person_name,
    role, buying_role,
    coalesce(lower(buying_role) in {KEY_ROLES}, false) as is_key,
    case
        when deactivated_on <= $as_of::date then 'left'
        when last_week_on >= recent_on then 'active'
        when not is_known then null
        when last_week_on is null then 'never active'
        else 'silent'
    end as person_state,
    case when is_known then coalesce(n_active_days, 0)::integer end as n_active_days,
    case when is_known then coalesce(n_events, 0)::integer end as n_events,
    case when is_known then coalesce(n_events / nullif(sum(n_events) over (), 0), 0)::double end as use_share,
    last_week_on,
    case when trained_on <= $as_of::date then trained_on end as trained_on,
    case when deactivated_on <= $as_of::date then deactivated_on end as deactivated_on
from known
full join used on used.person = known.person
cross join span
order by n_events desc nulls last, last_week_on desc nulls last, is_key desc, person_name nulls last, person
"""


def account_people(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, account: str = ""
) -> Answer:
    """One row per person who had a login by the day, or used anything. notes: how the use is spread, where there is enough.

    n_active_days counts the last `recent_weeks` full weeks, n_events and use_share the last `spread_window`. person_state:
    active, silent (no use in the recent weeks), never active, left (deactivated); empty where no use is known by then.
    """
    table = con.execute(_SQL, asked(_SQL, book, definitions, account)).df()[COLUMNS]
    return Answer(table, notes=tuple(_spread(table, definitions)), sql=_SQL.strip())


def _spread(table: pd.DataFrame, definitions: Definitions):
    """1 of 12 people does 81 % of the use: the fewest who do at least the share of the definitions."""
    words = definitions.one_account
    events = table["n_events"].fillna(0)
    shares = table.loc[events > 0, "use_share"].tolist()
    if len(shares) < 2 or events.sum() < words.spread_least_events:
        return
    done = 0.0
    for n, share in enumerate(shares, 1):
        done += share
        if done >= words.spread_share - 1e-9:
            verb = "does" if n == 1 else "do"
            yield f"{n} of {len(shares)} people {verb} {done * 100:.0f} % of the use in {words.spread_window} weeks."
            return
