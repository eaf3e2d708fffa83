-- What accounts had before a day each: of many days at once, since every renewal has its own. Nothing of the day or after it is
-- read, so that what became of the renewal cannot leak in. Weeks are full ones, the last of them ending on the day or before it.
-- renewal_reading is laid on the cursor by who asks: a row per account and day; seats: of the terms that renew.
create table renewal_reading (_account uinteger, account varchar, reads_on date, seats bigint);

-- Grain: one row per reading. What is about use is empty where use is not known in all of the weeks it takes, or the account's
-- first contract, a trial too, began within them; what is about tickets, surveys, touches and people where there are none at all.
--   active_people, seats_active_rate   people with any use in the last four weeks; the same / seats
--   seats_assigned_rate                people whose login was open / seats
--   usage_trend                        active people of the last four weeks / of the four before, of least_active in either
--   active_days, weeks_in_use          days of use a week in the last four; weeks with use among the last 13
--   events_per_user                    events in the last four weeks / active people
--   breadth, depth                     features used in the last 13 weeks; advanced ones among them
--   system_events                      events of machines in the last four weeks
--   tickets, nps, touches              tickets opened in ticket_days; the last NPS answer in survey_days; two-way touches in touch_days
--   tenure_days                        since the first contract
create macro before_renewal(least_active, ticket_days, survey_days, touch_days) as table
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
    select
        reading.*,
        nullif(began_on, date '1900-01-01') as began_on,
        case when coalesce(last_week >= closes_on - 7, false) then closes_on - greatest(first_week, began_on) else 0 end as n_days_known
    from reading
    cross join reach
    left join begun on begun._account = reading._account
),
by_week as (
    select
        known._account, reads_on,
        count(*) filter (where n_events > 0) as weeks_in_use,
        coalesce(sum(n_active_days) filter (where week >= closes_on - 28), 0) / 4 as active_days,
        coalesce(sum(n_events) filter (where week >= closes_on - 28), 0) as n_events,
        coalesce(sum(n_events_system) filter (where week >= closes_on - 28), 0) as system_events
    from known
    join usage.usage_week as used on used.account = known.account and week >= closes_on - 91 and week < closes_on
    group by known._account, reads_on
),
by_person as (
    select
        known._account, reads_on, person,
        bool_or(week >= closes_on - 28) as is_active, bool_or(week < closes_on - 28) as was_active
    from known
    join usage.usage_person_week as used on used.account = known.account and week >= closes_on - 56 and week < closes_on
    group by known._account, reads_on, person
),
people as (
    select _account, reads_on, count(*) filter (where is_active) as n_active, count(*) filter (where was_active) as n_before
    from by_person
    group by _account, reads_on
),
features as (
    select known._account, reads_on, count(distinct used.feature) as breadth,
        count(distinct used.feature) filter (where feature.level = 'advanced') as depth
    from known
    join usage.usage_feature_week as used on used.account = known.account and week >= closes_on - 91 and week < closes_on
    left join core.feature as feature on feature.feature = used.feature
    where n_active_people > 0
    group by known._account, reads_on
),
assigned as (
    select known._account, reads_on, count(*) as n_assigned
    from known
    join core.person as person on person.account = known.account
    where coalesce(provisioned_at < reads_on, true) and coalesce(deactivated_on >= reads_on, true)
    group by known._account, reads_on
),
ticket as (
    select known._account, reads_on, count(*) as n_tickets
    from known
    join core.ticket as ticket on ticket._account = known._account
    where opened_at >= reads_on - ticket_days::integer and opened_at < reads_on
    group by known._account, reads_on
),
answer as (
    select known._account, reads_on, arg_max(score, (answered_on, survey)) as nps
    from known
    join core.survey as survey on survey._account = known._account
    where kind = 'nps' and score is not null and answered_on >= reads_on - survey_days::integer and answered_on < reads_on
    group by known._account, reads_on
),
touch as (
    select known._account, reads_on, count(*) as n_touches
    from known
    join core.touch as touch on touch._account = known._account
    where is_two_way and kind is distinct from 'campaign'
      and occurred_at >= reads_on - touch_days::integer and occurred_at < reads_on
    group by known._account, reads_on
),
has as (
    select
        (select count(*) > 0 from core.person) as people, (select count(*) > 0 from core.ticket) as tickets,
        (select count(*) > 0 from core.touch) as touches, (select count(level) > 0 from core.feature) as levels
)
select
    known._account, known.reads_on,
    case when n_days_known >= 28 then coalesce(n_active, 0) end as active_people,
    active_people / nullif(seats, 0) as seats_active_rate,
    case when has.people then coalesce(n_assigned, 0) / nullif(seats, 0) end as seats_assigned_rate,
    case
        when n_days_known >= 56 and greatest(n_active, n_before) >= least_active::integer then coalesce(n_active, 0) / nullif(n_before, 0)
    end as usage_trend,
    case when n_days_known >= 28 then coalesce(active_days, 0) end as active_days,
    case when n_days_known >= 91 then coalesce(weeks_in_use, 0) end as weeks_in_use,
    case when n_days_known >= 28 then n_events / nullif(n_active, 0) end as events_per_user,
    case when n_days_known >= 91 then coalesce(breadth, 0) end as breadth,
    case when n_days_known >= 91 and has.levels then coalesce(depth, 0) end as depth,
    case when n_days_known >= 28 then coalesce(system_events, 0) end as system_events,
    case when has.tickets then coalesce(n_tickets, 0) end as tickets,
    nps,
    case when has.touches then coalesce(n_touches, 0) end as touches,
    known.reads_on - began_on as tenure_days
from known
cross join has
left join by_week on by_week._account = known._account and by_week.reads_on = known.reads_on
left join people on people._account = known._account and people.reads_on = known.reads_on
left join features on features._account = known._account and features.reads_on = known.reads_on
left join assigned on assigned._account = known._account and assigned.reads_on = known.reads_on
left join ticket on ticket._account = known._account and ticket.reads_on = known.reads_on
left join answer on answer._account = known._account and answer.reads_on = known.reads_on
left join touch on touch._account = known._account and touch.reads_on = known.reads_on;
