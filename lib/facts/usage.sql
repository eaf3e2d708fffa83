-- Usage patterns of accounts over the n_weeks full weeks before a day, so that nothing after that day leaks in.
-- Grain: one row per account, by its number in this snapshot, that had a contract on the day and is old enough to tell (four full weeks).
-- An account that has no use at all has a row of zeros; concentration is empty where nobody was active.
create macro usage_before(day, n_weeks) as table
with span as (
    select
        date_trunc('week', day::date)::date as closes_on,
        (date_trunc('week', day::date) - to_days(7 * n_weeks::integer))::date as opens_on,
        (date_trunc('week', day::date) - to_days(28))::date as recent_on
),
live as (
    select _account, any_value(account) as account, sum(seats) as seats
    from core.contract
    where kind is distinct from 'trial'
      and coalesce(starts_on <= day::date, true)
      and coalesce(least(ends_on, cancelled_on) > day::date, true)
    group by _account
),
first_start as (
    select _account, min(starts_on) as started_on from core.contract group by _account
),
aged as (
    select
        live._account,
        live.account,
        live.seats,
        greatest(1, least(
            n_weeks::integer, coalesce(datediff('week', first_start.started_on, span.closes_on), n_weeks::integer)
        )) as n_weeks_lived
    from live
    join first_start using (_account)
    cross join span
    where coalesce(first_start.started_on <= span.recent_on, true)
),
by_week as (
    select account, sum(n_active_days) as n_active_days, sum(n_events) as n_events
    from usage.usage_week, span
    where week >= span.opens_on and week < span.closes_on
    group by account
),
by_person as (
    select account, person, sum(n_events) as n_events, max(week) as last_week
    from usage.usage_person_week, span
    where week >= span.opens_on and week < span.closes_on
    group by account, person
),
people as (
    select
        account,
        max(n_events) / sum(n_events) as busiest_share,
        count(*) filter (where last_week >= span.recent_on) as n_active_people
    from by_person, span
    group by account
),
features as (
    select account, count(distinct feature) as n_features
    from usage.usage_feature_week, span
    where week >= span.opens_on and week < span.closes_on
    group by account
)
select
    _account,
    coalesce(n_active_days, 0) / n_weeks_lived as usage_frequency,
    coalesce(n_features, 0) as usage_breadth,
    coalesce(n_events, 0) / n_weeks_lived as usage_volume,
    coalesce(n_active_people, 0) / nullif(seats, 0) as seat_utilisation,
    busiest_share as usage_concentration
from aged
left join by_week using (account)
left join people using (account)
left join features using (account);

-- Grain: one row: of which days use is known.
-- opens_on      the Monday from which it is: the weeks before it hold less than 1 event in 2,000
-- known_until   the day after the last: the day itself, or the end of the last week anybody used anything
-- closes_on     the Monday after the last full week
create macro use_span(as_of) as table
with by_week as (
    select week, sum(n_events + n_events_system)::bigint as n_events from usage.usage_week where week <= as_of::date group by week
),
running as (
    select week, sum(n_events) over (order by week) as n_so_far, sum(n_events) over () as n_in_all from by_week
),
reach as (
    select min(case when n_so_far * 2000 >= n_in_all then week end) as opens_on, max(week) as last_week from running
)
select
    opens_on,
    case when last_week is not null then least(as_of::date + 1, last_week + 7) end as known_until,
    (date_trunc('week', known_until))::date as closes_on
from reach;
