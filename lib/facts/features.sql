-- Features of the product, and what accounts use of them. Features are known by the week: weeks are full ones, Monday to Sunday,
-- the last of them ending on the day or before it. System features are nobody's use, and none of these.

-- Grain: one row per feature that was released by the day: those of the feature file, and those named in high_value_features.
-- is_high_value  one of high_value_features; where these are none, an advanced feature
-- rhythm         its cadence where that is one of cadences, else monthly
-- used at its rhythm: in at least `least` of the last `among` weeks
create macro feature_on(as_of, high_value_features, cadences) as table
with rhythm as (
    select unnest(cadences::struct(rhythm varchar, least integer, among integer)[], recursive := true)
),
named as (
    select distinct unnest(high_value_features::varchar[]) as feature
),
known as (
    select
        coalesce(said.feature, named.feature) as feature,
        said.name as feature_name,
        lower(trim(said.level)) as level,
        said.plan as feature_plan,
        said.released_on,
        said.cadence,
        case
            when len(high_value_features::varchar[]) > 0 then named.feature is not null
            else coalesce(lower(trim(said.level)) = 'advanced', false)
        end as is_high_value
    from core.feature as said
    full join named on named.feature = said.feature
    where coalesce(not said.is_system, true) and coalesce(said.released_on <= as_of::date, true)
)
select known.*, rhythm.rhythm, rhythm.least, rhythm.among
from known
join rhythm
    on rhythm.rhythm = case
        when lower(trim(cadence)) in (select other.rhythm from rhythm as other) then lower(trim(cadence)) else 'monthly'
    end;

-- Grain: one row per account of scope and feature it has used by the day.
-- n_people       people who used it in the last 4 weeks
-- is_in_rhythm   the account uses it at its rhythm; of a daily feature a week counts once somebody used it on daily_days days of it
create macro feature_use_on(as_of, high_value_features, cadences, daily_days) as table
with span as materialized (
    select date_trunc('week', as_of::date + 1)::date as closes_on, each.*
    from (select unnest(cadences::struct(rhythm varchar, least integer, among integer)[], recursive := true)) as each
    where rhythm in ('daily', 'monthly')
),
feature as materialized (
    from feature_on(as_of, high_value_features, cadences)
),
by_person as (
    select
        account, person, feature,
        bool_or(week >= closes_on - 28) as is_recent,
        bit_or(
            case when n_active_days >= daily_days::integer and week >= closes_on - 7 * among then 1::bigint else 0 end
            << ((closes_on - week) // 7)
        ) as weeks
    from usage.usage_person_feature_week, span
    where rhythm = 'daily' and week >= closes_on - 7 * greatest(4, among) and week < closes_on
    group by account, person, feature
),
by_people as (
    select account, feature, count(*) filter (where is_recent) as n_people, bit_count(bit_or(weeks)) as n_weeks_daily
    from by_person
    group by account, feature
),
by_week as (
    select
        used.account, used.feature, min(week) as first_week_on, max(week) as last_week_on,
        count(*) filter (where week >= closes_on - 7 * coalesce(feature.among, span.among)) as n_weeks
    from usage.usage_feature_week as used
    join span on span.rhythm = 'monthly' and week < closes_on
    left join feature on feature.feature = used.feature
    group by used.account, used.feature
)
select
    scope._account, by_week.feature, first_week_on, last_week_on,
    coalesce(n_people, 0) as n_people,
    coalesce(
        case when feature.rhythm = 'daily' then n_weeks_daily else n_weeks end >= coalesce(feature.least, span.least), false
    ) as is_in_rhythm
from by_week
join (select _account, account from scope) as scope on scope.account = by_week.account
join span on span.rhythm = 'monthly'
left join feature on feature.feature = by_week.feature
left join by_people on by_people.account = by_week.account and by_people.feature = by_week.feature;
