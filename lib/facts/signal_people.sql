-- How sessions go, week by week, over four weeks. Where there were fewer than least_sessions (or processes begun), what was open is over.
--   abandoned: each guided process for itself (barriers.sql), so that one finished does not make up for another that was left
create macro signal_friction_on(as_of, least_sessions) as table
with sat as (
    select account, week + 6 + 7 * unnest(range(4))::integer as day, n_sessions, n_help_loops
    from usage.usage_friction_week
    where week + 6 <= as_of::date
),
guided as (
    select met.account, week + 6 + 7 * unnest(range(4))::integer as day, place.barrier, n_begun, n_finished
    from usage.usage_barrier_week as met
    join barrier_feature() as place on place.feature = met.feature and place.need = 'unfinished'
    where week + 6 <= as_of::date
),
by_process as (
    select account, day, sum(n_begun) as n_begun, sum(n_finished) as n_finished
    from guided
    where day <= as_of::date
    group by account, day, barrier
),
summed as (
    select 'help_loops' as fact, account, day, sum(n_sessions) as n, sum(n_help_loops) as n_held
    from sat
    where day <= as_of::date
    group by account, day
    union all
    select 'abandoned', account, day, sum(n_begun), sum(greatest(n_begun - n_finished, 0))
    from by_process
    group by account, day
),
kept as (
    select summed.*, account._account, lead(day, 1, date '9999-12-31') over (partition by fact, account._account order by day) as next_day
    from summed
    join core.account as account on account.account = summed.account
)
select fact, _account, null::varchar as person, day as from_on,
    case when n >= least_sessions::integer then n_held / n end::double as value,
    case when n >= least_sessions::integer then 0 end::double as pace
from kept
union all
select fact, _account, null, day + 7, null, null from kept where next_day > day + 7 and day + 7 <= as_of::date;

-- People. champion_left: a champion or sponsor whose login was closed, for champion_days, or until another comes.
-- never_used_days: since the login was given (or use is known), until the first use.
-- login_only: as friction, of each person.
create macro signal_people_on(as_of, grace_days, champion_days, least_sessions) as table
with met as materialized (
    select *, coalesce(lower(buying_role) in ('champion', 'sponsor'), false) as is_champion from person_on(as_of, grace_days)
),
followed as (
    select gone._account, gone.person, gone.deactivated_on, min(heir.provisioned_on) as heir_on
    from met as gone
    left join met as heir on heir._account = gone._account and heir.is_champion and heir.provisioned_on > gone.deactivated_on
    where gone.is_champion and gone.deactivated_on is not null
    group by gone._account, gone.person, gone.deactivated_on
),
departed as (
    select *, least(heir_on, deactivated_on + champion_days::integer) as over_on from followed
),
rolled as (
    select account, person, week + 6 + 7 * unnest(range(4))::integer as day, n_sessions, n_login_only
    from usage.usage_friction_week
    where week + 6 <= as_of::date and person is not null
),
summed as (
    select account._account, person, day, sum(n_sessions) as n_sessions, sum(n_login_only) as n_login_only
    from rolled
    join core.account as account on account.account = rolled.account
    where day <= as_of::date
    group by account._account, person, day
),
kept as (
    select *, lead(day, 1, date '9999-12-31') over (partition by _account, person order by day) as next_day from summed
)
select 'champion_left' as fact, _account, person, deactivated_on as from_on, 1::double as value, 0::double as pace from departed
union all
select 'champion_left', _account, person, over_on, null, null from departed where over_on <= as_of::date
union all
select 'never_used_days', _account, person, greatest(provisioned_on, opens_on), 0, 1 from met
where begins_with = 'provisioning' and opens_on is not null and coalesce(first_use_on > greatest(provisioned_on, opens_on), true)
  and coalesce(deactivated_on > greatest(provisioned_on, opens_on), true)
union all
select 'never_used_days', _account, person, least(first_use_on, deactivated_on), null, null from met
where least(first_use_on, deactivated_on) > greatest(provisioned_on, opens_on)
union all
select 'login_only', _account, person, day,
    case when n_sessions >= least_sessions::integer then n_login_only / n_sessions end,
    case when n_sessions >= least_sessions::integer then 0 end
from kept
union all
select 'login_only', _account, person, day + 7, null, null from kept where next_day > day + 7 and day + 7 <= as_of::date;
