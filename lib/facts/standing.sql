-- dwell_days: from stage_since to the day, for live and pending accounts. peers_dwell_days: the median of days that accounts of
-- scope of the same segment (as it is now) spent in that stage (Kaplan and Meier 1958: those still in it, or lost from it, are
-- censored); empty where half have not left it, or fewer than least_peers came to it. dwell_ratio = dwell_days / peers_dwell_days.
-- is_past_onboarding: past the first stage, or onboarding_days after the start.
create macro is_past(place, is_since_ever, started_on, tenure_months, as_of, onboarding_days) as (
    coalesce(place > 1, false) or is_since_ever
        or coalesce(started_on + onboarding_days::integer <= as_of::date, false)
        or coalesce(tenure_months * 30.4375 >= onboarding_days::integer, false)
);

-- Of stood_on what it takes to tell accounts in onboarding from those past it, at a third of the work.
create macro settled_on(as_of, grace_days, renewal_windows, onboarding_days) as table
select
    term._account, term.is_live, term.arr, term.renews_on,
    is_past(place, is_since_ever, term.started_on, term.tenure_months, as_of, onboarding_days) as is_past_onboarding
from term_on(as_of, grace_days, renewal_windows) as term
left join (select _account, place from stage_spell(as_of) where is_furthest) as spell on spell._account = term._account;

create macro stood_on(
    as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active, low_sentiment,
    onboarding_days, least_peers
) as table
with spell as (
    from stage_spell(as_of)
),
stood as materialized (
    select
        risk.*,
        spell.stage,
        spell.reached_on as stage_since,
        case when is_live or is_pending then as_of::date - spell.reached_on end as dwell_days,
        is_past(spell.place, is_since_ever, risk.started_on, risk.tenure_months, as_of, onboarding_days) as is_past_onboarding
    from risk_on(
        as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active, low_sentiment
    ) as risk
    left join spell on spell._account = risk._account and spell.is_furthest
),
stay as (
    select
        of_segment,
        spell.stage,
        greatest(coalesce(left_on, least(as_of::date, ended_on)) - reached_on, 0) as days,
        count(*) as n,
        count(left_on) as n_left
    from spell
    join stood using (_account)
    group by all
),
at_risk as (
    select *, sum(n) over (partition by of_segment, stage order by days desc) as n_at_risk from stay
),
survival as (
    select *, product(1 - n_left / n_at_risk) over (partition by of_segment, stage order by days) as share_left from at_risk
),
peers as (
    select of_segment, stage, sum(n) as n_peers, min(days) filter (where share_left <= 0.5 + 1e-9) as peers_dwell_days
    from survival
    group by of_segment, stage
)
select
    stood.* exclude (account, tenure_months, tried_on, is_since_ever, has_notice, has_asked),
    peers_dwell_days,
    dwell_days / nullif(peers_dwell_days, 0) as dwell_ratio
from stood
left join peers
    on peers.of_segment is not distinct from stood.of_segment and peers.stage = stood.stage and n_peers >= least_peers::integer;

-- ready: live, and
--   past onboarding        is_past_onboarding
--   significant drop, rising    the movement of use
--   top users              past onboarding, at least least_active people, and seats_active_rate among the highest top_user_share
--                          of such accounts of its segment in scope (or as high as the last of those)
--   under 60 % utilisation      the lowest band of utilisation, by its label
create macro standing_on(
    as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active, low_sentiment,
    onboarding_days, top_user_share, least_peers
) as table
with stood as materialized (
    from stood_on(
        as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active, low_sentiment,
        onboarding_days, least_peers
    )
),
rated as (
    select of_segment, list(seats_active_rate order by seats_active_rate desc) as rates
    from stood
    where is_live and is_past_onboarding and n_active_people >= least_active::integer and seats_active_rate is not null
    group by of_segment
),
top as (
    select of_segment, list_extract(rates, ceil(top_user_share::double * len(rates))::integer) as least_rate from rated
)
select
    stood.* exclude (of_segment),
    list_filter([
        case when is_past_onboarding then 'past onboarding' end,
        case when movement = 'significant drop' then 'significant drop' end,
        case when is_past_onboarding and n_active_people >= least_active::integer and seats_active_rate >= least_rate then 'top users' end,
        case when utilisation = list_extract(utilisation_labels::varchar[], 1) then utilisation || ' utilisation' end,
        case when movement = 'rising' then 'rising' end
    ], lambda segment: is_live and segment is not null) as ready
from stood
left join top on top.of_segment is not distinct from stood.of_segment;
