"""Which contracts an account had: trials, terms in sequence, seats added in mid-term, a second product; how each ended.

contract_table     every term of a block
entitlement_table  allowances beside the seats

A term is there when it began before the account was lost and by the last day (or was signed early). The last term of a
lost account either runs to its end (a lapse: no next term) or carries cancelled_on.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.store.sample import arrow, dice, truths
from lib.store.sample.company import LABELS, PRICE_PER_SEAT, Accounts
from lib.store.sample.days import AFTER, LAST, MONTHS_SOLD, NEVER, add_months
from lib.store.sample.fate import Fate

FAR = NEVER - 1  # the end of a term agreed in advance is known however far off it is
REASONS = ("Price", "Low use", "Missing feature", "Competitor", "Champion left", "Acquired", "Out of business")
_REASON_BY_STYLE = np.array(  # rows: truths.STYLES
    [
        [0.18, 0.34, 0.22, 0.18, 0.0, 0.04, 0.04],
        [0.05, 0.55, 0.10, 0.10, 0.0, 0.08, 0.12],
        [0.30, 0.05, 0.20, 0.25, 0.0, 0.15, 0.05],
        [0.50, 0.00, 0.08, 0.32, 0.0, 0.10, 0.0],
    ]
)
_SIGNED_EARLY = 0.30  # of renewals in the month after the last day
_NOTICED, _WITHDRAWN = 0.55, 0.015  # lapses with notice; renewals whose notice was taken back
_SECOND_PRODUCT, _SEATS_ADDED = 0.18, 0.10


@dataclass(frozen=True)
class Terms:
    """Terms of the main product, in sequence within each account."""

    account: np.ndarray  # row in the block
    place: np.ndarray  # 0 is the first
    starts_on: np.ndarray
    ends_on: np.ndarray  # NEVER for an evergreen contract
    seats: np.ndarray
    arr: np.ndarray
    plan: np.ndarray


def contract_table(seed: int, block: int, accounts: Accounts, fate: Fate) -> pa.Table:
    rng = dice.stream(seed, block, "contracts")
    terms = _terms(rng, accounts, fate)
    parts = (_trials(accounts), _main(terms), _seats_added(rng, accounts, terms), _second_product(rng, accounts, terms))
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    came_to_be = np.flatnonzero((rows["product"] == 1) | (rows["starts_on"] < fate.lost_on[rows["account"]]))
    by_account = came_to_be[np.argsort(rows["account"][came_to_be], kind="stable")]
    rows = {name: values[by_account] for name, values in rows.items()}
    return _as_table(rows | _ending(rng, rows, accounts, fate), accounts)


def _terms(rng: np.random.Generator, accounts: Accounts, fate: Fate) -> Terms:
    months = np.where(accounts.term == 0, 12 * MONTHS_SOLD, accounts.term)
    known = _known_until(rng, accounts, fate, months)
    has_terms = accounts.sells_on <= LAST
    first = np.where(has_terms, accounts.sells_on, LAST)
    starts = add_months(first[:, None], months[:, None] * np.arange(MONTHS_SOLD + 2))
    account, place = dice.counted((starts < known[:, None]).sum(axis=1) * has_terms)
    starts_on = starts[account, place]
    is_evergreen = accounts.term[account] == 0
    plan = np.where(starts_on >= fate.replanned_on[account], fate.plan_after[account], accounts.codes["plan"][account])
    seat_factor, price_factor = _renewals(rng, accounts, fate, account, place, starts_on, plan)
    seats = np.maximum(np.round(accounts.seats[account] * _running_product(seat_factor, place)), 1)
    arr = np.round(accounts.arr[account] * _running_product(price_factor, place), 2)
    ends_on = np.where(is_evergreen, NEVER, starts[account, np.minimum(place + 1, MONTHS_SOLD + 1)])
    return Terms(account, place, starts_on, ends_on, seats.astype(np.int64), arr, plan)


def _known_until(rng, accounts: Accounts, fate: Fate, months: np.ndarray) -> np.ndarray:
    """Terms that start before this day are on file: until the loss, and a few renewals signed ahead of their day."""
    ahead = np.where((rng.random(len(accounts)) < _SIGNED_EARLY) & (months >= 12), 30, 0).astype("m8[D]")
    return np.minimum(fate.lost_on, AFTER + ahead)


def _renewals(rng, accounts, fate, account, place, starts_on, plan) -> tuple[np.ndarray, np.ndarray]:
    """What each renewal multiplies seats and money by: flat, more seats, a price rise, fewer seats."""
    n = len(account)
    kind = dice.pick(rng, (0.50, 0.20, 0.20, 0.10), n)
    monthly = accounts.term[account] == 1
    kind[monthly & (rng.random(n) < 0.94)] = 0
    kind[accounts.is_over_provisioned[account] & (kind != 2)] = 0  # nobody adds seats to seats that stand empty
    seat = np.select([kind == 1, kind == 3], [rng.uniform(1.1, 1.35, n), rng.uniform(0.65, 0.92, n)], 1.0)
    price = np.where(kind == 2, rng.uniform(1.03, 1.08, n), seat)
    cut = starts_on == fate.right_sized_on[account]
    fewer = np.where(cut, 1.05 * accounts.n_people[account] / np.maximum(accounts.seats[account], 1), seat)
    price = np.where(cut, rng.uniform(0.50, 0.70, n), price)
    replanned = starts_on == fate.replanned_on[account]
    ratio = PRICE_PER_SEAT[plan] / PRICE_PER_SEAT[accounts.codes["plan"][account]]
    price = np.where(replanned, price * (1 + 0.6 * (ratio - 1)), price)
    first = place == 0
    return np.where(first, 1.0, fewer), np.where(first, 1.0, price)


def _running_product(factor: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Product of the factors from each account's first row (place 0, factor 1) to this one."""
    total = np.cumsum(np.log(factor))
    first = np.maximum.accumulate(np.where(place == 0, np.arange(len(place)), 0))
    return np.exp(np.round(total - total[first], 9))  # rounded: flat stays flat to the cent


