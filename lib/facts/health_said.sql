-- What the team wrote in the app, at the readings of health_reading.sql. Grain: one row per account it wrote about and reading.
--   sentiment        the latest, for said_days
--   touched_on       the last two-way touch; has_asked, has_save_plan: a cancel request, a save plan is open
create macro health_said_on(as_of, n_weeks, said_days) as table
with sentiment as (
    select
        account, score, said_on::date as said_on,
        lead(said_on::date, 1, date '9999-12-31') over (partition by account order by place) as next_said_on
    from written_sentiment
    where score is not null
),
touched as (
    select account, occurred_at::date as touched_on
    from written_touch
    where is_two_way and kind is distinct from 'campaign'
),
span as (
    select account, score as sentiment, said_on as from_on, least(next_said_on, said_on + said_days::integer) as until_on from sentiment
    union all by name
    select
        account, touched_on, touched_on as from_on,
        lead(touched_on, 1, date '9999-12-31') over (partition by account order by touched_on) as until_on
    from touched
    union all by name
    select account, true as has_asked, asked_on::date as from_on, coalesce(withdrawn_on::date, date '9999-12-31') as until_on
    from written_cancel_request
    union all by name
    select account, true as has_save_plan, opened_on::date as from_on, coalesce(closed_on::date, date '9999-12-31') as until_on
    from written_save_plan
),
counted as (
    select
        span.*, account._account,
        unnest(range(
            reading_from(from_on, as_of, n_weeks), least(reading_from(until_on, as_of, n_weeks), n_weeks::integer + 1)
        ))::usmallint as reading
    from span
    join core.account as account on account.account = span.account
    where from_on <= as_of::date
)
select
    _account, reading, max(sentiment) as sentiment, max(touched_on) as touched_on,
    coalesce(bool_or(has_asked), false) as has_asked, coalesce(bool_or(has_save_plan), false) as has_save_plan
from counted
group by _account, reading;
