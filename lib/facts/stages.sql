-- The journey: which stages accounts come to, and when (journey.py lays its stages on the cursor).
--
-- A stage is entered on the day a file records, else when the metric of the stage before it is met (the first: when the account
-- starts), on the day it had entered that one at the earliest. What a file records wins: for the whole stage once anybody's is
-- recorded, or account by account, as the definitions say. An optional stage that is not entered is passed over; any other ends what
-- metrics can tell. Who came to a later stage has passed those before it: a later day of an earlier stage is that day, and nobody goes back.

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
    where metric = 'active_share' and used.week + 6 <= as_of::date
    group by asked._account, asked.place, used.week, asked.least
),
filled as (
    select _account, place, min(week + 6) as met_on from bought where n_active_people >= least * seats and seats > 0
    group by _account, place
),
first_used as (
    select asked._account, asked.place, asked.least, used.person, min(week + 6) as day
    from asked
    join usage.usage_person_feature_week as used on used.account = asked.account and used.feature = asked.metric_of
    where metric = 'feature_people' and used.week + 6 <= as_of::date
    group by asked._account, asked.place, asked.least, used.person
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
select _account, place, list_sort(list(day))[ceil(any_value(least))::integer] as met_on
from counted
group by _account, place
having count(*) >= any_value(least);

-- Grain: one row per account of scope and stage it entered, exits left out. left_on: the day it entered the next, empty while in it.
create macro stage_spell(as_of) as table
with mine as materialized (
    select * from account_journey()
),
recorded as materialized (
    select recorded.* from recorded_on(as_of) as recorded
),
told as (  -- journeys of which a metric enters a stage
    select distinct journey from journey_stage where metric <> 'milestone'
),
begun as (
    select mine._account, mine.journey, coalesce(min(term.starts_on), any_value(mine.started_on)) as started_on
    from mine
    left join core.contract as term on term._account = mine._account and term.kind is distinct from 'trial'
    where mine.journey in (from told)
    group by mine._account, mine.journey
),
met as materialized (
    select * from metric_met(as_of)
),
recursive_step as (
    with recursive way as (
        select _account, journey, started_on, 0 as place, null::date as entered_on, null::date as last_on, true as is_open
        from begun
        union all
        select
            way._account, way.journey, way.started_on, journey.place,
            coalesce(recorded.reached_on, case when is_open and said_on <= as_of::date then said_on end) as entered_on,
            coalesce(recorded.reached_on, case when is_open and said_on <= as_of::date then said_on end, way.last_on) as last_on,
            recorded.reached_on is not null or coalesce(is_open and said_on <= as_of::date, false) or (is_open and journey.is_optional)
                as is_open
        from way
        join journey_stage as journey on journey.journey = way.journey and journey.place = way.place + 1 and not journey.is_exit
        left join recorded on recorded._account = way._account and recorded.place = journey.place
        left join met on met._account = way._account and met.place = journey.place
        cross join lateral (
            select case journey.metric
                when 'milestone' then null
                when 'start' then way.started_on
                when 'days' then way.last_on + journey.least::integer
                else case when met.met_on is not null then greatest(met.met_on, way.last_on) end
            end as said_on
        ) as said
    )
    select _account, place, entered_on from way where entered_on is not null
),
entered as (
    select _account, place, entered_on from recursive_step
    union all
    select recorded._account, recorded.place, recorded.reached_on as entered_on
    from recorded
    join mine on mine._account = recorded._account
    where mine.journey not in (from told)
),
placed as (
    select entered._account, journey.stage, entered.place, entered.entered_on
    from entered
    join mine on mine._account = entered._account
    join journey_stage as journey on journey.journey = mine.journey and journey.place = entered.place
    where not journey.is_exit
),
settled as (
    select
        _account, stage, place,
        min(entered_on) over (partition by _account order by place rows between current row and unbounded following) as reached_on
    from placed
)
select
    _account, stage, place, reached_on,
    lead(reached_on) over (partition by _account order by place) as left_on,
    left_on is null as is_furthest
from settled;

-- Grain: one row per account of scope that a file says has come to an exit, a deal lost: the first day of it.
create macro exit_on(as_of) as table
select recorded._account, min(reached_on) as exited_on
from recorded_on(as_of) as recorded
join account_journey() as mine on mine._account = recorded._account
join journey_stage as journey on journey.journey = mine.journey and journey.place = recorded.place
where journey.is_exit
group by recorded._account;

-- The stage an account is in; none once it came to an exit.
create macro stage_on(as_of) as table
select _account, stage, place, reached_on as stage_since, as_of::date - reached_on as dwell_days
from stage_spell(as_of)
where is_furthest and _account not in (select _account from exit_on(as_of));
