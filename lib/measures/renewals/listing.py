"""The rows behind any figure of renewals: what was due, or what moved, of which account.

renewal_accounts   a row per account, line and day, sorted and paged
COLUMNS            of the answer, whatever the options
POOL, CALENDAR     lever -> SQL of which rows are its own, in either view
PARTS              part of a lever -> SQL of which rows have any of it
SORTS              name -> SQL of the order
"""

from datetime import date

import duckdb

from lib.book import Book, read_day, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on

COLUMNS = [
    "account", "name", "csm", "line", "currency", "moved_on", "lever", "arr_from", "arr_to", "arr_moved", "seats_from",
    "seats_to", "plan_from", "plan_to", "notice_by", "notice", "lost_reason", "n_rows", "n_rows_accounts", "arr_rows",
]  # fmt: skip
_MOVED = ("new", "reactivated", "cross_sell")
POOL = {
    "due": "is_due",
    **{name: f"is_due and lever = '{name}'" for name in ("renewed_flat", "renewed_up", "renewed_down")},
    "downsell": "is_due and lever = 'renewed_down'",
    "lapsed": "is_due and lever = 'lapsed'",
    "pending": "is_due and lever = 'pending'",
    "upcoming": "is_due and lever = 'upcoming'",
    "upsell": "is_due and lever = 'renewed_up'",
    "cancelled": "lever = 'cancelled'",
    **{name: f"lever = '{name}'" for name in _MOVED},
}
CALENDAR = {
    "opening": "true",
    **{name: f"lever = '{name}'" for name in (*_MOVED, "upsell", "downsell", "lapse", "cancellation", "restated")},
    "lost": "lever in ('lapse', 'cancellation', 'downsell')",
    "moved": "true",
    "closing": "true",
}
VIEWS = {"pool": POOL, "calendar": CALENDAR}
PARTS = {
    **{name: f"{name} <> 0" for name in ("volume", "price", "edition", "untold")},
    "at renewal": "is_at_renewal",
    "mid-term": "not is_at_renewal",
    "with notice": "has_notice",
    "without notice": "not has_notice",
}
SORTS = {
    "arr": "greatest(abs(coalesce(arr_moved, 0)), coalesce(arr_from, 0), coalesce(arr_to, 0)) desc",
    "change": "abs(coalesce(arr_moved, 0)) desc, coalesce(arr_from, 0) desc",
    "soonest": "moved_on",
    "latest": "moved_on desc",
    "account": "coalesce(name, account)",
}

