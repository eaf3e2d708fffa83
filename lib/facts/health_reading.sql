-- What a health score is made of: readings of every account at the end of every week, and on the day itself; each knows what was known then
-- and nothing later (health_terms.sql says how readings are numbered).

-- Grain: one row per account and reading on which it is a customer, in its grace days, or on trial (before it first bought).
--   day, is_trial, is_pending     the day of the reading; on trial; in the grace days
--   began_on, started_on          first contract, trials too; first without them. is_since_ever: one without a day of its own
--   arr, seats, renews_on         as term_on has them, of that day; has_notice, has_asked: as files say
--   stage, stage_since            the furthest stage of its journey, and since when; expected_days: in it
--   active_people                 people with use in the last four full weeks; empty where use is not known, or is machines' alone in the
--                                 last 13. weekly_people, weekly_people_before: people of each week added up, in these four and the four before
--   active_days, breadth, key_features   days of use a week; features used; high-value features used a week: of the last four full weeks
--   used_on                       the last day of the last full week with any use, of machines too
--   logins, n_tickets             people with a login; tickets opened in ticket_days
--   csat, nps                     mean of ratings (tickets, surveys), mean of NPS answers, in survey_days
--   touched_on                    the last two-way touch of a person
--   goals_due, goals_reached      outcomes promised that were due, and those of them reached
--   lost_champion                 champions and sponsors who left in champion_days; has_champion: one is or was known
-- What a whole file would have to say is empty where there is none.
create macro health_reading_on(as_of, n_weeks, grace_days, high_value, ticket_days, survey_days, champion_days) as table
with reach as (
    select min(week) as first_week, list(distinct week) as weeks from usage.usage_week where week + 6 <= as_of::date
),
known as (
    select
        days.*,
        least(reading, n_weeks::integer - 1) as week_no,
        date_trunc('week', day + 1)::date as closes_on,
        coalesce(list_contains(weeks, closes_on - 7), false) as is_use_known,
        coalesce(first_week <= closes_on - 56, false) as is_before_known,
        first_week
    from reading_days(as_of, n_weeks) as days
    cross join reach
),
has as (
    select
        exists (from core.person) as people, exists (from core.ticket) as tickets, exists (from core.touch where is_two_way) as touches
)
select
    ours._account, ours.reading::usmallint as reading, known.day,
    coalesce(not has_live and not coalesce(has_grace, false) and has_trial, false) as is_trial,
    not coalesce(has_live, false) and coalesce(has_grace, false) as is_pending,
    ours.began_on, ours.started_on, coalesce(ours.is_since_ever, false) as is_since_ever,
    coalesce(case when has_live then live_arr else grace_arr end, case when not is_trial then account.arr end) as arr,
    coalesce(case when is_trial then trial_seats when has_live then live_seats else grace_seats end, account.seats) as seats,
    case when is_pending then grace_from when has_live then next_end end as renews_on,
    case when has_live then ours.notice_by end as notice_by,
    coalesce(has_live and has_notice, false) as has_notice,
    coalesce(case when has_live then has_asked else grace_asked end, false) as has_asked,
    journey.stage, stage_since, nullif(journey.expected_days, 0) as expected_days,
    used_on >= closes_on - 91 and coalesce(used_by_people_on < closes_on - 91, true) as is_machine,
    case when is_use_known and is_machine is not true then coalesce(n_people, 0) end as active_people,
    case when is_use_known and is_machine is not true then coalesce(used.n_weekly_people, 0) end as weekly_people,
    case
        when is_use_known and is_before_known and is_machine is not true and coalesce(ours.began_on <= closes_on - 56, true)
            then coalesce(used.n_weekly_people_before, 0)
    end as weekly_people_before,
    greatest(least((closes_on - greatest(ours.began_on, first_week)) // 7, 4), 1) as n_weeks_known,
    case when is_use_known and is_machine is not true then coalesce(used.n_days, 0) / n_weeks_known end::float as active_days,
    case when is_use_known and is_machine is not true then coalesce(n_features, 0) end as breadth,
    case when is_use_known and is_machine is not true then coalesce(n_key, 0) / n_weeks_known end::float as key_features,
    case when is_use_known then (closes_on - 1 - coalesce(used_on, greatest(ours.began_on, first_week) - 1)) // 7 end as silent_weeks,
    case when has.people then coalesce(n_logins, 0) end as logins,
    case when has.tickets then coalesce(n_tickets, 0) end as n_tickets,
    case when n_csat > 0 then sum_csat / n_csat end::float as csat,
    case when n_nps > 0 then sum_nps / n_nps end::float as nps,
    touched_on,
    has.touches as are_touches_known,
    coalesce(n_due, 0) as goals_due, coalesce(n_reached, 0) as goals_reached,
    case when has_champion then n_gone end as lost_champions
from health_terms_on(as_of, n_weeks, grace_days) as ours
join known on known.reading = ours.reading
join (select _account, arr, seats from core.account) as account on account._account = ours._account
left join health_steps_on(as_of, n_weeks, ticket_days, survey_days, champion_days) as stood
    on stood._account = ours._account and stood.reading = ours.reading
left join account_journey() as mine on mine._account = ours._account
left join journey_stage as journey on journey.journey = mine.journey and journey.place = stood.place and not journey.is_exit
left join health_use_on(as_of, n_weeks, high_value) as used on used._account = ours._account and used.week_no = known.week_no
cross join has
where coalesce(has_live, false) or coalesce(has_grace, false) or (has_trial and coalesce(ours.bought_on > known.day, true))
order by ours.reading, ours._account;
