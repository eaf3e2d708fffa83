"""The planted truths: what later work should find again in the sample, as data. data/README.md tells each in words.

Lifts multiply an account's chance of being lost within a year (1 November to 31 October).

BASE, HOT_SPOTS, hot_spot_lift      where churn is hot
OVER_PROVISIONED, MIX               low seat utilisation; the segment whose mix worsens
SLOW_ONBOARDING, SLOW_STAGE, DWELL  the journey: how long stages take and what slowness goes with
CHAMPION_LEFT                       what follows when the champion is gone
CARRYING_FEATURES                   features that go with staying
STYLES                              what use looks like before a loss
LOYALTY                             the 90/10 clock
TRIALS                              who converts
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

BASE = 0.0975  # chance of loss in a year of an account no truth touches; set so that about 12 % are lost
BASE_OF_ALL = 0.125  # of every account in a world where nothing is planted


@dataclass(frozen=True)
class HotSpot:
    """A combination of dimension values, read on the opening day of a year, that loses more."""

    where: dict[str, str]
    lift: float
    since: str = "2024-11-01"  # the first opening day of a year in which it holds


HOT_SPOTS = (
    HotSpot({"channel": "Reseller", "region": "North America"}, 3.5),
    HotSpot({"industry": "Hospitality"}, 2.2),
    HotSpot({"segment": "Mid-market", "region": "EMEA", "onboarding_package": "Self-guided"}, 3.5),
    HotSpot({"region": "APAC", "plan": "Team"}, 3.2, since="2025-11-01"),
    HotSpot({"region": "Latin America", "lead_source": "Paid search"}, 2.8),
)

OVER_PROVISIONED = {
    "share": 0.17,  # of accounts with seats, at their start
    "seats_per_person": (2.6, 4.0),
    "lift": 2.4,  # while seats stay far above people
    "right_sized": 0.35,  # of its renewals cut the seats to what is used
}

# Latin America opened late and grew on paid search: each lead source loses as before, the mix is what worsens.
MIX = {"region": "Latin America", "lead_source": "Paid search", "share_before": 0.12, "share_after": 0.80}

DWELL = {"Onboarding": 30, "Adoption": 60, "Usage": 90, "Value": 180}  # median days from reaching a stage to the next
DWELL_SPREAD = 0.5  # standard deviation of the logarithm
SLOW_STAGE = {"stage": "Adoption", "segment": "Enterprise", "times": 2.2}
SLOW_ONBOARDING = {"days": 45, "lift": 1.6}

CHAMPION_LEFT = {"share": 0.90, "leaves_per_year": 0.14, "days": 180, "lift": 2.5}

CARRYING_FEATURES = {"automation": 0.65, "shared_dashboard": 0.65, "approval": 0.65}
CARRYING_SHARE = 0.45  # of accounts take each up, independently

# How use behaves before a loss. Heavy accounts are 12 % of all, lost or not, and stay heavy to the end.
HEAVY = {"share": 0.12, "times": 2.2}
STYLES = ("declining", "dark", "steady", "heavy")
STYLE_WEIGHTS = (0.70, 0.18, 0.12)  # among lost accounts that are not heavy
DECLINE_WEEKS = (8, 10)
DARK_WEEKS = (6, 9)
API_ONLY = 0.03

LOYALTY = {
    "loyal": 0.62, "casual": 0.30,  # of people; the others never come
    "late": 0.10,  # of the loyal start after day 90
    "early_days": 55, "late_days": (85, 300),  # regular use starts within; three active weeks later it can be seen
    "any_days": (0, 300),  # where nothing is planted
}  # fmt: skip

TRIALS = {
    "share": 0.13, "engaged": 0.5, "converts_engaged": 0.85, "converts_idle": 0.30, "converts": 0.575, "days": (14, 30),
}  # fmt: skip


def hot_spot_lift(is_value: Callable[[str, str], np.ndarray], opening_day: np.datetime64) -> np.ndarray | float:
    """The product of the lifts of the hot-spots an account is in; `is_value(dimension, value)` says who has a value."""
    lift = 1.0
    for spot in HOT_SPOTS:
        if opening_day >= np.datetime64(spot.since):
            inside = np.logical_and.reduce([is_value(*part) for part in spot.where.items()])
            lift = lift * np.where(inside, spot.lift, 1.0)
    return lift
