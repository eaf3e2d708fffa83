"""The accounts of one KPI: what each adds to it, whether it meets the target by itself, and what it was 30 days before.

kpi_accounts   a row per account the KPI is about, sorted and paged
COLUMNS        of the answer, whatever the options
WHICH          name -> SQL of which are listed
SORTS          name -> SQL of the order
"""

from datetime import timedelta

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import kpis, standing
from lib.facts.kpis import KPIS, Kpi
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.kpis.adoption import EARLIER
from lib.measures.kpis.figures import IS_ABOUT

COLUMNS = [
    "account", "name", "csm", "arr", "renews_on", "kpi_value", "kpi_k", "kpi_n", "is_met", "kpi_value_earlier", "kpi_change",
    "why_not", "n_rows",
]  # fmt: skip
WHICH = {"all": "true", "met": "is_met", "missed": "not is_met", "unknown": "is_met is null"}
SORTS = {
    "worst": "{worst} nulls last, arr desc nulls last",
    "arr": "arr desc nulls last",
    "renewal": "renews_on nulls last, arr desc nulls last",
    "account": "coalesce(name, account)",
    "change": "{change} nulls last, arr desc nulls last",
}


def kpi_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    kpi: str = next(iter(KPIS)),
    which: str = "all",
    sort: str = "worst",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts the KPI is about, rows `offset` to `offset + limit`; n_rows of them in all.

    which   all, met, missed, or unknown: nothing can be said, or not yet: a time still within its target
    sort    worst first, arr, renewal, account, change (that for the worse first)

    A time is in days: k until it was reached, or so far where n is 0.
    """
    about = kpis.kpi(kpi)
    if which not in WHICH or sort not in SORTS:
        name, value, known = ("selection", which, WHICH) if which not in WHICH else ("order", sort, SORTS)
        raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")
    check_page(limit, offset)
    sql = _statement(kpi, about, which, sort)
    asked = {
        "kpi": kpi, "target": getattr(definitions.targets, kpi), "earlier_on": book.as_of - timedelta(days=EARLIER),
        "limit": limit, "offset": offset,
    }  # fmt: skip
    table = con.execute(sql, kpis.parameters(sql, book.as_of, definitions) | asked).df()
    return Answer(table[COLUMNS].astype({"is_met": "boolean"}), sql=sql)


def value(about: Kpi) -> str:
    """SQL of what k and n of one account come to."""
    return "k" if about.kind == "time" else "k / nullif(n, 0)"


def meets(about: Kpi) -> str:
    """SQL of whether one account meets $target; of a time it has not reached, once the target has passed that it does not."""
    at_target = f"kpi_value {'<=' if about.is_less_better else '>='} $target::double"
    if about.kind != "time":
        return at_target
    return f"case when n = 1 then {at_target} when not ({at_target}) then false end"


def _statement(kpi: str, about: Kpi, which: str, sort: str) -> str:
    relation = kpis.relation([kpi])
    worst, change = ("desc", "desc") if about.is_less_better else ("asc", "asc")
    order = SORTS[sort].format(worst=f"kpi_value {worst}", change=f"kpi_change {change}")
    return f"""with now as (
    select _account, k, n, why_not, {value(about)} as kpi_value, among
    from {relation}
    where kpi = $kpi::varchar
),
earlier as (
    select _account, {value(about)} as kpi_value_earlier
    from {relation.replace("$as_of", "$earlier_on")}
    where kpi = $kpi::varchar
),
told as (
    select
        account.account, account.name, account.csm::varchar as csm, stood.arr::double as arr, stood.renews_on,
        kpi_value, k as kpi_k, n as kpi_n, {meets(about)} as is_met,
        kpi_value_earlier, kpi_value - kpi_value_earlier as kpi_change, why_not
    from now
    join book as account on account._account = now._account
    join (select _account, is_live, is_past_onboarding, arr, renews_on from {standing.SETTLED}) as stood
        on stood._account = now._account
    left join earlier on earlier._account = now._account
    where {IS_ABOUT}
)
select *, count(*) over () as n_rows
from told
where {WHICH[which]}
order by {order}, account
limit $limit offset $offset"""
