-- How accounts stand as of a day. Grain of every relation here: one row per account of `scope`, by its number in this snapshot.
-- Nothing after the day is known: a notice, a cancellation, a use, a stage or a word of a later day is as if it were not.
--   term_on       contracts: live or not, money, seats, the next renewal, notice
--   use_on        the same, and use of the last full weeks against seats and against the weeks before
--   contact_on    tickets, touches, what the customer and the CSM said, save plans
--   risk_on       use_on and contact_on, and the reasons for which an account is at risk
--   stage_on      the furthest stage reached (accounts that reached none have no row); stage_order is the order of stages
--   stood_on      risk_on, and the stage against that of peers
--   standing_on   stood_on, and what an account is ready for
--   weekly_on     people active in each of the last 13 full weeks (accounts without use have no row)
-- `scope` and the written tables are shadowed by those of the cursor; without a cursor's own there is no account, no word.
-- An account may have columns of any name beside ours, so only named columns of `scope` are joined.

create table scope (
    _account uinteger, account varchar, segment varchar, started_on date, tenure_months double, arr decimal(18, 2), seats bigint,
    renews_on date, churned boolean
);

-- What people write in the app: the columns that facts and measures read. Tables of a workspace may have more.
create table written_sentiment (account varchar, score integer, said_on date, made_at timestamp);
create table written_save_plan (account varchar, opened_on date, closed_on date, outcome varchar);
create table written_cancel_request (account varchar, asked_on date, withdrawn_on date);
create table written_touch (account varchar, occurred_at timestamp, kind varchar, is_two_way boolean);
create table written_renewal_call (account varchar, renews_on date, call varchar, amount decimal(18, 2), called_on date);
create table written_task (account varchar, due_on date, done_on date, owner varchar, title varchar);

