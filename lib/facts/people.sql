-- Lives of people: when each person of scope came, used, adopted, became loyal and left, and what they are on a day. People are
-- those of the person file, and those seen in use alone. Nothing after the day is known. System events are nobody's use.

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
    where day <= as_of::date
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

-- Grain: one row per person of an account: the columns of person_on, and
-- first_key_action_on   the first day of use in the first full week with a key action (features are known by the week)
-- adopted_on   the day of the first adopted_days different days of use that lie within adopted_within_days
-- loyal_on     the first Sunday that ends loyal_of_weeks full weeks of the person's life with use in loyal_weeks of them
-- Each is before ends_on, or empty. seen_days: the days of life so far, whether something happened or not (censoring); empty
-- for who was never there: without a day to begin with, or closed before it. is_start_seen: life began while use was known; who
-- begins with the first use must have been silent for loyal_of_weeks weeks of known use before it.
-- left_by      what ended the days seen: deactivated, or the account left; empty: still there when what is known ends
create macro person_life(
    as_of, grace_days, key_actions, plain_names, adopted_days, adopted_within_days, loyal_weeks, loyal_of_weeks
) as table
with met as materialized (
    from person_on(as_of, grace_days)
),
span as (
    select any_value(closes_on) as closes_on from met
),
rising_day as (
    select account, person, day, lag(day, adopted_days::integer - 1) over (partition by account, person order by day) as earlier_day
    from usage.usage_person_day
    where day <= as_of::date
),
adopted as (
    select account, person, min(day) as adopted_on
    from rising_day
    where earlier_day > day - adopted_within_days::integer
    group by account, person
),
rising_week as (
    select
        used.account, used.person, used.week,
        lag(used.week, loyal_weeks::integer - 1) over (partition by used.account, used.person order by used.week) as earlier_week,
        met.first_monday + 7 * (loyal_of_weeks::integer - 1) as ripe_on
    from usage.usage_person_week as used
    join met on met.account = used.account and met.person = used.person
    where used.week >= met.first_monday and used.week < met.closes_on
),
loyal as (
    select account, person, min(greatest(week, ripe_on)) + 6 as loyal_on
    from rising_week
    where earlier_week > week - 7 * loyal_of_weeks::integer
    group by account, person
),
role_given as (
    select count(role) > 0 as is_given from usage.usage_feature
),
key_feature as (
    select seen.feature
    from (select distinct feature from usage.usage_feature_week) as seen
    left join usage.usage_feature as said on said.feature = seen.feature
    cross join role_given
    where case
        when len(key_actions::varchar[]) > 0 then list_contains(key_actions::varchar[], seen.feature)
        when is_given then coalesce(said.role not in ('login', 'help'), true)
        else not list_contains(plain_names::varchar[], trim(regexp_replace(lower(seen.feature), '[^a-z0-9]+', ' ', 'g')))
    end
),
key_week as (
    select account, person, min(week) as week
    from usage.usage_person_feature_week as used
    join key_feature on key_feature.feature = used.feature
    cross join span
    where week < closes_on
    group by account, person
),
key_day as (
    select used.account, used.person, min(day) as first_key_action_on
    from usage.usage_person_day as used
    join key_week on key_week.account = used.account and key_week.person = used.person
    where day >= week
    group by used.account, used.person
),
dated as (
    select
        met.*,
        case when first_key_action_on < ends_on then first_key_action_on end as first_key_action_on,
        case when adopted_on < ends_on then adopted_on end as adopted_on,
        case when loyal_on < ends_on then loyal_on end as loyal_on
    from met
    left join adopted on adopted.account = met.account and adopted.person = met.person
    left join loyal on loyal.account = met.account and loyal.person = met.person
    left join key_day on key_day.account = met.account and key_day.person = met.person
)
select
    *,
    first_key_action_on - provisioned_on as days_to_key_action,
    adopted_on - provisioned_on as days_to_adopted,
    loyal_on - provisioned_on as days_to_loyal,
    case when ends_on > provisioned_on then ends_on - 1 - provisioned_on end as seen_days,
    known_until - 1 - provisioned_on as followed_days,
    provisioned_on >= opens_on + case when begins_with = 'first use' then 7 * loyal_of_weeks::integer else 0 end as is_start_seen,
    case
        when ends_on >= known_until then null
        when deactivated_on <= coalesce(gone_on, deactivated_on) then 'deactivated'
        else 'account left'
    end as left_by
from dated;

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
