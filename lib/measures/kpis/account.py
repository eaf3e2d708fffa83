"""The KPIs of one account, against their targets and the figures of its segment.

account_kpis   a row per KPI
COLUMNS        of the answer
"""

import duckdb
import numpy as np

from lib import survival
from lib.book import Book
from lib.definitions import Definitions
from lib.facts import kpis, standing
from lib.facts.kpis import KPIS
from lib.measures import Answer
from lib.measures.kpis.figures import IS_ABOUT
from lib.measures.kpis.listing import meets, value

COLUMNS = [
    "kpi_group", "kpi", "kpi_value", "kpi_k", "kpi_n", "target_value", "is_met", "peers_kpi_value", "n_kpi_peers", "why_not",
]  # fmt: skip
_NOT_LIVE, _IN_ONBOARDING, _PAST_IT, _NOT_ONE = (
    "not a live account", "told once it is past onboarding", "told while it is in onboarding", "not one of those it is about",
)  # fmt: skip


def account_kpis(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, account: str = "") -> Answer:
    """One row per KPI, none for an account that is outside the viewer's scope. The book's filters do not count, its day does.

    Peers are the accounts of the viewer of the same segment, itself among them; with fewer than least_peers no figure is told.
    """
    sql = _statement()
    asked = {"account": account, "targets": [getattr(definitions.targets, name) for name in KPIS], "kpis": list(KPIS)}
    rows = con.execute(sql, kpis.parameters(sql, book.as_of, definitions) | asked).df()
    rows["peers_kpi_value"] = [
        _median(days, reached) if KPIS[name].kind == "time" and enough == enough else enough
        for name, days, reached, enough in zip(
            rows["kpi"], rows["days"], rows["reached"], rows["peers_kpi_value"], strict=True
        )
    ]
    rows["kpi_group"] = [KPIS[name].group for name in rows["kpi"]]
    return Answer(rows[COLUMNS].astype({"is_met": "boolean", "n_kpi_peers": int}), sql=sql)


def _median(days: list, reached: list) -> float:
    curve = survival.kaplan_meier(np.asarray(days, float), np.asarray(reached, float) > 0)
    return survival.median_interval(curve)[0]


def _statement() -> str:
    names = list(KPIS)
    timed = ", ".join(f"'{name}'" for name in names if KPIS[name].kind == "time") or "''"
    values, met = (
        "\n".join(f"        when '{name}' then {said(KPIS[name])}" for name in names) for said in (value, meets)
    )
    return f"""with part as materialized (
    select _account, kpi, among, k, n, why_not from {kpis.relation(names)}
),
stood as materialized (
    select _account, is_live, is_past_onboarding from {standing.SETTLED}
),
mine as (
    select _account, segment from scope where account = $account::varchar
),
asked as (
    select unnest($kpis::varchar[]) as kpi, unnest($targets::double[]) as target, unnest(range(len($kpis::varchar[]))) as place
),
peer as (
    select
        kpi,
        count(k) as n_kpi_peers,
        case
            when count(k) < $least_peers::integer then null
            when kpi in ({timed}) then 0
            else sum(k) / nullif(sum(n), 0)
        end as peers_kpi_value,
        list(k) filter (where kpi in ({timed}) and k is not null) as days,
        list(n) filter (where kpi in ({timed}) and k is not null) as reached
    from part
    join scope on scope._account = part._account
    join mine on scope.segment is not distinct from mine.segment
    join stood on stood._account = part._account
    where {IS_ABOUT}
    group by kpi
),
own as (
    select
        asked.kpi, place, target, part._account is not null and {IS_ABOUT} as is_about,
        case when is_about then k end as k,
        case when is_about then n end as n,
        case
            when part._account is null then '{_NOT_ONE}'
            when is_about then why_not
            when not is_live then '{_NOT_LIVE}'
            when among = 'settled' then '{_IN_ONBOARDING}'
            else '{_PAST_IT}'
        end as why_not
    from mine
    cross join asked
    join stood on stood._account = mine._account
    left join part on part._account = mine._account and part.kpi = asked.kpi
),
told as (
    select
        *,
        case kpi
{values}
        end as kpi_value
    from own
)
select
    told.kpi, kpi_value, k as kpi_k, n as kpi_n, target as target_value,
    case told.kpi
{met.replace("$target::double", "target")}
    end as is_met,
    peers_kpi_value, coalesce(n_kpi_peers, 0) as n_kpi_peers, why_not, days, reached
from told
left join peer on peer.kpi = told.kpi
order by place"""
