"""Which accounts there are and what they are like on the day they start.

LABELS     dimension -> its values; codes point into them
Accounts   one block of accounts as arrays
draw       a block
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lib.store.sample import arrow, dice, truths
from lib.store.sample.days import FIRST, FIRST_SALE, LAST, MONTHS_SOLD, NEVER, add_months

LABELS: dict[str, tuple[str, ...]] = {
    "segment": ("SMB", "Mid-market", "Enterprise"),
    "channel": ("Direct", "Partner", "Reseller", "Marketplace", "Self-serve"),
    "region": ("North America", "EMEA", "APAC", "Latin America"),
    "country": (
        "United States", "Canada", "Mexico",
        "United Kingdom", "Germany", "France", "Netherlands", "Sweden", "Spain", "South Africa",
        "Australia", "Japan", "India", "Singapore", "South Korea",
        "Brazil", "Argentina", "Chile", "Colombia",
    ),
    "industry": (
        "Software", "Manufacturing", "Retail", "Financial services", "Healthcare", "Professional services",
        "Logistics", "Hospitality", "Education", "Media", "Energy", "Public sector",
    ),
    "lead_source": ("Inbound", "Outbound", "Referral", "Event", "Paid search"),
    "onboarding_package": ("Self-guided", "Guided", "White-glove"),
    "plan": ("Starter", "Team", "Business", "Enterprise"),
    "touch_model": ("high", "mid", "low", "digital"),
}  # fmt: skip

_SEGMENT = (0.50, 0.34, 0.16)
_REGION = (0.38, 0.31, 0.18, 0.13)
_CHANNEL = np.array([[0.25, 0.15, 0.20, 0.15, 0.25], [0.42, 0.17, 0.20, 0.11, 0.10], [0.62, 0.17, 0.15, 0.06, 0.0]])
_PLAN = np.array([[0.50, 0.38, 0.12, 0.0], [0.10, 0.35, 0.45, 0.10], [0.0, 0.08, 0.37, 0.55]])
_ONBOARDING = np.array([[0.52, 0.40, 0.08], [0.54, 0.33, 0.13], [0.12, 0.40, 0.48]])
_TOUCH = np.array([[0.0, 0.06, 0.54, 0.40], [0.12, 0.68, 0.20, 0.0], [0.85, 0.15, 0.0, 0.0]])
_LEAD = np.array([0.34, 0.25, 0.17, 0.12, 0.12])
_INDUSTRY = (0.17, 0.13, 0.12, 0.10, 0.09, 0.085, 0.07, 0.08, 0.055, 0.04, 0.035, 0.025)
_COUNTRY_OF_REGION = (
    (0.58, 0.27, 0.15) + (0.0,) * 16,
    (0.0,) * 3 + (0.30, 0.22, 0.15, 0.10, 0.08, 0.09, 0.06) + (0.0,) * 9,
    (0.0,) * 10 + (0.28, 0.24, 0.22, 0.15, 0.11) + (0.0,) * 4,
    (0.0,) * 15 + (0.46, 0.20, 0.16, 0.18),
)

TERMS = (12, 24, 36, 1, 0)  # months; 0 is evergreen: no end until cancelled
_TERM = (0.73, 0.08, 0.05, 0.09, 0.05)
PRICE_PER_SEAT = np.array([900.0, 1_500.0, 2_600.0, 3_900.0])  # a year, by plan
_PEOPLE = np.array([1.6, 3.6, 9.5])  # beyond the least number, by segment
_LEAST_PEOPLE = np.array([2, 3, 5])
_EMPLOYEES = np.array([3.6, 5.6, 7.9])  # mean of the logarithm


@dataclass(frozen=True)
class Accounts:
    """A block of accounts. Days are datetime64[D]; `codes` holds the dimensions as codes into LABELS."""

    number: np.ndarray  # counts through the world
    ids: pa.Array
    codes: dict[str, np.ndarray]  # "plan" is the plan of the first contract
    employees: np.ndarray
    started_on: np.ndarray  # of the trial, where there was one
    sells_on: np.ndarray  # of the first subscription; NEVER where the trial did not convert
    trial_days: np.ndarray  # 0: no trial
    is_engaged: np.ndarray  # used the trial in earnest in its first week
    term: np.ndarray  # months
    n_people: np.ndarray
    seats: np.ndarray  # of the first contract
    arr: np.ndarray  # of the first contract
    is_api_only: np.ndarray
    is_integrated: np.ndarray  # calls the API beside its people
    is_heavy: np.ndarray
    is_over_provisioned: np.ndarray
    carrying: np.ndarray  # (accounts, features): takes up the retention-carrying features
    stage_days: np.ndarray  # (accounts, stages): how long it would take from each stage to the next

    def __len__(self) -> int:
        return len(self.number)

    def is_value(self, dimension: str, value: str) -> np.ndarray:
        return self.codes[dimension] == LABELS[dimension].index(value)


def draw(seed: int, block: int, first: int, n: int, *, planted: bool = True) -> Accounts:
    rng = dice.stream(seed, block, "company")
    codes, sells_on = _dimensions(rng, n, planted)
    number = np.arange(first, first + n)
    is_api_only = rng.random(n) < truths.API_ONLY
    is_over_provisioned = (rng.random(n) < truths.OVER_PROVISIONED["share"]) & ~is_api_only
    n_people = _LEAST_PEOPLE[codes["segment"]] + rng.poisson(_PEOPLE[codes["segment"]] * rng.lognormal(-0.08, 0.4, n))
    n_people[is_api_only] = 0
    seats = _seats(rng, n_people, is_over_provisioned)
    started_on, sells_on, trial_days, is_engaged = _trial(rng, sells_on, planted)
    return Accounts(
        number=number,
        ids=arrow.coded("A", number),
        codes=codes,
        employees=np.maximum(rng.lognormal(_EMPLOYEES[codes["segment"]], 0.7), n_people + 2).astype(np.int64),
        started_on=started_on,
        sells_on=sells_on,
        trial_days=trial_days,
        is_engaged=is_engaged,
        term=np.array(TERMS)[dice.pick(rng, _TERM, n)],
        n_people=n_people,
        seats=seats,
        arr=_arr(rng, codes["plan"], seats, is_api_only, is_over_provisioned),
        is_api_only=is_api_only,
        is_integrated=~is_api_only & (rng.random(n) < 0.25),
        is_heavy=rng.random(n) < truths.HEAVY["share"],
        is_over_provisioned=is_over_provisioned,
        carrying=rng.random((n, len(truths.CARRYING_FEATURES))) < truths.CARRYING_SHARE,
        stage_days=_stage_days(rng, codes["segment"], planted),
    )


def _dimensions(rng: np.random.Generator, n: int, planted: bool) -> tuple[dict[str, np.ndarray], np.ndarray]:
    region, segment = dice.pick(rng, _REGION, n), dice.pick(rng, _SEGMENT, n)
    sells_on = _first_sale(rng, region)
    channel = dice.pick_by(rng, _CHANNEL, segment)
    touch_model = dice.pick_by(rng, _TOUCH, segment)
    touch_model[channel == LABELS["channel"].index("Self-serve")] = LABELS["touch_model"].index("digital")
    return {
        "segment": segment,
        "channel": channel,
        "region": region,
        "country": dice.pick_by(rng, np.array(_COUNTRY_OF_REGION), region),
        "industry": dice.pick(rng, _INDUSTRY, n),
        "lead_source": _lead_source(rng, region, sells_on, planted),
        "onboarding_package": dice.pick_by(rng, _ONBOARDING, segment),
        "plan": dice.pick_by(rng, _PLAN, segment),
        "touch_model": touch_model,
    }, sells_on


def _first_sale(rng: np.random.Generator, region: np.ndarray) -> np.ndarray:
    """The day of the first subscription: most before the two years of usage, except where the company opened late."""
    months = np.arange(MONTHS_SOLD)
    quarter_end = 1 + 0.35 * (months % 3 == 2)
    usual = quarter_end * np.where(months < 24, 1.0, 0.36)
    late = quarter_end * np.select([months < 24, months < 36], [0.75, 1.35], 0.45)
    is_late = region == LABELS["region"].index(truths.MIX["region"])
    month = dice.pick_by(rng, np.stack([usual, late]), is_late.astype(np.int64))
    first = FIRST_SALE.astype("M8[M]") + month.astype("m8[M]")
    return first.astype("M8[D]") + rng.integers(0, 28, len(region)).astype("m8[D]")


def _lead_source(rng: np.random.Generator, region: np.ndarray, sells_on: np.ndarray, planted: bool) -> np.ndarray:
    paid = LABELS["lead_source"].index(truths.MIX["lead_source"])
    after = _LEAD * (1 - truths.MIX["share_after"]) / (1 - _LEAD[paid])
    after[paid] = truths.MIX["share_after"]
    turned = (region == LABELS["region"].index(truths.MIX["region"])) & (sells_on >= FIRST) & planted
    return dice.pick_by(rng, np.stack([_LEAD, after]), turned.astype(np.int64))


def _trial(rng: np.random.Generator, sells_on: np.ndarray, planted: bool) -> tuple[np.ndarray, ...]:
    n, t = len(sells_on), truths.TRIALS
    has_trial = rng.random(n) < t["share"]
    length = np.where(has_trial, np.array(t["days"])[rng.integers(0, len(t["days"]), n)], 0)
    is_engaged = has_trial & (rng.random(n) < t["engaged"])
    by_use = np.where(is_engaged, t["converts_engaged"], t["converts_idle"])
    converts = ~has_trial | (rng.random(n) < (by_use if planted else t["converts"]))
    later = add_months(sells_on, 1)  # trials of the last weeks are still open on the last day
    sells_on = np.where(has_trial & (later > LAST) & (later - length.astype("m8[D]") <= LAST), later, sells_on)
    return sells_on - length.astype("m8[D]"), np.where(converts, sells_on, NEVER), length, is_engaged


def _seats(rng: np.random.Generator, n_people: np.ndarray, is_over_provisioned: np.ndarray) -> np.ndarray:
    """Seats bought for the people of the whole life; a few too many as a rule, far too many for some."""
    low, high = truths.OVER_PROVISIONED["seats_per_person"]
    usual = np.maximum(np.round(n_people * rng.uniform(0.9, 1.15, len(n_people))), 1)
    return np.where(is_over_provisioned, np.ceil(n_people * rng.uniform(low, high, len(n_people))), usual).astype(
        np.int64
    )


def _arr(rng: np.random.Generator, plan, seats, is_api_only, is_over_provisioned) -> np.ndarray:
    at_a_rebate = np.where(is_over_provisioned, seats * 0.6, seats)  # seats nobody needed were thrown in
    priced = np.where(is_api_only, 8, at_a_rebate)
    return np.round(priced * PRICE_PER_SEAT[plan] * rng.lognormal(0, 0.35, len(plan)), -1)


def _stage_days(rng: np.random.Generator, segment: np.ndarray, planted: bool) -> np.ndarray:
    medians = np.array(list(truths.DWELL.values()), float)
    days = medians * rng.lognormal(0, truths.DWELL_SPREAD, (len(segment), len(medians)))
    slow = segment == LABELS["segment"].index(truths.SLOW_STAGE["segment"])
    if planted:
        days[slow, list(truths.DWELL).index(truths.SLOW_STAGE["stage"])] *= truths.SLOW_STAGE["times"]
    return np.maximum(np.round(days), 1).astype(np.int64)
