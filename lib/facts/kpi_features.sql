-- KPIs of features; the columns are those of kpi_seats.sql. Weeks are full ones, the last of them ending on the day or before it.
-- Open to an account is a feature that comes in its plan by the feature file, or that open_share of the accounts of scope on that
-- plan, any use of whom is known since they are on it, have used since: few who kept one from another plan do not open it to all.
-- The plan is that of the day.
create macro kpi_features_on(
    as_of, grace_days, renewal_windows, high_value_features, cadences, daily_days, advanced_window, new_release_days, open_share
) as table
with span as materialized (
    from known_on(as_of)
),
feature as materialized (
    select
        feature, feature_plan, is_high_value,
        coalesce(level = 'advanced', false) as is_advanced,
        coalesce(released_on > as_of::date - new_release_days::integer, false) as is_new
    from feature_on(as_of, high_value_features, cadences)
),
used as materialized (
    from feature_use_on(as_of, high_value_features, cadences, daily_days)
),
spell as (
    select
        account, max(from_on) as since_on,
        max(value) filter (where until_on > as_of::date) as value,
        bool_or(coalesce(until_on > as_of::date, false)) as is_other
    from core.account_history
    where field = 'plan' and from_on <= as_of::date
    group by account
),
on_plan as materialized (
    select
        scope._account,
        case when is_other then spell.value else scope.plan end as plan,
        coalesce(since_on, date '1900-01-01') as since_on
    from (select _account, account, plan::varchar as plan from scope) as scope
    left join spell on spell.account = scope.account
),
on_it as materialized (
    select plan, used._account, feature
    from used
    join on_plan on on_plan._account = used._account
    where last_week_on >= since_on
),
peers as (
    select plan, count(distinct _account) as n_peers from on_it group by plan
),
taken as (
    select plan, feature, count(*) as n from on_it group by plan, feature
),
had as (
    select taken.plan, feature
    from taken
    join peers on peers.plan is not distinct from taken.plan
    where n >= open_share::double * n_peers - 1e-9
    union
    select plan, feature from feature join on_plan on lower(trim(feature_plan)) = lower(trim(plan))
),
open_to as materialized (
    select had.plan, feature.* from had join feature on feature.feature = had.feature
),
by_plan as (
    select
        plan,
        count(*) filter (where is_high_value) as n_high_value,
        count(*) filter (where is_advanced) as n_advanced,
        count(*) filter (where is_new) as n_new
    from open_to
    group by plan
),
by_account as (
    select
        used._account,
        count(*) as n_used,
        sum(n_people) as n_used_by_people,
        count(*) filter (where is_high_value and is_in_rhythm) as n_high_value_used,
        count(*) filter (where is_advanced and last_week_on >= closes_on - 7 * advanced_window::integer) as n_advanced_used,
        count(*) filter (where is_new) as n_new_used
    from used
    cross join span
    join on_plan on on_plan._account = used._account
    left join open_to on open_to.plan is not distinct from on_plan.plan and open_to.feature = used.feature
    group by used._account
),
active as (
    select account, count(distinct person) as n_active
    from usage.usage_person_week, span
    where week >= closes_on - 28 and week < closes_on
    group by account
),
listed as (
    select account, count(*) filter (where coalesce(deactivated_on > as_of::date, true)) as n_open
    from core.person
    where coalesce(provisioned_at < as_of::date + 1, true)
    group by account
),
setting as (
    select _account, count(distinct setting) as n_settings from setting_on(as_of) group by _account
),
settings as (
    select count(distinct setting) as n_all from setting_on(as_of)
),
stood as materialized (
    select
        term._account,
        coalesce(n_used, 0) as n_used, coalesce(n_used_by_people, 0) as n_used_by_people, n_active,
        coalesce(n_high_value_used, 0) as n_high_value_used, by_plan.n_high_value,
        coalesce(n_advanced_used, 0) as n_advanced_used, by_plan.n_advanced,
        coalesce(n_new_used, 0) as n_new_used, by_plan.n_new,
        coalesce(n_settings, 0) as n_settings, n_all,
        (closes_on - tried_on) / 30.4375 as n_months,
        coalesce(
            too_short(4, closes_on, known_from, known_to, tried_on),
            case when coalesce(n_open, n_used, 0) = 0 and n_active is null then 'nobody with a login' end
        ) as no_month,
        coalesce(no_month, case when n_active is null then 'nobody active in 4 weeks' end) as no_active,
        coalesce(no_month, case when coalesce(n_high_value, 0) = 0 then 'no high-value feature open to it' end) as no_high_value,
        coalesce(no_month, case when coalesce(n_advanced, 0) = 0 then 'no advanced feature open to it' end) as no_advanced,
        coalesce(no_month, case when coalesce(n_new, 0) = 0 then 'no new feature open to it' end) as no_new,
        coalesce(
            no_month,
            case when tried_on is null then 'no start given' when tried_on < known_from then 'began before use is known' end
        ) as no_start,
        case when n_all = 0 then 'no settings given' end as no_settings
    from term_on(as_of, grace_days, renewal_windows) as term
    cross join span
    cross join settings
    join on_plan on on_plan._account = term._account
    left join by_plan on by_plan.plan is not distinct from on_plan.plan
    left join by_account on by_account._account = term._account
    left join active on active.account = term.account
    left join listed on listed.account = term.account
    left join setting on setting._account = term._account
),
counted as (
    select _account, 'features_per_user' as kpi, n_used_by_people as k, n_active as n, no_active as why_not from stood
    union all
    select _account, 'high_value_rate', n_high_value_used, n_high_value, no_high_value from stood
    union all
    select _account, 'advanced_rate', n_advanced_used, n_advanced, no_advanced from stood
    union all
    select _account, 'new_features_rate', n_new_used, n_new, no_new from stood
    union all
    select _account, 'features_per_month', n_used, n_months, no_start from stood
    union all
    select _account, 'settings_tuned', n_settings, n_all, no_settings from stood
)
select _account, kpi, 'settled' as among, k, n, why_not from counted;
