"""What became different about the accounts of the book between an earlier day and its own.

changes   one row per account with its changes, bad news with most ARR first
CHANGES   every kind of change, in the order in which they are told
COLUMNS   of the answer, whatever the options
"""

from datetime import UTC, date, datetime, timedelta

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import health
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.facts.standing import RISK
from lib.measures import Answer
from lib.measures.mybook import LISTED, RENEWING, parameters

CHANGES = (
    "lost", "at risk", "notice given", "cancel asked", "in a save plan", "health red", "usage drop", "low sentiment",
    "ARR down", "renewal near", "ticket opened", "NPS answered", "CSM changed", "written about", "stage reached", "use rose",
    "no longer at risk", "ARR up", "new", "back",
)  # fmt: skip
COLUMNS = [
    "account", "name", "csm", "csm_earlier", "arr", "arr_earlier", "arr_change", "arr_at_stake", "changes", "stage",
    "renews_on", "n_tickets_opened", "nps", "n_written", "earlier_on", "n_rows", "by_change",
]  # fmt: skip
USUAL_DAYS = 30

_SQL = f"""
with is_now as (
    select *, {LISTED} as is_ours, {RENEWING} as is_renewing from {RISK}
),
was as (
    select *, {LISTED} as is_ours, {RENEWING} as is_renewing from {RISK.replace("$as_of", "$since")}
),
csm_held as (  -- on either day, where it has changed since
    select
        account,
        bool_or(from_on <= $since::date) as had_then,
        max(value) filter (where from_on <= $since::date) as csm_then,
        bool_or(from_on <= $as_of::date and until_on > $as_of::date) as had_now,
        max(value) filter (where from_on <= $as_of::date and until_on > $as_of::date) as csm_now
    from core.account_history
    where field = 'csm' and until_on > $since::date
      and (from_on <= $since::date or (from_on <= $as_of::date and until_on > $as_of::date))
    group by account
),
opened as (
    select _account, count(*)::integer as n_tickets_opened
    from core.ticket
    where opened_at >= $since::date + 1 and opened_at < $as_of::date + 1
    group by _account
),
answered as (
    select _account, arg_max(score, (answered_on, survey)) as nps
    from core.survey
    where kind = 'nps' and score is not null and answered_on > $since::date and answered_on <= $as_of::date
    group by _account
),
compared as (
    select
        account._account, account.account, account.name,
        case when had_now then csm_now else account.csm::varchar end as csm,
        case when had_then then csm_then else account.csm::varchar end as csm_earlier,
        coalesce(is_now.is_ours, false) as is_ours,
        coalesce(was.is_ours, false) as was_ours,
        case when is_now.is_ours then coalesce(is_now.arr, 0) else 0 end as arr,
        case when was.is_ours then coalesce(was.arr, 0) else 0 end as arr_earlier,
        is_now.arr_at_risk, is_now.is_at_risk, was.is_at_risk as was_at_risk, is_now.renews_on,
        case
            when is_now.is_at_risk then list_filter(is_now.risk_reasons, lambda reason: not list_contains(was.risk_reasons, reason))
            else []
        end as new_reasons,
        is_now.is_renewing and not was.is_renewing as came_near,
        is_now.movement = 'rising' and was.movement <> 'rising' as use_rose,
        was.is_past as was_past,
        stage.stage, coalesce(stage.stage_since > $since::date, false) as reached_stage,
        coalesce(n_tickets_opened, 0) as n_tickets_opened,
        answered.nps,
        coalesce(n_written, 0)::integer as n_written
    from book as account
    join is_now on is_now._account = account._account
    join was on was._account = account._account
    left join stage_on($as_of) as stage on stage._account = account._account
    left join opened on opened._account = account._account
    left join answered on answered._account = account._account
    left join csm_held on csm_held.account = account.account
    left join written_between($written_from, $written_until, $reader) as wrote on wrote.account = account.account
    where is_now.is_ours or was.is_ours
),
told as (
    select
        *,
        is_ours and was_ours as is_same,
        arr - arr_earlier as arr_change,
        list_filter(list_concat(
            [
                case when was_ours and not is_ours then 'lost' end,
                case when is_same and is_at_risk and not was_at_risk then 'at risk' end
            ],
            new_reasons,
            [
                case when is_same and arr < arr_earlier then 'ARR down' end,
                case when is_same and came_near then 'renewal near' end,
                case when n_tickets_opened > 0 then 'ticket opened' end,
                case when nps is not null then 'NPS answered' end,
                case when is_same and csm is distinct from csm_earlier then 'CSM changed' end,
                case when n_written > 0 then 'written about' end,
                case when is_same and reached_stage then 'stage reached' end,
                case when is_same and use_rose then 'use rose' end,
                case when is_same and was_at_risk and not is_at_risk then 'no longer at risk' end,
                case when is_same and arr > arr_earlier then 'ARR up' end,
                case when is_ours and not was_ours then case when was_past then 'back' else 'new' end end
            ]
        ), lambda change: change is not null) as changes,
        greatest(arr_earlier - arr, case when len(new_reasons) > 0 then arr_at_risk else 0 end, 0) as arr_at_stake
    from compared
),
counted as (
    select list({{'change': change, 'n': n, 'arr': arr, 'arr_change': arr_change}}) as by_change
    from (
        select change, count(*) as n, sum(arr)::double as arr, sum(arr_change)::double as arr_change
        from (select unnest(changes) as change, arr, arr_change from told)
        group by change
    )
)
select
    account, name, csm, csm_earlier, arr::double as arr, arr_earlier::double as arr_earlier, arr_change::double as arr_change,
    arr_at_stake::double as arr_at_stake, changes,
    case when reached_stage then stage end as stage,
    renews_on, n_tickets_opened, nps, n_written,
    $since::date as earlier_on,
    count(*) over () as n_rows,
    by_change
from told, counted
where len(changes) > 0 and ($only = '' or list_contains(changes, $only))
order by told.arr_at_stake desc, abs(told.arr_change) desc, told.arr desc, account
limit $limit offset $offset
"""


