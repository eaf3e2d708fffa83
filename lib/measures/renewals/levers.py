"""The levers of a period, each alone: what was due and what became of it, or what moved ARR from its opening to its closing.

renewals   a row per period, level, currency and lever, its parts beneath it
COLUMNS    of the answer, whatever the options
"""

from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals as terms
from lib.measures import Answer, left_out
from lib.measures.renewals.asked import PERIOD, VIEWS, Asked, asked, cells_of, levelled, parameters, unfinished
from lib.measures.renewals.figures import BESIDE, CALENDAR, POOL, Figure

COLUMNS = [
    "period_from", "period_until", "level", "currency", "lever", "part", "n_accounts", "n_terms", "lever_arr",
    "of_terms", "term_rate", "term_rate_lo", "term_rate_hi", "of_arr", "arr_rate", "arr_rate_lo", "arr_rate_hi", "is_unfinished",
]  # fmt: skip

_CELL = ["period_from", "level", "currency"]
_BASE = ["n_rows", "base_terms", "base", "nn"]
_DECIDED = "is_due and outcome not in ('pending', 'upcoming')"

_DUE = f"""with {PERIOD},
every_item as materialized (
    select
        period.period_from, {{level}} as level, renewal.currency, renewal._account,
        renewal.is_due, renewal.outcome, renewal.has_notice, renewal.arr_due, renewal.arr_renewed,
        renewal.arr_renewed - renewal.arr_due as arr_change, coalesce(move.volume, 0) as volume,
        coalesce(move.price, 0) as price, coalesce(move.edition, 0) as edition, coalesce(move.untold, 0) as untold
    from renewal
    join period on renewal.renews_on >= period.period_from and renewal.renews_on < period.period_until
    join book as account on account._account = renewal._account
    left join arr_move as move
        on move._account = renewal._account and move.line = renewal.line and move.currency = renewal.currency
        and move.moved_on = renewal.renews_on and move.lever = 'upsell' and move.is_at_renewal
    where renewal.is_due or renewal.outcome = 'cancelled'
)"""
_MOVES = """
    select
        period.period_from, {level} as level, move.currency, move._account, move.lever as kind, move.is_at_renewal,
        move.arr_change, move.volume, move.price, move.edition, move.untold
    from arr_move as move
    join period on move.moved_on >= period.period_from and move.moved_on < period.period_until
    join book as account on account._account = move._account"""
_STOOD = """
    union all by name
    select
        period.period_from, {level} as level, term.currency, term._account, '{kind}' as kind, sum(term.arr) as arr_change
    from renewal_term as term
    join period on term.has_counted and term.counts_from < {day} and coalesce(term.counts_until >= {day}, true)
    join book as account on account._account = term._account
    group by period.period_from, level, term.currency, term._account"""
_BESIDE = f"with {PERIOD},\nevery_item as materialized ({_MOVES}\n)"
_CALENDAR = f"""with {PERIOD},
every_item as materialized ({_MOVES}{_STOOD.format(level="{level}", kind="opening", day="period.period_from")}\
{_STOOD.format(level="{level}", kind="closing", day="period.period_until")}
)"""

_OUT = """with ours as (
    select * from renewal_term semi join (select _account from book) as book using (_account)
)
select
    count(*) filter (where kind is not distinct from 'trial'),
    count(*) filter (where kind is distinct from 'trial' and not coalesce(is_recurring, true)),
    count(*) filter (where recurs and least(ends_on, cancelled_on) <= coalesce(starts_on, date '1900-01-01')),
    (select count(*) filter (where not has_begun) from ours),
    (select count(*) filter (where has_counted and not is_arr_known) from ours)
from (
    select *, kind is distinct from 'trial' and coalesce(is_recurring, true) as recurs
    from core.contract
    semi join (select _account from book) as book using (_account)
)"""


