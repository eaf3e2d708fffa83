-- What happens seldom, at the readings of health_terms.sql. Grain: one row per account and reading, from the first thing known on.
-- Everything is a step at the first reading that can know of it, and a step back at the first at which it counts no more.
--   n_logins, has_champion, n_gone   people with a login; a champion or sponsor was there; those of them who left in champion_days
--   n_tickets, sum_csat, n_csat, sum_nps, n_nps   tickets opened in ticket_days; ratings and NPS answers in survey_days
--   n_due, n_reached, touched_on, place, stage_since   outcomes due and reached; the last two-way touch; the furthest stage, and since when
create macro health_steps_on(as_of, n_weeks, ticket_days, survey_days, champion_days) as table
with numbered as materialized (
    select account, _account from core.account
),
person as (
    select
        _account, coalesce(lower(buying_role) in ('champion', 'sponsor'), false) as is_champion, deactivated_on,
        coalesce(provisioned_at::date, date '1900-01-01') as since
    from core.person
    join numbered using (account)
    where coalesce(provisioned_at::date <= as_of::date, true)
),
answer as (
    select _account, kind, score, answered_on as said_on
    from core.survey
    where kind in ('nps', 'csat') and score is not null and answered_on <= as_of::date
    union all
    select _account, 'csat', csat, coalesce(closed_at, opened_at)::date
    from core.ticket
    where csat is not null and coalesce(closed_at, opened_at)::date <= as_of::date
),
goal as (
    select _account, due_on, reached_on from core.goal join numbered using (account) where due_on <= as_of::date
),
step as (
    select _account, since as day, 1 as logins, is_champion::integer as champions from person
    union all by name
    select _account, deactivated_on as day, -1 as logins, is_champion::integer as gone from person
    union all by name
    select _account, deactivated_on + champion_days::integer as day, -1 as gone from person where is_champion
    union all by name
    select _account, opened_at::date as day, 1 as tickets from core.ticket
    union all by name
    select _account, opened_at::date + ticket_days::integer as day, -1 as tickets from core.ticket
    union all by name
    select _account, said_on as day, score as nps, 1 as n_nps from answer where kind = 'nps'
    union all by name
    select _account, said_on + survey_days::integer as day, -score as nps, -1 as n_nps from answer where kind = 'nps'
    union all by name
    select _account, said_on as day, score as csat, 1 as n_csat from answer where kind = 'csat'
    union all by name
    select _account, said_on + survey_days::integer as day, -score as csat, -1 as n_csat from answer where kind = 'csat'
    union all by name
    select _account, due_on as day, 1 as due from goal
    union all by name
    select _account, greatest(due_on, reached_on) as day, 1 as reached from goal where reached_on is not null
    union all by name
    select _account, occurred_at::date as day, occurred_at::date as touched_on
    from core.touch
    where is_two_way and kind is distinct from 'campaign'
    union all by name
    select _account, reached_on as day, place, reached_on as stage_since from stage_spell(as_of)
),
stepped as (
    select
        _account, reading_from(day, as_of, n_weeks) as first_reading,
        sum(logins) as logins, sum(champions) as champions, sum(gone) as gone, sum(tickets) as tickets, sum(nps) as nps, sum(n_nps) as n_nps,
        sum(csat) as csat, sum(n_csat) as n_csat, sum(due) as due, sum(reached) as reached, max(touched_on) as touched_on,
        max(place) as place, max(stage_since) as stage_since
    from step
    where day <= as_of::date
    group by all
),
summed as (
    select
        _account, first_reading, lead(first_reading, 1, n_weeks::integer + 1) over line as next_reading,
        coalesce(sum(logins) over line, 0)::integer as n_logins, coalesce(sum(champions) over line, 0) > 0 as has_champion,
        coalesce(sum(gone) over line, 0)::integer as n_gone, coalesce(sum(tickets) over line, 0)::integer as n_tickets,
        sum(nps) over line as sum_nps, coalesce(sum(n_nps) over line, 0) as n_nps,
        sum(csat) over line as sum_csat, coalesce(sum(n_csat) over line, 0) as n_csat,
        coalesce(sum(due) over line, 0)::integer as n_due, coalesce(sum(reached) over line, 0)::integer as n_reached,
        max(touched_on) over line as touched_on, max(place) over line as place, max(stage_since) over line as stage_since
    from stepped
    window line as (partition by _account order by first_reading)
),
spread as (
    select *, unnest(range(first_reading, next_reading))::integer as reading from summed
)
from spread;
