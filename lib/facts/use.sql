-- Weeks are full ones, Monday to Sunday, the last of them ending on the day or before it. n_active_people: people with any use
-- in the last four; n_active_before: in the four before. Empty where nobody at all used anything in the last of these weeks:
-- then the day is past the end of the usage data. usage_trend = n_active_people / n_active_before, empty where both are under
-- least_active, where the account (its trial included) or the usage data is younger than the eight weeks.
create macro use_on(
    as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active
) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
coverage as (
    select
        closes_on,
        exists (from usage.usage_week where week = closes_on - 7) as is_known,
        (select min(week) from usage.usage_week) <= closes_on - 56 as has_begun
    from span
),
known as (
    select is_known, is_known and coalesce(has_begun, false) as is_known_before, closes_on from coverage
),
by_person as (
    select account, person, bool_or(week >= closes_on - 28) as is_active, bool_or(week < closes_on - 28) as was_active
    from usage.usage_person_week, span
    where week >= closes_on - 56 and week < closes_on
    group by account, person
),
people as (
    select account, count(*) filter (where is_active) as n_active, count(*) filter (where was_active) as n_before
    from by_person
    group by account
),
used as (
    select
        term.*,
        case when is_known then coalesce(n_active, 0)::integer end as n_active_people,
        case when is_known_before then coalesce(n_before, 0)::integer end as n_active_before,
        coalesce(tried_on <= closes_on - 56, true) and greatest(n_active_people, n_active_before) >= least_active::integer
            and n_active_before is not null as is_comparable
    from term_on(as_of, grace_days, renewal_windows) as term
    cross join known
    left join people on people.account = term.account
)
select
    * exclude (is_comparable),
    n_active_people / nullif(seats, 0) as seats_active_rate,
    case
        when coalesce(seats, 0) = 0 then 'no seats given'
        when n_active_people is null then 'no use known'
        else list_extract(
            utilisation_labels::varchar[],
            1 + len(list_filter(utilisation_bands::double[], lambda band: n_active_people / seats >= band))
        )
    end as utilisation,
    case when is_comparable then n_active_people / nullif(n_active_before, 0) end as usage_trend,
    case
        when not coalesce(is_comparable, false) then 'too little use'
        when n_active_people <= drop_ratio::double * n_active_before then 'significant drop'
        when n_active_people >= rise_ratio::double * n_active_before then 'rising'
        else 'steady'
    end as movement
from used;

-- Of the accounts whose numbers are in the list `numbers`.
create macro weekly_on(as_of, numbers) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
chosen as (
    select _account, account from scope where _account in (select unnest(numbers))
),
by_week as (
    select account, week, closes_on, count(*) as n
    from usage.usage_person_week, span
    where week >= closes_on - 91 and week < closes_on and account in (select account from chosen)
    group by account, week, closes_on
),
held as (
    select account, map_from_entries(list(((closes_on - week) // 7, n))) as n_by_weeks_ago from by_week group by account
)
select
    _account,
    [coalesce(n_by_weeks_ago[weeks_ago], 0)::uinteger for weeks_ago in range(13, 0, -1)] as weekly
from held
join chosen using (account);
