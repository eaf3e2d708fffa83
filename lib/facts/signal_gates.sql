-- Of whom a rule can be told. Grain: one row per gate, account and stretch of days [from_on, until_on); stretches of a gate never touch.
--   customer      a term that is no trial has begun and not ended, or its grace days run; trial: a trial runs, and nothing was bought yet
--   onboarding    a customer before settled: in the first stage, and not yet onboarding_days after the start
--   new           new_from_days to new_to_days after it settled; renewing: renewing_days before an end (renewal_days of signal_terms.sql)
--   unprepared    no save plan is open, and no renewal call was made for a renewal that is still ahead
create macro gate_on(as_of, grace_days, onboarding_days, new_from_days, new_to_days, renewing_days) as table
with numbered as (
    select account, _account from core.account
),
term as materialized (
    select
        _account, coalesce(starts_on, date '1900-01-01') as since, starts_on, ends_on, kind is not distinct from 'trial' as is_trial,
        least(ends_on, cancelled_on) as ended_on,
        coalesce(is_recurring, true) and ends_on is not null and coalesce(ends_on > starts_on + 31, true) as is_due,
        case  -- with its grace days, until it is refused
            when ended_on is null then date '9999-12-31'
            else greatest(ended_on, least(ended_on + grace_days::integer, notice_given_on, cancelled_on))
        end as graced_on
    from core.contract
    where coalesce(starts_on <= as_of::date, true)
),
customer as materialized (
    select _account, since as from_on, graced_on as until_on from term where not is_trial
    union all
    select account._account, date '1900-01-01', date '9999-12-31'
    from core.account as account  -- by a flag of its own, where it has one or where nobody has contracts
    where not coalesce(churned, false) and account._account not in (select _account from core.contract)
      and (churned is not null or not exists (from core.contract))
),
bought as (
    select _account, min(from_on) as bought_on from customer group by _account
),
moved_on as (
    select _account, min(reached_on) as day from stage_spell(as_of) where place > 1 group by _account
),
settled as materialized (
    select bought._account, bought_on, least(moved_on.day, bought_on + onboarding_days::integer) as settled_on
    from bought
    left join moved_on on moved_on._account = bought._account
),
prepared as (
    select _account, opened_on::date as from_on, coalesce(closed_on::date, date '9999-12-31') as until_on
    from written_save_plan as said join numbered on numbered.account = said.account
    union all
    select _account, called_on::date, renews_on::date
    from written_renewal_call as said join numbered on numbered.account = said.account
    where called_on::date < renews_on::date
),
stretch as (
    select 'customer' as gate, _account, from_on, until_on from customer
    union all
    select 'trial', term._account, since, least(coalesce(ended_on, date '9999-12-31'), coalesce(bought_on, date '9999-12-31'))
    from term left join bought on bought._account = term._account
    where is_trial
    union all
    select 'onboarding', _account, bought_on, settled_on from settled
    union all
    select 'settled', _account, settled_on, date '9999-12-31' from settled
    union all
    select 'new', _account, settled_on + new_from_days::integer, settled_on + new_to_days::integer from settled where settled_on < date '9999-01-01'
    union all
    select 'renewing', _account, greatest(since, ends_on - renewing_days::integer), ended_on from term where is_due and not is_trial
    union all
    select 'unprepared', _account, date '1900-01-01', date '9999-12-31' from numbered
    where _account not in (select _account from prepared where from_on <= as_of::date)
),
counted as (
    select gate, _account, from_on, until_on from stretch where from_on < until_on and from_on <= as_of::date
    union all
    select 'prepared', _account, from_on, until_on from prepared where from_on < until_on and from_on <= as_of::date
),
reached as (
    select
        *,
        max(until_on) over (
            partition by gate, _account order by from_on, until_on rows between unbounded preceding and 1 preceding
        ) as covered_until
    from counted
),
numbered_stretch as (
    select
        *, count(*) filter (where coalesce(from_on > covered_until, true)) over (partition by gate, _account order by from_on, until_on) as stretch
    from reached
),
merged as materialized (
    select gate, _account, min(from_on) as from_on, max(until_on) as until_on from numbered_stretch group by gate, _account, stretch
),
between_plans as (
    select
        _account, until_on as from_on, lead(from_on, 1, date '9999-12-31') over (partition by _account order by from_on) as until_on
    from merged where gate = 'prepared'
    union all
    select _account, date '1900-01-01', min(from_on) from merged where gate = 'prepared' group by _account
)
select gate, _account, from_on, until_on from merged where gate <> 'prepared'
union all
select 'unprepared', _account, from_on, until_on from between_plans where from_on < until_on;
