-- Words and contacts. What is counted in days begins with the account's first term where nothing came before.
--   contact_days   two-way contacts of people; quiet_days: any contact, either way; review_days: business reviews; nps_days: NPS surveys sent
--   nps            the latest answer, for survey_days; tickets: opened in ticket_days / people with a login; wins: of win_days
create macro signal_contact_on(as_of, ticket_days, survey_days, win_days, promoter_from) as table
with begun as (
    select _account, min(starts_on) as began_on from core.contract where starts_on <= as_of::date group by _account
),
numbered as (
    select account, _account from core.account
),
contact as materialized (
    select _account, occurred_at::date as day, kind, coalesce(is_two_way, false) as is_two_way from touch_on(as_of)
),
asked as materialized (
    select _account, kind, sent_on, answered_on, score, survey from core.survey where coalesce(sent_on, answered_on) <= as_of::date
),
opened as (
    select _account, opened_at::date as day from core.ticket where opened_at::date <= as_of::date
),
known as (
    select
        (select min(day) from contact where kind is distinct from 'campaign') as contacts_from,
        (select min(day) from contact where kind = 'qbr') as reviews_from,
        (select min(sent_on) from asked where kind = 'nps') as surveys_from
),
had as (
    select 'contact_days' as fact, _account, day from contact where is_two_way and kind is distinct from 'campaign'
    union all
    select 'quiet_days', _account, day from contact where kind is distinct from 'campaign'
    union all
    select 'quiet_days', _account, day from opened
    union all
    select 'quiet_days', _account, answered_on from asked where answered_on <= as_of::date
    union all
    select 'review_days', _account, day from contact where kind = 'qbr'
    union all
    select 'nps_days', _account, sent_on from asked where kind = 'nps' and sent_on <= as_of::date
),
since as (  -- where nothing came before: since the first term, once anybody has any
    select distinct fact, _account, day as from_on, day from had where day is not null
    union all
    select fact, begun._account, greatest(began_on, known_from), began_on
    from begun
    cross join (
        unpivot (select contacts_from as contact_days, contacts_from as quiet_days, reviews_from as review_days, surveys_from as nps_days from known)
        on contact_days, quiet_days, review_days, nps_days into name fact value known_from
    ) as told
    anti join had on had.fact = told.fact and had._account = begun._account and had.day <= greatest(began_on, known_from)
),
answer as (
    select _account, answered_on, arg_max(score, survey) as score
    from asked
    where kind = 'nps' and score is not null and answered_on <= as_of::date
    group by _account, answered_on
),
aged as (
    select *, lead(answered_on, 1, date '9999-12-31') over (partition by _account order by answered_on) as next_on from answer
),
step as (
    select _account, day, 1 as tickets, 0 as logins from opened
    union all
    select _account, day + ticket_days::integer, -1, 0 from opened
    union all
    select _account, coalesce(provisioned_at::date, date '1900-01-01'), 0, 1
    from core.person as person
    join numbered on numbered.account = person.account
    where coalesce(provisioned_at::date <= as_of::date, true)
    union all
    select _account, deactivated_on, 0, -1
    from core.person as person
    join numbered on numbered.account = person.account
    where coalesce(provisioned_at::date <= as_of::date, true) and deactivated_on is not null
),
stepped as (
    select _account, day, sum(tickets) as tickets, sum(logins) as logins from step where day <= as_of::date group by _account, day
),
counted as (
    select _account, day, sum(tickets) over line as n_tickets, sum(logins) over line as n_logins
    from stepped
    window line as (partition by _account order by day)
),
won as (
    select _account, reached_on as day from core.goal as goal join numbered on numbered.account = goal.account
    union all
    select _account, reached_on::date from written_goal as goal join numbered on numbered.account = goal.account
    union all
    select _account, answered_on from answer where score >= promoter_from::double
),
winning as (
    select _account, day, 1 as n from won
    union all
    select _account, day + win_days::integer, -1 from won
),
wins as (
    select _account, day, sum(n) as n from winning where day <= as_of::date group by _account, day
)
select fact, _account, null::varchar as person, from_on, (from_on - day)::double as value, 1::double as pace
from since
where from_on is not null
union all
select 'nps', _account, null, answered_on, score, 0 from aged
union all
select 'nps', _account, null, answered_on + survey_days::integer, null, null from aged
where answered_on + survey_days::integer < next_on and answered_on + survey_days::integer <= as_of::date
union all
select 'tickets', _account, null, day, n_tickets / nullif(n_logins, 0), 0 from counted
union all
select 'wins', _account, null, day, sum(n) over (partition by _account order by day), 0 from wins;