-- is_live: a term that is no trial has begun and not ended. is_pending: none is live, and the grace days of a term that was not
-- refused still run. is_past: all that began have ended, and none is pending. is_upcoming: none has begun yet. An account
-- without any contract goes by its churned flag, where it has one or where nobody has contracts; a trial alone is none of these.
-- arr, seats: of the live terms (of the pending ones where none is live), arr of the recurring ones.
-- renews_on: the next end of a live recurring term longer than a month, or the end that is pending; notice_by: the earliest
-- deadline of those terms. Terms of a month or less and evergreen ones are rolling.
create macro term_on(as_of, grace_days, renewal_windows) as table
with begun as (
    select
        _account, starts_on, ends_on, arr, seats, is_recurring, is_derived, notice_by, notice_given_on, asked_to_cancel_on, cancelled_on,
        least(ends_on, case when cancelled_on <= as_of::date then cancelled_on end) as ended_on
    from core.contract
    where kind is distinct from 'trial' and coalesce(starts_on <= as_of::date, true)
),
life as (
    select
        _account, min(starts_on) as started_on, max(ended_on) as ended_on,
        count(*) > count(starts_on) as is_since_ever
    from begun
    group by _account
),
recent as (
    select
        *,
        coalesce(is_recurring, true) as recurs,
        coalesce(notice_given_on <= as_of::date, false) as is_noticed,
        coalesce(ended_on > as_of::date, true) as is_live
    from begun
    where coalesce(ended_on + grace_days::integer > as_of::date, true)
),
term as (
    select
        *,
        not is_live and not is_noticed and coalesce(cancelled_on > as_of::date, true) as is_in_grace,
        is_live and recurs and ends_on is not null and coalesce(ends_on > starts_on + 31, true) as is_due
    from recent
),
by_account as (
    select
        _account,
        bool_or(is_live) as has_live,
        bool_or(is_in_grace) as has_grace,
        sum(arr) filter (where is_live and recurs) as live_arr,
        sum(arr) filter (where is_in_grace and recurs) as grace_arr,
        sum(seats) filter (where is_live) as live_seats,
        sum(seats) filter (where is_in_grace) as grace_seats,
        bool_or(is_live and is_noticed) as has_notice,
        bool_or(is_live and asked_to_cancel_on <= as_of::date) as live_asked,
        bool_or(is_in_grace and asked_to_cancel_on <= as_of::date) as grace_asked,
        bool_or(is_live and recurs and not is_due and not (coalesce(is_derived, false) and ends_on is null)) as is_rolling,
        max(ended_on) filter (where is_in_grace) as grace_from
    from term
    group by _account
),
not_begun as (  -- trials, and what begins later
    select
        _account,
        bool_or(kind is distinct from 'trial') as has_later_terms,
        min(starts_on) filter (where starts_on <= as_of::date) as tried_on
    from core.contract
    where kind is not distinct from 'trial' or starts_on > as_of::date
    group by _account
),
due_by_day as (
    select _account, ends_on, sum(arr) as arr, min(notice_by) as notice_by from term where is_due group by _account, ends_on
),
due as (
    select _account, min(ends_on) as renews_on, arg_min_null(arr, ends_on) as arr, min(notice_by) as notice_by
    from due_by_day
    group by _account
),
asked as (
    select account, true as has_asked_in_writing
    from written_cancel_request
    where asked_on::date <= as_of::date and coalesce(withdrawn_on::date > as_of::date, true)
    group by account
),
counted as (
    select exists (from core.contract) as has_contracts
),
stood as (
    select
        scope._account, scope.account, scope.segment::varchar as of_segment, scope.tenure_months,
        life._account is null and not_begun._account is null and (scope.churned is not null or not counted.has_contracts) as is_flagged,
        coalesce(by_account.has_live, is_flagged and not coalesce(scope.churned, false)) as is_live,
        coalesce(by_account.has_grace and not by_account.has_live, false) as is_pending,
        (life._account is not null or is_flagged) and not is_live and not is_pending as is_past,
        coalesce(life._account is null and not_begun.has_later_terms, false) as is_upcoming,
        is_live or is_pending as is_ours,
        coalesce(life.started_on, case when is_flagged then scope.started_on end) as started_on,
        coalesce(least(not_begun.tried_on, life.started_on), scope.started_on) as tried_on,
        coalesce(life.is_since_ever, false) as is_since_ever,
        case when is_past then life.ended_on end as ended_on,
        coalesce(case when is_live then by_account.live_arr else by_account.grace_arr end, scope.arr) as arr_known,
        coalesce(case when is_live then by_account.live_seats else by_account.grace_seats end, scope.seats) as seats_known,
        case
            when is_pending then by_account.grace_from
            when is_live then coalesce(due.renews_on, case when is_flagged and scope.renews_on > as_of::date then scope.renews_on end)
        end as renews_on,
        case when is_pending then by_account.grace_arr when is_flagged then arr_known else due.arr end as arr_due,
        due.notice_by,
        coalesce(by_account.is_rolling, false) as is_rolling,
        coalesce(by_account.has_notice, false) as has_notice,
        coalesce(case when is_live then by_account.live_asked else by_account.grace_asked end, false)
            or coalesce(asked.has_asked_in_writing, false) as has_asked
    from (select _account, account, segment, started_on, tenure_months, arr, seats, renews_on, churned from scope) as scope
    cross join counted
    left join life on life._account = scope._account
    left join by_account on by_account._account = scope._account
    left join not_begun on not_begun._account = scope._account
    left join due on due._account = scope._account
    left join asked on asked.account = scope.account
)
select
    _account, account, of_segment, tenure_months, is_live, is_pending, is_past, is_upcoming, started_on, tried_on, is_since_ever, ended_on,
    case when is_ours then arr_known end as arr,
    case when is_ours then seats_known end as seats,
    renews_on,
    case when renews_on is not null then arr_due end as arr_renewing,
    notice_by,
    renews_on - as_of::date as days_to_renewal,
    case
        when is_pending then 'in grace'
        when renews_on is not null then coalesce(
            list_min(list_filter(renewal_windows::integer[], lambda days: renews_on - as_of::date <= days)) || ' days', 'later'
        )
        when is_rolling then 'rolling'
        else 'none'
    end as renewal_window,
    case when is_ours and has_notice then 'notice given' when is_ours and has_asked then 'cancel asked' else 'none' end as notice,
    is_ours and has_notice as has_notice,
    is_ours and has_asked as has_asked
