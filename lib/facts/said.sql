-- What the team wrote about one account, `of_account` by its id. Outside the cursor's `scope` there is no such account: no row.

-- Grain: one row per thing written that is known by the cursor's day (written_to, lib/facts/ask.py): when it happened, what it is
-- (kind, title, detail) and who wrote it.
create macro said_of(of_account) as table
with thing as (
    select account, made_at::date as happened_on, 'written' as kind, 'Note' as title, text as detail, made_by as who, null as url from written_note
    union all
    select account, real_said_on::date, 'written', 'Sentiment ' || score::integer, comment, made_by, null from written_sentiment
    union all
    select account, real_occurred_at::date, 'touch', kind, concat_ws('; ', comment, case when is_two_way then 'two-way' end), made_by, url from written_touch
    union all
    select account, real_opened_on::date, 'written', 'Save plan opened', reason, coalesce(owner, made_by), null from written_save_plan
    union all
    select account, real_closed_on::date, 'written', 'Save plan closed', outcome, coalesce(owner, made_by), null from written_save_plan
    union all
    select account, real_asked_on::date, 'written', 'Cancel request', reason, made_by, null from written_cancel_request
    union all
    select account, real_withdrawn_on::date, 'written', 'Cancel request withdrawn', comment, made_by, null from written_cancel_request
    union all
    select
        account, real_called_on::date, 'written', 'Renewal call: ' || replace("call", '_', ' '),
        concat_ws('; ', 'renews ' || strftime(renews_on::date, '%-d %b %Y'), comment), made_by, null
    from written_renewal_call
    union all
    select account, made_at::date, 'written', 'Task', title, coalesce(owner, made_by), null from written_task where done_on is null
    union all
    select account, real_done_on::date, 'written', 'Task done', title, coalesce(owner, made_by), null from written_task
    union all
    select account, made_at::date, 'written', 'Next step', text, coalesce(owner, made_by), null from written_next_step where done_on is null
    union all
    select account, real_done_on::date, 'written', 'Next step done', text, coalesce(owner, made_by), null from written_next_step
    union all
    select account, real_promised_on::date, 'goal', 'Goal promised: ' || category, comment, made_by, null from written_goal
    union all
    select account, real_reached_on::date, 'goal', 'Goal reached: ' || category, comment, made_by, null from written_goal
)
select account, happened_on, kind, title, nullif(detail, '') as detail, who, url
from thing
where account = of_account::varchar
  and exists (from scope where scope.account = of_account::varchar)
  and coalesce(happened_on <= getvariable('written_to')::date, happened_on is not null);
