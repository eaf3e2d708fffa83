-- Outcomes of accounts over a period [opens_on, closes_on), as known on as_of.
-- Grain: one row per account that was at risk, by its number in this snapshot. had_outcome is empty while the answer is pending: neither lost nor kept.
-- arr is the account's ARR on the opening day.

-- lost: active on the opening day and not when the period closes. The day it closes is the next period's opening day, so
-- that periods in a row count every loss once; before that day is over, the state is that of as_of. While the grace days of
-- a term that was not refused still run, the answer is pending.
create macro outcome_lost(opens_on, closes_on, as_of, grace_days) as table
with asked as (
    select least(closes_on::date, as_of::date) as last_day
),
term as (
    select
        _account, starts_on, arr, last_day,
        least(ends_on, cancelled_on) as ended_on,
        coalesce(cancelled_on <= as_of::date, false) or coalesce(notice_given_on <= as_of::date, false) as is_refused,
        as_of::date < least(ends_on, cancelled_on) + grace_days::integer as is_in_grace
    from core.contract, asked
    where kind is distinct from 'trial'
),
by_account as (
    select
        _account,
        min(starts_on) as started_on,
        sum(arr) filter (where coalesce(starts_on <= opens_on::date, true) and coalesce(ended_on > opens_on::date, true)) as arr,
        bool_or(coalesce(starts_on <= opens_on::date, true) and coalesce(ended_on > opens_on::date, true)) as was_active,
        bool_or(coalesce(starts_on <= last_day, true) and coalesce(ended_on > last_day, true)) as is_active,
        max(ended_on) filter (where coalesce(starts_on <= last_day, true)) as ended_on,
        coalesce(bool_or(is_in_grace and not is_refused) filter (where coalesce(starts_on <= last_day, true)), false) as is_pending,
        min(starts_on) filter (where starts_on > last_day and starts_on <= as_of::date) as returns_on
    from term
    group by _account
)
select
    _account,
    started_on,
    arr,
    case
        when is_active or returns_on <= ended_on + grace_days::integer then false
        when is_pending then null
        else true
    end as had_outcome
from by_account
where was_active;

-- lapsed: a recurring term came to its end in the period and the account did not renew it. Terms of a month or less are
-- left to the calendar view: they come to an end all the time. A renewal is a later term of the same product line.
create macro outcome_lapsed(opens_on, closes_on, as_of, grace_days) as table
with due as (
    select
        _account, starts_on, ends_on, arr,
        coalesce(notice_given_on <= as_of::date, false) as is_refused,
        exists (
            from core.contract as next
            where next._account = contract._account
              and coalesce(next.product_family, next.product) is not distinct from coalesce(contract.product_family, contract.product)
              and next.kind is distinct from 'trial'
              and next.starts_on > contract.starts_on
              and next.starts_on <= least(contract.ends_on + grace_days::integer, as_of::date)
              and coalesce(least(next.ends_on, next.cancelled_on) > contract.ends_on, true)
        ) as is_renewed
    from core.contract as contract
    where kind is distinct from 'trial'
      and coalesce(is_recurring, true)
      and coalesce(ends_on > starts_on + 31, true)
      and ends_on >= opens_on::date and ends_on < closes_on::date
      and ends_on <= as_of::date
      and coalesce(cancelled_on >= ends_on, true)
),
judged as (
    select
        _account, arr,
        case
            when is_renewed then false
            when not is_refused and as_of::date < ends_on + grace_days::integer then null
            else true
        end as is_lapsed
    from due
),
first_start as (
    select _account, min(starts_on) as started_on from core.contract where kind is distinct from 'trial' group by _account
)
select
    _account,
    any_value(started_on) as started_on,
    sum(arr) as arr,
    case when bool_or(is_lapsed) then true when bool_or(is_lapsed is null) then null else false end as had_outcome
from judged
join first_start using (_account)
group by _account;

-- cancelled: active on the opening day, and a term was ended before its time in the period, its last day included. A term
-- that another of the same product line took the place of within the grace days was changed, not cancelled.
create macro outcome_cancelled(opens_on, closes_on, as_of, grace_days) as table
with term as (
    select
        _account, starts_on, arr,
        cancelled_on > opens_on::date and cancelled_on <= closes_on::date
            and cancelled_on <= as_of::date and coalesce(cancelled_on < ends_on, true)
            and not exists (
                from core.contract as next
                where next._account = contract._account
                  and next.contract <> contract.contract
                  and coalesce(next.product_family, next.product) is not distinct from coalesce(contract.product_family, contract.product)
                  and next.kind is distinct from 'trial'
                  and next.starts_on > contract.starts_on
                  and next.starts_on between contract.cancelled_on - 1 and contract.cancelled_on + grace_days::integer
                  and next.starts_on <= as_of::date
            ) as is_cancelled
    from core.contract as contract
    where kind is distinct from 'trial'
      and coalesce(least(ends_on, cancelled_on) > opens_on::date, true)
)
select
    _account,
    min(starts_on) as started_on,
    sum(arr) filter (where coalesce(starts_on <= opens_on::date, true)) as arr,
    coalesce(bool_or(is_cancelled), false) as had_outcome
from term
group by _account
having bool_or(coalesce(starts_on <= opens_on::date, true));
