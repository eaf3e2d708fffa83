-- People as whom one may write to: what conditions of audiences read. Grain: one row per person of an account of scope, and one without
-- a person for an account of which nobody is known. Nothing after the day is known: features and log-ins are known by the week, so the
-- week under way counts on the last day of the data alone.
--   days_since_coming, first_use_on, last_use_on, user_class   as people.sql has them; n_active_weeks of the last loyal_of_weeks
--   n_days_used, n_logins   over the whole life; log-ins are uses of a feature that is a log-in, where the data has none: sessions
--   n_advanced              advanced features used in the last advanced_weeks weeks, n_features: all
--   trained_on, onboarded_on   of the person; without a training: when the account left its first stage, or the person came, if later
--   last_contact_on         by the team, of any kind, in the store or written down; of contacts with the person alone
--   nps, nps_on             the person's latest answer
--   stage, renews_in, has_left, n_people, n_active_people   of the account

-- Which weeks of use count on a day.
create macro is_week_known(week, as_of) as
    week <= as_of::date and (week + 6 <= as_of::date or coalesce(as_of::date >= getvariable('known_to')::date, true));

create macro login_feature(login_names) as table
with given as (
    select count(*) > 0 as is_given from usage.usage_feature where role = 'login'
)
select seen.feature
from (select distinct feature from usage.usage_feature_week) as seen
left join usage.usage_feature as said on said.feature = seen.feature
cross join given
where case
    when is_given then said.role = 'login'
    else list_contains(login_names::varchar[], trim(regexp_replace(lower(seen.feature), '[^a-z0-9]+', ' ', 'g')))
end;

-- Grain: one row per person who used a feature by the day, within so many days of it (0: ever).
create macro feature_user_on(as_of, feature, days) as table
select distinct used.account, used.person
from usage.usage_person_feature_week as used
where used.feature = feature::varchar and is_week_known(week, as_of)
  and (days::integer = 0 or week + 6 > as_of::date - days::integer);

create macro contact_with_person_on(as_of) as table
select ours.account, person, max(occurred_at::date) as last_contact_on
from touch_on(as_of) as touch
join (select _account, account from scope) as ours on ours._account = touch._account
where person is not null
group by ours.account, person;

-- Grain: one row per person with an answer by the day: the latest one.
create macro nps_of_person_on(as_of) as table
select account, person, arg_max(score, (answered_on, survey)) as nps, max(answered_on) as nps_on
from core.survey
where kind = 'nps' and score is not null and answered_on <= as_of::date and person is not null
  and account in (select account from scope)
group by account, person;

