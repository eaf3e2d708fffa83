-- Lives of people: when each became loyal, adopted, and did what matters first. Each macro adds to the one before it, and costs a
-- pass over what it reads of use: ask for the last one whose columns are needed.
--   person_seen      person_on, and for how long each was seen
--   person_loyal     the same, and loyal_on
--   person_adopting  the same, and adopted_on
--   person_life      the same, and first_key_action_on
-- Grain of all: one row per person of an account. Each of the days is before ends_on, or empty.

-- The first of rising days that is the n-th within so many days.
create macro first_within(days, n, within_days) as
    list_min(list_filter(days, lambda each, nth: nth >= n::integer and days[nth - n::integer + 1] > each - within_days::integer));

-- seen_days        the days of life so far, whether something happened or not (censoring); empty for who was never there: without
--                  a day to begin with, or closed before it
-- is_start_seen    life began while use was known; who begins with the first use must have been silent for loyal_of_weeks weeks of
--                  known use before it
-- left_by          what ended the days seen: deactivated, or the account left; empty: still there when what is known ends
create macro person_seen(as_of, grace_days, loyal_of_weeks) as table
select
    *,
    case when ends_on > provisioned_on then ends_on - 1 - provisioned_on end as seen_days,
    known_until - 1 - provisioned_on as followed_days,
    provisioned_on >= opens_on + case when begins_with = 'first use' then 7 * loyal_of_weeks::integer else 0 end as is_start_seen,
    case
        when ends_on >= known_until then null
        when deactivated_on <= coalesce(gone_on, deactivated_on) then 'deactivated'
        else 'account left'
    end as left_by
from person_on(as_of, grace_days);

-- loyal_on   the first Sunday that ends loyal_of_weeks full weeks of the person's life with use in loyal_weeks of them
create macro person_loyal(as_of, grace_days, loyal_weeks, loyal_of_weeks) as table
with active as (
    select account, person, list(week order by week) as weeks
    from usage.usage_person_week
    where week <= as_of::date and account in (select account from scope)
    group by account, person
),
lived as (
    select met.*, list_filter(weeks, lambda each: each >= first_monday and each < closes_on) as weeks_of_life
    from person_seen(as_of, grace_days, loyal_of_weeks) as met
    left join active on active.account = met.account and active.person = met.person
),
ripened as (
    select
        *,
        first_within(weeks_of_life, loyal_weeks, 7 * loyal_of_weeks::integer) as last_week,
        first_monday + 7 * (loyal_of_weeks::integer - 1) as ripe_on
    from lived
)
select
    * exclude (weeks_of_life, last_week, ripe_on),
    case when last_week is not null and greatest(last_week, ripe_on) + 6 < ends_on then greatest(last_week, ripe_on) + 6 end as loyal_on,
    loyal_on - provisioned_on as days_to_loyal
from ripened;

-- adopted_on   the day of the first adopted_days different days of use that lie within adopted_within_days
create macro person_adopting(as_of, grace_days, adopted_days, adopted_within_days, loyal_weeks, loyal_of_weeks) as table
with active as (
    select account, person, list(day order by day) as days
    from usage.usage_person_day
    where day <= as_of::date and account in (select account from scope)
    group by account, person
),
risen as (
    select account, person, first_within(days, adopted_days, adopted_within_days) as risen_on from active
)
select
    met.*,
    case when risen_on < ends_on then risen_on end as adopted_on,
    adopted_on - provisioned_on as days_to_adopted
from person_loyal(as_of, grace_days, loyal_weeks, loyal_of_weeks) as met
left join risen on risen.account = met.account and risen.person = met.person;

-- first_key_action_on   the first day of use in the first full week with a key action (features are known by the week)
create macro person_life(
    as_of, grace_days, key_actions, plain_names, adopted_days, adopted_within_days, loyal_weeks, loyal_of_weeks
) as table
with role_given as (
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
    from usage.usage_first_use as used
    join key_feature on key_feature.feature = used.feature
    where week <= as_of::date and account in (select account from scope)
    group by account, person
),
key_day as (
    select used.account, used.person, week, min(day) as acted_on
    from usage.usage_person_day as used
    join key_week on key_week.account = used.account and key_week.person = used.person
    where day >= week
    group by used.account, used.person, week
)
select
    met.*,
    case when week < closes_on and acted_on < ends_on then acted_on end as first_key_action_on,
    first_key_action_on - provisioned_on as days_to_key_action
from person_adopting(as_of, grace_days, adopted_days, adopted_within_days, loyal_weeks, loyal_of_weeks) as met
left join key_day on key_day.account = met.account and key_day.person = met.person;