def changes(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    since: date | str | None = None,
    only: str = "",
    written_from: datetime | str | None = None,
    written_until: datetime | str | None = None,
    reader: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Accounts of the book about which something is different on its day than on `since`, one row each.

    Both days are seen as in My book: nothing after them is known. An account is ours while it is live or pending; of one that
    was not ours before, or is not any more, only new, back or lost is told, and what came meanwhile: reasons of risk,
    tickets, answers, words of others. arr_at_stake orders them: the ARR lost, or at risk for a reason that is new.
    by_change is the same in every row: each kind of change over all of them, with n, arr and arr_change.

    only            accounts with this kind of change
    written_from, written_until   of what others than `reader` wrote, what was written then
    """
    day = day_of(since) or book.as_of - timedelta(days=USUAL_DAYS)
    if day > book.as_of:
        raise Refused(
            f"{say_day(day)} is after the day the book is seen, {say_day(book.as_of)}: ask for an earlier one."
        )
    if only and only not in CHANGES:
        raise Refused(f"There is no change {only!r}; choose from {', '.join(CHANGES)}.")
    check_page(limit, offset)
    health.red(con, definitions, book.as_of, day)
    asked = {
        "since": day, "only": only, "reader": reader, "limit": limit, "offset": offset,
        "written_from": _moment(written_from) or datetime.combine(day + timedelta(days=1), datetime.min.time()),
        "written_until": _moment(written_until),
    }  # fmt: skip
    rows = con.execute(_SQL, parameters(_SQL, book, definitions) | asked).df()
    for name in ("changes", "by_change"):
        rows[name] = [list(each) for each in rows[name]]
    note = f"What is different on {say_day(book.as_of)} from how it was, and was known, on {say_day(day)}."
    return Answer(rows[COLUMNS], notes=(note,), sql=_SQL)


def _moment(said: datetime | str | None) -> datetime | None:
    """In UTC, without a zone, as what is written says it."""
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else said
    except ValueError:
        raise Refused(f"{said!r} is not a moment such as 2026-01-31T12:00.") from None
    return found.astimezone(UTC).replace(tzinfo=None) if found and found.tzinfo else found
