-- Words and contacts up to the day. A touch counts when it is two-way and from a person, so no campaign. An open ticket was
-- opened by the day and not closed by it. nps and sentiment: the latest, and of one day the one made last.
create macro contact_on(as_of) as table
with open_ticket as (
    select _account, count(*) as n_open_tickets
    from core.ticket
    where coalesce(opened_at < as_of::date + 1, true) and coalesce(closed_at >= as_of::date + 1, true)
    group by _account
),
touched as (
    select _account, max(real_occurred_at) as occurred_at from touch_on(as_of) where is_human group by _account
),
nps as (
    select _account, arg_max(score, (answered_on, survey)) as nps, max(answered_on) as nps_on
    from core.survey
    where kind = 'nps' and score is not null and answered_on <= as_of::date
    group by _account
),
sentiment as (
    select account, arg_max(score::integer, place) as sentiment, max(real_said_on::date) as sentiment_on
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
    scope._account, scope.account,
    coalesce(n_open_tickets, 0)::integer as n_open_tickets,
    touched.occurred_at::date as last_touch_on,
    nps, nps_on, sentiment, sentiment_on,
    coalesce(has_save_plan, false) as has_save_plan,
    save_plan_outcome
from (select _account, account from scope) as scope
left join open_ticket on open_ticket._account = scope._account
left join touched on touched._account = scope._account
left join nps on nps._account = scope._account
left join sentiment on sentiment.account = scope.account
left join plan on plan.account = scope.account;

-- How many rows others than `reader` wrote or changed about an account from one moment until before another.
create macro written_between(since, until, reader) as table
select account, count(*) as n_written
from (
    select account, changed_by, changed_at from written_sentiment
    union all select account, changed_by, changed_at from written_save_plan
    union all select account, changed_by, changed_at from written_cancel_request
    union all select account, changed_by, changed_at from written_touch
    union all select account, changed_by, changed_at from written_renewal_call
    union all select account, changed_by, changed_at from written_task
    union all select account, changed_by, changed_at from written_note
    union all select account, changed_by, changed_at from written_next_step
)
where changed_at >= since::timestamp and coalesce(changed_at < until::timestamp, true) and changed_by is distinct from reader::varchar
group by account;
