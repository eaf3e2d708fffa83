"""The ARR at stake of accounts a lever found: theirs; of trials, what trials like them bought first.

lay_stake   the temp table lever_stake: a row per account and currency
"""

from lib.facts.levers import TRIED
from lib.measures.levers.found import Scene

_OWN = "create or replace temp table lever_stake as select _account, currency, arr from lever_arr"
_LIKELY = f"""create or replace temp table lever_stake as
with bought as (
    select tried._account, tried.segment, term.currency, sum(term.arr) as arr
    from {TRIED} as tried
    join renewal_term as term on term._account = tried._account and term.starts_on = tried.bought_on
    where tried.bought_on is not null
    group by tried._account, tried.segment, term.currency
    having sum(term.arr) > 0
),
usual as (
    select currency from bought group by currency order by count(*) desc, currency limit 1
),
segment as (
    select segment, median(arr) as arr, count(*) as n from bought where currency = (select currency from usual) group by segment
),
whole as (
    select median(arr) as arr, count(*) as n from bought where currency = (select currency from usual)
)
select
    ground._account, usual.currency,
    case when segment.n >= $least_peers::integer then segment.arr when whole.n >= $least_peers::integer then whole.arr end as arr
from lever_ground as ground
cross join usual
cross join whole
left join segment on segment.segment is not distinct from ground.segment"""


def lay_stake(scene: Scene, lever: str) -> bool:
    """After the lever is laid; whether it is an estimate: the median of what converted trials of its segment bought first, of all
    where fewer than least_peers of it did; in the currency most of them pay in."""
    if lever != "trials":
        scene.con.execute(_OWN)
        return False
    scene.run(_LIKELY)
    return True
