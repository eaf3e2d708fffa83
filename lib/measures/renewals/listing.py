"""The rows behind any figure of renewals: what was due, or what moved, of which account.

renewal_accounts   a row per account, line and day, sorted and paged
COLUMNS            of the answer, whatever the options
POOL, CALENDAR     lever -> SQL of which rows are its own, in either view
PARTS              part of a lever -> SQL of which rows have any of it
SORTS              name -> SQL of the order
"""

from datetime import date

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.renewals.entries import CUSTOMERS, MOVES, RENEWALS, STANDING
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on

COLUMNS = [
    "account", "name", "csm", "line", "currency", "moved_on", "lever", "arr_from", "arr_to", "arr_moved", "lever_arr",
    "seats_from", "seats_to", "plan_from", "plan_to", "notice_by", "notice", "lost_reason", "n_rows", "n_rows_accounts", "arr_rows",
]  # fmt: skip
_MID_TERM = {f"{name}_mid_term": f"lever = '{name}' and not is_at_renewal" for name in ("upsell", "downsell")}
_MOVED = {**{name: f"lever = '{name}'" for name in ("new", "reactivated", "cross_sell")}, **_MID_TERM}
POOL = {
    "due": "is_due",
    "decided": "is_due and lever not in ('pending', 'upcoming')",
    "gone": "is_due and lever = 'lapsed' and is_gone",
    **{name: f"is_due and lever = '{name}'" for name in ("renewed_flat", "renewed_up", "renewed_down")},
    "downsell": "is_due and lever = 'renewed_down'",
    **{name: f"is_due and lever = '{name}'" for name in ("lapsed", "pending", "upcoming")},
    "upsell": "is_due and lever = 'renewed_up'",
    "cancelled": "lever = 'cancelled'",
    **_MOVED,
}
CALENDAR = {
    "opening": "true",
    **_MOVED,
    **{name: f"lever = '{name}' and is_at_renewal" for name in ("upsell", "downsell")},
    **{name: f"lever = '{name}'" for name in ("lapse", "cancellation", "restated")},
    "lost": "lever in ('lapse', 'cancellation', 'downsell')",
    "moved": "true",
    "closing": "true",
    "customers": "true",
    "gone": "lever = 'gone'",
}
_MONTHS = {"arr": 1, "mrr": 12}
VIEWS = {"pool": POOL, "calendar": CALENDAR}
_SPLIT = ("volume", "price", "edition", "untold")
PARTS = {
    **{name: f"{name} <> 0" for name in _SPLIT},
    "with notice": "has_notice",
    "without notice": "not has_notice",
}
_AMOUNT = {"pool": "arr_from", "calendar": "arr_moved"}  # what is added up, but for
_AMOUNTS = {
    ("pool", "renewed_down"): "arr_to",
    ("pool", "downsell"): "-arr_moved",
    **{("pool", lever): "arr_moved" for lever in ("upsell", *_MOVED)},
    **{("calendar", lever): "arr_to" for lever in ("opening", "closing")},
    **{("calendar", lever): "arr_from" for lever in ("customers", "gone")},
}
SORTS = {
    "arr": "abs(lever_arr) desc",
    "soonest": "moved_on",
    "latest": "moved_on desc",
    "account": "coalesce(name, account)",
}

_OF_A_DAY = {"opening": STANDING, "closing": STANDING, "customers": CUSTOMERS, "gone": CUSTOMERS}
_LISTED = """with {entry},
picked as (
    select
        _account, line, currency, moved_on, lever,
        (arr_from / $months::integer)::double as arr_from,
        (arr_to / $months::integer)::double as arr_to,
        (arr_moved / $months::integer)::double as arr_moved,
        ({amount} / $months::integer)::double as lever_arr,
        {amount} as amount,
        seats_from, seats_to, plan_from, plan_to, notice_by,
        case when has_notice then 'notice given' when has_asked then 'cancel asked' else 'none' end as notice,
        lost_reason
    from entry
    where {which} and ($currency::varchar is null or currency = $currency::varchar)
),
listed as (
    select account.account, account.name, account.csm::varchar as csm, picked.* exclude (_account)
    from picked
    join book as account on account._account = picked._account
    where {of_level} and {of_csm}
),
counted as (
    select
        count(*) as n_rows, count(distinct account) as n_rows_accounts,
        (sum(amount) / $months::integer)::double as arr_rows
    from listed
)
select listed.* exclude (amount), counted.*
from listed, counted
order by {order}, account, line, currency, moved_on, lever
limit $limit offset $offset"""