def _main(terms: Terms) -> dict[str, np.ndarray]:
    return {
        "account": terms.account, "product": np.zeros(len(terms.account), np.int64), "plan": terms.plan,
        "starts_on": terms.starts_on, "ends_on": terms.ends_on, "arr": terms.arr, "seats": terms.seats,
    }  # fmt: skip


def _trials(accounts: Accounts) -> dict[str, np.ndarray]:
    row = np.flatnonzero((accounts.trial_days > 0) & (accounts.started_on <= LAST))
    return {
        "account": row,
        "product": np.full(len(row), 1),
        "plan": accounts.codes["plan"][row],
        "starts_on": accounts.started_on[row],
        "ends_on": accounts.started_on[row] + accounts.trial_days[row].astype("m8[D]"),
        "arr": np.zeros(len(row)),
        "seats": np.maximum(accounts.n_people[row], 1),
    }


def _seats_added(rng, accounts: Accounts, terms: Terms) -> dict[str, np.ndarray]:
    """Seats bought in mid-term, ending with the term they were added to."""
    wanted = (rng.random(len(terms.account)) < _SEATS_ADDED) & (accounts.term[terms.account] >= 12)
    wanted &= ~accounts.is_over_provisioned[terms.account] & ~accounts.is_api_only[terms.account]
    row = np.flatnonzero(wanted)
    starts_on = dice.day_between(rng, terms.starts_on[row] + 60, terms.ends_on[row] - 60)
    row, starts_on = row[starts_on <= LAST], starts_on[starts_on <= LAST]
    seats = np.maximum(np.round(terms.seats[row] * rng.uniform(0.05, 0.15, len(row))), 1)
    return {
        "account": terms.account[row],
        "product": np.full(len(row), 2),
        "plan": terms.plan[row],
        "starts_on": starts_on,
        "ends_on": terms.ends_on[row],
        "arr": np.round(terms.arr[row] * seats / terms.seats[row], 2),
        "seats": seats.astype(np.int64),
    }


