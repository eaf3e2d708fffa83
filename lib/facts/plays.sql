-- Whether a name is one of a list, compared as a scope compares them; no list is everybody.
create macro is_one_of(names, name) as
    names is null or coalesce(list_contains(list_transform(names, lambda each: folded_name(each)), folded_name(name)), false);

-- Grain: one row per play that was started for an exception: the day of its first task, as written, and its tasks. A task is of the
-- spell that lasts on the day it was written.
create macro play_run_on(as_of) as table
with told as (
    select
        account, rule, person, play, due_on::date as due_on, made_at::date as made_on, least(made_at::date, as_of::date) as counts_on,
        coalesce(done_on::date <= coalesce(getvariable('written_to')::date, date '9999-12-31'), false) as is_done
    from written_task
    where rule is not null and play is not null and coalesce(made_at::date <= getvariable('written_to')::date, true)
)
select
    spell.place, spell._account, spell.person, spell.began_on, told.play,
    min(made_on) as started_on, count(*) as n_tasks, count(*) filter (where is_done) as n_tasks_done,
    min(due_on) filter (where not is_done) as next_due_on
from exception_spell as spell
join (select _account, account from scope) as ours on ours._account = spell._account
join told
    on told.account = ours.account and told.rule = spell.rule and told.person is not distinct from spell.person
    and (told.counts_on >= spell.began_on or spell.is_cut) and coalesce(told.counts_on < spell.ended_on, true)
group by spell.place, spell._account, spell.person, spell.began_on, told.play;

-- Exceptions with the play that was started for each, and what came of it. Grain: as exception_on (exception_states.sql); one more row for
-- every other play that was started for the same spell.
--   play           the one that was started; else the one that the rule names
--   touch          high where the account's touch model is one of high_touch, or it has none and a CSM; else low
--   started_on     as play_run_on has it, with n_tasks, n_tasks_done and next_due_on; empty where none was started
--   has_left       it was over because the account was lost
--   check_on       the day on which the closing check is due
--   check_result   recovered: over by then; recovered late: over since; left: over because the account was lost; still open; not due yet
create macro exception_play_on(as_of, on_day, high_touch) as table
with lost as (  -- spells that ended with the customer
    select spell.place, spell._account, spell.person, spell.began_on
    from exception_spell as spell
    join exception_rule as rule on rule.place = spell.place and list_contains(rule.gates, 'customer')
    join exception_gate as gate on gate.gate = 'customer' and gate._account = spell._account and gate.until_on = spell.ended_on
)
select
    exception.*, lost._account is not null as has_left, aim.fact, aim.is_good, coalesce(run.play, nullif(aim.play, '')) as play, play_aim.aim,
    case
        when list_contains(high_touch::varchar[], lower(trim(ours.touch_model))) or (ours.touch_model is null and ours.csm is not null) then 'high'
        else 'low'
    end as touch,
    ours.account_executive::varchar as account_executive, run.started_on, coalesce(run.n_tasks, 0) as n_tasks, coalesce(run.n_tasks_done, 0) as n_tasks_done,
    run.next_due_on, run.started_on + play_aim.check_days as check_on,
    case
        when run.started_on is null then null
        when lost._account is not null then 'left'
        when coalesce(exception.ended_on <= check_on, exception.ended_on is not null) then 'recovered'
        when exception.ended_on is not null then 'recovered late'
        when check_on <= as_of::date then 'still open'
        else 'not due yet'
    end as check_result
from exception_on(as_of, on_day) as exception
join exception_aim as aim on aim.rule = exception.rule
join core.account as ours on ours._account = exception._account
left join play_run_on(as_of) as run
    on run.place = exception.place and run._account = exception._account and run.person is not distinct from exception.person
    and run.began_on = exception.began_on
left join lost
    on lost.place = exception.place and lost._account = exception._account and lost.person is not distinct from exception.person
    and lost.began_on = exception.began_on
left join play_aim on play_aim.play = coalesce(run.play, nullif(aim.play, ''));
