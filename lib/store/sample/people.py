"""Who works with the product: when they came, went, were trained, and whether use became a habit.

People        one block of people as arrays
draw          a block
person_table  the same as a table
someone       for rows about an account on a day: a person of the account who was there, or nobody
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.store.sample import arrow, dice, names, truths
from lib.store.sample.company import Accounts
from lib.store.sample.days import AFTER, NEVER
from lib.store.sample.fate import Fate

NEVER_USES, CASUAL, LOYAL = 0, 1, 2
ROLES = ("Analyst", "Manager", "Administrator", "Director", "Engineer", "Coordinator", "VP Operations")
BUYING_ROLES = ("champion", "buyer", "sponsor", "blocker", "user")
_ROLE = (0.30, 0.22, 0.12, 0.08, 0.14, 0.12, 0.02)
_AT_ONCE = 0.84  # of people come with the contract, the others over the years
_LOGIN_ONLY = 0.04


@dataclass(frozen=True)
class People:
    """A block of people, sorted by account."""

    ids: pa.Array
    account: np.ndarray  # row in the block
    provisioned_on: np.ndarray
    deactivated_on: np.ndarray
    until: np.ndarray  # exclusive end of what a person can do: deactivated, account gone, or the end of the record
    habit: np.ndarray  # NEVER_USES, CASUAL, LOYAL
    loyal_from: np.ndarray  # when regular use begins, for the loyal
    fades_on: np.ndarray  # when use stops though the person stays
    is_login_only: np.ndarray
    buying_role: np.ndarray
    first_of: np.ndarray  # per account: the row of its first person, -1 if it has none
    count_of: np.ndarray  # per account


def draw(seed: int, block: int, accounts: Accounts, fate: Fate, *, planted: bool = True) -> People:
    rng = dice.stream(seed, block, "people")
    sold = accounts.sells_on < NEVER
    account, place = dice.counted(np.where(sold, accounts.n_people, np.minimum(accounts.n_people, 2)))
    provisioned_on = _provisioned(rng, accounts, account, place)
    came = np.flatnonzero(provisioned_on < fate.gone_on[account])
    account, place, provisioned_on = account[came], place[came], provisioned_on[came]
    n = len(account)
    buying_role, deactivated_on = _deactivated(rng, accounts, fate, account, place, provisioned_on)
    loyal, casual = truths.LOYALTY["loyal"], truths.LOYALTY["casual"]
    habit = dice.pick(rng, (1 - loyal - casual, casual, loyal), n)
    habit[place == 0] = LOYAL  # somebody in every account works with it
    count_of = np.bincount(account, minlength=len(accounts))
    first_of = np.where(count_of > 0, np.cumsum(count_of) - count_of, -1)
    return People(
        ids=pc.binary_join_element_wise(
            pc.replace_substring(accounts.ids.take(pa.array(account)), "A", "P", max_replacements=1),
            pa.array(place + 1).cast(pa.string()), "-",
        ),
        account=account,
        provisioned_on=provisioned_on,
        deactivated_on=deactivated_on,
        until=np.minimum(np.minimum(deactivated_on, fate.gone_on[account]), AFTER),
        habit=habit,
        loyal_from=np.maximum(provisioned_on, _at_sale(accounts, account)) + _days_to_habit(rng, n, planted),
        fades_on=_some_day_after(rng, provisioned_on + 200, 0.08),
        is_login_only=(rng.random(n) < _LOGIN_ONLY) & (place > 0),
        buying_role=buying_role,
        first_of=first_of,
        count_of=count_of,
    )  # fmt: skip


def _at_sale(accounts: Accounts, account: np.ndarray) -> np.ndarray:
    return np.where(accounts.sells_on < NEVER, accounts.sells_on, accounts.started_on)[account]


def _provisioned(rng, accounts: Accounts, account: np.ndarray, place: np.ndarray) -> np.ndarray:
    n = len(account)
    soon, later = np.minimum(rng.exponential(12, n), 45), rng.uniform(0, 4 * 365, n)
    wait = np.where(rng.random(n) < _AT_ONCE, soon, later).astype(np.int64).astype("m8[D]")
    in_trial = (place < 2) & (accounts.trial_days[account] > 0)
    return np.where((place == 0) | in_trial, accounts.started_on[account], _at_sale(accounts, account) + wait)


def _days_to_habit(rng, n: int, planted: bool) -> np.ndarray:
    """The 90/10 clock: nine in ten of those who ever become loyal are regular users within two months."""
    early = np.minimum(rng.exponential(20, n), truths.LOYALTY["early_days"] * rng.random(n) ** 0.5)
    late = rng.uniform(*truths.LOYALTY["late_days"], n)
    days = np.where(rng.random(n) < truths.LOYALTY["late"], late, early)
    return (days if planted else rng.uniform(*truths.LOYALTY["any_days"], n)).astype(np.int64).astype("m8[D]")


def _some_day_after(rng, day: np.ndarray, a_year: float) -> np.ndarray:
    wait = np.minimum(rng.exponential(365 / a_year, len(day)), 30_000).astype(np.int64).astype("m8[D]")
    return np.minimum(day + wait, NEVER)


def _deactivated(rng, accounts, fate, account, place, provisioned_on) -> tuple[np.ndarray, np.ndarray]:
    """Champions go on the day their account's fate says; others at an even rate."""
    n = len(account)
    first = place == 0
    others = 1 + dice.pick(rng, (0.10, 0.06, 0.03, 0.81), n)
    has_champion = rng.random(len(accounts)) < truths.CHAMPION_LEFT["share"]
    champion = first & (has_champion | (fate.champion_left_on < NEVER))[account]
    role = np.where(champion, BUYING_ROLES.index("champion"), np.where(first, BUYING_ROLES.index("buyer"), others))
    champion_leaves = np.where(champion, fate.champion_left_on[account], NEVER)
    leaves = np.where(first, champion_leaves, _some_day_after(rng, provisioned_on + 60, 0.07))
    return role, np.where(leaves < fate.gone_on[account], leaves, NEVER)


