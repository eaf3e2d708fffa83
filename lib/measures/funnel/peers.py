"""The peers of accounts inside a stage: those that came to it in the period, of their segment or, where too few, of all.

told       a row per journey, stage, segment and days inside: when one is slow, and what is ahead, by the peers
ALL        what peers of all segments are called
"""

import numpy as np
import pandas as pd

from lib import survival
from lib.definitions import Definitions
from lib.measures.funnel.ahead import chance_after, remaining_after
from lib.measures.funnel.stays import Stays, stays

ALL = "all"
_KEY = ["journey", "place"]
_NOBODY = Stays(*np.zeros((4, 0)))
_TOLD = [
    *_KEY, "segment", "days", "peers", "n_peers", "peers_dwell_days", "peers_slow_days", "percentile",
    "next_rate", "next_lo", "next_hi", "remaining_days", "later_days", "is_later_known",
]  # fmt: skip


def told(counted: pd.DataFrame, stages: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    """What peers tell of everybody inside a stage.

    counted   stays: journey, place, segment, days, ending, is_peer and their number n
    stages    of all journeys: journey, place, stage, is_optional

    peers_slow_days: by which slow_share of the peers have completed, a day at least; later_days: the medians, summed, of the stages
    between this one and value, as far as they are known; empty where value is had.
    """
    least = definitions.journey.least_accounts
    counted = counted.assign(segment=counted["segment"].astype(object).where(counted["segment"].notna(), None))
    peers = counted[counted["is_peer"]]
    whole = {key: stays(rows) for key, rows in peers.groupby(_KEY)}
    n = peers.groupby([*_KEY, "segment"])["n"].transform("sum")
    own = {key: stays(rows) for key, rows in peers[n >= least].groupby([*_KEY, "segment"])}
    inside = counted.loc[counted["ending"] == "inside", [*_KEY, "segment", "days"]].drop_duplicates()
    named = zip(inside["journey"], inside["place"], inside["segment"], strict=True)
    inside["peers"] = pd.Series([key[2] if key in own else None for key in named], inside.index, object)
    later = _later(inside, _medians(whole, own, least), stages, definitions)
    found = []
    for (journey, place, segment), rows in inside.groupby([*_KEY, "peers"], dropna=False):
        its = own.get((journey, place, segment), whole.get((journey, place), _NOBODY))
        found.append(rows.assign(**_said(its, rows["days"], definitions)))
    frame = pd.concat(found) if found else inside.assign(**_said(_NOBODY, inside["days"], definitions))
    frame["peers"] = frame["peers"].where(frame["peers"].notna(), ALL)
    return frame.join(later)[_TOLD]


def _medians(whole: dict[tuple, Stays], own: dict[tuple, Stays], least: int) -> dict[tuple, float]:
    """(journey, place) and (journey, place, segment) -> the days by which half have completed; none of too few."""
    return {key: each.quantile(0.5) for key, each in (whole | own).items() if each.n >= least}


def _later(
    inside: pd.DataFrame, medians: dict[tuple, float], stages: pd.DataFrame, definitions: Definitions
) -> pd.DataFrame:
    """later_days and is_later_known, row by row of `inside`."""
    value, ways = definitions.adoption.value_stage.casefold(), {}
    for journey, own in stages.groupby("journey"):
        ends = own.loc[own["stage"].str.casefold() == value, "place"]
        ways[journey] = (
            ends.min() if len(ends) else own["place"].max(),
            own.loc[~own["is_optional"], "place"].tolist(),
        )
    found: dict[tuple, tuple] = {}
    keys = list(zip(inside["journey"], inside["place"], inside["segment"], strict=True))
    for journey, place, segment in set(keys):
        end, places = ways[journey]
        days = [
            medians.get((journey, each, segment), medians.get((journey, each), np.nan))
            for each in places
            if place < each < end
        ]
        known = np.nansum(days) if place < end else np.nan
        found[journey, place, segment] = (known, not np.isnan(days).any())
    return pd.DataFrame([found[key] for key in keys], inside.index, ["later_days", "is_later_known"])


def _said(peers: Stays, days: pd.Series, definitions: Definitions) -> dict:
    """What the peers say of who has been inside for so many days; nothing where they are too few."""
    words, at = definitions.journey, days.to_numpy(float)
    nothing = np.full(len(at), np.nan)
    said = {"n_peers": int(peers.n), "peers_dwell_days": np.nan, "peers_slow_days": np.nan}
    if peers.n < words.least_accounts:
        return said | dict.fromkeys(("percentile", "next_rate", "next_lo", "next_hi", "remaining_days"), nothing)
    chances = chance_after(peers, at, words.next_days)
    return said | {
        "peers_dwell_days": peers.quantile(0.5),
        "peers_slow_days": np.maximum(peers.quantile(words.slow_share), 1),  # NaN where it is
        "percentile": 1 - survival.survival_at(peers.dwell, at),
        **dict(zip(("next_rate", "next_lo", "next_hi"), chances, strict=True)),
        "remaining_days": remaining_after(peers.dwell, at),
    }