create macro addressee_on(
    as_of, grace_days, renewal_windows, loyal_weeks, loyal_of_weeks, high_value_features, advanced_weeks, login_names
) as table
with met as materialized (
    from user_class_on(as_of, grace_days, loyal_weeks, loyal_of_weeks)
),
of_account as (
    select
        term._account, term.account, is_past as has_left, days_to_renewal as renews_in, stage_on.stage, first_stage.left_on as started_on
    from term_on(as_of, grace_days, renewal_windows) as term
    left join stage_on(as_of) as stage_on on stage_on._account = term._account
    left join (
        select _account, left_on from stage_spell(as_of) qualify row_number() over (partition by _account order by place) = 1
    ) as first_stage on first_stage._account = term._account
),
day_used as (
    select account, person, count(*) as n from usage.usage_person_day
    where day <= as_of::date and account in (select account from scope)
    group by account, person
),
by_feature as materialized (
    select
        account, person, feature, sum(n_events) as n_events,
        bool_or(week + 6 > as_of::date - 7 * advanced_weeks::integer) as is_recent
    from usage.usage_person_feature_week
    where is_week_known(week, as_of) and account in (select account from scope)
    group by account, person, feature
),
feature_used as (
    select
        account, person,
        sum(n_events) filter (where is_login) as n_logins,
        count(*) filter (where is_recent) as n_features,
        count(*) filter (where is_recent and is_advanced) as n_advanced
    from by_feature
    join (
        select
            used.feature,
            used.feature in (select feature from login_feature(login_names)) as is_login,
            if(
                len(high_value_features::varchar[]) > 0, list_contains(high_value_features::varchar[], used.feature),
                coalesce(lower(trim(level)) = 'advanced', false)
            ) as is_advanced
        from (select distinct feature from by_feature) as used
        left join core.feature as said on said.feature = used.feature
    ) as told on told.feature = by_feature.feature
    group by account, person
),
session as (
    select account, person, sum(n_sessions) as n
    from usage.usage_friction_week
    where is_week_known(week, as_of) and account in (select account from scope) and not exists (from login_feature(login_names))
    group by account, person
),
known as (
    select
        of_account._account, of_account.account, met.person, met.person_name, said.email, met.role, met.buying_role, met.user_class,
        provisioned_on as came_on,
        as_of::date - provisioned_on as days_since_coming,
        first_use_on, last_use_on, n_active_weeks,
        case when said.trained_on <= as_of::date then said.trained_on end as trained_on,
        coalesce(
            case when said.trained_on <= as_of::date then said.trained_on end,
            case when of_account.started_on is not null then greatest(of_account.started_on, provisioned_on) end
        ) as onboarded_on,
        coalesce(day_used.n, 0) as n_days_used,
        coalesce(feature_used.n_logins, session.n, 0)::bigint as n_logins,
        coalesce(feature_used.n_features, 0) as n_features,
        coalesce(feature_used.n_advanced, 0) as n_advanced,
        last_contact_on, nps, nps_on,
        said.opted_out_on, said.deactivated_on,
        stage, renews_in, has_left
    from of_account
    left join met on met._account = of_account._account
    left join core.person as said on said.account = met.account and said.person = met.person
    left join day_used on day_used.account = met.account and day_used.person = met.person
    left join feature_used on feature_used.account = met.account and feature_used.person = met.person
    left join session on session.account = met.account and session.person = met.person
    left join contact_with_person_on(as_of) as contact on contact.account = met.account and contact.person = met.person
    left join nps_of_person_on(as_of) as nps on nps.account = met.account and nps.person = met.person
)
select
    *,
    count(person) filter (where deactivated_on is null) over of_one as n_people,
    count(*) filter (where n_active_weeks > 0 and deactivated_on is null) over of_one as n_active_people
from known
window of_one as (partition by _account);

-- Where a person lies in a draw: a number from 0 up to 1, the same for the same salt, account and person.
create macro place_in_draw(salt, account, person) as
    ('0x' || left(md5(concat_ws(chr(31), salt::varchar, account, coalesce(person, ''))), 13))::bigint / 4503599627370496.0;

-- New people at the critical moments of their start. Grain: one row per person of an account of scope that is no past customer and
-- moment they came to by the day.
--   reached_on   the day of the moment; contacted_on: of the first touch in the within_days from it
--   is_over      all of those days are over
create macro moment_on(
    as_of, grace_days, renewal_windows, loyal_weeks, loyal_of_weeks, high_value_features, advanced_weeks, login_names, new_user_days, moments
) as table
with named as (
    select unnest(moments::struct(moment varchar, begins varchar, within_days integer, after_days integer, place integer)[], recursive := true)
),
met as materialized (
    from addressee_on(
        as_of, grace_days, renewal_windows, loyal_weeks, loyal_of_weeks, high_value_features, advanced_weeks, login_names
    )
),
come as (
    select
        met._account, met.account, met.person, met.person_name, met.email, met.role, met.came_on, met.opted_out_on, met.deactivated_on,
        named.moment, named.place, named.within_days,
        named.after_days + case named.begins
            when 'signed_up' then came_on
            when 'first_use' then first_use_on
            when 'not_begun' then case when coalesce(first_use_on >= came_on + named.after_days, true) then came_on end
            when 'trained' then trained_on
        end as reached_on
    from met
    cross join named
    where met.person is not null and not met.has_left and days_since_coming <= new_user_days::integer
)
select
    come.*, min(touch.occurred_at::date) as contacted_on, come.reached_on + come.within_days <= as_of::date + 1 as is_over
from come
left join touch_on(as_of) as touch
    on touch._account = come._account and touch.person = come.person
    and touch.occurred_at >= come.reached_on and touch.occurred_at < come.reached_on + come.within_days
where come.reached_on <= as_of::date
group by all;
