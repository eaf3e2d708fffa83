-- Seats in use before the days laid as renewal_reading (before_renewal.sql), and how their use went. Nothing of the day or after it
-- is read; weeks are full ones, the last of them ending on the day or before it.

-- Grain: one row per reading whose account began 13 full weeks before it and whose use is known in all of them: people active a week.
-- level: the mean of the last four weeks. pace: what a straight line through the 13 weeks rises a week, pace_error its standard
-- error; spread: the standard deviation of weeks about that line.
create macro adoption_before() as table
with reading as materialized (
    select *, date_trunc('week', reads_on)::date as closes_on from renewal_reading
),
reach as (
    select min(week) as first_week, max(week) as last_week from usage.usage_week
),
begun as (
    select _account, min(coalesce(starts_on, date '1900-01-01')) as began_on from core.contract group by _account
),
known as materialized (
    select reading.*
    from reading
    cross join reach
    join begun on begun._account = reading._account
    where closes_on - 91 >= greatest(first_week, began_on) and last_week >= closes_on - 7
),
summed as (
    select
        known._account, reads_on,
        sum(n_active_people)::double as y,
        sum(n_active_people * n_active_people)::double as yy,
        sum(n_active_people * (7 - (closes_on - week) // 7))::double as xy,
        sum(n_active_people) filter (where week >= closes_on - 28)::double as recent
    from known
    left join usage.usage_week as used on used.account = known.account and week >= closes_on - 91 and week < closes_on
    group by known._account, reads_on
)
select
    _account, reads_on,
    coalesce(recent, 0) / 4 as level,
    coalesce(xy, 0) / 182 as pace,  -- 182: the sum of squares of -6 to 6
    sqrt(greatest(coalesce(yy - y * y / 13 - xy * xy / 182, 0), 0) / 11) as spread,
    spread / sqrt(182) as pace_error
from summed;

-- Grain: one row per reading. n_active: people with any use in the last four weeks; n_system_events: of machines, in these; both
-- empty where use is not known in them. n_assigned: people whose login was open; empty where no people are known.
create macro seats_used_before() as table
with reading as materialized (
    select *, date_trunc('week', reads_on)::date as closes_on from renewal_reading
),
coverage as (
    select
        (select min(week) from usage.usage_week) as first_week, (select max(week) from usage.usage_week) as last_week,
        (select count(*) > 0 from core.person) as has_people
),
begun as (
    select _account, min(coalesce(starts_on, date '1900-01-01')) as began_on from core.contract group by _account
),
active as (
    select _account, reads_on, count(distinct person) as n_active
    from reading
    join usage.usage_person_week as used on used.account = reading.account and week >= closes_on - 28 and week < closes_on
    group by _account, reads_on
),
machine as (
    select _account, reads_on, sum(n_events_system) as n_system_events
    from reading
    join usage.usage_week as used on used.account = reading.account and week >= closes_on - 28 and week < closes_on
    group by _account, reads_on
),
assigned as (
    select _account, reads_on, count(*) as n_assigned
    from reading
    join core.person as person on person.account = reading.account
    where coalesce(provisioned_at < reads_on, true) and coalesce(deactivated_on >= reads_on, true)
    group by _account, reads_on
)
select
    reading._account, reading.reads_on, began_on,
    coalesce(first_week <= closes_on - 28 and last_week >= closes_on - 7, false) as is_known,
    case when is_known then coalesce(n_active, 0) end as n_active,
    case when is_known then coalesce(n_system_events, 0) end as n_system_events,
    case when has_people then coalesce(n_assigned, 0) end as n_assigned
from reading
cross join coverage
left join begun on begun._account = reading._account
left join active on active._account = reading._account and active.reads_on = reading.reads_on
left join machine on machine._account = reading._account and machine.reads_on = reading.reads_on
left join assigned on assigned._account = reading._account and assigned.reads_on = reading.reads_on;
