-- The journey: which stages accounts come to, and when (journey.py lays its stages on the cursor).
--
-- A stage is entered on the day a file records, else when the metric of the stage before it is met (the first: when the account
-- starts), on the day it had entered that one at the earliest. What a file records wins: for the whole stage once anybody's is
-- recorded, or account by account, as the definitions say. An optional stage that is not entered is passed over; any other ends what
-- metrics can tell. Who came to a later stage has passed those before it: a later day of an earlier stage is that day, and nobody goes back.
-- An account starts with its first contract, trials aside; where the day of one of them is not known, as its own file says.

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
    select
        mine._account, mine.journey,
        bool_or(term._account is not null and term.starts_on is null) as is_since_ever,
        coalesce(case when not is_since_ever then min(term.starts_on) end, any_value(mine.started_on)) as started_on
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
                when 'days' then way.entered_on + least(ceil(journey.least), 36525)::integer
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
        _account, stage, place, entered_on,
        min(entered_on) over (partition by _account order by place rows between 1 following and unbounded following) as left_on
    from placed
)
select _account, stage, place, least(entered_on, left_on) as reached_on, left_on, left_on is null as is_furthest from settled;

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
