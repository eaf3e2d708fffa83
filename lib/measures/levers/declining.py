"""Declining usage: accounts whose use fell beyond chance, and the week it began.

find   lays who they are
"""

import numpy as np
import pandas as pd

from lib import stats
from lib.book import say_day
from lib.facts.levers import WEEKLY
from lib.measures.levers.found import ACCOUNT, Found, Scene, empty_people, put
from lib.turning import falls

_SQL = f"""select weekly.*, ground._account is not null as is_of_book
from {WEEKLY} as weekly
left join lever_ground as ground on ground._account = weekly._account
order by weekly._account"""
_LEAST_PANEL = 30  # fewer accounts say nothing of what the season does to all
_RECENT = 4


def find(scene: Scene) -> Found:
    """Accounts whose weekly active people fell to fall_share or less at one week of the last fall_weeks, and are there still.

    Each week is held against what the accounts of the scope did in it, so that holidays are nobody's fall. Beyond chance: q of
    Benjamini and Hochberg, over all accounts that were looked at, is at most the alpha of the hot-spots (lib/turning.py says p).
    """
    words, alpha = scene.definitions.levers, scene.definitions.hotspots.alpha
    rows = scene.run(_SQL).df()
    weekly = np.array(rows["weekly"].tolist(), float).reshape(len(rows), words.fall_weeks)
    season = (
        weekly.sum(axis=0) / max(weekly.sum() / words.fall_weeks, 1e-9)
        if len(rows) >= _LEAST_PANEL
        else np.ones(words.fall_weeks)
    )
    level = weekly / np.maximum(season, 0.05)
    fall = falls(level)
    after = np.maximum(fall.after, 0)
    enough = fall.before >= words.fall_least_people
    q = stats.benjamini_hochberg(np.where(enough, fall.p, np.nan))
    low = words.fall_share * fall.before
    is_down = (q <= alpha) & (after <= low) & (level[:, -_RECENT:].mean(axis=1) <= low)
    listed = is_down & rows["is_of_book"].to_numpy(bool)
    opens_on = pd.to_datetime(rows["opens_on"])
    since = opens_on + pd.to_timedelta(7 * fall.at, unit="D")
    found = pd.DataFrame({
        "_account": rows["_account"], "need": since.dt.strftime("%Y-%m-%d"),
        "why": [f"from {b:.1f} people a week to {a:.1f}" for b, a in zip(fall.before, after, strict=True)],
        "since_on": since, "level_before": fall.before, "level_now": after,
        "level_rate": after / np.where(fall.before > 0, fall.before, np.nan), "q_value": q,
    })[listed]  # fmt: skip
    put(scene.con, "lever_account", found, ACCOUNT)
    empty_people(scene.con)
    of_book = rows["is_of_book"].to_numpy(bool)
    of_n = int((enough & of_book).sum())
    ((n_customers,),) = scene.con.execute("select count(*) from lever_ground where is_customer").fetchall()
    return Found(
        of_n, _finding(len(found), of_n, since[listed]), f"{_SQL};",
        (
            (f"younger than {words.fall_weeks} full weeks of known use", max(n_customers - int(of_book.sum()), 0)),
            (f"fewer than {words.fall_least_people:g} people a week before", int((~enough & of_book).sum())),
        ),
        (f"A week is like the next with a correlation of {fall.alike:.2f}, which is taken into account.",) if of_n else (),
    )  # fmt: skip


def _finding(n: int, of_n: int, since: pd.Series) -> str:
    if not of_n:
        return "Nothing can be told: no account has known use for long enough."
    if not n:
        return f"Nothing stands out: of {of_n:,} accounts none uses it less than before, beyond chance."
    middle = since.sort_values().iloc[n // 2]
    return (
        f"Use fell beyond chance at {n:,} of {of_n:,} accounts; half of these falls began by {say_day(middle.date())}."
    )
