-- Exceptions: when what a rule says began to hold of an account, or of one of its people, and when it was over. Grain: one row per rule, account,
-- person and spell; ended_on is empty while it lasts. Of signals (signal_use.sql), gates (signal_gates.sql) and the rules laid as exception_rule.
-- It begins on the day on which the fact has been `enter` or beyond for for_days and every gate is open; it is over on the day on which the fact
-- is back past `leave`, or a gate closes. Between the two nothing changes. A rule that reads downwards is turned around first.
--   began_value, value   the fact on the first day, and on the day that is asked about
--   is_cut               the fact is read by weeks, and it lasted when the first one known was read: it may have begun before
create macro exception_spell_on(as_of) as table
with line as (
    select
        rule.place, rule.rule, rule.for_days, signal._account, signal.person, signal.from_on, signal.until_on,
        rule.sign * value as s, rule.sign * pace as p, rule.sign * enter as e, rule.sign * leave as l, pace is null as is_over
    from exception_rule as rule
    join exception_signal as signal on signal.fact = rule.fact
),
held as (  -- stretches in which the fact is `enter` or beyond
    select
        place, for_days, _account, person,
        case when p > 0 then from_on + least(greatest(ceil((e - s) / p - 1e-9), 0), 99999)::integer else from_on end as from_on,
        case when p < 0 then least(until_on, from_on + least(floor((e - s) / p + 1e-9), 99999)::integer + 1) else until_on end as until_on
    from line
    where s is not null and (p > 0 or s >= e - 1e-9)
),
reached as (
    select
        *,
        max(until_on) over (
            partition by place, _account, person order by from_on, until_on rows between unbounded preceding and 1 preceding
        ) as covered_until
    from held
    where from_on < until_on
),
numbered as (
    select
        *,
        count(*) filter (where coalesce(from_on > covered_until, true)) over (partition by place, _account, person order by from_on, until_on) as stretch
    from reached
),
lasting as (
    select place, _account, person, min(from_on) + any_value(for_days) as from_on, max(until_on) as until_on
    from numbered
    group by place, _account, person, stretch
    having min(from_on) + any_value(for_days) < max(until_on)
),
asked as (
    select place, unnest(gates) as gate, len(gates) as n_gates from exception_rule
),
edge as (
    select place, n_gates, _account, unnest([from_on, until_on]) as day, unnest([1, -1]) as step
    from asked
    join exception_gate as gate on gate.gate = asked.gate
    where _account in (select _account from lasting)
),
swept as (
    select
        place, _account, day, n_gates, sum(sum(step)) over (partition by place, _account order by day) as n_open,
        lead(day, 1, date '9999-12-31') over (partition by place, _account order by day) as next_day
    from edge
    group by place, _account, day, n_gates
),
stretch as materialized (
    select place, _account, day as from_on, next_day as until_on from swept where n_open = n_gates
),
met as materialized (
    select
        lasting.place, lasting._account, person,
        greatest(lasting.from_on, stretch.from_on) as from_on, least(lasting.until_on, stretch.until_on) as until_on
    from lasting
    join stretch
        on stretch.place = lasting.place and stretch._account = lasting._account
        and stretch.from_on < lasting.until_on and lasting.from_on < stretch.until_on
),
whose as (
    select distinct place, _account, person from met
),
back as (  -- days on which the fact is past `leave`, or over
    select
        place, _account, person,
        case when p < 0 and s >= l - 1e-9 then from_on + least(floor((l - s) / p + 1e-9), 99999)::integer + 1 else from_on end as day,
        until_on
    from line
    where is_over or (s is not null and (p < 0 or s < l - 1e-9))
),
change as (
    select place, _account, person, day, bool_or(is_met) as is_met
    from (
        select place, _account, person, from_on as day, true as is_met from met
        union all
        select back.place, back._account, back.person, day, false
        from back
        join whose on whose.place = back.place and whose._account = back._account and whose.person is not distinct from back.person
        where day < back.until_on
        union all
        select stretch.place, stretch._account, person, until_on, false
        from stretch
        join whose on whose.place = stretch.place and whose._account = stretch._account
    )
    where day <= as_of::date
    group by place, _account, person, day
),
turned as (
    select *, lag(is_met, 1, false) over (partition by place, _account, person order by day) as was_met from change
),
spell as (
    select
        place, _account, person, is_met, day as began_on,
        lead(day) over (partition by place, _account, person order by day) as ended_on
    from turned
    where is_met <> was_met
)
select
    rule.place, rule.rule, spell._account, spell.person, began_on, ended_on,
    first_line.value + first_line.pace * (began_on - first_line.from_on) as began_value,
    last_line.value + last_line.pace * (as_of::date - last_line.from_on) as value,
    coalesce(rule.is_by_weeks and began_on - rule.for_days <= known.from_on, false) as is_cut
from spell
join exception_rule as rule on rule.place = spell.place
left join (select fact, min(from_on) as from_on from exception_signal where value is not null group by fact) as known on known.fact = rule.fact
left join exception_signal as first_line
    on first_line.fact = rule.fact and first_line._account = spell._account and first_line.person is not distinct from spell.person
    and first_line.from_on <= began_on and first_line.until_on > began_on
left join exception_signal as last_line
    on last_line.fact = rule.fact and last_line._account = spell._account and last_line.person is not distinct from spell.person
    and ended_on is null and last_line.from_on <= as_of::date and last_line.until_on > as_of::date
where is_met;