def renewals(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    view: str = "pool",
    every: str | None = None,
    by: str | None = None,
    money: str = "arr",
) -> Answer:
    """The levers of the book's period, or of every month, fiscal quarter or year of it.

    view   pool: renewals due in the period and what became of them; due = renewed_flat + renewed_up (each at the ARR that was
           due) + renewed_down (what was kept) + downsell (what was not) + lapsed + pending + upcoming, to the cent. Beside
           them the up-sell at those renewals, what was cancelled between renewals, and what else moved in the period.
           calendar: opening + what moved = closing, to the cent; losses are negative
    by     a dimension, as it was on the day a period opens; the rarer levels are gathered
    money  arr, or mrr: a twelfth of it

    n_terms counts renewals, or moves of ARR; an account with several is in each of them, and once in n_accounts. Rates divide
    by renewals decided and their ARR (pool), or by the customers and the ARR of the opening (calendar): Wilson's interval
    for terms, and for ARR that of lib.stats.ratio_of_sums over accounts. is_unfinished: the period, or the grace days of
    what ends in it, go past the last day that is known. Parts of a lever add up to it. Currencies are never added up.
    """
    if view not in VIEWS:
        raise Refused(f"There is no view {view!r}; choose from {', '.join(VIEWS)}.")
    option = asked(con, book, definitions, every, by, money)
    terms.lay(con, book.as_of, definitions)
    if view == "pool":
        parts = [(_DUE, POOL, _DECIDED, "arr_due"), (_BESIDE, BESIDE, "false", "arr_change")]
    else:
        parts = [(_CALENDAR, CALENDAR, "kind = 'opening'", "arr_change")]
    counted, figures, statements = None, [], []
    for items, own, base, base_arr in parts:
        statements.append(_counted(items.format(level=option.level), option, own, base, base_arr, first=len(figures)))
        found = con.execute(statements[-1], parameters(option)).df()
        counted = found if counted is None else counted.merge(found.drop(columns=_BASE), on=_CELL, how="outer")
        figures += own
    table = _table(cells_of(counted, option), figures, option, view)
    table["is_unfinished"] = unfinished(table["period_until"], option, definitions)
    return Answer(table[COLUMNS], _left_out(con), tuple(_notes(table, option, view)), ";\n\n".join(statements))


def _counted(items: str, option: Asked, figures: Sequence[Figure], base: str, base_arr: str, first: int) -> str:
    """A statement that counts every figure in every cell: of accounts, of terms, of ARR, and its products with the base.

    first   the number of the first figure: those of another statement may stand before it

    What stood at the opening and the closing is one item an account; what moved is added up by account first.
    """
    each = list(enumerate(figures, first))
    moved, stood = ([(at, figure) for at, figure in each if figure.stands is stands] for stands in (False, True))
    by_account = ",\n        ".join(
        f"count(*) filter (where {figure.which}) as n_{at}, "
        f"coalesce(sum({figure.amount}) filter (where {figure.which}), 0) as k_{at}"
        for at, figure in moved
    )
    of_moved = ",\n        ".join(
        f"count(*) filter (where n_{at} > 0) as accounts_{at}, sum(n_{at})::bigint as terms_{at}, sum(k_{at})::double as arr_{at}, "
        f"sum(k_{at}::double ** 2) as kk_{at}, sum(k_{at}::double * coalesce(base, 0)::double) as kn_{at}"
        for at, _ in moved
    )
    of_stood = "".join(
        f",\n        count(*) filter (where {figure.which}) as accounts_{at}, accounts_{at} as terms_{at}, "
        f"sum({figure.amount}) filter (where {figure.which})::double as arr_{at}, 0 as kk_{at}, 0 as kn_{at}"
        for at, figure in stood
    )
    standing = " or ".join(figure.which for _, figure in stood) or "false"
    return f"""{items},
{levelled(option, "every_item", "item")},
based_by as (
    select period_from, level, currency, _account, count(*) as n_base, sum({base_arr}) as base
    from item
    where {base}
    group by period_from, level, currency, _account
),
moved_by as (
    select
        period_from, level, currency, _account,
        {by_account}
    from item
    where not ({standing})
    group by period_from, level, currency, _account
),
stood as (
    select period_from, level, currency{of_stood}
    from item
    group by period_from, level, currency
),
based as (
    select
        period_from, level, currency, count(*) as n_based,
        sum(n_base)::bigint as base_terms, sum(base)::double as base, sum(base::double ** 2) as nn
    from based_by
    group by period_from, level, currency
),
moved as (
    select
        moved_by.period_from, moved_by.level, moved_by.currency, count(*) filter (where based_by._account is null) as n_more,
        {of_moved}
    from moved_by
    left join based_by
        on based_by.period_from = moved_by.period_from and based_by.currency = moved_by.currency
        and based_by._account = moved_by._account
    group by moved_by.period_from, moved_by.level, moved_by.currency
)
select
    stood.*, coalesce(n_based, 0) + coalesce(n_more, 0) as n_rows, base_terms, base, nn,
    moved.* exclude (period_from, level, currency, n_more)
from stood
left join based
    on based.period_from = stood.period_from and based.currency = stood.currency and based.level is not distinct from stood.level
left join moved
    on moved.period_from = stood.period_from and moved.currency = stood.currency and moved.level is not distinct from stood.level
order by stood.period_from, stood.level nulls last, stood.currency"""


