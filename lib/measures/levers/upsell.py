"""Up-sell at the moment of need: seats or allowances near their limit, and when it is reached; and who adopts fast.

find   lays who they are
"""

import numpy as np
import pandas as pd

from lib.facts import kpis
from lib.facts.levers import ALLOWANCES, PACE, SEATS
from lib.measures.levers.found import ACCOUNT, Found, Scene, empty_people, put
from lib.measures.levers.reached import dated
from lib.turning import Reach, along_drift, along_line

_WEEKS, _RECENT = 13, 4
_SEATS = f"""select told._account, told.k as used, told.n as allowed, gain, spread
from (
    select _account, k, n from {kpis.relation(["seats_assigned_rate"])} where kpi = 'seats_assigned_rate' and why_not is null
) as told
join lever_ground as ground on ground._account = told._account and ground.is_customer
left join {SEATS} as gained on gained._account = told._account
where told.n > 0"""
_ALLOWED = f"""select used._account, metric, level as used, allowance as allowed, slope, spread, is_known
from {ALLOWANCES} as used
join lever_ground as ground on ground._account = used._account and ground.is_customer"""
_PACE = f"""select pace._account, days, peers_days, n_stages, last_left_on as since_on
from {PACE} as pace
join lever_ground as ground on ground._account = pace._account and ground.is_customer
where days <= $fast_velocity::double * peers_days"""
_NO_METER = """select entitled.metric, count(distinct ground._account) as n
from core.entitlement as entitled
join lever_ground as ground on ground.account = entitled.account and ground.is_customer
where not list_contains($metered::varchar[], lower(trim(entitled.metric)))
group by entitled.metric
order by n desc, entitled.metric"""


def find(scene: Scene) -> Found:
    """Accounts with limit_share or more of their seats assigned, or of an allowance used, or there within soon_days; and those
    that went through the stages of their journey in fast_velocity of their peers' days or less.

    Of an account near its limit the day is that of the limit itself; of one that is not yet, that of limit_share.
    """
    words = scene.definitions.levers
    seats, allowed = scene.run(_SEATS).df(), scene.run(_ALLOWED).df()
    known = allowed[allowed["is_known"].astype(bool)].reset_index(drop=True)
    parts = [_seats(scene, seats), _allowances(scene, known), _fast(scene)]
    rows = (
        pd.concat([each for each in parts if len(each)])
        if any(map(len, parts))
        else pd.DataFrame(columns=list(ACCOUNT))
    )
    put(scene.con, "lever_account", rows, ACCOUNT)
    empty_people(scene.con)
    without = scene.con.execute(
        _NO_METER, {"metered": [each.metric.strip().lower() for each in words.meters]}
    ).fetchall()
    n_full = len({*rows.loc[(rows["level_rate"] >= 1) & (rows["need"] != "pace"), "_account"]})
    n = rows["_account"].nunique()
    ((of_n,),) = scene.con.execute("select count(*) from lever_ground where is_customer").fetchall()
    return Found(
        of_n,
        f"{n:,} of {of_n:,} customers are near a limit or adopt fast; {n_full:,} are at the limit or past it."
        if n
        else "No customer is near a limit, and none adopts much faster than its peers.",
        f"{_SEATS};\n\n{_ALLOWED};\n\n{_PACE};",
        (
            (
                "an allowance, but use is not known in 13 full weeks, or the account is younger",
                len(allowed) - len(known),
            ),
            *(
                (f"an allowance of {metric}: no meter of the definitions says what uses it up", n)
                for metric, n in without
            ),
        ),
    )


def _seats(scene: Scene, seats: pd.DataFrame) -> pd.DataFrame:
    gain, spread = seats["gain"].fillna(0).to_numpy(float), seats["spread"].fillna(0).to_numpy(float)
    return _near(scene, seats, "seats", "seats assigned", lambda lacks: along_drift(lacks, gain, spread, _WEEKS))


def _allowances(scene: Scene, known: pd.DataFrame) -> pd.DataFrame:
    slope, spread = known["slope"].to_numpy(float), known["spread"].to_numpy(float)
    return _near(scene, known, "capacity", None, lambda lacks: along_line(lacks, slope, spread, _WEEKS, _RECENT))


def _near(scene: Scene, rows: pd.DataFrame, need: str, what: str | None, reach) -> pd.DataFrame:
    words = scene.definitions.levers
    used, allowed = rows["used"].to_numpy(float), rows["allowed"].to_numpy(float)
    rate = used / np.where(allowed > 0, allowed, np.nan)
    is_near = rate >= words.limit_share - 1e-9
    share = np.where(is_near, 1.0, words.limit_share)
    found: Reach = reach(np.where(rate >= 1, 0, share * allowed - used))
    listed = is_near | (found.weeks * 7 <= words.soon_days)
    days = dated(found, scene.book.as_of)
    is_past = (rate >= 1)[:, None]
    days = days.mask(np.broadcast_to(is_past, days.shape))  # the limit is behind them: no day to tell
    named = rows["metric"] if what is None else pd.Series(what, index=rows.index)
    why = [_why(*each) for each in zip(named, rate, used, allowed, strict=True)]
    return pd.concat(
        [
            pd.DataFrame({
                "_account": rows["_account"], "need": need, "why": why, "level_before": allowed, "level_now": used,
                "level_rate": rate, "crosses_share": np.where(rate >= 1, np.nan, share),
            }),
            days,
        ],
        axis=1,
    )[listed]  # fmt: skip


def _why(what: str, rate: float, used: float, allowed: float) -> str:
    return f"{used:,.0f} of {allowed:,.0f} {what}: {np.floor(rate * 100 + 1e-9):.0f} %"


def _fast(scene: Scene) -> pd.DataFrame:
    rows = scene.run(_PACE, fast_velocity=scene.definitions.levers.fast_velocity).df()
    stages = ["stage" if n == 1 else "stages" for n in rows["n_stages"]]
    why = [
        f"{n} {stage} in {days:.0f} days, peers {peers:.0f}"
        for n, stage, days, peers in zip(rows["n_stages"], stages, rows["days"], rows["peers_days"], strict=True)
    ]
    return pd.DataFrame({
        "_account": rows["_account"], "need": "pace", "why": why, "since_on": rows["since_on"], "level_before": rows["peers_days"],
        "level_now": rows["days"], "level_rate": rows["days"] / rows["peers_days"],
    })  # fmt: skip
