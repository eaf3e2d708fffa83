"""The features an account uses, against accounts of the same plan, or of the same segment where those are few.

account_features   one row per feature used or known, those most used first
COLUMNS            of the answer
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.account import asked

COLUMNS = [
    "feature", "feature_name", "level", "feature_state", "n_people_most", "n_events", "first_week_on", "last_week_on",
    "peers_use_rate", "n_features", "peers_n_features", "n_feature_peers",
]  # fmt: skip
_SQL = """
with span as (
    select
        closes_on,
        closes_on - 7 * $spread_window::integer as spread_on,
        closes_on - 7 * $recent_weeks::integer as recent_on,
        exists (from usage.usage_week where week = closes_on - 7) as is_known
    from (select date_trunc('week', $as_of::date + 1)::date as closes_on)
),
chosen as (
    select account, plan::varchar as plan, segment::varchar as segment from scope where account = $account
),
recent as materialized (
    select distinct account, feature from usage.usage_feature_week, span where week >= recent_on and week < closes_on
),
breadth as (
    select account, count(*) as n_features from recent group by account
),
alike as materialized (
    select
        breadth.account, n_features,
        scope.plan::varchar is not distinct from chosen.plan as is_of_plan,
        scope.segment::varchar is not distinct from chosen.segment as is_of_segment
    from chosen
    cross join scope
    join breadth on breadth.account = scope.account
    where scope.account <> chosen.account
      and (scope.plan::varchar is not distinct from chosen.plan or scope.segment::varchar is not distinct from chosen.segment)
),
by_plan as (
    select count(*) filter (where is_of_plan) >= $least_peers::integer as is_enough from alike
),
peers as (
    select account, n_features from alike, by_plan where case when is_enough then is_of_plan else is_of_segment end
),
peer as (
    select count(*)::integer as n_feature_peers, median(n_features) as peers_n_features from peers
),
peers_use as (
    select feature, count(*) as n from recent where account in (select account from peers) group by feature
),
used as (
    select
        feature,
        max(n_active_people) filter (where week >= recent_on) as n_people_most,
        sum(n_events) filter (where week >= spread_on) as n_events,
        min(week) as first_week_on,
        max(week) as last_week_on
    from usage.usage_feature_week, span
    where account in (select account from chosen) and week < closes_on
    group by feature
),
known as (
    select feature, name, level
    from core.feature
    where is_system is distinct from true and coalesce(released_on <= $as_of::date, true) and exists (from chosen)
)
select
    coalesce(used.feature, known.feature) as feature,
    known.name as feature_name,
    level,
    case
        when not is_known then null
        when last_week_on is null then 'not used yet'
        when last_week_on < recent_on then 'no longer used'
        when first_week_on > $as_of::date - $new_feature_days::integer then 'new'
        else 'in use'
    end as feature_state,
    case when is_known then coalesce(n_people_most, 0)::integer end as n_people_most,
    case when is_known then coalesce(n_events, 0)::integer end as n_events,
    first_week_on, last_week_on,
    case when n_feature_peers >= $least_peers::integer then coalesce(peers_use.n, 0) / n_feature_peers end as peers_use_rate,
    case when is_known then count(*) filter (where last_week_on >= recent_on) over () end::integer as n_features,
    case when n_feature_peers >= $least_peers::integer then peers_n_features end as peers_n_features,
    n_feature_peers
from used
full join known on known.feature = used.feature
left join peers_use on peers_use.feature = coalesce(used.feature, known.feature)
cross join span
cross join peer
order by n_events desc nulls last, last_week_on desc nulls last, peers_use_rate desc nulls last, feature
"""


def account_features(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, account: str = ""
) -> Answer:
    """One row per feature. notes: how many are in use, against the median of peers.

    n_people_most: the most people of one week among the last `recent_weeks` full ones; n_events counts `spread_window`.
    Peers are the other accounts of the viewer with any use in the recent weeks: of the same plan, or of the same segment
    where those are fewer than `least_peers`; with fewer still there is no comparison. n_features, peers_n_features and
    n_feature_peers are of the account and stand on every row.
    """
    table = con.execute(_SQL, asked(_SQL, book, definitions, account)).df()[COLUMNS]
    return Answer(table, notes=tuple(_breadth(table, definitions)), sql=_SQL.strip())


def _breadth(table, definitions: Definitions):
    if table.empty or table["n_features"].isna().all():
        return
    row, weeks = table.iloc[0], definitions.one_account.recent_weeks
    n = int(row["n_features"])
    said = f"{n} feature{'' if n == 1 else 's'} in use in the last {weeks} weeks"
    if row["peers_n_features"] == row["peers_n_features"]:
        said += f"; the median of {row['n_feature_peers']:,} peers is {row['peers_n_features']:g}"
    yield f"{said}."