def renewal_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    view: str = "pool",
    lever: str = "",
    part: str = "",
    period_from: date | str | None = None,
    period_until: date | str | None = None,
    currency: str | None = None,
    by: str | None = None,
    level: str | None = None,
    csm: str | None = None,
    money: str = "arr",
    sort: str = "arr",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` behind a lever's figure; n_rows of n_rows_accounts accounts in all, arr_rows their sum.

    As many as n_terms of `renewals`: renewals, or moves of ARR; of the opening and the closing an account and currency each.

    view    pool: renewals, by what became of them; calendar: moves
    lever   one of `renewals`; none is all that was due, or moved. Of the pool also decided; of the calendar also lost (lapse,
            cancellation and down-sell) and customers (of the opening day, as in `retention`); gone: customers lost
    part    of an up- or down-sell volume, price, edition or untold; of a lapse with or without notice
    period_from, period_until   in the place of the book's period, until before the second
    level   with `by`, a dimension: those of one value of it, as it was when the period opened; none: without a value
    csm     whose renewal it is: the CSM on its day, or of the book's day where it is ahead; empty text: nobody's
    """
    for name, value, known in (("view", view, VIEWS), ("order", sort, SORTS), ("money", money, _MONTHS)):
        _check(name, value, known)
    asked = lever or ("due" if view == "pool" else "moved")
    _check(f"lever of the {view}", asked, VIEWS[view])
    if part:
        _check("part", part, PARTS)
    check_page(limit, offset)
    opens, closes = (day_of(period_from or None) or book.opens_on), (day_of(period_until or None) or book.closes_on)
    if opens >= closes:
        raise Refused(f"The period ends ({say_day(closes)}) before it opens ({say_day(opens)}).")
    catalogue = read_catalogue(con)
    level_on = value_on(find_dimension(catalogue, by), "$from_on::date") if by else ""
    csm_on = "least(picked.moved_on, $as_of::date)"
    historic = next((each for each in catalogue if each.name == "csm"), None)
    csm_then = value_on(historic, csm_on) if historic else "account.csm::varchar"
    sql = _LISTED.format(
        entry=_entries(view, asked).strip(),
        which=f"{VIEWS[view][asked]} and {PARTS[part]}" if part else VIEWS[view][asked],
        of_level=f"{level_on} is not distinct from nullif($level::varchar, '')" if by else "true",
        of_csm="true" if csm is None else f"{csm_then} is not distinct from nullif($csm::varchar, '')",
        amount=part if part in _SPLIT else _AMOUNTS.get((view, asked), _AMOUNT[view]),
        order=SORTS[sort],
    )
    bound = {"limit": limit, "offset": offset, "months": _MONTHS[money], "currency": currency}
    bound |= {"from_on": opens, "until_on": closes, "on": closes if asked == "closing" else opens, "as_of": book.as_of}
    bound |= {"level": level, "csm": csm}
    renewals.lay(con, book.as_of, definitions)
    table = con.execute(sql, {name: value for name, value in bound.items() if f"${name}" in sql}).df()
    return Answer(table[COLUMNS], sql=sql)


def _entries(view: str, lever: str) -> str:
    """The steps that make the rows: of renewals, of moves, or of what stood on a day."""
    if view == "calendar" and lever in _OF_A_DAY:
        return _OF_A_DAY[lever]
    return RENEWALS if view == "pool" and lever not in _MOVED else MOVES


def _check(name: str, value: str, known) -> None:
    if value not in known:
        raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")
