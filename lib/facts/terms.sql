-- is_live: a term that is no trial has begun and not ended. is_pending: none is live, and the grace days of a term that was not
-- refused still run. is_past: all that began have ended, and none is pending. is_upcoming: none has begun yet. An account
-- without any contract goes by its churned flag, where it has one or where nobody has contracts; a trial alone is none of these.
-- arr, seats: of the live terms (of the pending ones where none is live), arr of the recurring ones.
-- renews_on: the next end of a live recurring term longer than a month, or the end that is pending; notice_by: the earliest
-- deadline of those terms. Terms of a month or less and evergreen ones are rolling.
create macro term_on(as_of, grace_days, renewal_windows) as table
with term as (
    select
        _account, starts_on, ends_on, arr, seats, is_derived, notice_by, asked_to_cancel_on,
        kind is not distinct from 'trial' as is_trial,
        coalesce(starts_on <= as_of::date, true) as has_begun,
        has_begun and not is_trial as counts,
        least(ends_on, case when cancelled_on <= as_of::date then cancelled_on end) as ended_on,
        coalesce(is_recurring, true) as recurs,
        coalesce(notice_given_on <= as_of::date, false) as is_noticed,
        counts and coalesce(ended_on > as_of::date, true) as is_live,
        counts and not is_live and not is_noticed and coalesce(cancelled_on > as_of::date, true)
            and ended_on + grace_days::integer > as_of::date as is_in_grace,
        is_live and recurs and ends_on is not null and coalesce(ends_on > starts_on + 31, true) as is_due
    from core.contract
),
by_account as (
    select
        _account,
        bool_or(counts) as has_begun,
        bool_or(not counts and not is_trial) as has_later_terms,
        min(starts_on) filter (where counts) as started_on,
        min(starts_on) filter (where is_trial and has_begun) as tried_on,
        bool_or(counts and starts_on is null) as is_since_ever,
        max(ended_on) filter (where counts) as ended_on,
        bool_or(is_live) as has_live,
        bool_or(is_in_grace) as has_grace,
        sum(arr) filter (where is_live and recurs) as live_arr,
        sum(arr) filter (where is_in_grace and recurs) as grace_arr,
        sum(seats) filter (where is_live) as live_seats,
        sum(seats) filter (where is_in_grace) as grace_seats,
        bool_or(is_live and is_noticed) as has_notice,
        bool_or(is_live and asked_to_cancel_on <= as_of::date) as live_asked,
        bool_or(is_in_grace and asked_to_cancel_on <= as_of::date) as grace_asked,
        bool_or(is_live and recurs and not is_due and not (coalesce(is_derived, false) and ends_on is null)) as is_rolling,
        max(ended_on) filter (where is_in_grace) as grace_from
    from term
    group by _account
),
due_by_day as (
    select _account, ends_on, sum(arr) as arr, min(notice_by) as notice_by from term where is_due group by _account, ends_on
),
due as (
    select _account, min(ends_on) as renews_on, arg_min_null(arr, ends_on) as arr, min(notice_by) as notice_by
    from due_by_day
    group by _account
),
asked as (
    select account, true as has_asked_in_writing
    from written_cancel_request
    where asked_on::date <= as_of::date and coalesce(withdrawn_on::date > as_of::date, true)
    group by account
),
stood as (
    select
        scope._account, scope.account, scope.segment as of_segment, scope.tenure_months,
        by_account._account is null and (scope.churned is not null or not counted.has_contracts) as is_flagged,
        coalesce(by_account.has_live, is_flagged and not coalesce(scope.churned, false)) as is_live,
        coalesce(by_account.has_grace and not by_account.has_live, false) as is_pending,
        (coalesce(by_account.has_begun, false) or is_flagged) and not is_live and not is_pending as is_past,
        coalesce(by_account.has_later_terms and not by_account.has_begun, false) as is_upcoming,
        is_live or is_pending as is_ours,
        coalesce(by_account.started_on, case when is_flagged then scope.started_on end) as started_on,
        coalesce(least(by_account.tried_on, by_account.started_on), scope.started_on) as tried_on,
        coalesce(by_account.is_since_ever, false) as is_since_ever,
        case when is_past then by_account.ended_on end as ended_on,
        coalesce(case when is_live then by_account.live_arr else by_account.grace_arr end, scope.arr) as arr_known,
        coalesce(case when is_live then by_account.live_seats else by_account.grace_seats end, scope.seats) as seats_known,
        case
            when is_pending then by_account.grace_from
            when is_live then coalesce(due.renews_on, case when is_flagged and scope.renews_on > as_of::date then scope.renews_on end)
        end as renews_on,
        case when is_pending then by_account.grace_arr when is_flagged then arr_known else due.arr end as arr_due,
        due.notice_by,
        coalesce(by_account.is_rolling, false) as is_rolling,
        coalesce(by_account.has_notice, false) as has_notice,
        coalesce(case when is_live then by_account.live_asked else by_account.grace_asked end, false)
            or coalesce(asked.has_asked_in_writing, false) as has_asked
    from (select _account, account, segment, started_on, tenure_months, arr, seats, renews_on, churned from scope) as scope
    cross join (select exists (from core.contract) as has_contracts) as counted
    left join by_account on by_account._account = scope._account
    left join due on due._account = scope._account
    left join asked on asked.account = scope.account
)
select
    _account, account, of_segment, tenure_months, is_live, is_pending, is_past, is_upcoming, started_on, tried_on, is_since_ever, ended_on,
    case when is_ours then arr_known end as arr,
    case when is_ours then seats_known end as seats,
    renews_on,
    case when renews_on is not null then arr_due end as arr_renewing,
    notice_by,
    renews_on - as_of::date as days_to_renewal,
    case
        when is_pending then 'in grace'
        when renews_on is not null then coalesce(
            list_min(list_filter(renewal_windows::integer[], lambda days: renews_on - as_of::date <= days)) || ' days', 'later'
        )
        when is_rolling then 'rolling'
        else 'none'
    end as renewal_window,
    case when is_ours and has_notice then 'notice given' when is_ours and has_asked then 'cancel asked' else 'none' end as notice,
    is_ours and has_notice as has_notice,
    is_ours and has_asked as has_asked
from stood;
