"""Usability barriers: people who log in and do nothing, go round in loops with help, or leave guided processes unfinished.

find   lays who they are, and lever_met: who met which barrier, and how often
told   sentences on what the data cannot tell
"""

import duckdb

from lib.facts.levers import HELD_UP, MET
from lib.measures.levers.found import Found, Scene

_ACTIVE = f"""create or replace temp table lever_active as
select held.* from {HELD_UP} as held join lever_ground as ground on ground._account = held._account and ground.is_customer"""
_MET = f"create or replace temp table lever_met as select * from {MET} where n_times > 0"
_PERSON = """create or replace temp table lever_person as
with held as (
    select _account, person, 'login' as need, n_login_only as n_times from lever_active
    union all
    select _account, person, 'loops', n_loops from lever_active
    union all
    select _account, person, 'unfinished', n_unfinished from lever_active
)
select
    _account, person, need, n_times, null::double as person_nps, null::varchar as health_colour, null::varchar as why_not
from held
where n_times >= case need when 'unfinished' then $barrier_left::integer else $barrier_times::integer end"""
_ACCOUNT = """create or replace temp table lever_account as
with active as (
    select _account, count(*) as n_active from lever_active group by _account
),
touched as (
    select _account, need, count(*) as n_touched, sum(n_times) as n_times from lever_person group by _account, need
),
most as (
    select _account, need, min_by(barrier_name, (-n, barrier_name)) as barrier_name
    from (select _account, need, barrier_name, count(*) as n from lever_place group by _account, need, barrier_name) as counted
    group by _account, need
)
select
    touched._account, touched.need,
    n_touched || ' of ' || n_active || ' people: ' || case touched.need
        when 'login' then 'login and nothing else' when 'loops' then 'loops with help' else 'guided processes unfinished'
    end || coalesce(', most with ' || most.barrier_name, '') as why,
    null::date as since_on, n_active::double as level_before, n_touched::double as level_now, n_touched / n_active as level_rate,
    null::double as crosses_share, null::date as crosses_on, null::date as crosses_lo_on, null::date as crosses_hi_on,
    n_touched, null::double as q_value
from touched
join active on active._account = touched._account
left join most on most._account = touched._account and most.need = touched.need
where n_touched >= $barrier_people::integer and n_touched >= $barrier_share::double * n_active"""
_PLACE = """create or replace temp table lever_place as
select met._account, met.person, met.need, barrier, barrier_name, met.n_times
from lever_met as met
join lever_person as person on person._account = met._account and person.person = met.person and person.need = met.need"""
_KEEP = """delete from lever_person where (_account, need) not in (select (_account, need) from lever_account);
delete from lever_place where (_account, need) not in (select (_account, need) from lever_account)"""
_OF = "select count(distinct _account) from lever_active"
_USED = """select distinct place.role
from usage.usage_feature_week as used
join (select account from scope) as ours on ours.account = used.account
join barrier_feature() as place on place.feature = used.feature"""


def find(scene: Scene) -> Found:
    """Accounts with barrier_people or more people, and barrier_share of those active, who met one barrier in barrier_weeks: a login
    alone or a loop barrier_times or more, a process left barrier_left or more."""
    words = scene.definitions.levers
    bound = {
        name: getattr(words, name) for name in ("barrier_times", "barrier_left", "barrier_people", "barrier_share")
    }
    for sql in (_ACTIVE, _MET, _PERSON, _PLACE, _ACCOUNT):
        scene.run(sql, **bound)
    scene.con.execute(_KEEP)
    ((of_n,),) = scene.con.execute(_OF).fetchall()
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
    return Found(of_n, finding, ";\n\n".join((_ACTIVE, _MET, _PERSON, _PLACE, f"{_ACCOUNT};")), (), told(scene.con))


def told(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """What sessions cannot tell, for want of roles."""
    roles = {role for (role,) in con.execute(_USED).fetchall()}
    lacking = [
        word for role, word in (("begins", "beginning of a guided process"), ("task", "task")) if role not in roles
    ]
    if not lacking:
        return ()
    return (
        f"No feature in use is marked as a {' or a '.join(lacking)} (column role of the feature file), so none is seen.",
    )
