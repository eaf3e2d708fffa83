-- KPIs. Every family is a macro of the same columns, a row per account of scope and KPI:
--   kpi       its name, a term of the glossary that says what it is
--   among     whose figure it is: 'settled' (live and past onboarding), 'new' (live and not yet), 'any' (those the macro gives)
--   k, n      what the account adds to both sides of the ratio: of a share of accounts k is 0 or 1 and n is 1
--   why_not   why the account does not count: whatever k and n are then, kpis.relation gives them empty
-- A figure is sum(k) / sum(n). Nothing after the day is known.

-- Seats bought against people: a seat is assigned to a person with an open login, activated once that person has used the
-- product, active while they did so in the last four full weeks.
create macro kpi_seats_on(
    as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active, risen_points
) as table
with stood as (
    from use_on(
        as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active
    )
),
earlier as (
    from use_on(
        as_of::date - 30, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active
    )
),
people as (
    select
        _account,
        count(*) filter (where deactivated_on is null) as n_assigned,
        count(*) filter (where deactivated_on is null and first_use_on is not null) as n_activated
    from person_on(as_of, grace_days)
    group by _account
),
known as (
    select
        (select count(*) from people) > 0 as has_people,  -- "exists" over this join says no, in DuckDB 2.0, where nobody has used it
        exists (from usage.usage_week where week < date_trunc('week', as_of::date + 1)::date) as has_use
),
seated as materialized (
    select
        stood._account,
        nullif(stood.seats, 0) as seats,
        stood.n_active_people,
        coalesce(n_assigned, 0) as n_assigned,
        coalesce(n_activated, 0) as n_activated,
        stood.seats_active_rate,
        stood.seats_active_rate - earlier.seats_active_rate as points,
        case when coalesce(stood.seats, 0) = 0 then 'no seats given' end as no_seats,
        coalesce(no_seats, case when stood.n_active_people is null then 'no use known' end) as no_use,
        coalesce(no_use, case when points is null then 'nothing to compare with 30 days before' end) as no_earlier,
        coalesce(no_seats, case when not has_people then 'no people known' end) as no_people,
        coalesce(no_people, case when not has_use then 'no use known' end) as never_used
    from stood
    cross join known
    left join earlier on earlier._account = stood._account
    left join people on people._account = stood._account
),
counted as (
    select _account, 'seats_assigned_rate' as kpi, n_assigned as k, seats as n, no_people as why_not from seated
    union all
    select _account, 'activated_seats_rate', n_activated, seats, never_used from seated
    union all
    select _account, 'seats_active_rate', n_active_people, seats, no_use from seated
    union all
    select
        _account, 'under_utilised_rate',
        case when seats_active_rate < list_extract(utilisation_bands::double[], 1) then 1 else 0 end, 1, no_use
    from seated
    union all
    select _account, 'risen_rate', case when points > risen_points::double + 1e-9 then 1 else 0 end, 1, no_earlier from seated
)
select _account, kpi, 'settled' as among, k, n, why_not from counted;
