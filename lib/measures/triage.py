"""The renewals of a quarter: what is still to be decided, by deadline, then what is; and what is known of each.

triage          one row per account with a term that ends in the quarter, or whose notice is due in it
FIGURES         of the whole quarter: name -> SQL of the renewals that count, and of what is added up
WHICH           name -> SQL: all of them, those still open, those decided
COLUMNS         of the answer, whatever the options
"""

from datetime import date

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import health, standing
from lib.facts.days import day_of, fiscal_quarter
from lib.facts.paging import check_page
from lib.facts.standing import RISK
from lib.measures import Answer

COLUMNS = [
    "account", "name", "csm", "segment", "renews_on", "notice_by", "days_to_notice", "days_to_renewal", "arr_renewing",
    "renewal_outcome", "notice", "has_asked", "has_save_plan", "save_plan_outcome", "renewal_call", "call_amount",
    "called_on", "last_touch_on", "is_at_risk", "risk_reasons", "decide_by", "is_open", "n_rows", "by_figure",
]  # fmt: skip
WHICH = {"all": "true", "open": "is_open", "decided": "not is_open"}

FIGURES = {  # of the quarter: which renewals count, and what is added up
    "open": ("is_open", "arr_renewing"),
    "decided": ("not is_open", "arr_renewing"),
    "asked": ("has_asked", "arr_renewing"),
    "save plan": ("has_save_plan", "arr_renewing"),
    **{
        call: (f"renewal_call = '{call}'", "coalesce(call_amount, arr_renewing)")
        for call in ("commit", "likely", "at_risk")
    },
}
_COUNTED = ",\n        ".join(
    f"{{'figure': '{name}', 'n': count(*) filter (where {which}), 'arr': coalesce(sum({amount}) filter (where {which}), 0)}}"
    for name, (which, amount) in FIGURES.items()
)
_SQL = """
with term as (
    select
        _account, ends_on, notice_by, arr,
        coalesce(notice_given_on <= $as_of::date, false) as has_notice,
        coalesce(asked_to_cancel_on <= $as_of::date, false) as has_asked
    from core.contract
    where kind is distinct from 'trial'
      and coalesce(is_recurring, true)
      and coalesce(ends_on > starts_on + 31, true)
      and coalesce(starts_on <= $as_of::date, true)
      and not coalesce(cancelled_on <= $as_of::date and cancelled_on < ends_on, false)
      and ((ends_on >= $quarter_opens_on::date and ends_on < $quarter_closes_on::date)
          or (ends_on is not null and notice_by >= $quarter_opens_on::date and notice_by < $quarter_closes_on::date))
),
due as (
    select
        _account,
        min(ends_on) as renews_on,
        min(notice_by) as notice_by,
        sum(arr) as arr_renewing,
        max(ends_on) > $as_of::date as is_ahead,
        min(case when notice_by >= $as_of::date then least(notice_by, ends_on) else ends_on end)
            filter (where ends_on > $as_of::date) as deadline,
        bool_or(has_notice) as has_notice,
        bool_or(has_asked) as has_asked
    from term
    group by _account
),
ended as (
    from outcome_lapsed($quarter_opens_on, $quarter_closes_on, $as_of, $grace_days)
),
call as (
    select
        account,
        renews_on::date as renews_on,
        arg_max({{'call': said."call", 'amount': amount, 'called_on': called_on}}, place) as latest
    from written_renewal_call as said
    where called_on::date <= $as_of::date
    group by account, renews_on::date
),
risk as (
    from {risk}
),
known as (
    select
        account.account, account.name, account.csm::varchar as csm, account.segment::varchar as segment,
        due.renews_on, due.notice_by,
        due.notice_by - $as_of::date as days_to_notice,
        due.renews_on - $as_of::date as days_to_renewal,
        due.arr_renewing::double as arr_renewing,
        case
            when ended.had_outcome then 'lapsed'
            when ended._account is not null and ended.had_outcome is null then 'pending'
            when due.is_ahead then 'upcoming'
            when ended._account is not null then 'renewed'
            else 'due after the quarter'
        end as renewal_outcome,
        case
            when due.has_notice or risk.has_notice then 'notice given'
            when due.has_asked or risk.has_asked then 'cancel asked'
            else 'none'
        end as notice,
        due.has_asked or risk.has_asked as has_asked,
        risk.has_save_plan, risk.save_plan_outcome,
        call.latest."call" as renewal_call,
        call.latest.amount::double as call_amount,
        call.latest.called_on::date as called_on,
        risk.last_touch_on, risk.is_at_risk, risk.risk_reasons,
        renewal_outcome in ('pending', 'upcoming') and notice <> 'notice given' as is_open,
        case when is_open and renewal_outcome = 'upcoming' then due.deadline when is_open then due.renews_on end as decide_by
    from book as account
    join due on due._account = account._account
    join risk on risk._account = account._account
    left join ended on ended._account = account._account
    left join call on call.account = account.account and call.renews_on = due.renews_on
),
counted as (
    select [
        {counted}
    ] as by_figure
    from known
)
select known.*, count(*) over () as n_rows, by_figure
from known, counted
where {which}
order by
    is_open desc, renewal_outcome = 'pending' desc, decide_by,
    coalesce(notice_by, renews_on), renews_on, arr_renewing desc nulls last, account
limit $limit offset $offset
"""


def triage(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    quarter_opens_on: date | str | None = None,
    quarter_closes_on: date | str | None = None,
    which: str = "all",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Accounts of the book with a renewal in [quarter_opens_on, quarter_closes_on), one row each.

    What is open comes first: what is pending in its grace days, then by decide_by. Renewed, lapsed, or refused by a notice
    is decided. by_figure is the same in every row: open, decided, asked to cancel, with a save plan under way, and each
    call, as n and ARR (of a call its amount, where it has one).

    A renewal is the end of a recurring term longer than a month that had begun by the book's day and was not cancelled before
    its end; it belongs to the quarter when it ends in it or its notice is due in it. Without days, the fiscal quarter of
    the book's day. renews_on and notice_by are the earliest of the account's terms that belong, arr_renewing is the sum.
    renewal_outcome: lapsed, pending, upcoming (a term is still ahead), renewed; "due after the quarter" where only the notice
    was due in it and the term has ended since. The call is the newest one for that very renewal.
    """
    opens_on, closes_on = fiscal_quarter(book.as_of, definitions.calendar.fiscal_year_starts_in)
    opens_on, closes_on = (day_of(quarter_opens_on) or opens_on), (day_of(quarter_closes_on) or closes_on)
    if opens_on >= closes_on:
        raise Refused(f"The quarter ends ({say_day(closes_on)}) before it opens ({say_day(opens_on)}).")
    check_page(limit, offset)
    if which not in WHICH:
        raise Refused(f"There is no choice {which!r} of renewals; choose from {', '.join(WHICH)}.")
    health.red(con, definitions, book.as_of)
    sql = _SQL.format(risk=RISK, counted=_COUNTED, which=WHICH[which])
    asked = {"quarter_opens_on": opens_on, "quarter_closes_on": closes_on, "limit": limit, "offset": offset}
    rows = con.execute(sql, standing.parameters(sql, book.as_of, definitions) | asked).df()
    for name in ("risk_reasons", "by_figure"):
        rows[name] = [list(each) for each in rows[name]]
    note = f"Renewals from {say_day(opens_on)} until before {say_day(closes_on)}, and notices due then."
    return Answer(rows[COLUMNS], notes=(note,), sql=sql)
