-- KPIs of how people use the product; the columns are those of kpi_seats.sql. Weeks are full ones, the last of them ending on the
-- day or before it; a person is active with any use, a login or not; business days are Monday to Friday.

-- The span of the usage data by the day, one row: from the Monday before whose week less than 1 event in 2,000 lies, as person_on
-- has it; known_to is closes_on where somebody used something in the last full week.
create macro known_on(as_of) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
by_week as (
    select week, sum(n_events + n_events_system)::bigint as n_events
    from usage.usage_week
    where week < date_trunc('week', as_of::date + 1)::date
    group by week
),
running as (
    select week, sum(n_events) over (order by week) as n_so_far, sum(n_events) over () as n_in_all from by_week
),
reach as (
    select min(case when n_so_far * 2000 >= n_in_all then week end) as known_from, max(week) + 7 as known_to from running
)
select closes_on, known_from, known_to
from span
cross join reach;

-- Why nothing can be said of an account's last n_weeks: the day lies outside the usage data, or fewer of them are known or lived.
create macro too_short(n_weeks, closes_on, known_from, known_to, here_from) as case
    when known_to is distinct from closes_on then 'no use known'
    when known_from > closes_on - 7 * n_weeks::integer then 'use known for less than ' || n_weeks || ' weeks'
    when here_from > closes_on - 7 * n_weeks::integer then 'here for less than ' || n_weeks || ' weeks'
end;

