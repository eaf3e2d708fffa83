-- What accounts had before a day: features used, settings tuned, behaviours shown. Nothing of the day itself or after it is
-- read, so that what is counted from the day on cannot leak in.

-- One row: the full weeks before the day in which use is read, n_weeks of them (four at least) or as far back as use is known.
-- recent_on: the last four. is_known: use is known in all of these four.
create macro use_before(day, n_weeks) as table
with reach as (
    select min(week) as first_week, max(week) as last_week from usage.usage_week where week < date_trunc('week', day::date)::date
),
asked as (
    select
        date_trunc('week', day::date)::date as closes_on,
        (date_trunc('week', day::date) - to_days(7 * greatest(n_weeks::integer, 4)))::date as opens_on
)
select
    closes_on,
    closes_on - 28 as recent_on,
    greatest(opens_on, first_week) as opens_on,
    coalesce(first_week <= closes_on - 28 and last_week >= closes_on - 7, false) as is_known
from asked
cross join reach;

-- Grain: one row per account of scope. seats: of the terms live on the day. is_old_enough: its first contract, a trial too, began
-- four full weeks before the day or earlier. has_use: anybody, or any machine of theirs, used anything in the weeks of use_before.
create macro lived_before(day, n_weeks) as table
with span as (
    from use_before(day, n_weeks)
),
begun as (
    select
        _account,
        min(coalesce(starts_on, date '1900-01-01')) as began_on,
        sum(seats) filter (
            where kind is distinct from 'trial'
              and coalesce(starts_on <= day::date, true)
              and coalesce(least(ends_on, cancelled_on) > day::date, true)
        ) as seats
    from core.contract
    group by _account
),
used as (
    select distinct account
    from usage.usage_week, span
    where is_known and week >= span.opens_on and week < span.closes_on and n_events + n_events_system > 0
)
select
    ours._account,
    begun.seats,
    coalesce(begun.began_on <= span.recent_on, false) as is_old_enough,
    used.account is not null as has_use
from (select _account, account from scope) as ours
cross join span
left join begun on begun._account = ours._account
left join used on used.account = ours.account;

-- Grain: one row per account of scope and trait (its kind and name) that it had before the day; who has no row did not.
--   feature     people used it in the weeks of use_before; machines' traffic has no feature in the rollups
--   setting     the account's last word on it, of a known day before; of a setting with few_values values or fewer each value is a
--               trait. A choice that was made anew since is not known any more
--   behaviour   any use, API use (system events), guided process finished: in those weeks; use in every week, several roles
--               active: in the last four of them; two-way touch: in the touch_days before (campaigns aside); business review: a qbr
--               in the review_days before; trained people, champion present: people whose login was not closed before the day
create macro trait_before(day, n_weeks, few_values, touch_days, review_days) as table
with span as (
    from use_before(day, n_weeks)
),
ours as (
    select _account, account from scope
),
week as (
    select account, week, n_events_system, week >= span.recent_on as is_recent
    from usage.usage_week, span
    where is_known and week >= span.opens_on and week < span.closes_on and n_events + n_events_system > 0
),
used as (
    select
        account,
        sum(case when is_recent then 1 else 0 end) = 4 as is_weekly,
        sum(n_events_system) > 0 as has_system
    from week
    group by account
),
feature as (
    select distinct account, feature
    from usage.usage_feature_week, span
    where is_known and week >= span.opens_on and week < span.closes_on and feature is not null
),
roles as (
    select active.account
    from usage.usage_person_week as active
    join span on is_known and week >= span.recent_on and week < span.closes_on
    join core.person on person.account = active.account and person.person = active.person
    group by active.account
    having count(distinct role) > 1
),
guided as (
    select distinct account
    from usage.usage_friction_week, span
    where is_known and week >= span.opens_on and week < span.closes_on and n_finished > 0
),
setting as (
    select _account, setting, value from setting_on(day::date - 1) where is_latest and set_on is not null
),
few as (
    select setting
    from (select setting, count(distinct value) as n_values from setting group by setting)
    where n_values between 2 and few_values::integer
),
touch as (
    select _account, kind, is_two_way, occurred_at from core.touch
    union all
    select ours._account, said.kind, said.is_two_way, said.real_occurred_at
    from written_touch as said
    join ours on ours.account = said.account
),
person as (
    select account, buying_role, trained_on
    from core.person
    where coalesce(provisioned_at < day::date, true) and coalesce(deactivated_on >= day::date, true)
),
by_account as (
    select account, 'feature' as trait_kind, feature as trait from feature
    union all
    select account, 'behaviour', 'any use' from used
    union all
    select account, 'behaviour', 'use in every week' from used where is_weekly
    union all
    select account, 'behaviour', 'API use' from used where has_system
    union all
    select account, 'behaviour', 'several roles active' from roles
    union all
    select account, 'behaviour', 'guided process finished' from guided
    union all
    select distinct account, 'behaviour', 'trained people' from person where trained_on < day::date
    union all
    select distinct account, 'behaviour', 'champion present' from person where buying_role = 'champion'
),
by_number as (
    select
        _account, 'setting' as trait_kind,
        case when few.setting is not null and value is not null then setting.setting || ': ' || value else setting.setting end as trait
    from setting
    left join few on few.setting = setting.setting
    union all
    select distinct _account, 'behaviour', 'two-way touch'
    from touch
    where is_two_way and kind is distinct from 'campaign'
      and occurred_at >= day::date - touch_days::integer and occurred_at < day::date
    union all
    select distinct _account, 'behaviour', 'business review'
    from touch
    where lower(kind) = 'qbr' and occurred_at >= day::date - review_days::integer and occurred_at < day::date
)
select ours._account, trait_kind, trait from by_account join ours on ours.account = by_account.account
union all
select ours._account, trait_kind, trait from by_number join ours on ours._account = by_number._account;

-- Plans of accounts of scope by what they cost on the day: the cheapest first, by the median ARR a seat, or by the median ARR
-- where no seats are given.
create macro plan_on(day) as table
with live as (
    select _account, sum(arr) as arr, sum(seats) as seats
    from core.contract
    where kind is distinct from 'trial' and coalesce(is_recurring, true)
      and coalesce(starts_on <= day::date, true) and coalesce(least(ends_on, cancelled_on) > day::date, true)
    group by _account
),
by_plan as (
    select ours.plan, median(arr / nullif(seats, 0)) as arr_a_seat, median(arr) as arr
    from live
    join (select _account, plan::varchar as plan from scope) as ours on ours._account = live._account
    where ours.plan is not null
    group by ours.plan
)
select plan, row_number() over (order by coalesce(arr_a_seat, arr) nulls last, plan) as place
from by_plan
where (arr_a_seat is not null) = (select bool_or(arr_a_seat is not null) from by_plan);
