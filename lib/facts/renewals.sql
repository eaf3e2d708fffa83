-- What was due for renewal and what became of it; who was a customer from when until when. Of the terms of renewal_terms.sql.

-- Grain: one row per account, line, currency and day on which terms end together. outcome: renewed_flat, renewed_up or renewed_down by the ARR that
-- renews against the ARR due; lapsed, pending, upcoming, cancelled, changed. is_due: of the renewal pool: a term longer than a month came to its
-- end, or will. Renewed for an ARR that is not known, or in another currency without a rate, is flat. signed_on, arr_signed: what is signed
-- but has not begun by as_of; files do not say when it was signed. Of several plans that end together the first and the last by name.
create macro renewal_of_terms() as table
with ended as (
    select
        _account, line, currency, ended_on as renews_on,
        any_value(ending) as ending,
        bool_or(is_long) and not bool_and(is_cancelled) as is_due,
        min(starts_on) as started_on,
        sum(arr) as arr_due,
        bool_and(is_arr_known) as is_arr_known,
        sum(seats) as seats_due,
        bool_and(seats is not null) as are_seats_known,
        min(plan) as first_plan,
        max(plan) as last_plan,
        min(notice_by) as notice_by,
        bool_and(has_notice) as has_notice,
        bool_or(has_asked) as has_asked,
        max(lost_reason) as lost_reason
    from renewal_term
    where has_begun and ended_on is not null
    group by _account, line, currency, ended_on
),
next as (
    select
        _account, line, follows_currency as currency, follows_on as renews_on,
        min(starts_on) filter (where has_begun) as renewed_on,
        sum(arr) filter (where has_begun and currency = follows_currency) as arr_renewed,
        coalesce(bool_and(is_arr_known and currency = follows_currency) filter (where has_begun), true) as is_arr_known,
        sum(seats) filter (where has_begun) as seats_renewed,
        bool_and(seats is not null) filter (where has_begun) as are_seats_known,
        min(plan) filter (where has_begun) as first_plan,
        max(plan) filter (where has_begun) as last_plan,
        min(starts_on) filter (where not has_begun) as signed_on,
        sum(arr) filter (where not has_begun) as arr_signed
    from renewal_term
    where follows_on is not null
    group by _account, line, follows_currency, follows_on
)
select
    ended._account, ended.line, ended.currency, ended.renews_on, ended.is_due,
    case
        when ending <> 'renewed' then ending
        when not (ended.is_arr_known and next.is_arr_known) or arr_renewed = arr_due then 'renewed_flat'
        when arr_renewed > arr_due then 'renewed_up'
        else 'renewed_down'
    end as outcome,
    ended.is_arr_known and coalesce(next.is_arr_known, true) as is_arr_known,
    ended.started_on, arr_due,
    case
        when outcome = 'renewed_flat' then arr_due
        when ending in ('renewed', 'changed') then coalesce(arr_renewed, 0)
        else 0
    end::decimal(38, 2) as arr_renewed,
    next.renewed_on,
    case when ended.are_seats_known then seats_due end as seats_due,
    case when next.are_seats_known then seats_renewed end as seats_renewed,
    nullif(concat_ws(' + ', ended.first_plan, nullif(ended.last_plan, ended.first_plan)), '') as plan_due,
    nullif(concat_ws(' + ', next.first_plan, nullif(next.last_plan, next.first_plan)), '') as plan_renewed,
    ended.notice_by, ended.has_notice, ended.has_asked, ended.lost_reason, next.signed_on, next.arr_signed
from ended
left join next
    on next._account = ended._account and next.line = ended.line and next.currency = ended.currency and next.renews_on = ended.renews_on;

-- Grain: one row per account and time it was a customer: from began_on until before ended_on (empty: still). A gap of the grace days or
-- less is none. ending: of what ended last: lapsed, cancelled; pending (its grace days run) or open. is_since_ever: no start is known.
create macro spell_of_terms(grace_days) as table
with span as (
    select
        _account, counts_from, coalesce(counts_until, date '9999-12-31') as counts_until, ending, has_notice,
        max(coalesce(counts_until, date '9999-12-31')) over (
            partition by _account order by counts_from, coalesce(counts_until, date '9999-12-31'), ending, has_notice
            rows between unbounded preceding and 1 preceding
        ) as live_until
    from renewal_term
    where has_counted
),
numbered as (
    select
        * exclude (live_until),
        sum(case when coalesce(live_until + grace_days::integer < counts_from, true) then 1 else 0 end) over (
            partition by _account order by counts_from, counts_until, ending, has_notice rows unbounded preceding
        ) as spell
    from span
)
select
    _account, spell::integer as spell,
    min(counts_from) as began_on,
    case when max(counts_until) < date '9999-12-31' then max(counts_until) end as ended_on,
    case
        when ended_on is null then case when bool_and(ending = 'pending') filter (where counts_until = date '9999-12-31') then 'pending' else 'open' end
        when bool_or(ending = 'cancelled') filter (where counts_until = last_until) then 'cancelled'
        else 'lapsed'
    end as ending,
    coalesce(bool_and(has_notice) filter (where counts_until = last_until), false) as has_notice,
    began_on = date '1900-01-01' as is_since_ever
from (select *, max(counts_until) over (partition by _account, spell) as last_until from numbered)
group by _account, spell;

create table renewal as from renewal_of_terms();
create table customer_spell as from spell_of_terms(0);