-- Adopted: adopted_on of person_life without its day. Most are told by one stretch of full weeks in the last half-year, no longer
-- than adopted_within_days, that holds days enough (sure); of the others every day is looked at.
create macro kpi_use_on(
    as_of, grace_days, renewal_windows, adopted_days, adopted_within_days, loyal_weeks, loyal_of_weeks,
    spread_window, spread_share, spread_least_events
) as table
with span as materialized (
    from known_on(as_of)
),
person as materialized (
    select _account, account, person, nullif(trim(role), '') as role, deactivated_on is null as has_login, last_use_on
    from person_on(as_of, grace_days)
    where gone_on is null
),
used as (
    select
        account, person,
        count(*) filter (where week >= closes_on - 28) as n_weeks,
        sum(bit_count(active_days & 31)) filter (where week >= closes_on - 28) as n_business_days,
        count(*) filter (where week >= closes_on - 7 * loyal_of_weeks::integer) as n_weeks_of,
        sum(n_events) filter (where week >= closes_on - 7 * spread_window::integer) as n_events
    from usage.usage_person_week, span
    where week >= closes_on - 7 * greatest(4, loyal_of_weeks::integer, spread_window::integer) and week < closes_on
    group by account, person
),
stretched as (
    select account, person, n_active_days, (week - date '2000-01-03') // (7 * (adopted_within_days::integer // 7)) as stretch
    from usage.usage_person_week
    where week + 6 <= as_of::date and week > as_of::date - 182 and adopted_within_days::integer >= 7
),
stretch as (
    select account, person, sum(n_active_days) as n_days from stretched group by account, person, stretch
),
sure as (
    select distinct account, person from stretch where n_days >= adopted_days::integer
),
unsure as (
    select person.account, person.person
    from person
    anti join sure on sure.account = person.account and sure.person = person.person
    where has_login and last_use_on is not null
),
each_day as (
    select used.account, used.person, list_sort(list(used.day)) as days
    from usage.usage_person_day as used
    semi join unsure on unsure.account = used.account and unsure.person = used.person
    where used.day <= as_of::date
    group by used.account, used.person
),
adopted as (
    from sure
    union all
    select account, person
    from each_day
    where list_bool_or([
        days[n + adopted_days::integer - 1] - days[n] < adopted_within_days::integer
        for n in range(1, len(days) - adopted_days::integer + 2)
    ])
),
active as materialized (
    select
        person._account, person.role, person.has_login,
        coalesce(n_weeks, 0) as n_weeks,
        coalesce(n_business_days, 0) as n_business_days,
        coalesce(n_weeks_of, 0) as n_weeks_of,
        case when has_login then coalesce(n_events, 0) end as n_events,
        adopted.account is not null as has_adopted
    from person
    left join used on used.account = person.account and used.person = person.person
    left join adopted on adopted.account = person.account and adopted.person = person.person
),
by_account as (
    select
        _account,
        count(*) filter (where n_weeks > 0) as n_active,
        sum(n_business_days) as n_person_days,
        sum(n_weeks) as n_person_weeks,
        count(*) filter (where has_login) as n_users,
        count(*) filter (where has_login and has_adopted) as n_adopted,
        count(*) filter (where has_login and n_weeks_of >= loyal_weeks::integer) as n_high,
        count(*) filter (where has_login and n_weeks_of between 1 and loyal_weeks::integer - 1) as n_medium,
        count(*) filter (where has_login and n_weeks_of = 0) as n_low,
        sum(n_events) as n_events,
        max(n_events) as n_most_events,
        list(n_events) filter (where has_login) as each_n_events,
        count(distinct role) filter (where has_login) as n_roles,
        count(distinct role) filter (where has_login and n_weeks > 0) as n_roles_active
    from active
    group by _account
),
by_week as (
    select account, count(*) as n_weeks
    from usage.usage_week, span
    where week >= closes_on - 28 and week < closes_on
    group by account
),
stood as materialized (
    select
        term._account, by_account.* exclude (_account),
        coalesce(by_week.n_weeks, 0) as n_weeks,
        case when known_to is distinct from closes_on then 'no use known' end as no_use,
        too_short(4, closes_on, known_from, known_to, tried_on) as no_month,
        case when coalesce(n_users, 0) = 0 then 'nobody with a login' end as no_users,
        coalesce(no_month, case when coalesce(n_active, 0) = 0 then 'nobody active in 4 weeks' end) as no_active,
        coalesce(too_short(loyal_of_weeks, closes_on, known_from, known_to, tried_on), no_users) as no_class,
        coalesce(
            too_short(ceil(adopted_within_days::integer / 7)::integer, closes_on, known_from, known_to, null::date), no_users
        ) as no_adoption,
        coalesce(no_month, no_users, case when n_roles = 0 then 'no roles given' end) as no_roles,
        coalesce(
            no_use,
            case when coalesce(n_users, 0) < 2 then 'fewer than 2 people with a login' end,
            case when n_events < spread_least_events::integer then 'too little use in ' || spread_window || ' weeks' end
        ) as no_spread
    from term_on(as_of, grace_days, renewal_windows) as term
    cross join span
    left join by_account on by_account._account = term._account
    left join by_week on by_week.account = term.account
),
counted as (
    select _account, 'dau_mau' as kpi, n_person_days / 20 as k, n_active as n, no_active as why_not from stood
    union all
    select _account, 'wau_mau', n_person_weeks / 4, n_active, no_active from stood
    union all
    select _account, 'weekly_active_rate', case when n_weeks = 4 then 1 else 0 end, 1, no_month from stood
    union all
    select _account, 'adopted_share_rate', n_adopted, n_users, no_adoption from stood
    union all
    select _account, 'high_engaged_users', n_high, 1, no_class from stood
    union all
    select _account, 'medium_engaged_users', n_medium, 1, no_class from stood
    union all
    select _account, 'low_engaged_users', n_low, 1, no_class from stood
    union all
    select
        _account, 'use_gini',
        case
            when no_spread is null
            then 2 * list_sum(list_transform(list_sort(each_n_events), lambda n, place: n * place)) / (n_users * n_events)
                - (n_users + 1) / n_users
        end, 1, no_spread
    from stood
    union all
    select
        _account, 'one_person_rate',
        case when n_most_events >= spread_share::double * n_events - 1e-9 then 1 else 0 end, 1, no_spread
    from stood
    union all
    select _account, 'roles_in_use_rate', n_roles_active, n_roles, no_roles from stood
)
select _account, kpi, 'settled' as among, k, n, why_not from counted;