_RENEWALS = """
entry as (
    select
        renewal._account, renewal.line, renewal.currency, renews_on as moved_on, outcome as lever, is_due,
        arr_due as arr_from,
        case when outcome not in ('pending', 'upcoming', 'cancelled') then arr_renewed end as arr_to,
        arr_to - arr_from as arr_moved,
        seats_due as seats_from, seats_renewed as seats_to, plan_due as plan_from, plan_renewed as plan_to,
        notice_by, has_notice, has_asked, lost_reason, true as is_at_renewal,
        move.volume, move.price, move.edition, move.untold
    from renewal() as renewal
    left join (from arr_move($grace_days) where is_at_renewal and lever in ('upsell', 'downsell')) as move
        on move._account = renewal._account and move.line = renewal.line and move.currency = renewal.currency
        and move.moved_on = renewal.renews_on
    where renews_on >= $from_on::date and renews_on < $until_on::date
)"""
_MOVES = """
begun as (
    select
        _account, line, currency, counts_from,
        case when bool_and(seats is not null) then sum(seats) end as seats,
        array_to_string(list_sort(list(distinct plan)), ' + ') as plans
    from renewal_term
    where has_counted and follows_on is null
    group by _account, line, currency, counts_from
),
entry as (
    select
        move._account, move.line, move.currency, moved_on, lever, false as is_due,
        coalesce(move.lever not in ('new', 'reactivated', 'cross_sell') and (
            lever <> 'upsell' or is_at_renewal or (outcome = 'changed' and arr_renewed - arr_due = arr_change)
        ) and ended._account is not null, false) as has_ended,
        case when has_ended then arr_due else 0 end as arr_from,
        case when has_ended then arr_due else 0 end + arr_change as arr_to,
        arr_change as arr_moved,
        case when has_ended then seats_due end as seats_from,
        case when has_ended then seats_renewed else begun.seats end as seats_to,
        case when has_ended then plan_due end as plan_from,
        case when has_ended then plan_renewed else begun.plans end as plan_to,
        case when has_ended then ended.notice_by end as notice_by,
        coalesce(has_ended and ended.has_notice, false) as has_notice,
        coalesce(has_ended and ended.has_asked, false) as has_asked,
        case when has_ended then ended.lost_reason end as lost_reason,
        is_at_renewal, volume, price, edition, untold
    from arr_move($grace_days) as move
    left join renewal() as ended
        on ended._account = move._account and ended.line = move.line and ended.currency = move.currency
        and ended.renews_on = moved_on
    left join begun
        on begun._account = move._account and begun.line = move.line and begun.currency = move.currency
        and begun.counts_from = moved_on
    where moved_on >= $from_on::date and moved_on < $until_on::date
)"""
_STANDING = """
entry as (
    select
        _account, line, currency, null::date as moved_on, 'standing' as lever, false as is_due,
        null::decimal(18, 2) as arr_from, sum(arr) as arr_to, null::decimal(18, 2) as arr_moved,
        null::bigint as seats_from,
        case when bool_and(seats is not null) then sum(seats) end as seats_to,
        null::varchar as plan_from,
        array_to_string(list_sort(list(distinct plan)), ' + ') as plan_to,
        min(notice_by) as notice_by, bool_and(has_notice) as has_notice, bool_or(has_asked) as has_asked,
        null::varchar as lost_reason, false as is_at_renewal, 0 as volume, 0 as price, 0 as edition, 0 as untold
    from renewal_term
    where has_counted and counts_from < $on::date and coalesce(counts_until >= $on::date, true)
    group by _account, line, currency
)"""
_LISTED = """with {entry},
picked as (
    select
        _account, line, currency, moved_on, lever,
        (arr_from / $months::integer)::double as arr_from,
        (arr_to / $months::integer)::double as arr_to,
        (arr_moved / $months::integer)::double as arr_moved,
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
        sum({figure}) as arr_rows
    from listed
)
select listed.*, counted.*
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

    view    pool: renewals, by what became of them; calendar: moves, by their lever. lever: none is all that was due, or moved
    part    of an up- or down-sell volume, price, edition or untold, at renewal or mid-term; of a lapse with or without notice
    period_from, period_until   in the place of the book's period, until before the second
    level   with `by`, a dimension: those of one value of it, as it was when the book's period opened; none: without a value
    csm     whose renewal it is: the CSM on its day, or of the book's day where it is ahead; empty text: nobody's
    """
    for name, value, known in (("view", view, VIEWS), ("order", sort, SORTS), ("money", money, _MONTHS)):
        _check(name, value, known)
    asked = lever or ("due" if view == "pool" else "moved")
    _check(f"lever of the {view}", asked, VIEWS[view])
    if part:
        _check("part", part, PARTS)
    check_page(limit, offset)
    opens, closes = _day(period_from, book.opens_on), _day(period_until, book.closes_on)
    if opens >= closes:
        raise Refused(f"The period ends ({say_day(closes)}) before it opens ({say_day(opens)}).")
    catalogue = read_catalogue(con)
    level_on = value_on(find_dimension(catalogue, by), "$opens_on::date") if by else ""
    csm_on = "least(picked.moved_on, $as_of::date)"
    historic = next((each for each in catalogue if each.name == "csm"), None)
    csm_then = value_on(historic, csm_on) if historic else "account.csm::varchar"
    sql = _LISTED.format(
        entry=_source(view, asked).strip(),
        which=f"{VIEWS[view][asked]} and {PARTS[part]}" if part else VIEWS[view][asked],
        of_level=f"{level_on} is not distinct from nullif($level::varchar, '')" if by else "true",
        of_csm="true" if csm is None else f"{csm_then} is not distinct from nullif($csm::varchar, '')",
        figure="arr_to" if asked in ("opening", "closing") else "arr_from" if view == "pool" else "arr_moved",
        order=SORTS[sort],
    )
    bound = {"limit": limit, "offset": offset, "months": _MONTHS[money], "currency": currency}
    bound |= {"from_on": opens, "until_on": closes, "on": closes if asked == "closing" else opens, "as_of": book.as_of}
    bound |= {"opens_on": book.opens_on, "level": level, "csm": csm, "grace_days": definitions.renewals.grace_days}
    renewals.lay(con, book.as_of, definitions)
    table = con.execute(sql, {name: value for name, value in bound.items() if f"${name}" in sql}).df()
    return Answer(table[COLUMNS], sql=sql)


_MONTHS = {"arr": 1, "mrr": 12}


def _source(view: str, lever: str) -> str:
    """The steps that make the rows: of renewals, of moves, or of what stood on a day."""
    if lever in ("opening", "closing"):
        return _STANDING
    return _RENEWALS if view == "pool" and lever not in _MOVED else _MOVES


def _check(name: str, value: str, known) -> None:
    if value not in known:
        raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")


def _day(said: date | str | None, otherwise: date) -> date:
    if said is None or isinstance(said, date):
        return said or otherwise
    try:
        return read_day(said) if said else otherwise
    except ValueError:
        raise Refused(f"{said!r} is not a day such as 2026-01-31.") from None
