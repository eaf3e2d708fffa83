-- What a health score is made of: readings of every account at the end of every week, and on the day itself; each knows what was
-- known then and nothing later.
--
-- Readings are numbered: 0 .. n_weeks - 1 are the last Sundays up to as_of, n_weeks is as_of itself where it is no Sunday; a week has the
-- number of the Sunday that ends it. What happens seldom is a step at the first reading that can know of it, and one back at the first at
-- which it counts no more; what happens every week counts for the weeks it reaches.

-- The number of the first reading on `day` or after it; past the last one where as_of comes before.
create macro reading_from(day, as_of, n_weeks) as
    case
        when day > as_of::date then n_weeks::integer + 1
        when day > date_trunc('week', as_of::date + 1)::date - 1 then n_weeks::integer
        else greatest(n_weeks::integer - 1 - (date_trunc('week', as_of::date + 1)::date - 1 - day) // 7, 0)
    end;

create macro reading_days(as_of, n_weeks) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date - 1 as sunday
),
numbered as (
    select unnest(range(n_weeks::integer + 1))::integer as reading
)
select reading, case when reading < n_weeks::integer then sunday - 7 * (n_weeks::integer - 1 - reading) else as_of::date end as day
from numbered, span
where reading < n_weeks::integer or sunday < as_of::date;

-- Grain: one row per account and reading on which it has a term, a trial too, or the grace days of one run; and of those that go by a flag
-- of their own the last reading. began_on, started_on: the first term, trials too, and without them; bought_on: the same, of terms
-- that say no day as well. The other columns are of the terms that are live, or in their grace days, on the day.
create macro health_terms_on(as_of, n_weeks, grace_days) as table
with term as materialized (
    select
        _account, starts_on, ends_on, arr, seats,
        kind is not distinct from 'trial' as is_trial,
        least(ends_on, cancelled_on) as ended_on,
        coalesce(is_recurring, true) as recurs,
        recurs and not is_trial and ends_on is not null and coalesce(ends_on > starts_on + 31, true) as is_due,
        notice_given_on, asked_to_cancel_on, cancelled_on, notice_by
    from core.contract
    where coalesce(starts_on <= as_of::date, true)
),
begun as (
    select
        _account,
        min(starts_on) as began_on,
        min(starts_on) filter (where not is_trial) as started_on,
        bool_or(starts_on is null and not is_trial) as is_since_ever,
        min(coalesce(starts_on, date '1900-01-01')) filter (where not is_trial) as bought_on
    from term
    group by _account
),
counted as (
    select
        *,
        unnest(range(
            reading_from(coalesce(starts_on, date '1900-01-01'), as_of, n_weeks),
            case
                when ended_on is null then n_weeks::integer + 1
                else reading_from(if(is_trial, ended_on, ended_on + grace_days::integer), as_of, n_weeks)
            end
        ))::integer as reading
    from term
),
dated as (
    select
        counted.*, day,
        coalesce(ended_on > day, true) as is_live,
        coalesce(notice_given_on <= day, false) as is_noticed,
        not is_trial and not is_live and not is_noticed and coalesce(cancelled_on > day, true) as is_in_grace
    from counted
    join reading_days(as_of, n_weeks) as days using (reading)
),
contracted as (
    select
        _account, reading,
        bool_or(is_trial and is_live) as has_trial,
        bool_or(not is_trial and is_live) as has_live,
        bool_or(is_in_grace) as has_grace,
        sum(arr) filter (where is_live and recurs and not is_trial) as live_arr,
        sum(arr) filter (where is_in_grace and recurs) as grace_arr,
        sum(seats) filter (where is_live and not is_trial) as live_seats,
        sum(seats) filter (where is_live and is_trial) as trial_seats,
        sum(seats) filter (where is_in_grace) as grace_seats,
        min(ends_on) filter (where is_live and is_due) as next_end,
        max(ended_on) filter (where is_in_grace) as grace_from,
        min(notice_by) filter (where is_live and is_due) as notice_by,
        bool_or(is_live and not is_trial and is_noticed) as has_notice,
        bool_or(is_live and not is_trial and asked_to_cancel_on <= day) as has_asked,
        bool_or(is_in_grace and asked_to_cancel_on <= day) as grace_asked
    from dated
    group by _account, reading
),
flagged as (  -- a customer by its own flag, where nothing says from when to when
    select
        account._account, reading, true as has_live, account.arr as live_arr, account.seats as live_seats, account.renews_on as next_end
    from core.account as account
    cross join (select max(reading) as reading from reading_days(as_of, n_weeks))
    where not coalesce(churned, false) and (churned is not null or not exists (from core.contract))
      and account._account not in (select _account from core.contract)
),
ours as (
    select * from contracted
    union all by name
    select * from flagged
)
select ours.*, begun.* exclude (_account)
from ours
left join begun on begun._account = ours._account;
