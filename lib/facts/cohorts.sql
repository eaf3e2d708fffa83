-- Cohorts: who began when, what is known of them since, and which terms they held. Accounts are those of `scope`; nothing after
-- the day is known. Somebody's step k is [step_opens(began_on, k, ...), step_opens(began_on, k + 1, ...)): rolling ones are counted
-- from the day they began, those of the calendar from the day, Monday or month that this day is in.
--   cohort_known      one row: the days that the usage data covers
--   cohort_person     a row per account and person: the day they came, the day of their first use
--   cohort_first_use  a row per account and person who used any feature of a list: the day they first did
--   cohort_key_feature  a row per feature whose use is a key action
--   cohort_account    a row per account with a contract, or a start: when it began, and until when it is known to live or not
--   cohort_term       a row per contract term that is no trial and had begun: its days and its ARR

create macro step_opens(began_on, k, unit, is_calendar) as case unit
    when 'month' then (case when is_calendar then date_trunc('month', began_on)::date else began_on end + to_months(k::integer))::date
    when 'week' then case when is_calendar then date_trunc('week', began_on)::date else began_on end + (7 * k)::integer
    else began_on + k::integer
end;

-- A month begun on the 31st ends, where there is none, with the month's last day.
create macro months_since(began_on, day) as
    date_diff('month', began_on, day) - (dayofmonth(began_on) > dayofmonth(day) and day <> last_day(day))::integer;

create macro step_of(day, began_on, unit, is_calendar) as case unit
    when 'month' then case when is_calendar then date_diff('month', began_on, day) else months_since(began_on, day) end
    when 'week' then case
        when is_calendar then (date_trunc('week', day)::date - date_trunc('week', began_on)::date) // 7
        else (day - began_on) // 7
    end
    else day - began_on
end;

-- [known_from, known_to): from the first day of any use to the last one, both by the day. Of features a week is the finest that
-- is known: where use goes on after the day, they are known to weeks_to, the end of the last full week.
create macro cohort_known(as_of) as table
with span as (
    select
        min(day) as known_from,
        max(day) filter (where day <= as_of::date) + 1 as used_to,
        coalesce(max(day) > any_value(as_of::date), false) as goes_on
    from usage.usage_batch_day
    where n_events > 0
)
select
    known_from,
    case when goes_on then as_of::date + 1 else used_to end as known_to,
    case when goes_on then date_trunc('week', as_of::date + 1)::date else used_to end as weeks_to
from span;

-- The first day of a week that is active: the lowest bit that is set.
create macro first_active_day(week, active_days) as
    week + list_position([(active_days::integer >> n) & 1 for n in range(7)], 1)::integer - 1;

create macro cohort_person(as_of) as table
with first_week as (
    select account, person, min(week) as week, arg_min(active_days, week) as active_days
    from usage.usage_person_week
    where week <= as_of::date
    group by account, person
),
used as (
    select account, person, first_active_day(week, active_days) as first_used_on
    from first_week
    where first_active_day(week, active_days) <= as_of::date
),
listed as (
    select account, person, case when provisioned_at < as_of::date + 1 then provisioned_at::date end as provisioned_on
    from core.person
),
known as (
    select account, person, provisioned_on, first_used_on from listed full join used using (account, person)
)
select
    scope._account, account, person, first_used_on,
    coalesce(provisioned_on, first_used_on) as came_on
from known
join (select _account, account from scope) as scope using (account)
where came_on is not null;

-- The first use of a feature is known by its week; its day is taken to be the person's first day of use in that week.
create macro cohort_first_use(as_of, features) as table
with first_week as (
    select account, person, min(week) as week
    from usage.usage_first_use
    where list_contains(features::varchar[], feature)
      and week < (select weeks_to from cohort_known(as_of))
    group by account, person
)
select account, person, first_active_day(week, active_days) as first_on
from first_week
join usage.usage_person_week using (account, person, week);

-- Those named; where none is, every feature of people but a login or help, by its role, or by its name where no role is known.
create macro cohort_key_feature(key_actions, plain_names) as table
with seen as (
    select distinct feature from usage.usage_feature_week where feature is not null
),
said as (
    select
        seen.feature,
        case
            when exists (from usage.usage_feature where role is not null) then coalesce(usage_feature.role in ('login', 'help'), false)
            else trim(regexp_replace(lower(seen.feature), '[^a-z0-9]+', ' ', 'g')) in (select unnest(plain_names::varchar[]))
        end as is_plain
    from seen
    left join usage.usage_feature on usage_feature.feature = seen.feature
)
select feature
from said
where case when len(key_actions::varchar[]) > 0 then feature in (select unnest(key_actions::varchar[])) else not is_plain end;

-- signed_on: the account's start as given, else its first term, trials included. contract_on: its first term that is no trial;
-- empty where one of them has no start. until_on: the day until which it is known whether the account lives: the day after as_of,
-- or the end of its last term while the grace days of that term run and it was not refused.
create macro cohort_account(as_of, grace_days) as table
with term as (
    select
        _account, starts_on,
        kind is not distinct from 'trial' as is_trial,
        least(ends_on, case when cancelled_on <= as_of::date then cancelled_on end) as ended_on,
        not is_trial and coalesce(ended_on > as_of::date, true) as is_live,
        not is_trial and not is_live and not coalesce(notice_given_on <= as_of::date, false)
            and coalesce(cancelled_on > as_of::date, true) and ended_on + grace_days::integer > as_of::date as is_in_grace
    from core.contract
    where coalesce(starts_on <= as_of::date, true)
),
by_account as (
    select
        _account,
        min(starts_on) as first_on,
        case when not bool_or(starts_on is null and not is_trial) then min(starts_on) filter (where not is_trial) end as contract_on,
        case when not bool_or(is_live) then max(ended_on) filter (where is_in_grace) end as grace_from
    from term
    group by _account
)
select
    scope._account, scope.account,
    coalesce(case when scope.started_on <= as_of::date then scope.started_on end, first_on) as signed_on,
    contract_on,
    coalesce(grace_from, as_of::date + 1) as until_on
from (select _account, account, started_on from scope) as scope
left join by_account on by_account._account = scope._account;

create macro cohort_term(as_of) as table
select
    _account, starts_on,
    least(ends_on, case when cancelled_on <= as_of::date then cancelled_on end) as ended_on,
    case when coalesce(is_recurring, true) then coalesce(arr, 0) else 0 end as arr
from core.contract
semi join (select _account from scope) as scope using (_account)
where kind is distinct from 'trial'
  and coalesce(starts_on <= as_of::date, true);
