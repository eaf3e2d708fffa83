-- Use, satisfaction and proficiency of accounts as of a day, read together. Grain: one row per account of scope; is_ours: it is live
-- or pending. Nothing after the day is known. What is not known is said to be, and is in no corner.
--   usage_level    high: seats_active_rate is the lowest band of utilisation or more; where no seats are given: used in every one
--                  of the last 4 full weeks
--   satisfaction   satisfied or unhappy by the mean of each person's latest NPS answer; where there is none by the mean of CSAT (of
--                  tickets and surveys); where there is none by the team's latest sentiment. All of the last said_days days
--   proficiency    by the mean of each person's latest proficiency survey in those days; where there is none by the share of
--                  advanced features used in the weeks of use_before, of those that accounts of its plan used then
--   corner         false comfort (high use, unhappy), strong (high, satisfied), at the edge (low, unhappy), quiet champions (low,
--                  satisfied); not known
create macro corner_on(
    as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active,
    n_weeks, said_days, nps_satisfied, csat_satisfied, sentiment_satisfied, proficient_score, proficient_share, high_value_features
) as table
with span as (
    from use_before(as_of::date + 1, n_weeks)
),
ours as (
    select _account, account, plan::varchar as plan from scope
),
weekly as (
    select account
    from usage.usage_week, span
    where is_known and week >= span.recent_on and week < span.closes_on and n_events + n_events_system > 0
    group by account
    having count(*) = 4
),
answer as (
    select _account, kind, score, answered_on, survey, coalesce(person, survey) as person
    from core.survey
    where score is not null and answered_on <= as_of::date and answered_on > as_of::date - said_days::integer
),
by_person as (
    select _account, kind, person, arg_max(score, (answered_on, survey)) as score
    from answer
    where kind in ('nps', 'proficiency')
    group by _account, kind, person
),
surveyed as (
    select
        _account,
        avg(score) filter (where kind = 'nps') as nps,
        avg(score) filter (where kind = 'proficiency') as proficiency_score
    from by_person
    group by _account
),
rated as (
    select _account, avg(csat) as csat
    from (
        select _account, csat
        from core.ticket
        where csat is not null
          and coalesce(closed_at, opened_at) < as_of::date + 1 and coalesce(closed_at, opened_at) >= as_of::date + 1 - said_days::integer
        union all
        select _account, score from answer where kind = 'csat'
    )
    group by _account
),
felt as (
    select account, arg_max(score::integer, place) as sentiment
    from written_sentiment
    where score is not null and said_on::date <= as_of::date and said_on::date > as_of::date - said_days::integer
    group by account
),
advanced as (
    select feature
    from core.feature
    where coalesce(released_on <= as_of::date, true)
      and if(len(high_value_features::varchar[]) > 0, list_contains(high_value_features::varchar[], feature), level = 'advanced')
),
used as (
    select distinct used.account, used.feature
    from usage.usage_feature_week as used
    join span on is_known and week >= span.opens_on and week < span.closes_on
    join advanced on advanced.feature = used.feature
),
n_used as (
    select account, count(*) as n from used group by account
),
there_is as (
    select plan, count(distinct feature) as n from used join ours on ours.account = used.account group by plan
),
known as (
    select
        use.* exclude (account),
        ours.account,
        is_live or is_pending as is_ours,
        case
            when not span.is_known then 'not known'
            when coalesce(seats, 0) > 0 then if(seats_active_rate >= list_min(utilisation_bands::double[]), 'high', 'low')
            else if(weekly.account is not null, 'high', 'low')
        end as usage_level,
        case when nps is not null then 'NPS' when csat is not null then 'CSAT' when sentiment is not null then 'sentiment' end as satisfied_by,
        coalesce(nps, csat, sentiment)::double as satisfied_score,
        case
            when nps is not null then nps >= nps_satisfied::double
            when csat is not null then csat >= csat_satisfied::double
            else sentiment >= sentiment_satisfied::double
        end as is_satisfied,
        proficiency_score,
        case when span.is_known then coalesce(n_used.n, 0) / nullif(there_is.n, 0) end as advanced_used_rate,
        coalesce(proficiency_score >= proficient_score::double, advanced_used_rate >= proficient_share::double) as is_proficient
    from use_on(
        as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active
    ) as use
    cross join span
    join ours on ours._account = use._account
    left join weekly on weekly.account = ours.account
    left join surveyed on surveyed._account = use._account
    left join rated on rated._account = use._account
    left join felt on felt.account = ours.account
    left join n_used on n_used.account = ours.account
    left join there_is on there_is.plan is not distinct from ours.plan
)
select
    *,
    case when is_satisfied then 'satisfied' when not is_satisfied then 'unhappy' else 'not known' end as satisfaction,
    case when is_proficient then 'proficient' when not is_proficient then 'not proficient' else 'not known' end as proficiency,
    case
        when usage_level = 'high' and not is_satisfied then 'false comfort'
        when usage_level = 'high' and is_satisfied then 'strong'
        when usage_level = 'low' and not is_satisfied then 'at the edge'
        when usage_level = 'low' and is_satisfied then 'quiet champions'
        else 'not known'
    end as corner
from known;
