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
people_used as (
    select _account, week_no, count(*)::uinteger as n_people
    from (
        select account, unnest(range(week_no, least(week_no + 4, next_week_no))) as week_no
        from (
            select
                account, (week - opens_on) // 7 as week_no,
                lead((week - opens_on) // 7, 1, 99999) over (partition by account, person order by week) as next_week_no
            from usage.usage_person_week, span
            where week + 6 <= as_of::date and week >= opens_on - 28
        )
    )
    join numbered using (account)
    group by _account, week_no
),
feature_use as materialized (
    select
        _account, (week - opens_on) // 7 as week_no, list_contains(high_value::varchar[], feature) as is_high_value,
        lead((week - opens_on) // 7, 1, 99999) over (partition by _account, feature order by week) as next_week_no
    from usage.usage_feature_week
    join numbered using (account)
    cross join span
    where week + 6 <= as_of::date and week >= opens_on - 28 and n_active_people > 0
),
features_used as (
    select _account, week_no, count(*)::usmallint as n_features
    from (select _account, unnest(range(week_no, least(week_no + 4, next_week_no))) as week_no from feature_use)
    group by _account, week_no
),
key_used as (
    select _account, week_no, count(*)::usmallint as n_key
    from (select _account, unnest(range(week_no, week_no + 4)) as week_no from feature_use where is_high_value)
    group by _account, week_no
)
select
    last_used._account, last_used.week_no, used_on, used_by_people_on,
    four_weeks.n_days, four_weeks.n_weekly_people, four_before.n_weekly_people as n_weekly_people_before, n_people, n_features, n_key
from last_used
left join four_weeks on four_weeks._account = last_used._account and four_weeks.week_no = last_used.week_no
left join four_weeks as four_before on four_before._account = last_used._account and four_before.week_no = last_used.week_no - 4
left join people_used on people_used._account = last_used._account and people_used.week_no = last_used.week_no
left join features_used on features_used._account = last_used._account and features_used.week_no = last_used.week_no
left join key_used on key_used._account = last_used._account and key_used.week_no = last_used.week_no;
