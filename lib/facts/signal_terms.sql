-- Terms. renewal_days: to the nearest end of a live recurring term longer than a month. flat_renewals: renewals in a row for the ARR before.
create macro signal_terms_on(as_of) as table
with numbered as (
    select account, _account from core.account
),
term as materialized (
    select
        _account, starts_on, ends_on, arr, notice_given_on, asked_to_cancel_on,
        coalesce(starts_on, date '1900-01-01') as since, least(ends_on, cancelled_on) as ended_on,
        coalesce(is_recurring, true) and ends_on is not null and coalesce(ends_on > starts_on + 31, true) as is_due
    from core.contract
    where kind is distinct from 'trial' and coalesce(starts_on <= as_of::date, true)
),
edge as (
    select distinct _account, unnest([since, ended_on]) as day from term where is_due
),
due as (
    select edge._account, edge.day, min(term.ends_on) as ends_on
    from edge
    left join term on term._account = edge._account and is_due and since <= edge.day and coalesce(ended_on > edge.day, true)
    where edge.day <= as_of::date
    group by edge._account, edge.day
),
refused as (
    select 'notice' as fact, _account, greatest(notice_given_on, since) as from_on, coalesce(ended_on, date '9999-12-31') as until_on
    from term where notice_given_on <= as_of::date
    union all
    select 'asked_to_cancel', _account, greatest(asked_to_cancel_on, since), coalesce(ended_on, date '9999-12-31')
    from term where asked_to_cancel_on <= as_of::date
    union all
    select 'asked_to_cancel', _account, asked_on::date, coalesce(withdrawn_on::date, date '9999-12-31')
    from written_cancel_request as said
    join numbered on numbered.account = said.account
    where asked_on::date <= as_of::date
),
standing as (
    select fact, _account, day, sum(n) as n
    from (
        select fact, _account, from_on as day, 1 as n from refused where from_on < until_on
        union all
        select fact, _account, until_on, -1 from refused where from_on < until_on
    )
    where day <= as_of::date
    group by fact, _account, day
),
bought as (
    select _account, starts_on, sum(arr) as arr from term where is_due and starts_on is not null group by _account, starts_on
),
renewed as (
    select
        _account, starts_on, arr, lag(arr) over line as arr_before,
        case when abs(arr - lag(arr) over line) <= 0.005 * arr then 0 else 1 end as is_new
    from bought
    window line as (partition by _account order by starts_on)
),
lasting as (
    select _account, starts_on, sum(is_new) over (partition by _account order by starts_on) as run from renewed
)
select 'renewal_days' as fact, _account, null::varchar as person, day as from_on, (ends_on - day)::double as value,
    case when ends_on is not null then -1 end::double as pace
from due
union all
select fact, _account, null, day, case when sum(n) over line > 0 then 1 end, case when sum(n) over line > 0 then 0 end
from standing
window line as (partition by fact, _account order by day)
union all
select 'flat_renewals', _account, null, starts_on, count(*) over (partition by _account, run order by starts_on) - 1, 0 from lasting;
