"""The SQL of cohorts: a chain of named steps from who began when to counts by cohort and step.

members     the steps up to `member`, for some question: who began, in which cohort, and the steps that are known of them
cells       the whole statement where cells are counted
parameters  what a statement binds

A member is retained in the steps of its spans [from_step, to_step), of those from entry_step to before whole_steps. Counting
adds one where a span opens and takes one off where it closes; the running sum is the count. So somebody costs a row per
span, however many steps there are.
"""

import re

from lib.book import Book
from lib.definitions import Definitions
from lib.measures.cohorts.question import Question
from lib.measures.cohorts.spans import n_ended, spans, unit_of
from lib.store.opening import value_on
from lib.store.rollups import PLAIN_NAMES

FOREVER = 1_000_000  # a step past all others
ROOM = {"week": "7 days", "month": "1 month", "quarter": "3 months"}  # of a cohort
_BEGAN = {  # of -> what begins -> SQL of the day
    "users": {
        "signup": "person.came_on",
        "first_use": "person.first_used_on",
        "contract_start": "life.contract_on",
        "key_action": "(select min(first_on) from first_action as did "
        "where did.account = person.account and did.person = person.person)",
    },
    "accounts": {
        "signup": "life.signed_on",
        "first_use": "(select min(first_used_on) from person where person.account = life.account)",
        "contract_start": "life.contract_on",
        "key_action": "(select min(first_on) from first_action where first_action.account = life.account)",
    },
}
_WHO = {
    "users": """began as (
    select life._account, life.account, person.person, {began_on} as began_on, person.came_on, life.until_on
    from person
    join life on life._account = person._account
)""",
    "accounts": """began as (
    select life._account, life.account, null::varchar as person, {began_on} as began_on, life.signed_on as came_on, life.until_on
    from life
)""",
}
_MEMBERS = """
with known as (
    select known_from, coalesce(known_to, $as_of::date + 1) as known_to, coalesce(weeks_to, $as_of::date + 1) as weeks_to
    from cohort_known($as_of)
),
life as materialized (
    select life.* from cohort_account($as_of, $grace_days) as life
    semi join (select _account from book) as book using (_account)
),
person as materialized (
    from cohort_person($as_of)
),
first_action as materialized (
    from cohort_first_use($as_of, (select list(feature) from cohort_key_feature($key_actions, $plain_names)))
),
released as (
    select min(released_on) as released_on from core.feature where feature = $feature
),
{who},
held as (
    select began._account, sum(term.arr) as arr
    from cohort_term($as_of) as term
    join began on began._account = term._account
    where coalesce(term.starts_on <= began.began_on, true) and coalesce(term.ended_on > began.began_on, true)
    group by began._account
),
told as (
    select
        began._account, began.account, began.person, began.began_on, began.came_on,
        {value} as cohort,
        {until_on} as until_on,
        {arr} as arr,
        case
            when began_on is null or began_on > $as_of::date then 'had not begun by the day, or no start is known'
            when began_on < $opens_on::date or began_on >= $closes_on::date then 'began outside the period'
            when {needs_use} and (known_from is null or least(began_on, came_on) < known_from)
                then 'began before the usage data does'
            when $feature <> '' and began_on < released_on then 'began before the feature was released'
            when {is_money} and coalesce({arr}, 0) <= 0 then 'no ARR on the day they began'
        end as reason
    from began
    join book as account on account._account = began._account
    cross join known
    cross join released
    {money}
),
member as materialized (
    select
        row_number() over () as member, * exclude (reason),
        {entry_step} as entry_step,
        greatest(least({whole_steps}, $n_steps), 0) as whole_steps
    from told
    where reason is null
)"""
_CELLS = """
size as (
    select
        cohort, count(*) as n_cohort, coalesce(sum(arr), 0)::double as arr_cohort, max(began_on) as last_began_on,
        {opens_on} as cohort_opens_on, least({closes_on}, $closes_on::date) as cohort_closes_on
    from member
    group by cohort
),
retained as (
    select cohort, greatest(from_step, entry_step) as from_step, least(to_step, whole_steps) as to_step, gross, net
    from span
    join member using (member)
),
change_of_cell as (
    select cohort, from_step as step, 0 as eligible, 0 as unfinished, 1 as retained, 0 as arr, gross, net
    from retained
    where from_step < to_step
    union all
    select cohort, to_step, 0, 0, -1, 0, -gross, -net from retained where from_step < to_step
    union all
    select cohort, entry_step, 1, 0, 0, arr, 0, 0 from member where entry_step < whole_steps
    union all
    select cohort, whole_steps, -1, 0, 0, -arr, 0, 0 from member where entry_step < whole_steps
    union all
    select cohort, whole_steps, 0, 1, 0, 0, 0, 0 from member
),
moved as (
    select
        cohort, step, sum(eligible) as eligible, sum(unfinished) as unfinished, sum(retained) as retained,
        sum(arr) as arr, sum(gross) as gross, sum(net) as net
    from change_of_cell
    group by cohort, step
),
cell as (
    select
        size.*, place.step,
        case when cohort_closes_on > {known_to} then cohort_closes_on - 1 else last_began_on end as youngest_on,
        step_opens(youngest_on, list_extract($edges::integer[], place.step + 2), '{unit}', {is_calendar}) - 1 as completes_on,
        coalesce(sum(eligible) over upto, 0)::bigint as n_eligible,
        coalesce(sum(unfinished) over upto, 0)::bigint as n_unfinished,
        coalesce(sum(retained) over upto, 0)::bigint as n_retained,
        coalesce(sum(arr) over upto, 0)::double as arr_eligible,
        coalesce(sum(gross) over upto, 0)::double as arr_gross,
        coalesce(sum(net) over upto, 0)::double as arr_net
    from size
    cross join known
    cross join (select unnest(range($n_steps))::integer as step) as place
    left join moved on moved.cohort is not distinct from size.cohort and moved.step = place.step
    window upto as (partition by size.cohort order by place.step)
),
dropped as (
    select coalesce(list({{'reason': reason, 'n': n}} order by reason), []) as dropped
    from (select reason, count(*) as n from told where reason is not null group by reason) as reasons
)
select cell.*, cohort_closes_on <= {known_to} as is_closed, dropped
from dropped
cross join known
left join cell on true
order by cohort_opens_on, n_cohort desc, cohort nulls last, step
"""


