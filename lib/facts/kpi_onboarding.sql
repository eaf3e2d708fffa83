-- KPIs of onboarding and value (kpi_seats.sql tells the columns), of accounts that began within started_within_days of the day; and
-- what they are made of.
--   begun_on   a row per account of scope: the day it began and, where it has left, the day it left
--   goal_on    a row per outcome promised to an account of scope, from the files or written in the app

-- began_on: the first day of its first contract or trial, or its start as given where it has neither; empty where one of them has
-- none. gone_on: the end of its last term (trials are terms), once the grace days after it are over.
create macro begun_on(as_of, grace_days) as table
with term as (
    select
        _account, starts_on,
        kind is distinct from 'trial' as is_contract,
        coalesce(least(ends_on, case when cancelled_on <= as_of::date then cancelled_on end), date '9999-12-31') as ended_on
    from core.contract
    where coalesce(starts_on <= as_of::date, true)
),
by_account as (
    select
        _account,
        case when not bool_or(starts_on is null) then min(starts_on) end as first_on,
        bool_or(is_contract) as has_contract,
        max(ended_on) as ended_on
    from term
    group by _account
)
select
    scope._account, scope.account,
    case when by_account._account is not null then first_on when scope.started_on <= as_of::date then scope.started_on end as began_on,
    case when ended_on + grace_days::integer <= as_of::date then ended_on end as gone_on,
    coalesce(has_contract, true) as has_contract
from (select _account, account, started_on from scope) as scope
left join by_account on by_account._account = scope._account;

create macro goal_on(as_of) as table
with goal as (
    select account, category, promised_on, due_on, reached_on, value from core.goal
    union all
    select account, category, promised_on::date, due_on::date, reached_on::date, "value" from written_goal
)
select
    scope._account, goal.category, goal.promised_on, goal.due_on,
    case when goal.reached_on <= as_of::date then goal.reached_on end as reached_on,
    goal.value
from goal
join (select _account, account from scope) as scope on scope.account = goal.account
where coalesce(goal.promised_on <= as_of::date, true);

-- Onboarded on time: past the first stage within onboarding_days. Who was lost before did not come so far: a competing end, not
-- a censored one; both are counted once the days have passed, lest quick ends be seen before slow ones.
create macro kpi_onboarding_on(as_of, grace_days, started_within_days, onboarding_days) as table
with new as (
    select * from begun_on(as_of, grace_days) where began_on > as_of::date - started_within_days::integer
),
stage as (
    select _account, min(case when place > 1 then reached_on end) as past_on from stage_spell(as_of) group by _account
),
people as (
    select
        _account,
        count(*) as n_people,
        count(*) filter (where n_active_weeks > 0) as n_active,
        bool_or(is_known) as is_known
    from user_class_on(as_of, grace_days, 1, 4)
    where deactivated_on is null
    group by _account
),
counted as (
    select
        new._account, 'onboarded_on_time_rate' as kpi, 'any' as among,
        case when past_on <= began_on + onboarding_days::integer then 1 else 0 end as k,
        1 as n,
        case
            when not has_contract then 'a trial alone'
            when began_on + onboarding_days::integer > as_of::date then 'its days to onboard still run'
            when stage._account is null then 'no stage reached'
        end as why_not
    from new
    left join stage on stage._account = new._account
    union all
    select
        begun._account, 'onboarding_engagement_rate', 'new', n_active, n_people,
        case when people._account is null then 'nobody known' when not is_known then 'no use known' end
    from begun_on(as_of, grace_days) as begun
    left join people on people._account = begun._account
)
select _account, kpi, among, k, n, why_not from counted;

-- Days from the start to the first key action of anybody, and to value: the first promised outcome reached or, in data without
-- any, the stage value_stage. Seen to the last full week of use, and to the day; or to the last day of an account that has left.
create macro kpi_first_value_on(as_of, grace_days, started_within_days, key_actions, plain_names, value_stage) as table
with new as materialized (
    select begun.*, opens_on, closes_on
    from begun_on(as_of, grace_days) as begun
    cross join use_span(as_of) as span
    where began_on > as_of::date - started_within_days::integer
),
key_week as (
    select used.account, used.person, min(used.week) as week
    from usage.usage_first_use as used
    join cohort_key_feature(key_actions, plain_names) as key_feature on key_feature.feature = used.feature
    join new on new.account = used.account
    where used.week < closes_on
    group by used.account, used.person
),
key_action as (
    select key_week.account, min(first_active_day(key_week.week, active_days)) as key_action_on
    from key_week
    join usage.usage_person_week as used
        on used.account = key_week.account and used.person = key_week.person and used.week = key_week.week
    group by key_week.account
),
known_person as (
    select distinct account from core.person where coalesce(provisioned_at < as_of::date + 1, true)
),
machine as (
    select used.account
    from usage.usage_week as used
    join new on new.account = used.account
    where used.week < closes_on
    group by used.account
    having sum(used.n_events) = 0 and sum(used.n_events_system) > 0
),
goal as (
    select _account, min(reached_on) as reached_on from goal_on(as_of) group by _account
),
stage as (
    select _account, min(reached_on) as reached_on from stage_spell(as_of) where stage = value_stage::varchar group by _account
),
given as (
    select exists (from goal) as has_goals, exists (from stage) as has_stage
),
dated as (
    select
        new._account, began_on, gone_on,
        'first_key_action_days' as kpi, key_action_on as reached_on, closes_on - 1 as seen_on,
        case
            when opens_on is null then 'no use known'
            when began_on < opens_on then 'began before use is known'
            when began_on >= closes_on then 'no full week of use yet'
            when machine.account is not null and known_person.account is null then 'used by machines alone'
        end as why_not
    from new
    left join key_action on key_action.account = new.account
    left join machine on machine.account = new.account
    left join known_person on known_person.account = new.account
    union all
    select
        new._account, began_on, gone_on,
        'ttv_days', case when has_goals then goal.reached_on else stage.reached_on end, as_of::date,
        case
            when has_goals and goal._account is null then 'no outcome promised'
            when not has_goals and not has_stage then 'neither an outcome promised nor a stage of value'
        end
    from new
    cross join given
    left join goal on goal._account = new._account
    left join stage on stage._account = new._account
),
seen as (
    select *, least(seen_on, gone_on - 1) as last_on, coalesce(reached_on <= last_on, false) as is_reached from dated
)
select
    _account, kpi, 'any' as among,
    greatest(case when is_reached then reached_on else last_on end - began_on, 0) as k,
    is_reached::integer as n,
    why_not
from seen;