def _table(counted: pd.DataFrame, figures: Sequence[Figure], option: Asked, view: str) -> pd.DataFrame:
    """A row per cell and figure: all levers of every cell, parts where something ever happened."""
    n_cells = len(counted)
    told = [(at, figure) for at, figure in enumerate(figures) if not figure.part or counted[f"terms_{at}"].any()]
    each = pd.concat([_rows(counted, at, figure).assign(cell=np.arange(n_cells)) for at, figure in told])
    table = each.sort_values("cell", kind="stable").reset_index(drop=True)
    has_rate, base = table["has_rate"].to_numpy(bool), table["base"].to_numpy(float)
    n = np.where(has_rate & (view == "pool"), table["base_terms"], 0)
    base = np.where(has_rate, base, 0)
    k, arr = table["n_terms"].to_numpy(float), table["lever_arr"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        table["term_rate"], table["arr_rate"] = k / np.where(n > 0, n, np.nan), arr / np.where(base > 0, base, np.nan)
    table["term_rate_lo"], table["term_rate_hi"] = stats.wilson(k, n)
    lo, hi = stats.ratio_of_sums(arr, base, *(table[name].to_numpy(float) for name in ("kk", "kn", "nn", "n_rows")))
    is_share = (view == "pool") & (table["lever"] != "upsell")  # of what was due: between nothing and all
    table["arr_rate_lo"], table["arr_rate_hi"] = (np.where(is_share, np.clip(each, 0, 1), each) for each in (lo, hi))
    table["of_terms"], table["of_arr"] = n.astype(int), base / option.divisor
    table["lever_arr"] = arr / option.divisor
    return table


def _rows(counted: pd.DataFrame, at: int, figure: Figure) -> pd.DataFrame:
    """The counts of one figure in every cell."""
    own = counted[["period_from", "period_until", "level", "currency", "base_terms", "base", "nn", "n_rows"]]
    return own.assign(
        lever=figure.lever, part=figure.part, has_rate=figure.has_rate,
        n_accounts=counted[f"accounts_{at}"].astype(int), n_terms=counted[f"terms_{at}"].astype(int),
        lever_arr=counted[f"arr_{at}"], kk=counted[f"kk_{at}"], kn=counted[f"kn_{at}"],
    )  # fmt: skip


def _left_out(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Terms of the book's accounts that count for no lever, and those that count without their ARR."""
    n_trials, n_once, n_none, n_later, n_unknown = con.execute(_OUT).fetchone()
    return left_out(
        ("terms that are trials", n_trials),
        ("terms that do not recur", n_once),
        ("terms that end on the day they begin, or before it", n_none),
        ("terms that have not begun", n_later),
        ("terms without a known ARR: counted, with an ARR of 0", n_unknown),
    )


def _notes(table: pd.DataFrame, option: Asked, view: str) -> Iterator[str]:
    yield from option.notes(table)
    if view == "pool":
        yield "Terms of a month or less, and those without an end, never come up for renewal: they are in the calendar view."
