"""Evangelists: the heaviest users of the features that set the product apart, and whom of them to enrol.

find   lays who they are
"""

import pandas as pd

from lib.facts import health, kpis
from lib.facts.levers import HEAVY
from lib.measures.levers.found import Found, Scene

STAYING, FEATURE = "goes with staying", "feature"
_HIGH_VALUE = f"select feature from {kpis.FEATURE} where is_high_value order by feature"
_PEOPLE = f"""create or replace temp table lever_heavy as
with used as (
    select _account, person, sum(n_events)::bigint as n_times, arg_max(feature, n_events) as need
    from {HEAVY}
    group by _account, person
    having sum(n_events) > 0
),
ranked as (
    select
        *,
        n_times >= $heavy_events::integer
            and rank() over (order by n_times desc) <= ceil($heavy_share::double * count(*) over ()) as is_heavy
    from used
)
select ranked.* from ranked where is_heavy"""
_PERSON = """create or replace temp table lever_person as
with voice as (
    select account, person, arg_max(score, answered_on) as nps
    from core.survey
    where lower(kind) = 'nps' and score is not null
      and answered_on <= $as_of::date and answered_on > $as_of::date - $said_days::integer
    group by account, person
),
colour as (
    select _account, colour from health_score where reading = (select max(reading) from health_score)
)
select
    heavy._account, heavy.person, heavy.need, heavy.n_times, voice.nps::double as person_nps, colour.colour as health_colour,
    case
        when person.opted_out_on <= $as_of::date then 'opted out'
        when ground.notice <> 'none' then 'account: ' || ground.notice
        when colour.colour = 'red' then 'account: health is red'
        when voice.nps <= $detractor_to::double then 'answered ' || voice.nps::integer || ' to NPS'
    end as why_not
from lever_heavy as heavy
join lever_ground as ground on ground._account = heavy._account and ground.is_customer
left join core.person as person on person.account = ground.account and person.person = heavy.person
left join voice on voice.account = ground.account and voice.person = heavy.person
left join colour on colour._account = heavy._account"""
_ACCOUNT = """create or replace temp table lever_account as
select
    _account, need, count(*) || if(count(*) = 1, ' heavy user', ' heavy users') as why, null::date as since_on,
    null::double as level_before, sum(n_times)::double as level_now, null::double as level_rate, null::double as crosses_share,
    null::date as crosses_on, null::date as crosses_lo_on, null::date as crosses_hi_on, count(*) as n_touched,
    null::double as q_value
from lever_person
where why_not is null
group by _account, need"""


def find(scene: Scene) -> Found:
    """People among the heavy_share of the scope's who use these features most, with heavy_events uses or more in heavy_weeks.

    The features are those that go with staying, as What carries tells them; where none does, the high-value ones. Not to be
    enrolled now: who opted out, whose account gave notice, asked to cancel or is red, and who answered NPS as a detractor.
    """
    words, voice = scene.definitions.levers, scene.definitions.voice
    features, by = differentiating(scene)
    health.lay(scene.con, scene.book.as_of, scene.definitions, is_of_day=True)
    scene.run(_PEOPLE, features=features, heavy_events=words.heavy_events, heavy_share=words.heavy_share)
    bound = {
        "as_of": scene.book.as_of,
        "said_days": scene.definitions.corners.said_days,
        "detractor_to": voice.detractor_to,
    }
    scene.con.execute(_PERSON, bound)
    scene.con.execute(_ACCOUNT)
    n_all, n = scene.con.execute(
        "select count(*), count(*) filter (where why_not is null) from lever_person"
    ).fetchall()[0]
    return Found(n_all, _finding(n, n_all, features, by), f"{_PEOPLE};\n\n{_PERSON};\n\n{_ACCOUNT};", (), ())


def differentiating(scene: Scene) -> tuple[list[str], str]:
    """The features that set the product apart, and by what."""
    table = scene.carries.table
    staying = (
        table[(table["trait_kind"] == FEATURE) & (table["goes_with"] == STAYING)] if len(table) else pd.DataFrame()
    )
    if len(staying):
        return staying["trait"].tolist(), "goes with staying" if len(staying) == 1 else "go with staying"
    found = [feature for (feature,) in scene.run(_HIGH_VALUE).fetchall()]
    return found, "is of high value" if len(found) == 1 else "are of high value"


def _finding(n: int, n_all: int, features: list[str], by: str) -> str:
    if not features:
        return "No feature is known to go with staying, and none is marked as advanced or of high value."
    if not n_all:
        return "Nobody uses these features heavily."
    many = f"{len(features)} {'feature' if len(features) == 1 else 'features'} that {by}"
    return f"{n:,} of the {n_all:,} heaviest users of the {many} can be enrolled now."
