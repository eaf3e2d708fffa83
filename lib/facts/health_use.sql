-- Use at the readings of health_terms.sql. Grain: one row per account and week from its first use on, numbered as the reading that ends it.
--   used_on, used_by_people_on   the last day of the last week with any use, and with use by people
--   n_days, n_weekly_people      of the last four weeks, added up: days of use, people of each week
--   n_weekly_people_before       the same of the four weeks before
--   n_people, n_features, n_key  of the last four weeks: different people, different features; high-value features of each week added up
create macro health_use_on(as_of, n_weeks, high_value) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date - 7 * n_weeks::integer as opens_on
),
numbered as materialized (
    select account, _account from core.account
),
use_week as materialized (
    select
        _account, week, n_active_days, n_active_people, n_events + n_events_system > 0 as is_used, n_events > 0 as is_used_by_people,
        (week - opens_on) // 7 as week_no
    from usage.usage_week
    join numbered using (account)
    cross join span
    where week + 6 <= as_of::date
),
four_weeks as (
    select _account, week_no, sum(n_active_days)::usmallint as n_days, sum(n_active_people)::uinteger as n_weekly_people
    from (
        select _account, unnest(range(week_no, week_no + 4)) as week_no, n_active_days, n_active_people from use_week where week_no >= -8
    )
    group by _account, week_no
),
last_used as (
    select
        _account, unnest(range(greatest(week_no, 0), least(next_week_no, n_weeks::integer))) as week_no, week + 6 as used_on, used_by_people_on
    from (
        select
            _account, week, week_no,
            lead(week_no, 1, 99999) over line as next_week_no,
            max(case when is_used_by_people then week + 6 end) over line as used_by_people_on
        from use_week
        where is_used
        window line as (partition by _account order by week)
    )
),
weeks_used as (  -- of each person, and of each feature: a bit for every week from four before the first reading on; 156 weeks are the most there are
    select account, true as is_person, bitstring_agg((week - opens_on) // 7 + 4, 0, 159) as weeks
    from usage.usage_person_week, span
    where week + 6 <= as_of::date and week >= opens_on - 28
    group by account, person
    union all
    select account, false as is_person, bitstring_agg((week - opens_on) // 7 + 4, 0, 159) as weeks
    from usage.usage_feature_week, span
    where week + 6 <= as_of::date and week >= opens_on - 28 and n_active_people > 0
    group by account, feature
),
weeks_counted as (  -- a week counts for itself and the three after it
    select _account, is_person, weeks | (weeks >> 1) | (weeks >> 2) | (weeks >> 3) as weeks
    from weeks_used
    join numbered using (account)
),
different as (
    select
        _account, week_no,
        (count(*) filter (where is_person))::uinteger as n_people, (count(*) filter (where not is_person))::usmallint as n_features
    from (select _account, is_person, weeks, unnest(range(n_weeks::integer))::integer as week_no from weeks_counted)
    where get_bit(weeks, week_no + 4) = 1
    group by _account, week_no
),
key_used as (
    select _account, week_no, sum(n)::usmallint as n_key
    from (
        select account, unnest(range((week - opens_on) // 7, (week - opens_on) // 7 + 4)) as week_no, count(*) as n
        from usage.usage_feature_week, span
        where week + 6 <= as_of::date and week >= opens_on - 28 and n_active_people > 0 and list_contains(high_value::varchar[], feature)
        group by account, week, opens_on
    )
    join numbered using (account)
    group by _account, week_no
)
select
    last_used._account, last_used.week_no, used_on, used_by_people_on,
    four_weeks.n_days, four_weeks.n_weekly_people, four_before.n_weekly_people as n_weekly_people_before, n_people, n_features, n_key
from last_used
left join four_weeks on four_weeks._account = last_used._account and four_weeks.week_no = last_used.week_no
left join four_weeks as four_before on four_before._account = last_used._account and four_before.week_no = last_used.week_no - 4
left join different on different._account = last_used._account and different.week_no = last_used.week_no
left join key_used on key_used._account = last_used._account and key_used.week_no = last_used.week_no;