from stood;

-- Weeks are full ones, Monday to Sunday, the last of them ending on the day or before it. n_active_people: people with any use
-- in the last four; n_active_before: in the four before. Empty where nobody at all used anything in the last of these weeks:
-- then the day is past the end of the usage data. usage_trend = n_active_people / n_active_before, empty where both are under
-- least_active, where the account (its trial included) or the usage data is younger than the eight weeks.
create macro use_on(
    as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active
) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
coverage as (
    select
        closes_on,
        exists (from usage.usage_week where week = closes_on - 7) as is_known,
        (select min(week) from usage.usage_week) <= closes_on - 56 as has_begun
    from span
),
known as (
    select is_known, is_known and coalesce(has_begun, false) as is_known_before, closes_on from coverage
),
by_person as (
    select account, person, bool_or(week >= closes_on - 28) as is_active, bool_or(week < closes_on - 28) as was_active
    from usage.usage_person_week, span
    where week >= closes_on - 56 and week < closes_on
    group by account, person
),
people as (
    select account, count(*) filter (where is_active) as n_active, count(*) filter (where was_active) as n_before
    from by_person
    group by account
),
used as (
    select
        term.*,
        case when is_known then coalesce(n_active, 0)::integer end as n_active_people,
        case when is_known_before then coalesce(n_before, 0)::integer end as n_active_before,
        coalesce(tried_on <= closes_on - 56, true) and greatest(n_active_people, n_active_before) >= least_active::integer
            and n_active_before is not null as is_comparable
    from term_on(as_of, grace_days, renewal_windows) as term
    cross join known
    left join people on people.account = term.account
)
select
    * exclude (is_comparable),
    n_active_people / nullif(seats, 0) as seats_active_rate,
    case
        when coalesce(seats, 0) = 0 then 'no seats given'
        when n_active_people is null then 'no use known'
        else list_extract(
            utilisation_labels::varchar[],
            1 + len(list_filter(utilisation_bands::double[], lambda band: n_active_people / seats >= band))
        )
    end as utilisation,
    case when is_comparable then n_active_people / nullif(n_active_before, 0) end as usage_trend,
    case
        when not coalesce(is_comparable, false) then 'too little use'
        when n_active_people <= drop_ratio::double * n_active_before then 'significant drop'
        when n_active_people >= rise_ratio::double * n_active_before then 'rising'
        else 'steady'
    end as movement
from used;

-- Grain: one row per stage. Stages stand in the order in which accounts come to them: by the median of days since an
-- account's first stage, over the whole data as of the day; by name where that is the same.
create macro stage_order(as_of) as table
with reached as (
    select account, stage, reached_on from core.milestone where reached_on <= as_of::date
),
first_reached as (
    select account, min(reached_on) as reached_on from reached group by account
),
late as (
    select stage, median(reached.reached_on - first_reached.reached_on) as days
    from reached
    join first_reached using (account)
    group by stage
)
select stage, row_number() over (order by days, stage) as place from late;

-- Grain: one row per account of scope and stage it reached. left_on: the day the next stage was reached, empty while in it.
create macro stage_spell(as_of) as table
select
    scope._account, stage, place, reached_on,
    lead(reached_on) over (partition by scope._account order by place) as left_on,
    left_on is null as is_furthest
from core.milestone
join (select _account, account from scope) as scope on scope.account = milestone.account
join stage_order(as_of) using (stage)
where reached_on <= as_of::date;

create macro stage_on(as_of) as table
select _account, stage, place, reached_on as stage_since, as_of::date - reached_on as dwell_days
from stage_spell(as_of)
where is_furthest;

