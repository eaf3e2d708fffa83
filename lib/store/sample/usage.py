"""How the product is used, event by event: people by their habits, machines by their schedules, trials in earnest.

event_table  every event of a block within the two years

Use is drawn on a grid of people by weeks: is the person active in the week, and if so on which days, with what. An
account's own course (steady, rising, dipping, sinking towards its end, dark) multiplies the chance of a week.
"""

import numpy as np
import pyarrow as pa

from lib.store.sample import arrow, dice, product, truths
from lib.store.sample.company import Accounts
from lib.store.sample.contracts import call_volume
from lib.store.sample.days import AFTER, FIRST, NEVER, whole_days
from lib.store.sample.fate import Fate
from lib.store.sample.people import CASUAL, LOYAL, People

USUAL_EVENTS = 320.0  # an account, when nothing else is asked for
_FIRST_WEEK = np.datetime64("2024-10-28")  # a Monday
_WEEKS = int((AFTER - _FIRST_WEEK).astype(int) + 6) // 7
_WEEKDAYS = (0.21, 0.22, 0.21, 0.20, 0.13, 0.02, 0.01)
_IN_HABIT, _IN_TURN = 0.90, 0.75  # chance of an active week: the loyal; the casual when their week of the month comes
_DIPS, _RISES = 0.04, 0.08
_SYSTEM_A_WEEK = 3.0
_MINUTES_ON, _BREAKS = 6, 0.15  # between two acts of a sitting; chance that the next act waits for another sitting
_STUCK = 0.02  # of tasks lead to help and are tried again
_BEGUN, _FINISHED = product.IDS.index("import_begun"), product.IDS.index("import_finished")
_SEES_THROUGH = 0.5  # of imports that are drawn as begun; those drawn as finished were begun, too

# one event: account row, person row (-1: none), day, feature code
Events = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def event_table(
    seed: int, block: int, accounts: Accounts, fate: Fate, people: People, *, events_per_account: float | None = None
) -> pa.Table:
    rng, gaps = dice.stream(seed, block, "usage"), dice.stream(seed, block, "sittings")
    thinned = 1.0 if events_per_account is None else events_per_account / USUAL_EVENTS
    course = _course(rng, accounts, fate)
    mix = product.usual_mix(rng, accounts)
    parts = (_by_people(rng, course, mix, people, thinned), _by_machines(rng, accounts, fate, course, thinned),
             _in_trials(rng, accounts, mix, people, thinned))  # fmt: skip
    account, person, day, feature = (np.concatenate(column) for column in zip(*parts, strict=True))
    keep = np.flatnonzero((day >= np.maximum(FIRST, accounts.started_on[account])) & (day < fate.gone_on[account]))
    order = keep[np.argsort(day[keep], kind="stable")]
    account, person, day, feature = account[order], person[order], day[order], feature[order]
    is_finished = feature == _FINISHED
    feature[is_finished] = _BEGUN
    moment = _moment(rng, gaps, accounts, account, person, day, feature)
    quantity = _quantity(rng, accounts, account, feature, person)
    parts = _to_help_and_back(gaps, person, feature), _to_the_end(gaps, feature, is_finished)
    row, code, later = (np.concatenate(column) for column in zip(*parts, strict=True))
    again = np.argsort(day[row], kind="stable")
    row, code, later = row[again], code[again], later[again]
    return arrow.table(
        "event",
        {
            "occurred_at": moment[row] + later,
            "account": accounts.ids.take(pa.array(account[row])),
            "person": people.ids.take(pa.array(person[row], mask=person[row] < 0)),
            "feature": arrow.labels(product.IDS, code),
            "quantity": np.where(later > np.timedelta64(0, "s"), 1.0, quantity[row]),
        },
    )


