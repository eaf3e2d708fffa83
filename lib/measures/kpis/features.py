"""Features of the product: how deep each is adopted, by how many accounts, at its rhythm or not, and who took it up of late.

feature_adoption   a row per feature, those that most of the active people use first
COLUMNS            of the answer
"""

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.facts import kpis, standing
from lib.measures import Answer, left_out

COLUMNS = [
    "feature", "feature_name", "level", "feature_plan", "released_on", "cadence", "n_feature_users", "n_active_people",
    "depth_rate", "depth_rate_lo", "depth_rate_hi", "n_feature_accounts", "n_settled_accounts", "feature_accounts_rate",
    "feature_accounts_rate_lo", "feature_accounts_rate_hi", "n_ever_accounts", "n_rhythm_accounts", "rhythm_rate",
    "rhythm_rate_lo", "rhythm_rate_hi", "n_first_users", "n_first_users_earlier",
]  # fmt: skip
_COUNTS = [name for name in COLUMNS if name.startswith("n_")]
_SQL = f"""with span as materialized (
    select *, known_to is not distinct from closes_on as is_known from known_on($as_of)
),
stood as materialized (
    select book._account, book.account, is_live, is_past_onboarding
    from (select _account, account from book) as book
    join {standing.STOOD} as standing on standing._account = book._account
),
active as (
    select account, count(*) filter (where week >= closes_on - 28) as n_weeks
    from usage.usage_person_week, span
    where week < closes_on
    group by account, person
),
user_of as (
    select account, count(*) filter (where n_weeks > 0) as n_active from active group by account
),
listed as (
    select distinct account from core.person where coalesce(provisioned_at < $as_of::date + 1, true)
),
settled as materialized (
    select
        stood._account, stood.account,
        coalesce(n_active, 0) as n_active,
        user_of.account is not null or listed.account is not null as is_known
    from stood
    left join user_of on user_of.account = stood.account
    left join listed on listed.account = stood.account
    where is_live and is_past_onboarding
),
total as (
    select
        count(*) filter (where is_known) as n_settled_accounts,
        count(*) filter (where not is_known) as n_nobody,
        count(*) filter (where n_active > 0) as n_active_accounts,
        coalesce(sum(n_active), 0)::bigint as n_active_people,
        coalesce(sum(n_active * n_active), 0)::double as nn
    from settled
),
others as (
    select
        count(*) filter (where is_live and not is_past_onboarding) as n_new,
        count(*) filter (where not is_live) as n_not_live,
        (select count(*) from core.feature where is_system) as n_system
    from stood
),
used as (
    select
        feature,
        count(*) filter (where n_people > 0) as n_feature_accounts,
        count(*) as n_ever_accounts,
        count(*) filter (where is_in_rhythm) as n_rhythm_accounts,
        sum(n_people)::bigint as n_feature_users,
        sum(n_people * n_people)::double as kk,
        sum(n_people * n_active)::double as kn
    from {kpis.FEATURE_USE} as each
    join settled on settled._account = each._account
    group by feature
),
first_use as (
    select
        feature,
        count(*) filter (where week >= closes_on - 28) as n_first_users,
        count(*) filter (where week < closes_on - 28) as n_first_users_earlier
    from usage.usage_first_use, span
    where account in (select account from settled) and week >= closes_on - 56 and week < closes_on
    group by feature
),
feature as (
    select
        coalesce(said.feature, used.feature) as feature, feature_name, level, feature_plan, released_on, cadence,
        used.* exclude (feature)
    from {kpis.FEATURE} as said
    full join used on used.feature = said.feature
)
select
    feature.*,
    case when known_from <= closes_on - 28 - 91 then coalesce(n_first_users, 0) end as n_first_users,
    case when known_from <= closes_on - 56 - 91 then coalesce(n_first_users_earlier, 0) end as n_first_users_earlier,
    total.*, others.*, span.is_known
from total
cross join others
cross join span
left join feature on span.is_known and n_settled_accounts > 0
left join first_use on first_use.feature = feature.feature
"""


def feature_adoption(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """One row per feature of the product, or used by the book's accounts that are live and past onboarding.

    Depth is people who used it in the last 4 full weeks / active people, with an interval over accounts, since people of one
    account are alike; shares of accounts have Wilson's. Who used it for the first time counts where use is known for a quarter
    before: the first weeks of the data would take everybody for new.
    """
    rows = con.execute(_SQL, kpis.parameters(_SQL, book.as_of, definitions)).df()
    about = rows.iloc[0]
    left = [
        ("accounts that are live and not yet past onboarding", about["n_new"]),
        ("accounts that are not live", about["n_not_live"]),
        ("settled accounts of which nobody is known", about["n_nobody"]),
        ("system features", about["n_system"] if about["n_settled_accounts"] else 0),
    ]
    if not about["is_known"]:
        left.append(("settled accounts of which no use is known up to the day", about["n_settled_accounts"]))
    table = rows[rows["feature"].notna()].reset_index(drop=True)
    for name in _COUNTS:
        known = table[name] if "first" in name else table[name].fillna(0)
        table[name] = known.astype("Int64")
    for name in ("kk", "kn", "nn"):
        table[name] = table[name].fillna(0).astype(float)
    _rate(table, "depth_rate", "n_feature_users", "n_active_people", over_accounts=True)
    _rate(table, "feature_accounts_rate", "n_feature_accounts", "n_settled_accounts")
    _rate(table, "rhythm_rate", "n_rhythm_accounts", "n_ever_accounts")
    table = table.sort_values(
        ["depth_rate", "n_ever_accounts", "feature"], ascending=[False, False, True], ignore_index=True
    )
    notes = ("Depth and its interval are over accounts: people of one account are alike.",) if len(table) else ()
    return Answer(table[COLUMNS], left_out(*((reason, int(n)) for reason, n in left)), notes, _SQL)


def _rate(table: pd.DataFrame, name: str, of: str, among: str, *, over_accounts: bool = False) -> None:
    """Adds the rate `name` = `of` / `among` and its interval; empty where `among` is 0."""
    k, n = table[of].to_numpy(float), table[among].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        table[name] = np.where(n > 0, k / n, np.nan)
    lo, hi = (
        stats.ratio_of_sums(k, n, table["kk"], table["kn"], table["nn"], table["n_active_accounts"])
        if over_accounts
        else stats.wilson(k, n)
    )
    table[f"{name}_lo"], table[f"{name}_hi"] = np.clip(lo, 0, 1), np.clip(hi, 0, 1)
