-- The journey. stage_days: days in the stage / days expected in it.
create macro signal_journey_on(as_of) as table
select
    'stage_days' as fact, spell._account, null::varchar as person, spell.reached_on as from_on,
    case when coalesce(journey.expected_days, 0) > 0 then 0 end::double as value,
    case when coalesce(journey.expected_days, 0) > 0 then 1 / journey.expected_days end::double as pace
from stage_spell(as_of) as spell
join account_journey() as mine on mine._account = spell._account
join journey_stage as journey on journey.journey = mine.journey and journey.place = spell.place
where spell.reached_on is not null and spell.left_on is distinct from spell.reached_on;

-- Adoption against the contract, at the end of every week: the share of the running term that is over, less the share of people with a login who
-- have adopted. Of terms longer than a quarter, once use has been known for long enough to adopt.
create macro signal_adopting_on(as_of, n_weeks, grace_days, adopted_days, adopted_within_days, loyal_weeks, loyal_of_weeks) as table
with life as materialized (
    select
        _account, coalesce(provisioned_on, date '1900-01-01') as came_on, deactivated_on, adopted_on,
        opens_on + adopted_within_days::integer as told_from
    from person_adopting(as_of, grace_days, adopted_days, adopted_within_days, loyal_weeks, loyal_of_weeks)
),
step as (
    select _account, came_on as day, 1 as users, 0 as adopted from life
    union all
    select _account, adopted_on, 0, 1 from life where adopted_on is not null and coalesce(adopted_on < deactivated_on, true)
    union all
    select _account, deactivated_on, -1, if(adopted_on < deactivated_on, -1, 0) from life where deactivated_on is not null
),
weekly as (
    select _account, reading_from(day, as_of, n_weeks) as reading, sum(users) as users, sum(adopted) as adopted
    from step where day <= as_of::date group by all
),
running as (
    select
        _account, reading, sum(users) over line as n_users, sum(adopted) over line as n_adopted,
        lead(reading, 1, n_weeks::integer) over line as next_reading
    from weekly
    window line as (partition by _account order by reading)
),
spread as (
    select _account, unnest(range(reading, next_reading))::integer as reading, n_users, n_adopted from running
),
term as (
    select _account, starts_on, ends_on, least(ends_on, cancelled_on) as ended_on from core.contract
    where kind is distinct from 'trial' and coalesce(is_recurring, true) and ends_on > starts_on + 92 and starts_on <= as_of::date
),
dated as (
    select spread.*, days.day from spread join reading_days(as_of, n_weeks) as days on days.reading = spread.reading
    where spread.reading < n_weeks::integer and days.day >= (select min(told_from) from life)  -- who adopted before use was known is not
)
select
    'adoption_gap' as fact, dated._account, null::varchar as person, day as from_on,
    max((day - starts_on) / (ends_on - starts_on)) - any_value(n_adopted / nullif(n_users, 0)) as value,
    case when count(starts_on) > 0 then 0 end::double as pace
from dated
left join term on term._account = dated._account and starts_on <= day and ended_on > day
group by dated._account, day;

-- Against peers: those of `scope`, and what is known of them on the day. least_peers or nothing is said.
create macro signal_peers_on(as_of, least_peers) as table
with who as (
    select _account, segment from scope
),
week as (
    select use_week._account, day, segment, utilisation from use_week join who on who._account = use_week._account where utilisation is not null
),
median_of as (
    select segment, day, median(utilisation) as peers, count(*) as n from week group by segment, day
),
stay as materialized (
    select spell._account, spell.reached_on, spell.left_on from stage_spell(as_of) as spell where spell.place = 1 and spell.reached_on is not null
),
earliest as (
    select min(reached_on) as day from stay
),
month as (
    select unnest(generate_series(date_trunc('month', day), as_of::date::timestamp, interval 1 month))::date as opens_on from earliest
),
peers as materialized (
    select opens_on, nullif(median(left_on - reached_on), 0) as days, count(*) as n
    from month
    join stay on left_on < opens_on and left_on >= opens_on - 365
    group by opens_on
),
inside as (
    select _account, reached_on as day, reached_on, date_trunc('month', reached_on)::date as opens_on, left_on
    from stay where left_on is distinct from reached_on
    union all
    select _account, month.opens_on, reached_on, month.opens_on, left_on
    from stay
    join month on month.opens_on > reached_on and coalesce(month.opens_on < left_on, true)
)
select 'utilisation_to_peers' as fact, week._account, null::varchar as person, week.day as from_on,
    case when n >= least_peers::integer then utilisation / nullif(peers, 0) end::double as value, 0::double as pace
from week
join median_of on median_of.segment is not distinct from week.segment and median_of.day = week.day
union all
select 'onboarding_to_peers', _account, null, day, (day - reached_on) / days, case when days is not null then 1 / days else 0 end
from inside
left join (select opens_on, days from peers where n >= least_peers::integer) as peers on peers.opens_on = inside.opens_on
union all
select 'onboarding_to_peers', _account, null, left_on, null, null from stay where left_on is not null;