def _course(rng: np.random.Generator, accounts: Accounts, fate: Fate) -> np.ndarray:
    """(accounts, weeks): what each week's use is multiplied by."""
    n, week = len(accounts), np.arange(_WEEKS)
    season = np.ones(_WEEKS)
    of_year = (_FIRST_WEEK + 7 * week).astype("M8[D]")
    weeks_in = whole_days(of_year - of_year.astype("M8[Y]").astype("M8[D]")) // 7
    season[(weeks_in == 51) | (weeks_in == 0)] = 0.45
    season[(weeks_in >= 30) & (weeks_in <= 34)] = 0.85
    course = np.where(accounts.is_heavy, truths.HEAVY["times"], 1.0)[:, None] * season

    left = (whole_days(fate.lost_on - _FIRST_WEEK)[:, None] - 7 * week - 3) / 7  # weeks to the loss
    sinking = rng.uniform(*truths.DECLINE_WEEKS, n)[:, None]
    dark = rng.uniform(*truths.DARK_WEEKS, n)[:, None]
    is_style = [(fate.style == truths.STYLES.index(s))[:, None] for s in ("declining", "dark")]
    course *= np.where(is_style[0], np.clip(0.08 + 0.92 * left / sinking, 0.08, 1.0), 1.0)
    course *= np.where(is_style[1], left > dark, 1.0)

    kind, kept = rng.random(n)[:, None], (fate.style < 0)[:, None]
    dip_from = rng.uniform(8, _WEEKS - 12, n)[:, None]
    course *= np.where(kept & (kind < _DIPS) & (week >= dip_from) & (week < dip_from + 8), 0.25, 1.0)
    rising = 1 + np.clip((week - (_WEEKS - 26)) / 26, 0, 1)
    return course * np.where(kept & (kind > 1 - _RISES), rising, 1.0)


def _by_people(rng, course: np.ndarray, mix: np.ndarray, people: People, thinned: float) -> Events:
    person, week = _active_weeks(rng, course, people, thinned)
    account = people.account[person]
    more = 0.15 * course[account, week] + 1.2 * np.maximum(course[account, week] - 1, 0) + max(thinned - 1, 0)
    times = 1 + rng.poisson(more)
    person, week = np.repeat(person, times), np.repeat(week, times)
    account = people.account[person]
    day = _FIRST_WEEK + (7 * week + dice.pick(rng, _WEEKDAYS, len(week))).astype("m8[D]")
    there = np.flatnonzero((day >= people.provisioned_on[person]) & (day < people.until[person]))
    account, person, day = account[there], person[there], day[there]
    feature = dice.pick_by(rng, mix, account)
    feature[people.is_login_only[person]] = product.IDS.index("login")
    late = product.IDS.index(product.LATE)
    feature[(feature == late) & (day < np.datetime64(product.FEATURES[product.LATE][3]))] = product.IDS.index("report")
    return account, person, day, feature


