-- Facts of one account, `of_account` by its id. Outside the cursor's `scope` there is no such account: no row, as for an id that
-- nobody has. Nothing after the day is known.
--   term_of      its contract terms: what each one was and what became of it
--   week_of      full weeks, the newest last: people, events and seats of each
--   stage_of     the stage it is in, against the days that accounts of its segment spend there

-- Grain: one row per contract term that has begun, trials included. Terms follow one another within a product.
-- became    trial; began (the first one, or none before ended yet: added); renewed, renewed up, renewed down (by ARR, else by seats)
--           where it starts within the grace days of the end before; changed where that end was a cancellation; came back later
-- state     live, renewed (another one followed), in grace, cancelled, ended; a trial is live or ended
create macro term_of(of_account, as_of, grace_days) as table
with begun as (
    select
        contract.* exclude (notice_given_on, asked_to_cancel_on, cancelled_on, lost_reason),
        kind is not distinct from 'trial' as is_trial,
        case when notice_given_on <= as_of::date then notice_given_on end as notice_given_on,
        case when asked_to_cancel_on <= as_of::date then asked_to_cancel_on end as asked_to_cancel_on,
        case when cancelled_on <= as_of::date and coalesce(cancelled_on < ends_on, true) then cancelled_on end as cancelled_on,
        case
            when cancelled_on <= as_of::date or notice_given_on <= as_of::date or ends_on + grace_days::integer <= as_of::date then lost_reason
        end as lost_reason
    from core.contract
    where account = of_account::varchar
      and exists (from scope where scope.account = of_account::varchar)
      and coalesce(starts_on <= as_of::date, true)
),
lined as (
    select
        *,
        coalesce(cancelled_on, ends_on) as closes_on,
        lag({closes_on: coalesce(cancelled_on, ends_on), cancelled_on: cancelled_on, arr: arr, seats: seats}) over line as before
    from begun
    window line as (partition by is_trial, coalesce(product, product_family) order by starts_on nulls first, contract)
),
told as (
    select
        *,
        case
            when is_trial then 'trial'
            when before is null then 'began'
            when coalesce(before.closes_on > starts_on + grace_days::integer, true) then 'added'
            when before.closes_on + grace_days::integer < starts_on then 'came back'
            when before.cancelled_on is not null then 'changed'
            when arr > before.arr or (arr is not distinct from before.arr and seats > before.seats) then 'renewed up'
            when arr < before.arr or (arr is not distinct from before.arr and seats < before.seats) then 'renewed down'
            else 'renewed'
        end as became
    from lined
),
followed as (
    select
        *,
        coalesce(lead(became) over line in ('renewed', 'renewed up', 'renewed down', 'changed'), false) as is_followed
    from told
    window line as (partition by is_trial, coalesce(product, product_family) order by starts_on nulls first, contract)
)
select
    account, contract, product, product_family, plan, kind, starts_on, ends_on, arr, seats, currency, notice_by,
    notice_given_on, asked_to_cancel_on, cancelled_on, lost_reason, is_trial, is_recurring, is_derived, is_followed, closes_on, became,
    before.arr as arr_before,
    before.seats as seats_before,
    coalesce(ends_on <= starts_on + 31, false) as is_monthly,
    case
        when coalesce(closes_on > as_of::date, true) then 'live'
        when is_followed then 'renewed'
        when cancelled_on is not null then 'cancelled'
        when not is_trial and notice_given_on is null and ends_on + grace_days::integer > as_of::date then 'in grace'
        else 'ended'
    end as state
from followed;

-- Grain: one row per full week (its Monday), at most n_weeks of them, from the account's first one on. Empty where the usage
-- data does not reach. seats: of the terms that were live on the week's Sunday, trials aside.
create macro week_of(of_account, as_of, grace_days, n_weeks) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
known as (
    select min(week) as opens_on, max(week) as last_on from usage.usage_week
),
used as (
    select week, n_active_people, n_events, n_features
    from usage.usage_week, span
    where account = of_account::varchar and exists (from scope where scope.account = of_account::varchar) and week < closes_on
),
term as materialized (
    from term_of(of_account, as_of, grace_days)
),
first_day as (
    select least((select min(week) from used), (select min(coalesce(starts_on, date '1900-01-01')) from term)) as first_on
),
week as (
    select closes_on - 7 * n as week_on
    from span, first_day, (select unnest(range(1, 1 + n_weeks::bigint))::integer as n) as back
    where closes_on - 7 * n > first_on - 7
),
bought as (
    select week_on, sum(seats) as seats, sum(arr) filter (where coalesce(is_recurring, true)) as arr
    from week
    join term
        on not is_trial and coalesce(starts_on <= week_on + 6, true) and coalesce(term.closes_on > week_on + 6, true)
    group by week_on
)
select
    week_on,
    case when week_on between opens_on and last_on then coalesce(n_active_people, 0)::integer end as n_people,
    case when week_on between opens_on and last_on then coalesce(n_events, 0)::integer end as n_events,
    case when week_on between opens_on and last_on then coalesce(n_features, 0)::integer end as n_features,
    seats::integer as seats,
    arr
from week
cross join known
left join used on week = week_on
left join bought using (week_on);

-- One row, none for an account without a milestone: the furthest stage it reached, days since then (where it is live or in grace),
-- and its peers: n_peers accounts of scope of its segment (as it is now) came to that stage; peers_dwell_days is the median of days
-- they spent in it, as stood_on has it (Kaplan and Meier 1958), empty where half have not left it or fewer than least_peers came.
create macro stage_of(of_account, as_of, grace_days, renewal_windows, least_peers) as table
with spell as materialized (
    select _account, stage, reached_on, left_on, is_furthest from stage_spell(as_of)
),
term as materialized (
    select _account, of_segment, is_live or is_pending as is_ours, ended_on from term_on(as_of, grace_days, renewal_windows)
),
mine as materialized (
    select spell.stage, spell.reached_on, term.is_ours, term.of_segment
    from scope
    join spell on spell._account = scope._account and spell.is_furthest
    join term on term._account = scope._account
    where scope.account = of_account::varchar
),
stay as (
    select
        greatest(coalesce(spell.left_on, least(as_of::date, term.ended_on)) - spell.reached_on, 0) as days,
        count(*) as n,
        count(spell.left_on) as n_left
    from mine
    join spell on spell.stage = mine.stage
    join term on term._account = spell._account
    where term.of_segment is not distinct from mine.of_segment
    group by days
),
counted as (
    select *, sum(n) over (order by days desc) as n_at_risk from stay
),
survival as (
    select *, product(1 - n_left / n_at_risk) over (order by days) as share_left from counted
),
peers as (
    select coalesce(sum(n), 0)::integer as n_peers, min(days) filter (where share_left <= 0.5 + 1e-9) as half_days from survival
)
select
    stage,
    case when is_ours then as_of::date - reached_on end as dwell_days,
    n_peers,
    case when n_peers >= least_peers::integer then half_days end as peers_dwell_days
from mine
cross join peers;
