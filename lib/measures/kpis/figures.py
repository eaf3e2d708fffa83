"""KPIs as figures: what accounts add up to on one day or on several, and the error of each figure.

Figure    value, lo, hi, the accounts it is of, and its change since the next of the days
figures   (nth day, segment, KPI) -> Figure; the SQL
IS_ABOUT  SQL: whether a KPI is about an account that stands so
segments  the groups that figures are of, the largest first
NOTHING   the figure of what nothing is known of
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from lib import stats, survival
from lib.book import Book
from lib.definitions import Definitions
from lib.facts import kpis, standing
from lib.facts.kpis import KPIS
from lib.measures.kpis.changes import changed
from lib.store.dimensions import StoredDimension, find_dimension, read_catalogue
from lib.store.opening import value_on


@dataclass(frozen=True)
class Figure:
    """A KPI of so many accounts; NaN where nothing can be said. `n_left_out`: accounts it is about that say nothing."""

    value: float
    lo: float
    hi: float
    n_accounts: int
    n_left_out: int
    why: Mapping[str, int] = field(default_factory=dict)  # of those left out
    change_lo: float = np.nan  # of the value less that of the next of the days, where changes were asked for
    change_hi: float = np.nan
    change_p: float = np.nan


IS_ABOUT = "(among = 'any' or (is_live and is_past_onboarding = (among = 'settled')))"
NOTHING = Figure(np.nan, np.nan, np.nan, 0, 0)


def figures(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    names: Sequence[str],
    days: Sequence[date],
    by: str | None = None,
    has_changes: bool = False,
) -> tuple[dict[tuple[int, tuple, str], Figure], str]:
    """The KPIs `names` on each of `days`: of the whole book, segment (), and of each value of the dimension `by`, segment (value,).

    Shares of accounts have Wilson's interval, ratios that of lib.stats.ratio_of_sums within the KPI's bounds, times the median of
    Kaplan and Meier.
    has_changes   with the error of the change from each day to the one before it in `days`; medians of times have none
    """
    dimension = find_dimension(read_catalogue(con), by) if by else None
    summed = [name for name in names if KPIS[name].kind != "time"]
    timed = [name for name in names if KPIS[name].kind == "time"]
    found, said = {}, []
    for chosen, select, read in (
        (summed, _PAIRED if has_changes else _SUMS, _of_sums),
        (timed, _TIMES, _of_times),
    ):
        if chosen:
            cut = _lay(con, book, definitions, chosen, days, dimension)
            found |= dict(read(con.execute(select).df()))
            said += [cut, select]
    return found, ";\n\n".join(said)


_CUT = f"""with account_of_book as (
    select account._account, {{value}} as value from book as account
)
select
    $nth::integer as nth, part._account, is_whole, case when not is_whole then value end as segment, kpi,
    k, n, why_not
from {{part}} as part
join account_of_book on account_of_book._account = part._account
join {{stood}} as stood on stood._account = part._account
cross join {{levels}} as level (is_whole)
where list_contains($kpis::varchar[], kpi)
  and {IS_ABOUT}"""
_SUMMED = """select
    cut.nth, cut.is_whole, cut.segment, cut.kpi,
    count(cut.k) as n_accounts, coalesce(map_entries(histogram(cut.why_not)), []) as why,
    sum(cut.k)::double as k, sum(cut.n)::double as n,
    sum(cut.k * cut.k)::double as kk, sum(cut.k * cut.n)::double as kn, sum(cut.n * cut.n)::double as nn"""
_GROUPED = "group by cut.nth, cut.is_whole, cut.segment, cut.kpi"
_SUMS = f"{_SUMMED}\nfrom cut\n{_GROUPED}"
_PAIRED = f"""{_SUMMED},
    count(was.k) filter (where cut.k is not null) as n_both,
    sum(cut.k * was.k)::double as kk_was, sum(cut.k * was.n)::double as kn_was,
    sum(cut.n * was.k)::double as nk_was, sum(cut.n * was.n)::double as nn_was
