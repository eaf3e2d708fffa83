-- One stretch of weeks, from the view `event` to rows of every rollup. People, accounts and features go by numbers that are
-- given in the order of their names, and the events are sorted by person and moment once: all that follows is quick on that.

create or replace temp table rolled_who as
select
    row_number() over (order by account, person nulls first) as who,
    dense_rank() over (order by account) as owner,
    account,
    person
from (select distinct account, person from event) as seen;

create or replace temp table rolled_feature as
select
    row_number() over (order by seen.feature nulls first) as feat,
    seen.feature,
    coalesce(said.is_system, false) as is_system,
    case when exists (select 1 from usage_feature where role is not null) then said.role else plain.role end as role
from (select distinct feature from event) as seen
left join usage_feature as said on said.feature = seen.feature
left join plain_name as plain on plain.name = trim(regexp_replace(lower(seen.feature), '[^a-z0-9]+', ' ', 'g'));

create or replace temp table rolled as
select
    rolled_who.who::integer as who,
    rolled_feature.feat::integer as feat,
    epoch_us(event.occurred_at) as moment,
    date_trunc('week', event.occurred_at)::date as week,
    (isodow(event.occurred_at) - 1)::tinyint as nth_day,
    greatest(least(coalesce(event.quantity, 1), 1e14), -1e14)::decimal(18, 3) as quantity,
    event.person is not null and not rolled_feature.is_system as is_activity,
    coalesce(rolled_feature.role = 'login', false) as is_login,
    coalesce(rolled_feature.role = 'help', false) as is_help,
    coalesce(rolled_feature.role = 'task', false) as is_task
from event
join rolled_who on rolled_who.account = event.account and rolled_who.person is not distinct from event.person
join rolled_feature on rolled_feature.feature is not distinct from event.feature
order by who, moment, feat;

create or replace temp table rolled_day as
select who, week, nth_day, count(*) as n_events, sum(quantity) as quantity
from rolled
where is_activity
group by who, week, nth_day;

create or replace temp table rolled_week as
select
    who, week, count(*) as n_active_days, sum(n_events) as n_events, sum(quantity) as quantity, bit_or(1 << nth_day) as active_days
from rolled_day
group by who, week;

create or replace temp table rolled_use as
select
    who, feat, week, is_activity, bit_count(bit_or(1 << nth_day)) as n_active_days, count(*) as n_events,
    sum(case when is_activity then 0 else quantity end) as quantity_system
from rolled
group by who, feat, week, is_activity;

insert into usage_person_day
select account, person, (week + nth_day::integer)::date as day, n_events, quantity::double as quantity
from rolled_day
join rolled_who using (who)
order by week, nth_day, who;

insert into usage_person_week
select account, person, week, n_active_days, n_events, quantity::double as quantity, active_days
from rolled_week
join rolled_who using (who)
order by week, who;

insert into usage_person_feature_week  -- sorted before the names come in: numbers are a fraction of their size
select account, person, feature, week, n_active_days, n_events
from (select * from rolled_use where is_activity order by week, who, feat) as used
join rolled_who using (who)
join rolled_feature using (feat)
where feature is not null;

create or replace temp table rolled_breadth as
select owner, feat, week, count(*) as n_active_people, sum(n_events) as n_events
from rolled_use
join rolled_who using (who)
where is_activity
group by owner, feat, week;

insert into usage_feature_week
select account, feature, week, n_active_people, n_events
from rolled_breadth
join (select distinct owner, account from rolled_who) as owned using (owner)
join rolled_feature using (feat)
where feature is not null
order by week, owner, feat;

insert into usage_week
with people as (
    select owner, week, count(*) as n_active_people, sum(n_events) as n_events, sum(quantity) as quantity
    from rolled_week
    join rolled_who using (who)
    group by owner, week
),
days as (
    select owner, week, bit_count(bit_or(1 << nth_day)) as n_active_days
    from rolled_day
    join rolled_who using (who)
    group by owner, week
),
breadth as (
    select owner, week, count(*) as n_features
    from rolled_breadth
    join rolled_feature using (feat)
    where feature is not null
    group by owner, week
),
traffic as (
    select
        owner, account, week,
        sum(case when is_activity then 0 else n_events end) as n_events_system,
        sum(quantity_system) as quantity_system
    from rolled_use
    join rolled_who using (who)
    group by owner, account, week
)
select
    account,
    week,
    coalesce(n_active_people, 0) as n_active_people,
    coalesce(n_active_days, 0) as n_active_days,
    coalesce(n_features, 0) as n_features,
    coalesce(n_events, 0) as n_events,
    n_events_system,
    coalesce(quantity, 0)::double as quantity,
    quantity_system::double as quantity_system
from traffic
left join people using (owner, week)
left join days using (owner, week)
left join breadth using (owner, week)
order by week, owner;

-- A session: events of one person less than 30 minutes apart, cut where a week ends. Events of one moment are in one session.
-- The rows of rolled are read as they lie, by person and moment: a window over (), where one by person and moment would sort
-- them again. (Where rows have no order of their own, in_order is: order by who, moment, feat.)
create or replace temp table rolled_session as
select
    who,
    week,
    feat,
    is_login,
    is_task,
    sum(begins) over (in_order rows unbounded preceding) as session,
    sum(is_help::integer) over (in_order rows unbounded preceding) as n_helps
from (
    select
        who,
        week,
        feat,
        is_login,
        is_help,
        is_task,
        case
            when who = lag(who) over in_order and week = lag(week) over in_order
                and moment - lag(moment) over in_order < 1800000000 then 0
            else 1
        end as begins
    from rolled
    where is_activity
    window in_order as ()
) as stepped
window in_order as ();

-- Where people are held up: loops by their task, guided processes by the features that begin and finish them. A feature has one role.
create or replace temp table rolled_barrier as
with tasks as (
    select
        who,
        week,
        feat,
        feat = lag(feat) over in_order and session = lag(session) over in_order and n_helps > lag(n_helps) over in_order as is_loop
    from rolled_session
    where is_task
    window in_order as ()
)
select who, week, feat, count(*) as n_help_loops, 0 as n_begun, 0 as n_finished
from tasks
where is_loop
group by who, week, feat
union all
select
    who,
    week,
    feat,
    0 as n_help_loops,
    case when role = 'begins' then n_events else 0 end as n_begun,
    case when role = 'finishes' then n_events else 0 end as n_finished
from rolled_use
join rolled_feature using (feat)
where is_activity and role in ('begins', 'finishes');

insert into usage_barrier_week
select account, person, feature, week, n_help_loops, n_begun, n_finished
from rolled_barrier
join rolled_who using (who)
join rolled_feature using (feat)
order by week, who, feat;

insert into usage_friction_week
with sitting as (
    select session, min(who) as who, min(week) as week, min(is_login::integer) as is_login_only
    from rolled_session
    group by session
),
sessions as (
    select who, week, count(*) as n_sessions, sum(is_login_only) as n_login_only from sitting group by who, week
),
held as (
    select who, week, sum(n_help_loops) as n_help_loops, sum(n_begun) as n_begun, sum(n_finished) as n_finished
    from rolled_barrier
    group by who, week
)
select
    account,
    person,
    week,
    n_sessions,
    n_login_only,
    coalesce(n_help_loops, 0) as n_help_loops,
    coalesce(n_begun, 0) as n_begun,
    coalesce(n_finished, 0) as n_finished
from sessions
join rolled_who using (who)
left join held using (who, week)
order by week, who;

drop table rolled;
drop table rolled_session;
drop table rolled_use;
