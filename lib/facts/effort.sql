-- How hard people use the product, week by week and one by one. Weeks are full ones, the last of them ending on the day or before it.

-- Grain: one row per account of scope that is a customer on the day, had begun n_weeks before it and whose use is known in all of them:
-- `weekly`, people active in each, the oldest first.
create macro people_weekly(as_of, grace_days, renewal_windows, n_weeks) as table
with span as (
    select
        date_trunc('week', as_of::date + 1)::date as closes_on,
        (date_trunc('week', as_of::date + 1) - to_days(7 * n_weeks::integer))::date as opens_on,
        (select opens_on from use_span(as_of)) as known_from,
        exists (from usage.usage_week where week = date_trunc('week', as_of::date + 1)::date - 7) as is_known
),
ours as (
    select term._account, term.account
    from term_on(as_of, grace_days, renewal_windows) as term
    cross join span
    where term.is_live and span.is_known and span.known_from <= span.opens_on and coalesce(term.tried_on <= span.opens_on, true)
),
by_week as (
    select ours._account, map_from_entries(list(((week - opens_on) // 7, n_active_people))) as held
    from usage.usage_week as used
    join ours on ours.account = used.account
    cross join span
    where week >= opens_on and week < closes_on
    group by ours._account
)
select
    ours._account, span.opens_on,
    [coalesce(held[nth], 0)::uinteger for nth in range(0, n_weeks::integer)] as weekly
from ours
cross join span
left join by_week on by_week._account = ours._account;

-- Grain: one row per person of scope, with an open login, and one of `features` the person used in the last n_weeks.
create macro used_heavily(as_of, grace_days, n_weeks, features) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
used as (
    select account, person, feature, sum(n_events)::bigint as n_events
    from usage.usage_person_feature_week, span
    where week >= closes_on - 7 * n_weeks::integer and week < closes_on and list_contains(features::varchar[], feature)
    group by account, person, feature
)
select ours._account, ours.account, used.person, used.feature, used.n_events
from used
join (select _account, account from scope) as ours on ours.account = used.account
left join core.person as person on person.account = used.account and person.person = used.person
where coalesce(person.deactivated_on > as_of::date, true);

-- Grain: one row per person of scope, with an open login, who did anything in the last n_weeks.
--   n_login_only   sessions with nothing but a login, where all were so; n_loops, n_unfinished: as barrier_met_on, all places together
create macro held_up_on(as_of, n_weeks) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
summed as (
    select account, person, sum(n_sessions)::bigint as n_sessions, sum(n_login_only)::bigint as n_login_only
    from usage.usage_friction_week, span
    where week >= closes_on - 7 * n_weeks::integer and week < closes_on
    group by account, person
),
met as (
    select
        account, person, coalesce(sum(n_times) filter (where need = 'loops'), 0)::bigint as n_loops,
        coalesce(sum(n_times) filter (where need = 'unfinished'), 0)::bigint as n_unfinished
    from barrier_met_on(as_of, n_weeks)
    group by account, person
)
select
    ours._account, ours.account, summed.person, n_sessions,
    case when n_login_only = n_sessions then n_login_only else 0 end as n_login_only,
    coalesce(met.n_loops, 0) as n_loops,
    coalesce(met.n_unfinished, 0) as n_unfinished
from summed
join (select _account, account from scope) as ours on ours.account = summed.account
left join met on met.account = summed.account and met.person = summed.person
left join core.person as person on person.account = summed.account and person.person = summed.person
where coalesce(person.deactivated_on > as_of::date, true);