from cut
left join cut as was
    on was._account = cut._account and was.kpi = cut.kpi and was.is_whole = cut.is_whole and was.nth = cut.nth + 1
{_GROUPED}"""
_TIMES = """select
    nth, is_whole, segment, kpi, k as days, n as reached, why_not, count(*) as n_accounts
from cut
group by nth, is_whole, segment, kpi, k, n, why_not"""


def segments(found: Mapping[tuple[int, tuple, str], Figure], most: int) -> list[tuple]:
    """The whole book, then at most so many values of the dimension: those of most accounts on the first day."""
    sizes: dict[tuple, int] = {}
    for (nth, segment, _), figure in found.items():
        if segment and not nth:
            sizes[segment] = max(sizes.get(segment, 0), figure.n_accounts + figure.n_left_out)
    return [(), *sorted(sizes, key=lambda each: (-sizes[each], str(each[0])))[:most]]


def _lay(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    names: Sequence[str],
    days: Sequence[date],
    dimension: StoredDimension | None,
) -> str:
    """The temp table `cut`: what each account of the book adds to each KPI, day by day; the SQL of a day.

    A statement a day: to plan one of all days takes several times as long as to plan each, and longer than to run them.
    """
    value = value_on(dimension, "$told_on::date") if dimension else "null::varchar"
    levels = "(values (true), (false))" if dimension else "(values (true))"
    sql = _CUT.format(value=value, part=kpis.relation(names), stood=standing.SETTLED, levels=levels)
    bound = {"kpis": list(names)} | ({"told_on": days[0]} if "$told_on" in sql else {})
    for nth, day in enumerate(days):
        into = "insert into cut" if nth else "create or replace temp table cut as"
        con.execute(f"{into}\n{sql}", kpis.parameters(sql, day, definitions) | bound | {"nth": nth})
    return sql


def _key(row) -> tuple[int, tuple, str]:
    segment = () if row.is_whole else (None if row.segment is None or row.segment != row.segment else row.segment,)
    return int(row.nth), segment, row.kpi


def _of_sums(rows: pd.DataFrame) -> Iterator[tuple[tuple, Figure]]:
    k, n = rows["k"].to_numpy(float), rows["n"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(n > 0, k / n, np.nan)
    is_share = rows["kpi"].map(lambda name: KPIS[name].kind == "share").to_numpy(bool)
    by_wilson = stats.wilson(np.where(is_share, k, 0), np.where(is_share, n, 0))
    by_sums = stats.ratio_of_sums(k, n, *(rows[name].to_numpy(float) for name in ("kk", "kn", "nn", "n_accounts")))
    lo, hi = (np.where(is_share, wilson, sums) for wilson, sums in zip(by_wilson, by_sums, strict=True))
    least, most = np.array([KPIS[name].bounds for name in rows["kpi"]]).reshape(-1, 2).T
    lo, hi = np.maximum(lo, least), np.minimum(hi, most)
    found = {}
    for at, row in enumerate(rows.itertuples(index=False)):
        why = {each["key"]: int(each["value"]) for each in row.why}
        found[_key(row)] = Figure(value[at], lo[at], hi[at], int(row.n_accounts), sum(why.values()), why)
    return iter(
        (
            changed(found, {_key(row): row for row in rows.itertuples(index=False)}) if "n_both" in rows else found
        ).items()
    )


def _of_times(rows: pd.DataFrame) -> Iterator[tuple[tuple, Figure]]:
    for _, each in rows.groupby(["nth", "is_whole", "segment", "kpi"], dropna=False):
        known, unknown = each[each["days"].notna()], each[each["days"].isna()]
        why = unknown.groupby("why_not")["n_accounts"].sum().astype(int).to_dict()
        value = lo = hi = np.nan
        if len(known):
            n_reached = np.where(known["reached"] > 0, known["n_accounts"], 0)
            curve = survival.curve_of(known["days"], n_reached, known["n_accounts"] - n_reached)
            value, lo, hi = survival.median_interval(curve)
        n_accounts = int(known["n_accounts"].sum())
        yield _key(each.iloc[0]), Figure(value, lo, hi, n_accounts, sum(why.values()), why)
