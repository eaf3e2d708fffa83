-- What accounts may use, and how fast they use it up. Weeks are full ones, the last of them ending on the day or before it.

-- Grain: one row per account of scope with people. n_assigned: people with an open login on the day, as kpi_seats.sql counts them.
-- gain: what a week added to them, the mean of the last 13; spread: the standard deviation of these weeks.
create macro seats_gained(as_of, grace_days) as table
with person as materialized (
    from person_on(as_of, grace_days)
),
span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
changed as (
    select _account, provisioned_on as day, 1 as n from person where provisioned_on is not null
    union all
    select _account, deactivated_on, -1 from person where deactivated_on is not null
),
by_week as (
    select _account, (closes_on - 1 - day) // 7 as weeks_ago, sum(n)::double as n
    from changed, span
    where day >= closes_on - 91 and day < closes_on
    group by _account, weeks_ago
),
gained as (
    select _account, sum(n) / 13 as gain, sqrt(greatest(sum(n * n) - sum(n) ** 2 / 13, 0) / 12) as spread from by_week group by _account
)
select
    person._account,
    count(*) filter (where person.deactivated_on is null) as n_assigned,
    coalesce(any_value(gained.gain), 0) as gain,
    coalesce(any_value(gained.spread), 0) as spread
from person
left join gained on gained._account = person._account
group by person._account;

-- Grain: one row per account of scope and allowance that one of `meters` is of: its use in the days the allowance is for.
--   level           at the rate of the last four weeks
--   slope, spread   a straight line through the last 13: a week, and the standard deviation about it
--   is_known        use is known in all of these weeks, and the account had begun before them
create macro allowance_used(as_of, meters) as table
with meter as (
    select unnest(meters::struct(metric varchar, counts varchar, days integer)[], recursive := true)
),
span as (
    select
        date_trunc('week', as_of::date + 1)::date as closes_on,
        (select min(week) from usage.usage_week) as first_week,
        exists (from usage.usage_week where week = date_trunc('week', as_of::date + 1)::date - 7) as is_known
),
begun as (
    select _account, min(coalesce(starts_on, date '1900-01-01')) as began_on from core.contract group by _account
),
allowed as materialized (
    select
        ours._account, ours.account, entitled.metric, entitled.allowance, meter.counts, meter.days, span.closes_on,
        coalesce(span.is_known and greatest(span.first_week, begun.began_on) <= span.closes_on - 91, false) as is_known
    from core.entitlement as entitled
    join meter on lower(trim(meter.metric)) = lower(trim(entitled.metric))
    join (select _account, account from scope) as ours on ours.account = entitled.account
    left join begun on begun._account = ours._account
    cross join span
    where entitled.allowance > 0
),
spent as (
    select
        allowed._account, allowed.metric,
        days / 7 * case counts when 'people' then quantity when 'machines' then quantity_system else quantity + quantity_system end as y,
        7 - (closes_on - week) // 7 as x
    from allowed
    join usage.usage_week as used on used.account = allowed.account and week >= closes_on - 91 and week < closes_on
),
summed as (
    select
        _account, metric, sum(y) as y, sum(y * y) as yy, sum(x * y) as xy, coalesce(sum(y) filter (where x >= 3), 0) / 4 as level
    from spent
    group by _account, metric
)
select
    allowed._account, allowed.metric, allowed.allowance, allowed.is_known,
    coalesce(level, 0) as level,
    coalesce(xy, 0) / 182 as slope,  -- 182: the sum of squares of -6 to 6
    sqrt(greatest(coalesce(yy - y * y / 13 - xy * xy / 182, 0), 0) / 11) as spread
from allowed
left join summed on summed._account = allowed._account and summed.metric = allowed.metric;

-- Grain: one row per account of scope that became a customer within the last within_days and has completed stages of its journey, as
-- far as they have a median: days in them, and the medians of accounts of its segment (Kaplan and Meier, as in standing.sql), added up.
create macro pace_on(as_of, grace_days, least_peers, within_days) as table
with spell as materialized (
    select spell.*, ours.segment::varchar as segment
    from journey_spell_on(as_of, grace_days) as spell
    join (select _account, segment from scope) as ours on ours._account = spell._account
),
stay as (
    select segment, journey, stage, days, count(*) as n, count(*) filter (where ending = 'completed') as n_left
    from spell
    where not is_last
    group by all
),
at_risk as (
    select *, sum(n) over (partition by segment, journey, stage order by days desc) as n_at_risk from stay
),
survival as (
    select *, product(1 - n_left / n_at_risk) over (partition by segment, journey, stage order by days) as share_left from at_risk
),
peers as (
    select segment, journey, stage, sum(n) as n_peers, min(days) filter (where share_left <= 0.5 + 1e-9) as peers_days
    from survival
    group by segment, journey, stage
),
begun as (
    select _account, min(entered_on) as entered_on from spell group by _account
)
select
    spell._account, sum(spell.days)::double as days, sum(peers.peers_days)::double as peers_days, count(*) as n_stages,
    max(spell.left_on) as last_left_on
from spell
join peers on peers.segment is not distinct from spell.segment and peers.journey = spell.journey and peers.stage = spell.stage
join begun on begun._account = spell._account
where spell.ending = 'completed' and peers_days > 0 and n_peers >= least_peers::integer
  and begun.entered_on > as_of::date - within_days::integer
group by spell._account;
