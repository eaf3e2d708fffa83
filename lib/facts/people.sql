-- People: when each person of scope came, first and last used, and left, and what they are on a day (their lives: lives.sql). People
-- are those of the person file, and those seen in use alone. Nothing after the day is known. System events are nobody's use.

-- Grain: one row per person of an account.
-- provisioned_on   the day of the person file, or of the first use where that is earlier or the file has none: begins_with says which
-- opens_on, known_until, closes_on   of the use that is known, as use_span (usage.sql) has them
-- gone_on          the end of the account's last term (trials are terms), once the grace days after it are over
-- ends_on          the day after the last on which the person was there to be seen
create macro person_on(as_of, grace_days) as table
with term_end as (
    select
        _account,
        max(coalesce(least(ends_on, case when cancelled_on <= as_of::date then cancelled_on end), date '9999-12-31')) as ended_on
    from core.contract
    where coalesce(starts_on <= as_of::date, true)
    group by _account
),
gone as (
    select _account, ended_on as gone_on from term_end where ended_on + grace_days::integer <= as_of::date
),
known as (
    select
        account, person, name, role, buying_role,
        provisioned_at::date as provisioned_on,
        case when deactivated_on <= as_of::date then deactivated_on end as deactivated_on
    from core.person
    where coalesce(provisioned_at < as_of::date + 1, true)
),
used as (
    select account, person, min(day) as first_use_on, max(day) as last_use_on
    from usage.usage_person_day
    where day <= as_of::date and account in (select account from scope)
    group by account, person
),
met as (
    select
        coalesce(known.account, used.account) as account,
        coalesce(known.person, used.person) as person,
        known.name as person_name,
        role, buying_role, deactivated_on, first_use_on, last_use_on,
        least(known.provisioned_on, first_use_on) as provisioned_on,
        case when known.provisioned_on <= first_use_on or first_use_on is null then 'provisioning' else 'first use' end as begins_with
    from known
    full join used on used.account = known.account and used.person = known.person
)
select
    scope._account, met.*,
    case when provisioned_on is not null then (date_trunc('week', provisioned_on + 6))::date end as first_monday,
    opens_on, known_until, closes_on,
    gone_on,
    case when known_until is not null then least(known_until, deactivated_on, gone_on) end as ends_on
from met
join (select _account, account from scope) as scope on scope.account = met.account
cross join use_span(as_of) as span
left join gone on gone._account = scope._account;

-- user_class: what a person is on the day
--   deactivated   the login is closed
--   loyal         used in loyal_weeks or more of the last loyal_of_weeks full weeks, all of them of the person's life
--   casual        used in fewer of them, or since
--   dormant       used before, and not in them
--   never         not once so far
-- Empty where the account has left, or where use is not known up to the day. is_new: too young to be loyal.
create macro user_class_on(as_of, grace_days, loyal_weeks, loyal_of_weeks) as table
with met as materialized (
    from person_on(as_of, grace_days)
),
recent as (
    select used.account, used.person, count(*) as n_weeks
    from usage.usage_person_week as used
    cross join (select any_value(closes_on) as closes_on from met) as span
    where week >= closes_on - 7 * loyal_of_weeks::integer and week < closes_on
    group by used.account, used.person
)
select
    met.*,
    coalesce(n_weeks, 0)::integer as n_active_weeks,
    coalesce(first_monday + 7 * loyal_of_weeks::integer > closes_on, false) as is_new,
    coalesce(known_until >= date_trunc('week', as_of::date + 1)::date, false) as is_known,
    case
        when gone_on is not null then null
        when deactivated_on is not null then 'deactivated'
        when not is_known then null
        when first_use_on is null then 'never'
        when n_weeks >= loyal_weeks::integer and not is_new then 'loyal'
        when n_weeks >= 1 or last_use_on >= closes_on then 'casual'
        else 'dormant'
    end as user_class
from met
left join recent on recent.account = met.account and recent.person = met.person;