def _second_product(rng, accounts: Accounts, terms: Terms) -> dict[str, np.ndarray]:
    """Insights beside the main product: bought with it or up to two years later, ending with it, at times dropped."""
    n = len(accounts)
    has = (rng.random(n) < _SECOND_PRODUCT) & (accounts.term >= 12) & (accounts.sells_on <= LAST)
    later = np.where(rng.random(n) < 0.35, 0, rng.integers(30, 730, n)).astype("m8[D]")
    bought_on = np.where(has, accounts.sells_on, LAST) + later
    bought_on = np.where(has & (bought_on <= LAST), bought_on, NEVER)
    is_dropped = (rng.random(n) < 0.15) & (bought_on < NEVER)
    dropped_on = np.where(is_dropped, bought_on + 400, NEVER)  # no term of it begins past this day
    starts_on = np.maximum(terms.starts_on, bought_on[terms.account])
    wanted = (starts_on + 30 < terms.ends_on) & (terms.starts_on < dropped_on[terms.account])
    row = np.flatnonzero(wanted)
    return {
        "account": terms.account[row],
        "product": np.full(len(row), 3),
        "plan": terms.plan[row],
        "starts_on": starts_on[row],
        "ends_on": terms.ends_on[row],
        "arr": np.round(accounts.arr[terms.account[row]] * 0.22, 2),
        "seats": terms.seats[row],
    }


def _ending(rng, rows: dict, accounts: Accounts, fate: Fate) -> dict[str, np.ndarray]:
    """Notice, requests to cancel, cancellation and reason. Nothing that comes after the last day is known yet."""
    account, n = rows["account"], len(rows["account"])
    lost_on = fate.lost_on[account]
    is_last = (rows["product"] != 1) & (rows["ends_on"] >= lost_on) & (lost_on < NEVER)
    cancelled_on = np.where(is_last & ~fate.is_lapse[account], lost_on, NEVER)
    notice_by, notice_given_on = _notice(rng, rows, accounts, is_last & fate.is_lapse[account], is_last)
    ask = np.where(cancelled_on < NEVER, cancelled_on, notice_given_on) - rng.integers(3, 40, n).astype("m8[D]")
    asks = (cancelled_on < NEVER) | ((notice_given_on < NEVER) & (rng.random(n) < 0.5))
    asked_on = np.where(asks, np.maximum(ask, rows["starts_on"]), NEVER)
    is_known = is_last & (np.minimum(np.minimum(notice_given_on, asked_on), lost_on) <= LAST)
    return {
        "cancelled_on": cancelled_on,
        "notice_by": notice_by,
        "notice_given_on": notice_given_on,
        "asked_on": asked_on,
        "reason": _reason(rng, account, fate, is_known),
    }


