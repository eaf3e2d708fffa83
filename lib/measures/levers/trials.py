"""Trial conversion: trials under way whose people have not engaged in the first days.

find   lays who they are
"""

from lib.facts import health, trials
from lib.facts.levers import TRIED
from lib.measures.levers.found import Found, Scene, empty_people

_SQL = f"""create or replace temp table lever_account as
with stood as (
    select
        now._account, now.trial_began_on, tried.is_use_known, tried.n_first_events, tried.n_day_events,
        least($as_of::date - now.trial_began_on + 1, $trial_days::integer) as n_days
    from trial_now as now
    left join {TRIED} as tried on tried._account = now._account
)
select
    _account,
    case when n_first_events = 0 then 'none' else 'little' end as need,
    case
        when n_first_events = 0 then 'no use in its first ' || if(n_days = 1, 'day', n_days || ' days')
        else if(n_day_events = 0, 'nothing on its first day, ', '') || n_first_events
            || if(n_first_events = 1, ' use in its first ', ' uses in its first ') || n_days || ' days'
    end as why,
    trial_began_on as since_on,
    $trial_events::double as level_before, n_first_events::double as level_now,
    null::double as level_rate, null::double as crosses_share, null::date as crosses_on, null::date as crosses_lo_on,
    null::date as crosses_hi_on, null::bigint as n_touched, null::double as q_value
from stood
where is_use_known and n_first_events < $trial_events::integer
  and (n_days >= $trial_days::integer or (n_first_events = 0 and n_days > 1))"""
_COUNTED = f"""select
    count(*), count(*) filter (where tried.is_use_known is not true),
    count(*) filter (where tried.is_use_known and now.trial_began_on > $as_of::date - $trial_days::integer + 1
        and tried.n_first_events < $trial_events::integer and (tried.n_first_events > 0 or now.trial_began_on = $as_of::date))
from trial_now as now
left join {TRIED} as tried on tried._account = now._account"""


def find(scene: Scene) -> Found:
    """Trials that used the product fewer than trial_events times in their first trial_days; younger ones where nobody used it after
    the first day. Which trials are under way is what health reads."""
    words = scene.definitions.levers
    health.lay(scene.con, scene.book.as_of, scene.definitions, is_of_day=True)
    trials.lay(scene.con, scene.definitions)
    scene.run(_SQL, trial_events=words.trial_events)
    empty_people(scene.con)
    of_n, n_unknown, n_young = scene.run(_COUNTED, trial_events=words.trial_events).fetchall()[0]
    n, n_none = scene.con.execute(
        "select count(*), count(*) filter (where need = 'none') from lever_account"
    ).fetchall()[0]
    return Found(
        of_n,
        f"{n:,} of {of_n:,} trials under way {'has' if n == 1 else 'have'} not engaged: fewer than {words.trial_events} uses in "
        f"the first {words.trial_days} days, {n_none:,} of them none at all."
        if of_n
        else "No trial is under way.",
        f"{_SQL};",
        (("use is not known since the trial began", n_unknown), ("on its first days: too soon to say", n_young)),
    )
