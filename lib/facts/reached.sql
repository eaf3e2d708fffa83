-- What brings accounts to the stages of their journey: what files record of them, and the metrics they met (stages.sql: the rules).

-- Grain: one row per stage, whatever journeys it is of; exits are none. A stage that no account of the scope reached is named nowhere.
create macro stage_order() as table
select stage, min(place) as place from journey_stage where not is_exit group by stage;

-- Grain: one row per account of scope: the journey it is on. No row where it has none.
create macro account_journey() as table
with journey as (
    select distinct journey from journey_stage
)
select scope._account, scope.account, scope.started_on, journey.journey
from (select _account, account, started_on from scope) as scope
left join journey_of using (_account)
join journey
    on journey.journey = case
        when journey_of.journey in (select journey from journey) then journey_of.journey
        else ''
    end;

-- Grain: one row per account of scope, place and its first recorded day, exits included.
create macro recorded_on(as_of) as table
select milestone._account, named.place, min(milestone.reached_on) as reached_on
from core.milestone
join journey_said as named on named.stage = milestone.stage
join account_journey() as mine on mine._account = milestone._account and mine.journey = named.journey
where milestone.reached_on <= as_of::date
group by milestone._account, named.place;

-- Grain: one row per account of scope and place that a metric enters: the first day on which it is met. A week counts on its last day.
create macro metric_met(as_of) as table
with asked as materialized (
    select journey.*, mine._account, mine.account
    from journey_stage as journey
    join account_journey() as mine on mine.journey = journey.journey
    where journey.metric not in ('milestone', 'start', 'days')
),
weekly as (
    select asked._account, asked.place, min(used.week + 6) as met_on
    from asked
    join usage.usage_week as used on used.account = asked.account
    where used.week + 6 <= as_of::date
      and case metric
              when 'active_people' then used.n_active_people
              when 'active_days' then used.n_active_days
              when 'features' then used.n_features
              when 'events' then used.n_events
          end >= least
    group by asked._account, asked.place
),
bought as (
    select asked._account, asked.place, used.week, asked.least, any_value(used.n_active_people) as n_active_people, sum(seats) as seats
    from asked
    join usage.usage_week as used on used.account = asked.account
    join core.contract as term
        on term._account = asked._account
        and coalesce(term.starts_on <= used.week + 6, true)
        and coalesce(least(term.ends_on, term.cancelled_on) > used.week + 6, true)
        and term.kind is distinct from 'trial'
    where metric = 'active_share' and used.week + 6 <= as_of::date
    group by asked._account, asked.place, used.week, asked.least
),
filled as (
    select _account, place, min(week + 6) as met_on from bought where n_active_people >= least * seats and seats > 0
    group by _account, place
),
first_used as (
    select asked._account, asked.place, asked.least, used.person, used.week + 6 as day
    from asked
    join usage.usage_first_use as used on used.account = asked.account and used.feature = asked.metric_of
    where metric = 'feature_people' and used.week + 6 <= as_of::date
),
answered as (
    select asked._account, asked.place, min(survey.answered_on) as met_on
    from asked
    join core.survey as survey on survey.account = asked.account
    where metric = 'survey' and lower(survey.kind) = lower(metric_of) and score >= least and answered_on <= as_of::date
    group by asked._account, asked.place
),
promised as (
    select account, reached_on from core.goal where reached_on <= as_of::date
    union all
    select account, reached_on::date from written_goal where reached_on::date <= as_of::date
),
goal as (
    select asked._account, asked.place, asked.least, promised.reached_on as day
    from asked
    join promised on promised.account = asked.account
    where metric = 'goals'
),
counted as (
    select _account, place, least, day from first_used
    union all
    select _account, place, least, day from goal
)
select _account, place, met_on from weekly
union all
select _account, place, met_on from filled
union all
select _account, place, met_on from answered
union all
select _account, place, list_sort(list(day))[ceil(any_value(least))::bigint] as met_on
from counted
group by _account, place
having count(*) >= any_value(least);