def person_table(seed: int, block: int, accounts: Accounts, people: People) -> pa.Table:
    rng = dice.stream(seed, block, "names")
    n = len(people.account)
    first, last = rng.integers(0, len(names.FIRST_NAMES), n), rng.integers(0, len(names.LAST_NAMES), n)
    trained_on = people.provisioned_on + rng.integers(2, 75, n).astype("m8[D]")
    opted_out_on = people.provisioned_on + rng.integers(5, 500, n).astype("m8[D]")
    blank = np.datetime64("NaT")
    return arrow.table(
        "person",
        {
            "person": people.ids,
            "account": accounts.ids.take(pa.array(people.account)),
            "name": pc.binary_join_element_wise(
                arrow.labels(names.FIRST_NAMES, first), arrow.labels(names.LAST_NAMES, last), " "
            ),
            "email": _emails(first, last, people.ids),
            "role": arrow.labels(ROLES, dice.pick(rng, _ROLE, n)),
            "buying_role": arrow.labels(BUYING_ROLES, people.buying_role),
            "provisioned_at": people.provisioned_on.astype("M8[s]") + np.timedelta64(7, "h"),
            "deactivated_on": arrow.days(people.deactivated_on),
            "trained_on": np.where((rng.random(n) < 0.38) & (trained_on < people.until), trained_on, blank),
            "opted_out_on": np.where((rng.random(n) < 0.05) & (opted_out_on < people.until), opted_out_on, blank),
        },
    )


def _emails(first: np.ndarray, last: np.ndarray, ids: pa.Array) -> pa.Array:
    """first.last+number@account.example: nobody's real address."""
    account, place = (pc.list_element(pc.split_pattern(pc.utf8_lower(ids), "-"), i) for i in (0, 1))
    mailbox = pc.binary_join_element_wise(
        arrow.labels(names.MAILBOX_FIRST, first), arrow.labels(names.MAILBOX_LAST, last), "."
    )
    domain = pc.binary_join_element_wise(pc.utf8_slice_codeunits(account, 1), "example", ".")
    return pc.binary_join_element_wise(
        pc.binary_join_element_wise(mailbox, place, "+"), pc.binary_join_element_wise("a", domain, ""), "@"
    )


def someone(rng: np.random.Generator, people: People, account: np.ndarray, day: np.ndarray) -> np.ndarray:
    """A row of `people` for each account and day, -1 where the person drawn was not there (yet, or any more)."""
    count = people.count_of[account]
    row = people.first_of[account] + np.floor(rng.random(len(account)) * count).astype(np.int64)
    row = np.where(count > 0, row, 0)
    if not len(people.account):
        return np.full(len(account), -1)
    return np.where((count > 0) & (people.provisioned_on[row] < day) & (day < people.until[row]), row, -1)