def _notice(
    rng, rows: dict, accounts: Accounts, lapses: np.ndarray, is_last: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The deadline and the day of notice. An account decides once: all its products give notice together."""
    account, n = rows["account"], len(rows["account"])
    has_deadline = (rows["product"] != 1) & (rows["ends_on"] < NEVER) & (accounts.term[account] >= 12)
    period = np.array([30, 60, 90])[accounts.number[account] % 3].astype("m8[D]")
    notice_by = np.where(has_deadline, rows["ends_on"] - period, NEVER)
    before = rng.integers(0, 46, len(accounts))[account].astype("m8[D]")
    in_time, late = notice_by - before, rows["ends_on"] - np.minimum(before, period - 1) - 1
    given = np.where(rng.random(len(accounts))[account] < 0.85, in_time, late)
    leaves = lapses & (rng.random(len(accounts))[account] < _NOTICED)
    thinks_again = ~is_last & (rows["ends_on"] <= LAST) & (rng.random(n) < _WITHDRAWN)
    is_given = (leaves | thinks_again) & has_deadline & (given > rows["starts_on"])
    return notice_by, np.where(is_given, given, NEVER)


def _reason(rng, account: np.ndarray, fate: Fate, is_known: np.ndarray) -> np.ndarray:
    """What the customer said: by the way its use went, or the champion's leaving; one in ten says nothing."""
    gone_for = fate.lost_on[account] - fate.champion_left_on[account]
    champion_gone = (gone_for > np.timedelta64(0, "D")) & (gone_for < np.timedelta64(truths.CHAMPION_LEFT["days"], "D"))
    reason = dice.pick_by(rng, _REASON_BY_STYLE, np.maximum(fate.style[account], 0))
    reason = np.where(champion_gone & (rng.random(len(account)) < 0.6), REASONS.index("Champion left"), reason)
    return np.where(is_known & (rng.random(len(account)) < 0.9), reason, -1)


def _as_table(rows: dict, accounts: Accounts) -> pa.Table:
    account = rows["account"]
    place = dice.counted(np.bincount(account, minlength=len(accounts)))[1]
    ids = accounts.ids.take(pa.array(account))
    families = arrow.labels(("Platform", "Platform", "Platform", "Insights"), rows["product"])
    return arrow.table(
        "contract",
        {
            "contract": pc.binary_join_element_wise(
                pc.replace_substring(ids, "A", "C", max_replacements=1), pa.array(place + 1).cast(pa.string()), "-"
            ),
            "account": ids,
            "product": arrow.labels(("Platform", "Platform trial", "Platform seats", "Insights"), rows["product"]),
            "product_family": families,
            "plan": arrow.labels(LABELS["plan"], rows["plan"]),
            "starts_on": rows["starts_on"],
            "ends_on": arrow.days(rows["ends_on"], until=FAR),
            "arr": rows["arr"],
            "seats": pa.array(rows["seats"], mask=accounts.is_api_only[account]),  # sold by calls, not by seats
            "currency": arrow.labels(("USD",), np.zeros(len(account), np.int64)),
            "kind": arrow.labels(("subscription", "trial"), (rows["product"] == 1).astype(np.int64)),
            "is_recurring": rows["product"] != 1,
            "notice_by": arrow.days(rows["notice_by"], until=FAR),
            "notice_given_on": arrow.days(rows["notice_given_on"]),
            "asked_to_cancel_on": arrow.days(rows["asked_on"]),
            "cancelled_on": arrow.days(rows["cancelled_on"]),
            "lost_reason": arrow.labels(REASONS, rows["reason"]),
            "is_derived": np.zeros(len(account), bool),
        },
    )


def entitlement_table(seed: int, block: int, accounts: Accounts) -> pa.Table:
    """Calls of the API for those who call it, about a third above what they use; storage for some."""
    rng = dice.stream(seed, block, "entitlements")
    calls = np.flatnonzero(accounts.is_api_only | accounts.is_integrated)
    storage = np.flatnonzero(rng.random(len(accounts)) < 0.4)
    row = np.concatenate([calls, storage])
    a_month = call_volume(accounts)[calls] * rng.choice([1.05, 1.3, 1.3, 2.0, 4.0], len(calls))
    gigabytes = rng.choice([50.0, 100.0, 250.0, 1_000.0], len(storage))
    return arrow.table(
        "entitlement",
        {
            "account": accounts.ids.take(pa.array(row)),
            "metric": arrow.labels(("api_calls", "storage_gb"), (np.arange(len(row)) >= len(calls)).astype(np.int64)),
            "allowance": np.concatenate([np.ceil(a_month / 1_000) * 1_000, gigabytes]),
        },
    )


def call_volume(accounts: Accounts) -> np.ndarray:
    """Calls of the API in a usual month, as far as an account calls it at all."""
    return np.where(accounts.is_api_only, 60_000.0, 12_000.0) * (0.4 + (accounts.number * 37 % 101) / 60)
