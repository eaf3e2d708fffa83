-- KPIs of voice and contact (kpi_seats.sql tells the columns): what customers say, how they are asked, and how they are met.
-- A window of so many days ends with the day. No day of a ticket's answer is known: it is taken to come when the ticket is closed.
-- The store keeps scores as the files had them, and no scale: csat counts where every answer so far lies between 1 and 5, tickets and
-- surveys each by themselves (is_of_five).

-- Grain: one row per thing a customer was asked: kind, the day it was sent (a ticket: closed), the day and score of the answer.
-- sent_on is that of the answer where the file has none. tells_of_asking: some of the kind were answered and some were not; where
-- all were, the file is a list of answers. Both are said of the whole data: they are of the files, and of no account.
create macro asked_on(as_of) as table
with question as (
    select
        _account, lower(kind) as kind, 'survey' as source,
        coalesce(sent_on, answered_on) as sent_on,
        case when answered_on <= as_of::date and score is not null then answered_on end as answered_on,
        case when answered_on <= as_of::date then score end as score
    from core.survey
    where coalesce(sent_on, answered_on) <= as_of::date
    union all
    select _account, 'csat', 'ticket', closed_at::date, case when csat is not null then closed_at::date end, csat
    from core.ticket
    where closed_at < as_of::date + 1
),
of_kind as (
    select
        kind, source,
        kind <> 'csat' or bool_and(coalesce(score between 1 and 5, true)) as is_of_five,
        count(score) > 0 and count(score) < count(*) as tells_of_asking
    from question
    group by kind, source
)
select question.*, is_of_five, tells_of_asking
from question
join of_kind on of_kind.kind = question.kind and of_kind.source = question.source;

create macro kpi_voice_on(
    as_of, grace_days, review_days, ticket_days, survey_days, answer_days, promoter_from, detractor_to, satisfied_from
) as table
with people as (
    select _account, count(*) as n_people from person_on(as_of, grace_days) where deactivated_on is null group by _account
),
touch as (
    from touch_on(as_of)
),
review as (
    select _account, bool_or(lower(kind) = 'qbr' and occurred_at >= as_of::date + 1 - review_days::integer) as is_reviewed
    from touch
    group by _account
),
ticket as (
    select _account, count(*) filter (where opened_at >= as_of::date + 1 - ticket_days::integer) as n_opened
    from core.ticket
    where coalesce(opened_at < as_of::date + 1, true)
    group by _account
),
question as materialized (
    select asked.*
    from asked_on(as_of) as asked
    join (select _account from scope) as scope on scope._account = asked._account
),
voice as (
    select
        _account,
        count(score) filter (where kind = 'nps' and is_recent and score between 0 and 10) as n_nps,
        count(*) filter (where kind = 'nps' and is_recent and score between promoter_from::integer and 10) as n_promoters,
        count(*) filter (where kind = 'nps' and is_recent and score between 0 and detractor_to::integer) as n_detractors,
        count(*) filter (where kind = 'nps' and is_ripe) as n_nps_sent,
        count(answered_on) filter (where kind = 'nps' and is_ripe) as n_nps_answered,
        count(score) filter (where kind = 'csat' and is_recent and is_of_five) as n_csat,
        count(*) filter (where kind = 'csat' and is_recent and is_of_five and score >= satisfied_from::integer) as n_satisfied,
        count(*) filter (where kind = 'csat' and is_ripe) as n_csat_sent,
        count(answered_on) filter (where kind = 'csat' and is_ripe) as n_csat_answered,
        count(score) filter (where kind = 'proficiency' and is_recent) as n_proficiency,
        sum(score) filter (where kind = 'proficiency' and is_recent) as proficiency
    from (
        select
            *,
            answered_on > as_of::date - survey_days::integer as is_recent,
            tells_of_asking and sent_on > as_of::date - survey_days::integer and sent_on <= as_of::date - answer_days::integer as is_ripe
        from question
    )
    group by _account
),
known as (
    select
        exists (from review) as has_touches,
        exists (from ticket) as has_tickets,
        coalesce((select bool_and(is_of_five) from question where kind = 'csat' and score is not null), true) as is_csat_of_five
),
met as (
    select scope._account, known.*, people.n_people, review.is_reviewed, ticket.n_opened, voice.* exclude (_account)
    from (select _account from scope) as scope
    cross join known
    left join people on people._account = scope._account
    left join review on review._account = scope._account
    left join ticket on ticket._account = scope._account
    left join voice on voice._account = scope._account
),
counted as (
    select
        _account, 'business_review_rate' as kpi, coalesce(is_reviewed, false)::integer::double as k, 1 as n,
        case when not has_touches then 'no contact known' end as why_not
    from met
    union all
    select
        _account, 'tickets_per_user', coalesce(n_opened, 0), n_people,
        case when not has_tickets then 'no ticket known' when n_people is null then 'nobody known' end
    from met
    union all
    select _account, 'net_promoter_score', n_promoters - n_detractors, n_nps, case when coalesce(n_nps, 0) = 0 then 'no answer lately' end
    from met
    union all
    select _account, 'nps_response_rate', n_nps_answered, n_nps_sent, case when coalesce(n_nps_sent, 0) = 0 then 'not asked lately' end
    from met
    union all
    select
        _account, 'csat_rate', n_satisfied, n_csat,
        case when n_csat > 0 then null when is_csat_of_five then 'no answer lately' else 'not on a scale of 1 to 5' end
    from met
    union all
    select _account, 'csat_response_rate', n_csat_answered, n_csat_sent, case when coalesce(n_csat_sent, 0) = 0 then 'not asked lately' end
    from met
    union all
    select _account, 'surveyed_proficiency', proficiency, n_proficiency, case when coalesce(n_proficiency, 0) = 0 then 'no answer lately' end
    from met
)
select _account, kpi, 'settled' as among, k, n, why_not from counted;