-- Of the accounts whose numbers are in the list `numbers`.
create macro weekly_on(as_of, numbers) as table
with span as (
    select date_trunc('week', as_of::date + 1)::date as closes_on
),
chosen as (
    select _account, account from scope where _account in (select unnest(numbers))
),
by_week as (
    select account, week, closes_on, count(*) as n
    from usage.usage_person_week, span
    where week >= closes_on - 91 and week < closes_on and account in (select account from chosen)
    group by account, week, closes_on
),
held as (
    select account, map_from_entries(list(((closes_on - week) // 7, n))) as n_by_weeks_ago from by_week group by account
)
select
    _account,
    [coalesce(n_by_weeks_ago[weeks_ago], 0)::uinteger for weeks_ago in range(13, 0, -1)] as weekly
from held
join chosen using (account);

-- Words and contacts up to the day. A touch counts when it is two-way and from a person, so no campaign. An open ticket was
-- opened by the day and not closed by it. nps and sentiment: the latest, and of one day the one made last.
create macro contact_on(as_of) as table
with open_ticket as (
    select account, count(*) as n_open_tickets
    from core.ticket
    where coalesce(opened_at < as_of::date + 1, true) and coalesce(closed_at >= as_of::date + 1, true)
    group by account
),
touched as (
    select account, max(occurred_at) as occurred_at
    from (
        select account, occurred_at from core.touch
        where is_two_way and kind is distinct from 'campaign' and occurred_at < as_of::date + 1
        union all
        select account, occurred_at::timestamp from written_touch
        where is_two_way and kind is distinct from 'campaign' and occurred_at < as_of::date + 1
    )
    group by account
),
nps as (
    select account, arg_max(score, (answered_on, survey)) as nps, max(answered_on) as nps_on
    from core.survey
    where kind = 'nps' and score is not null and answered_on <= as_of::date
    group by account
),
sentiment as (
    select account, arg_max(score::integer, (said_on::date, made_at)) as sentiment, max(said_on::date) as sentiment_on
    from written_sentiment
    where score is not null and said_on::date <= as_of::date
    group by account
),
plan as (
    select
        account,
        bool_or(coalesce(closed_on::date > as_of::date, true)) as has_save_plan,
        arg_max(outcome, (closed_on::date, opened_on::date)) filter (where closed_on::date <= as_of::date) as save_plan_outcome
    from written_save_plan
    where opened_on::date <= as_of::date
    group by account
)
select
    _account,
    coalesce(n_open_tickets, 0)::integer as n_open_tickets,
    occurred_at::date as last_touch_on,
    nps, nps_on, sentiment, sentiment_on,
    coalesce(has_save_plan, false) as has_save_plan,
    save_plan_outcome
from (select _account, account from scope) as scope
left join open_ticket on open_ticket.account = scope.account
left join touched on touched.account = scope.account
left join nps on nps.account = scope.account
left join sentiment on sentiment.account = scope.account
left join plan on plan.account = scope.account;

-- is_at_risk: live or pending, and at least one reason holds.
create macro risk_on(
    as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active, low_sentiment
) as table
with known as (
    select
        used.*,
        contact.* exclude (_account),
        list_filter([
            case when has_notice then 'notice given' end,
            case when has_asked then 'cancel asked' end,
            case when has_save_plan then 'in a save plan' end,
            case when movement = 'significant drop' then 'usage drop' end,
            case when sentiment <= low_sentiment::integer then 'low sentiment' end
        ], lambda reason: (is_live or is_pending) and reason is not null) as risk_reasons,
        (is_live or is_pending) and (
            has_notice or has_asked or has_save_plan or movement = 'significant drop' or coalesce(sentiment <= low_sentiment::integer, false)
        ) as is_at_risk
    from use_on(
        as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active
    ) as used
    join contact_on(as_of) as contact using (_account)
)
select
    *,
    case when is_at_risk then coalesce(arr, 0) else 0 end as arr_at_risk
from known;

-- dwell_days: from stage_since to the day, for live and pending accounts. peers_dwell_days: the median of days that accounts of
-- scope of the same segment (as it is now) spent in that stage (Kaplan and Meier 1958: those still in it, or lost from it, are
-- censored); empty where half have not left it, or fewer than least_peers came to it. dwell_ratio = dwell_days / peers_dwell_days.
-- is_past_onboarding: past the first stage, or onboarding_days after the start.
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
        coalesce(spell.place > 1, false) or is_since_ever
            or coalesce(risk.started_on + onboarding_days::integer <= as_of::date, false)
            or coalesce(risk.tenure_months * 30.4375 >= onboarding_days::integer, false) as is_past_onboarding
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
