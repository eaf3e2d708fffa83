"""The SQL of when members are retained: spans of steps, [from_step, to_step), with the ARR they hold in them.

spans     the step `span` of the chain, with those it is made of
unit_of   the unit of a member's time that a day is in
n_ended   how many steps have ended when so many units have
within    the step that a unit is in

Of people a span is made of the days they used anything, of accounts of the terms they held: live on the last day of a step
means that the term began before the step's end and ended after its last day.
"""

from lib.measures.cohorts.question import Question

_USE = """
week as (
    select
        member, began_on, used.week,
        greatest(began_on - used.week, 0) as since,
        least(known_to - used.week, 7) as til,
        ((active_days::integer >> since) << since) & ((1 << til) - 1) as active,
        {last} as last_unit,
        {opens} - used.week as turns
    from usage.usage_person_week as used
    join member on member.account = used.account and member.person = used.person
    cross join known
    where used.week > began_on - 7 and used.week < {closes_on}
),
part as (
    {parts}
),
presence as materialized (
    select
        member, {step} as step,
        bool_or((case when began_on >= week then active & ~(1 << (began_on - week)) else active end) <> 0) as has_returned
    from part
    where active <> 0
    group by member, step
),
span as (
    {span}
)"""
_PARTS = {  # a week lies in one step or in two that follow, but for steps of a day
    "day": "select member, began_on, week, active & (1 << nth::integer) as active, week + nth::integer - began_on as unit\n"
    "    from week\n    cross join range(7) as day(nth)",
    "week": "select member, began_on, week, (active >> greatest(turns, 0)) << greatest(turns, 0) as active, last_unit as unit\n"
    "    from week\n    union all\n"
    "    select member, began_on, week, active & ((1 << turns) - 1), last_unit - 1\n    from week\n    where turns > since",
}
_LIFE = """
term as (
    select
        member, member.arr as arr_began, term.arr,
        greatest(coalesce({starts}, 0), 0) as from_step,
        coalesce({ends}, $forever) as to_step
    from cohort_term($as_of) as term
    join member on member._account = term._account
),
change as (
    select member, arr_began, from_step as step, 1 as n, arr from term where to_step > from_step
    union all
    select member, arr_began, to_step, -1, -arr from term where to_step > from_step
),
by_step as (
    select member, step, sum(n) as n, sum(arr) as arr, any_value(arr_began) as arr_began from change group by member, step
),
lived as materialized (
    select
        member, step as from_step, lead(step, 1, $forever::bigint) over ahead as to_step,
        sum(n) over ahead as n, sum(arr) over ahead as arr, arr_began
    from by_step
    window ahead as (partition by member order by step)
),
span as (
    {span}
)"""
_FEATURE = """
span as (
    select member, min({first}) as from_step, $forever as to_step, 0 as gross, 0 as net
    from member
    join cohort_first_use($as_of, [$feature]) as used
        on used.account = member.account and (member.person is null or member.person = used.person)
    group by member
)"""
_SPANS_OF_USE = {
    "on": "select member, step as from_step, step + 1 as to_step, 0 as gross, 0 as net from presence",
    "on_or_after": "select member, 0 as from_step, max(step) + 1 as to_step, 0 as gross, 0 as net\n"
    "    from presence\n    group by member",
    "on_or_before": "select member, min(step) as from_step, $forever as to_step, 0 as gross, 0 as net\n"
    "    from presence\n    where has_returned\n    group by member",
    "streak": "select member, 0 as from_step, count(*) filter (where step = nth) as to_step, 0 as gross, 0 as net\n"
    "    from (select member, step, row_number() over (partition by member order by step) - 1 as nth from presence) as run\n"
    "    group by member",
}
_SPANS_OF_LIFE = {
    "on": "select member, from_step, to_step, least(arr, arr_began) as gross, arr as net from lived where n > 0",
    "on_or_after": "select member, 0 as from_step, max(to_step) as to_step, 0 as gross, 0 as net\n"
    "    from lived\n    where n > 0\n    group by member",
    "on_or_before": "select member, min(from_step) as from_step, $forever as to_step, 0 as gross, 0 as net\n"
    "    from lived\n    where n > 0\n    group by member",
    "streak": "select\n        member, 0 as from_step, coalesce(min(from_step) filter (where n <= 0), $forever) as to_step,\n"
    "        0 as gross, 0 as net\n    from lived\n    group by member\n    having bool_or(from_step = 0 and n > 0)",
}


def spans(asked: Question) -> str:
    """The step `span`, with those it is made of."""
    if asked.feature:
        first = n_ended(asked, f"greatest({unit_of(asked, 'greatest(first_on, began_on)')}, 0)")
        return _FEATURE.format(first=first)
    kind = "on" if asked.kind == "bracket" else asked.kind
    if asked.is_of_people:
        last = unit_of(asked, "(used.week + til::integer - 1)")
        # use after the last step says nothing, but to who asks whether there is any
        after_all = f"step_opens(began_on, {asked.edges[-1]}, '{asked.unit}', {asked.is_calendar})"
        return _USE.format(
            last=last,
            closes_on="known_to" if kind == "on_or_after" else f"least(known_to, {after_all})",
            opens=f"step_opens(began_on, last_unit, '{asked.unit}', {asked.is_calendar})",
            parts=_PARTS["day" if asked.unit == "day" else "week"],
            step=within(asked, "unit"),
            span=_SPANS_OF_USE[kind],
        )
    starts, ends = (
        n_ended(asked, unit_of(asked, f"term.{day}", "member.began_on")) for day in ("starts_on", "ended_on")
    )
    return _LIFE.format(starts=starts, ends=ends, span=_SPANS_OF_LIFE[kind])


def unit_of(asked: Question, day: str, began_on: str = "began_on") -> str:
    """SQL of the unit of a member's time that a day is in."""
    return f"step_of({day}, {began_on}, '{asked.unit}', {asked.is_calendar})"


def n_ended(asked: Question, unit: str) -> str:
    """SQL of how many steps have ended when so many units have: the same number, but for brackets."""
    return (
        f"len(list_filter(list_slice($edges::integer[], 2, -1), lambda edge: edge <= {unit}))"
        if asked.kind == "bracket"
        else unit
    )


def within(asked: Question, unit: str) -> str:
    """SQL of the step that a unit is in; -1 before the first bracket."""
    return f"len(list_filter($edges::integer[], lambda edge: edge <= {unit})) - 1" if asked.kind == "bracket" else unit
