-- Where people are held up: tasks they go round with help, and guided processes they begin and do not finish.

-- Grain: one row per feature that is a task, or begins or finishes a guided process: where people can be held up.
--   barrier   the task; the process by its name in small letters, all that name none together by the feature that begins it
create macro barrier_feature() as table
with said as (
    select feature, coalesce(nullif(trim(name), ''), feature) as name, lower(trim(role)) as role, nullif(trim(process), '') as process
    from core.feature
    where lower(trim(role)) in ('task', 'begins', 'finishes')
),
unnamed as (  -- what begins and what finishes cannot be told apart by process: they are one
    select min_by(feature, (role, feature)) as barrier, min_by(name, (role, feature)) as barrier_name
    from said
    where role in ('begins', 'finishes') and process is null
)
select
    said.feature, role, case role when 'task' then 'loops' else 'unfinished' end as need,
    case when role = 'task' then said.feature when process is null then unnamed.barrier else lower(process) end as barrier,
    case when role = 'task' then said.name when process is null then unnamed.barrier_name
        else min(process) over (partition by role = 'task', lower(process)) end as barrier_name
from said
cross join unnamed;

-- Grain: one row per person of scope, with an open login, and where the person could have been held up in the last n_weeks.
--   n_times   loops from the task to help and back; or how often the process was begun, less how often it was finished
create macro barrier_met_on(as_of, n_weeks) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
summed as (
    select
        met.account, met.person, place.need, place.barrier, place.barrier_name, sum(met.n_help_loops)::bigint as n_loops,
        sum(met.n_begun)::bigint as n_begun, sum(met.n_finished)::bigint as n_finished
    from usage.usage_barrier_week as met
    join barrier_feature() as place on place.feature = met.feature
    cross join span
    where met.week >= closes_on - 7 * n_weeks::integer and met.week < closes_on
    group by all
)
select
    ours._account, ours.account, summed.person, need, barrier, barrier_name,
    case need when 'loops' then n_loops else greatest(n_begun - n_finished, 0) end as n_times
from summed
join (select _account, account from scope) as ours on ours.account = summed.account
left join core.person as person on person.account = summed.account and person.person = summed.person
where coalesce(person.deactivated_on > as_of::date, true);
