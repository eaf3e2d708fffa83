-- KPIs of growth (kpi_seats.sql tells the columns).

-- ARR of an account on the day and 365 days before: of its live recurring terms, both as known by the day. Nothing is added up
-- across currencies: accounts count whose terms are in the currency that most accounts of scope have.
create macro kpi_arr_growth_on(as_of) as table
with term as (
    select
        _account, arr, coalesce(is_derived, false) as is_derived,
        upper(coalesce(currency, '')) as currency,
        coalesce(is_recurring, true) as recurs,
        least(ends_on, case when cancelled_on <= as_of::date then cancelled_on end) as ended_on,
        coalesce(starts_on <= as_of::date, true) and coalesce(ended_on > as_of::date, true) as is_live,
        coalesce(starts_on <= as_of::date - 365, true) and coalesce(ended_on > as_of::date - 365, true) as was_live
    from core.contract
    where kind is distinct from 'trial'
),
by_account as (
    select
        term._account,
        bool_or(is_live) and bool_or(was_live) as is_both,
        coalesce(sum(arr) filter (where is_live and recurs), 0) as arr_now,
        coalesce(sum(arr) filter (where was_live and recurs), 0) as arr_then,
        bool_or(is_derived) as is_derived,
        bool_or(recurs and arr is null) as is_unknown,
        min(currency) filter (where recurs) as currency,
        count(distinct currency) filter (where recurs) as n_currencies
    from term
    join (select _account from scope) as scope on scope._account = term._account
    where is_live or was_live
    group by term._account
),
main as (
    select currency from by_account where is_both and n_currencies = 1 group by currency order by count(*) desc, currency limit 1
),
told as (
    select
        scope._account, arr_now - arr_then as k, arr_then as n,
        case
            when by_account._account is null then 'no contract known'
            when not is_both then 'no customer a year before'
            when is_derived or is_unknown then 'its ARR of then is not known'
            when n_currencies > 1 then 'in several currencies'
            when arr_then <= 0 then 'no ARR a year before'
            when by_account.currency is distinct from main.currency then 'in another currency than most'
        end as why_not
    from (select _account from scope) as scope
    left join by_account on by_account._account = scope._account
    left join main on true
)
select _account, 'arr_growth_rate' as kpi, 'settled' as among, k, n, why_not from told;

-- Of the accounts lost in the last 365 days, those that used it heavily to the end: events (of people and of systems) a head over
-- the four full weeks before the end, at least those of the last of the top heavy_share of accounts of scope that lived through
-- the same weeks. Heads are people of
-- the person file with a login in those weeks or, where there is nobody, seats.
create macro kpi_heavy_lost_on(as_of, grace_days, renewal_windows, heavy_share, least_peers) as table
with lost as (
    select _account, date_trunc('week', ended_on)::date as closes_on
    from term_on(as_of, grace_days, renewal_windows)
    where is_past and ended_on > as_of::date - 365 and ended_on <= as_of::date
),
ending as materialized (
    select distinct closes_on from lost
),
living as (
    select term._account, closes_on, sum(seats) as seats
    from core.contract as term
    semi join (select _account from scope) as scope on scope._account = term._account
    join ending
        on coalesce(starts_on <= closes_on - 28, true)
        and coalesce(least(ends_on, case when cancelled_on <= as_of::date then cancelled_on end) >= closes_on, true)
    where kind is distinct from 'trial'
    group by term._account, closes_on
),
week as (
    select _account, week, n_events + n_events_system as n_events
    from usage.usage_week
    join (select _account, account from scope) as scope on scope.account = usage_week.account
    where week >= as_of::date - 400 and week <= as_of::date
),
used as (
    select _account, closes_on, sum(n_events) as n_events
    from week
    join ending on week >= closes_on - 28 and week < closes_on
    group by _account, closes_on
),
people as (
    select scope._account, closes_on, count(*) as n_people
    from core.person
    join (select _account, account from scope) as scope on scope.account = person.account
    join ending on coalesce(provisioned_at < closes_on, true) and coalesce(deactivated_on > closes_on - 28, true)
    group by scope._account, closes_on
),
rated as materialized (
    select
        living._account, living.closes_on,
        coalesce(n_events, 0) / coalesce(n_people, nullif(seats, 0)) as a_head
    from living
    left join used on used._account = living._account and used.closes_on = living.closes_on
    left join people on people._account = living._account and people.closes_on = living.closes_on
),
ranked as (
    select closes_on, list(a_head order by a_head desc) as rates from rated where a_head is not null group by closes_on
),
told as (
    select
        lost._account,
        a_head > 0 and a_head >= list_extract(rates, ceil(heavy_share::double * len(rates))::integer) as is_heavy,
        case
            when coalesce(lost.closes_on - 28 < span.opens_on or lost.closes_on > span.closes_on, true) then 'no use known'
            when rated._account is null then 'lost within four weeks'
            when a_head is null then 'neither people nor seats known'
            when len(rates) < least_peers::integer then 'too few accounts to compare with'
        end as why_not
    from lost
    cross join use_span(as_of) as span
    left join rated on rated._account = lost._account and rated.closes_on = lost.closes_on
    left join ranked on ranked.closes_on = lost.closes_on
)
select _account, 'heavy_lost_rate' as kpi, 'any' as among, is_heavy::integer as k, 1 as n, why_not from told;
