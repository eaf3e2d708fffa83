-- Exceptions with what the team did about them. Grain: as exception_spell (exception_spells.sql), of accounts of scope.
--   state     open, snoozed (until a day after `on_day`), done, gone (over by itself). A new spell is open again: it is re-armed by recovery
--   snoozed_until, reason, acted_on, acted_by   of the latest act but a hand-over; owner: whom it was handed over to last, else the CSM
-- An act is about the spell that lasts on its day; so a spell that late data begin earlier is the same one, and one that they show to be
-- over never comes up. One that they begin later than the act about it is another, and open: on the day of the act there was none. But of
-- one that lasted already when the first week that is known was read (is_cut) what was done before holds.
create macro exception_on(as_of, on_day) as table
with act as (
    select
        spell.place, spell._account, spell.person, spell.began_on,
        arg_max({'act': act, 'until_on': until_on, 'reason': reason, 'acted_on': acted_on, 'made_by': said.made_by}, said.place)
            filter (where act <> 'handed_over') as latest,
        arg_max(said.owner, said.place) filter (where act = 'handed_over') as handed_to
    from exception_spell as spell
    join (select _account, account from scope) as ours on ours._account = spell._account
    join written_exception_act as said
        on said.account = ours.account and said.rule = spell.rule and said.person is not distinct from spell.person
        and (said.acted_on::date >= spell.began_on or spell.is_cut) and coalesce(said.acted_on::date < spell.ended_on, true)
        and said.acted_on::date <= as_of::date
    group by spell.place, spell._account, spell.person, spell.began_on
)
select
    spell.*, ours.account, coalesce(act.handed_to, ours.csm) as owner,
    case
        when latest."act" = 'done' then 'done'
        when spell.ended_on is not null then 'gone'
        when latest."act" = 'snoozed' and coalesce(latest.until_on::date > on_day::date, true) then 'snoozed'
        else 'open'
    end as state,
    case when state = 'snoozed' then latest.until_on::date end as snoozed_until,
    latest.reason, latest.acted_on::date as acted_on, latest.made_by as acted_by
from exception_spell as spell
join (select _account, account, csm::varchar as csm from scope) as ours on ours._account = spell._account
left join act
    on act.place = spell.place and act._account = spell._account and act.person is not distinct from spell.person
    and act.began_on = spell.began_on;

-- Whether it waits for the next week of its CSM: not told yet (exceptionqueue.py), nothing was done, no play was started, and it is still theirs.
create macro exception_waits(state, told_on, acted_on, started_on, owner, csm) as
    state = 'open' and told_on is null and acted_on is null and started_on is null and owner is not distinct from csm;
