"""Usability barriers: people who log in and do nothing, go round in loops with help, or leave guided processes unfinished.

find   lays who they are
told   sentences on what the data cannot tell
"""

import duckdb

from lib.facts.levers import HELD_UP
from lib.measures.levers.found import Found, Scene

_PERSON = f"""create or replace temp table lever_person as
with person as materialized (
    select held.* from {HELD_UP} as held join lever_ground as ground on ground._account = held._account and ground.is_customer
),
held as (
    select _account, person, 'login' as need, n_login_only as n_times from person
    union all
    select _account, person, 'loops', n_loops from person
    union all
    select _account, person, 'unfinished', n_unfinished from person
)
select
    _account, person, need, n_times, null::double as person_nps, null::varchar as health_colour, null::varchar as why_not
from held
where n_times >= $barrier_times::integer"""
_ACCOUNT = f"""create or replace temp table lever_account as
with active as (
    select _account, count(*) as n_active from {HELD_UP} group by _account
),
touched as (
    select _account, need, count(*) as n_touched, sum(n_times) as n_times from lever_person group by _account, need
)
select
    touched._account, need,
    n_touched || ' of ' || n_active || ' people: ' || case need
        when 'login' then 'login and nothing else' when 'loops' then 'loops with help' else 'guided processes unfinished'
    end as why,
    null::date as since_on, n_active::double as level_before, n_touched::double as level_now, n_touched / n_active as level_rate,
    null::double as crosses_share, null::date as crosses_on, null::date as crosses_lo_on, null::date as crosses_hi_on,
    n_touched, null::double as q_value
from touched
join active on active._account = touched._account
where n_touched >= $barrier_people::integer and n_touched >= $barrier_share::double * n_active"""
_KEEP = "delete from lever_person where (_account, need) not in (select (_account, need) from lever_account)"
_OF = f"""select count(distinct held._account)
from {HELD_UP} as held
join lever_ground as ground on ground._account = held._account and ground.is_customer"""
_NAMED = """with seen as (
    select distinct feature
    from usage.usage_feature_week as used
    join (select account from scope) as ours on ours.account = used.account
)
select
    lower(trim(role)) as role, count(distinct coalesce(process, feature)) as n, any_value(coalesce(process, name, feature)) as name
from core.feature
join seen using (feature)
where lower(trim(role)) in ('task', 'begins')
group by lower(trim(role))"""


def find(scene: Scene) -> Found:
    """Accounts with barrier_people or more people, and barrier_share of those active, who met one barrier barrier_times or more in
    barrier_weeks."""
    words = scene.definitions.levers
    bound = {name: getattr(words, name) for name in ("barrier_times", "barrier_people", "barrier_share")}
    for sql in (_PERSON, _ACCOUNT, _KEEP):
        scene.run(sql, **bound)
    ((of_n,),) = scene.run(_OF).fetchall()
    n, n_people = scene.con.execute(
        "select (select count(distinct _account) from lever_account), (select count(distinct (_account, person)) from lever_person)"
    ).fetchall()[0]
    if not of_n:
        finding = "Nothing can be told: no sessions of people are known."
    elif not n:
        finding = f"Of {of_n:,} active customers none has many people held up."
    else:
        finding = (
            f"{n_people:,} people at {n:,} of {of_n:,} active customers log in for nothing, loop through help or leave a process "
            "unfinished."
        )
    return Found(of_n, finding, f"{_PERSON};\n\n{_ACCOUNT};", (), told(scene.con))


def told(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """What sessions tell, and what they cannot."""
    roles = {role: (n, name) for role, n, name in con.execute(_NAMED).fetchall()}
    said = [
        "Known is by person and week how often a session was a login alone, went from a task to help and back, or left a guided "
        "process unfinished; not with which feature. The features of the week say where to look, not where it happened."
    ]
    n_processes, name = roles.get("begins", (0, ""))
    if n_processes == 1:
        said.append(f"There is one guided process, so what was not finished is “{name}”.")
    elif n_processes:
        said.append(f"There are {n_processes:,} guided processes; which of them was not finished is not known.")
    lacking = [
        word for role, word in (("begins", "beginning of a guided process"), ("task", "task")) if role not in roles
    ]
    if lacking:
        said.append(
            f"No feature is marked as a {' or a '.join(lacking)} (column role of the feature file), so none is seen."
        )
    return tuple(said)