def _active_weeks(rng, course: np.ndarray, people: People, thinned: float) -> tuple[np.ndarray, np.ndarray]:
    """Which people are active in which weeks. Before a habit sets in, and for the casual, one week in four at most."""
    week = np.arange(_WEEKS)
    starts = [whole_days(d - _FIRST_WEEK)[:, None] // 7 for d in (people.provisioned_on, people.loyal_from)]
    ends = [whole_days(d - _FIRST_WEEK)[:, None] // 7 for d in (people.until - 1, people.fades_on)]
    turn = (week + rng.integers(0, 4, len(people.account))[:, None]) % 4 == 0
    in_habit = (people.habit == LOYAL)[:, None] & (week >= starts[1])
    chance = np.where(in_habit, np.log1p(-_IN_HABIT), turn * np.log1p(-_IN_TURN)).astype(np.float32)
    comes = (people.habit >= CASUAL)[:, None] & (week >= starts[0]) & (week <= ends[0]) & (week < ends[1])
    chance = -np.expm1(chance * course[people.account].astype(np.float32)) * comes * np.float32(min(thinned, 1.0))
    return np.nonzero(rng.random(chance.shape, np.float32) < chance)


def _by_machines(rng, accounts: Accounts, fate: Fate, course: np.ndarray, thinned: float) -> Events:
    """Calls of the API and nightly jobs, once there is a subscription."""
    often = np.where(accounts.is_api_only, 1.0, np.where(accounts.is_integrated, 0.3, 0.0))
    row = np.flatnonzero((often > 0) & (accounts.sells_on < NEVER))
    runs = rng.poisson(_SYSTEM_A_WEEK * thinned * often[row][:, None] * course[row])
    at, week = (np.repeat(x, runs.ravel()) for x in np.divmod(np.arange(runs.size), _WEEKS))
    account = row[at]
    day = _FIRST_WEEK + (7 * week + rng.integers(0, 7, len(week))).astype("m8[D]")
    began = np.flatnonzero(day >= accounts.sells_on[account])
    account, day = account[began], day[began]
    codes = np.array([product.IDS.index(f) for f in product.SYSTEM])
    feature = codes[(rng.random(len(account)) < 0.3).astype(np.int64)]
    return account, np.full(len(account), -1), day, feature


def _in_trials(rng, accounts: Accounts, mix: np.ndarray, people: People, thinned: float) -> Events:
    """In earnest: many features in the first week. Idle: a log-in or two, then nothing."""
    row = np.flatnonzero((accounts.trial_days > 0) & (people.count_of > 0))
    engaged = accounts.is_engaged[row]
    count = np.where(engaged, 5 + rng.poisson(6, len(row)), rng.poisson(1.0, len(row)))
    count = np.ceil(count * min(thinned, 1.0)).astype(np.int64)
    account, engaged = np.repeat(row, count), np.repeat(engaged, count)
    span = np.where(rng.random(len(account)) < 0.85, 7, accounts.trial_days[account])
    day = accounts.started_on[account] + np.floor(rng.random(len(account)) * span).astype(np.int64).astype("m8[D]")
    feature = np.where(engaged, dice.pick_by(rng, mix, account), product.IDS.index("login"))
    feature[feature == product.IDS.index(product.LATE)] = product.IDS.index("report")
    person = people.first_of[account]
    there = np.flatnonzero(day < people.until[person])
    return account[there], person[there], day[there], feature[there]


def _moment(rng, gaps, accounts: Accounts, account, person, day: np.ndarray, feature: np.ndarray) -> np.ndarray:
    """Office hours of the region, in UTC, between 7:30 and 23:30 so that no event leaves its day.

    A person's events of a day follow each other in sittings, a login and a beginning first.
    """
    noon = np.array([18.0, 12.0, 9.5, 16.5])[accounts.codes["region"][account]]
    hour = np.clip(noon + rng.normal(0, 2.2, len(account)).astype(np.float32), 7.5, 23.0)
    place = np.zeros(len(product.IDS), np.int8)
    place[[product.IDS.index("login"), _BEGUN]] = -2, -1
    order = np.lexsort((place[feature], person, day))
    order = order[person[order] >= 0]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (person[order][1:] != person[order][:-1]) | (day[order][1:] != day[order][:-1])
    shift = gaps.exponential(_MINUTES_ON, len(order)) / 60
    shift += (gaps.random(len(order)) < _BREAKS) * (1 + gaps.exponential(1.5, len(order)))
    passed = np.cumsum(np.where(is_first, 0, shift))
    first = np.flatnonzero(is_first)
    length = np.diff(np.append(first, len(order)))
    passed -= np.repeat(passed[first], length)
    begins = np.repeat(hour[order[first]], length)
    most = np.repeat(np.maximum.reduceat(passed, first), length) if len(first) else passed
    hour[order] = begins + passed * np.minimum(1, (23.5 - begins) / np.maximum(most, 1e-9))
    return day.astype("M8[s]") + (hour * 3_600).astype(np.int64).astype("m8[s]")


def _to_help_and_back(gaps, person: np.ndarray, feature: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The events, with the visits to help that some tasks lead to and the tasks tried again after them.

    Which event each row comes from, its feature, and how much later than the event it is.
    """
    is_task = np.array([product.ROLES.get(name) == "task" for name in product.IDS])
    stuck = np.flatnonzero(is_task[feature] & (person >= 0) & (gaps.random(len(person)) < _STUCK))
    code = np.concatenate([feature, np.full(len(stuck), product.IDS.index("help")), feature[stuck]])
    minutes = np.repeat([0, 3, 7], [len(person), len(stuck), len(stuck)])
    return np.concatenate([np.arange(len(person)), stuck, stuck]), code, (minutes * 60).astype("m8[s]")


def _to_the_end(gaps, feature: np.ndarray, is_finished: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of the imports that were seen through: their ends."""
    row = np.flatnonzero((feature == _BEGUN) & (is_finished | (gaps.random(len(feature)) < _SEES_THROUGH)))
    return row, np.full(len(row), _FINISHED), np.full(len(row), 12 * 60).astype("m8[s]")


def _quantity(rng, accounts: Accounts, account, feature, person) -> np.ndarray:
    """Actions in one sitting; for machines the calls or records moved."""
    quantity = rng.geometric(0.4, len(account)).astype(float)
    machine = np.flatnonzero(person < 0)
    often = np.where(accounts.is_api_only, 1.0, 0.3)[account[machine]]
    a_run = call_volume(accounts)[account[machine]] / (_SYSTEM_A_WEEK * often * 30.4 / 7)
    quantity[machine] = np.ceil(a_run * rng.lognormal(0, 0.3, len(machine)))
    return quantity