def members(asked: Question) -> str:
    """The steps up to `member`."""
    who = "users" if asked.is_of_people else "accounts"
    return _MEMBERS.format(
        who=_WHO[who].format(began_on=_BEGAN[who][asked.begins]),
        value=_cohort(asked),
        until_on=_until(asked),
        arr="held.arr" if asked.is_money else "0",
        money="left join held on held._account = began._account" if asked.is_money else "",
        needs_use=asked.needs_use,
        is_money=asked.is_money,
        entry_step=_entry(asked),
        whole_steps=n_ended(asked, unit_of(asked, "until_on")),
    )


def cells(asked: Question) -> str:
    """A row per cohort and step, each with what was left out; one row without a cohort where there is none."""
    opens_on = "null::date" if asked.dimension else "any_value(cohort)::date"
    closes_on = (
        "$closes_on::date" if asked.dimension else f"(any_value(cohort)::date + interval '{ROOM[asked.every]}')::date"
    )
    known_to = "weeks_to" if asked.feature else "known_to" if asked.is_of_people else "$as_of::date + 1"
    tail = _CELLS.format(
        opens_on=opens_on, closes_on=closes_on, known_to=known_to, unit=asked.unit, is_calendar=asked.is_calendar
    )
    return ",".join([members(asked), spans(asked), tail])


def parameters(sql: str, asked: Question, book: Book, definitions: Definitions) -> dict:
    """The values `sql` names, since DuckDB refuses surplus ones."""
    values = {
        "as_of": book.as_of,
        "opens_on": book.opens_on,
        "closes_on": book.closes_on,
        "grace_days": definitions.renewals.grace_days,
        "key_actions": list(definitions.adoption.key_actions),
        "plain_names": [name for names in PLAIN_NAMES.values() for name in names],
        "shift": (definitions.calendar.fiscal_year_starts_in - 1) % 3,
        "edges": list(asked.edges),
        "n_steps": asked.n_steps,
        "feature": asked.feature,
        "forever": FOREVER,
    }
    named = set(re.findall(r"\$(\w+)", re.sub(r"\"[^\"]*\"|'[^']*'", "", sql)))
    return {name: value for name, value in values.items() if name in named}


def _cohort(asked: Question) -> str:
    """SQL of the cohort: the first day of it, as text, or the value on the day the member began."""
    if asked.dimension:
        return value_on(asked.dimension, "began.began_on")
    if asked.every == "quarter":
        return (
            "(date_trunc('quarter', began_on - to_months($shift::integer)) + to_months($shift::integer))::date::varchar"
        )
    return f"date_trunc('{asked.every}', began_on)::date::varchar"


def _until(asked: Question) -> str:
    """SQL of the day until which a member is known."""
    if asked.feature:
        return "least(began.until_on, known.weeks_to)" if not asked.is_of_people else "known.weeks_to"
    return "known.known_to" if asked.is_of_people else "began.until_on"


def _entry(asked: Question) -> str:
    """SQL of the first step that begins when the member is there: the first of all, but for people who came after their account."""
    if not (asked.is_of_people and asked.begins == "contract_start"):
        return "0"
    unit = f"case when came_on > began_on then {unit_of(asked, '(came_on - 1)')} + 1 else 0 end"
    return f"len(list_filter($edges::integer[], lambda edge: edge < {unit}))" if asked.kind == "bracket" else unit
