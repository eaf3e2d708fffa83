"""What passed between the accounts and the team: tickets, surveys, touches. All within the two years.

ticket_table  support requests; more of them in the last months of many lost accounts
survey_table  satisfaction and proficiency, most left unanswered
touch_table   contact by the CSM of the day, as often as the touch model asks
"""

import numpy as np
import pyarrow as pa

from lib.store.sample import arrow, dice, truths
from lib.store.sample.changes import Changes
from lib.store.sample.company import Accounts
from lib.store.sample.days import AFTER, FIRST, LAST, NEVER, whole_days
from lib.store.sample.fate import Fate
from lib.store.sample.people import People, someone

SEVERITIES = ("low", "normal", "high", "urgent")
SURVEYS = ("nps", "csat", "proficiency")
KINDS = ("call", "email", "training", "qbr", "campaign")
PLAYS = ("Onboarding check", "Adoption push", "Renewal preparation", "Champion change", "Business review")
_COMMENTS = (
    "Does what we need.", "Hard to find the reports.", "Support answers quickly.", "Too expensive for how we use it.",
    "Our team likes the dashboards.", "We miss an integration, still waiting.", "Slow on Mondays.",
)  # fmt: skip
_TICKETS_A_YEAR, _TICKETS_BEFORE_LOSS = 2.6, 1.4
_SURVEYS_A_YEAR = 3.0
_TOUCHES_A_YEAR = np.array([18.0, 8.0, 3.0, 4.0])  # by touch model
_KIND_BY_MODEL = np.array(
    [
        [0.42, 0.34, 0.06, 0.12, 0.06],
        [0.30, 0.44, 0.06, 0.08, 0.12],
        [0.12, 0.52, 0.04, 0.02, 0.30],
        [0.0, 0.10, 0.02, 0.0, 0.88],
    ]
)
_TWO_WAY = np.array([0.85, 0.35, 1.0, 1.0, 0.0])  # by kind


def ticket_table(seed: int, block: int, accounts: Accounts, fate: Fate, people: People) -> pa.Table:
    rng = dice.stream(seed, block, "tickets")
    account, day = _through_life(rng, accounts, fate, _TICKETS_A_YEAR)
    late_account, late_day = _before_loss(rng, accounts, fate)
    account, day = np.concatenate([account, late_account]), np.concatenate([day, late_day])
    n = len(account)
    opened_at = day.astype("M8[s]") + rng.integers(8 * 3_600, 19 * 3_600, n).astype("m8[s]")
    closed_at = opened_at + (rng.lognormal(1.0, 1.0, n) * 86_400).astype(np.int64).astype("m8[s]")
    is_closed = closed_at < fate.gone_on[account].astype("M8[s]")
    ids = _numbered("T", accounts, account)
    return arrow.table(
        "ticket",
        {
            "ticket": ids,
            "account": accounts.ids.take(pa.array(account)),
            "person": _person_ids(people, someone(rng, people, account, day)),
            "opened_at": opened_at,
            "closed_at": np.where(is_closed, closed_at, np.datetime64("NaT")),
            "severity": arrow.labels(SEVERITIES, dice.pick(rng, (0.3, 0.45, 0.18, 0.07), n)),
            "csat": np.where(is_closed & (rng.random(n) < 0.4), np.clip(np.round(rng.normal(4.1, 1, n)), 1, 5), np.nan),
            "url": arrow.linked("tickets", ids),
        },
    )


def _before_loss(rng, accounts: Accounts, fate: Fate) -> tuple[np.ndarray, np.ndarray]:
    """Further tickets in the 90 days before the loss of those whose use sinks."""
    sinking = (fate.style == truths.STYLES.index("declining")) & (accounts.sells_on < NEVER)
    account = np.repeat(np.arange(len(accounts)), rng.poisson(_TICKETS_BEFORE_LOSS * sinking))
    day = fate.lost_on[account] - rng.integers(1, 91, len(account)).astype("m8[D]")
    there = (day >= np.maximum(FIRST, accounts.sells_on[account])) & (day <= LAST)
    return account[there], day[there]


def survey_table(seed: int, block: int, accounts: Accounts, fate: Fate, people: People) -> pa.Table:
    rng = dice.stream(seed, block, "surveys")
    account, day = _through_life(rng, accounts, fate, _SURVEYS_A_YEAR)
    person = someone(rng, people, account, day)
    account, day, person = account[person >= 0], day[person >= 0], person[person >= 0]
    n = len(account)
    kind = dice.pick(rng, (0.55, 0.25, 0.20), n)
    answered_on = day + np.minimum(rng.exponential(3, n), 30).astype(np.int64).astype("m8[D]")
    answered = (rng.random(n) < 0.42) & (answered_on < people.until[person])
    score = _scores(rng, accounts, fate, account, day, kind)
    return arrow.table(
        "survey",
        {
            "survey": _numbered("S", accounts, account),
            "account": accounts.ids.take(pa.array(account)),
            "person": _person_ids(people, person),
            "kind": arrow.labels(SURVEYS, kind),
            "sent_on": day,
            "answered_on": np.where(answered, answered_on, np.datetime64("NaT")),
            "score": np.where(answered, score, np.nan),
            "comment": arrow.labels(_COMMENTS, np.where(answered & (rng.random(n) < 0.25), rng.integers(0, 7, n), -1)),
        },
    )


def _scores(rng, accounts: Accounts, fate: Fate, account, day, kind) -> np.ndarray:
    """Most who will leave within half a year are less content; heavy users who leave all the same least of all."""
    soon = (whole_days(fate.lost_on[account] - day) <= 180) & (fate.style[account] != truths.STYLES.index("steady"))
    angry = soon & (fate.style[account] == truths.STYLES.index("heavy"))
    mood = rng.normal(0, 1, len(account)) + rng.normal(0, 1, len(accounts))[account] - 1.3 * soon - 1.2 * angry
    return np.select(
        [kind == 0, kind == 1],
        [np.clip(np.round(7.9 + 1.3 * mood), 0, 10), np.clip(np.round(4.1 + 0.6 * mood), 1, 5)],
        np.clip(np.round(rng.normal(3.4, 0.9, len(account))), 1, 5),
    )


def touch_table(seed: int, block: int, accounts: Accounts, fate: Fate, people: People, changes: Changes) -> pa.Table:
    rng = dice.stream(seed, block, "touches")
    a_year = _TOUCHES_A_YEAR[accounts.codes["touch_model"]] * np.where(rng.random(len(accounts)) < 0.06, 0.1, 1.0)
    account, day = _through_life(rng, accounts, fate, a_year)
    n = len(account)
    kind = dice.pick_by(rng, _KIND_BY_MODEL, accounts.codes["touch_model"][account])
    ids = _numbered("K", accounts, account)
    return arrow.table(
        "touch",
        {
            "touch": ids,
            "account": accounts.ids.take(pa.array(account)),
            "person": _person_ids(people, someone(rng, people, account, day)),
            "occurred_at": day.astype("M8[s]") + rng.integers(8 * 3_600, 18 * 3_600, n).astype("m8[s]"),
            "kind": arrow.labels(KINDS, kind),
            "made_by": arrow.labels(changes.staff, changes.csm_at(account, day)),
            "is_two_way": rng.random(n) < _TWO_WAY[kind],
            "is_proactive": (kind == KINDS.index("campaign")) | (rng.random(n) < 0.62),
            "play": arrow.labels(PLAYS, np.where(rng.random(n) < 0.3, rng.integers(0, len(PLAYS), n), -1)),
            "url": arrow.linked("touches", ids),
        },
    )


def _through_life(rng, accounts: Accounts, fate: Fate, a_year: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Account rows and days, at an even rate from the first subscription (or the first day) to the end."""
    opens, closes = np.maximum(np.minimum(accounts.sells_on, AFTER), FIRST), fate.gone_on
    days = np.maximum(whole_days(closes - opens), 0)
    account = np.repeat(np.arange(len(accounts)), rng.poisson(a_year * days / 365))
    return account, dice.day_between(rng, opens[account], closes[account])


def _numbered(letter: str, accounts: Accounts, account: np.ndarray) -> pa.Array:
    """Ids by account and place within it, whatever the order of the rows."""
    order = np.argsort(account, kind="stable")
    place = np.empty(len(account), np.int64)
    place[order] = dice.counted(np.bincount(account, minlength=len(accounts)))[1]
    return arrow.coded(letter, accounts.number[account] * 1_000 + place, 10)


def _person_ids(people: People, row: np.ndarray) -> pa.Array:
    return people.ids.take(pa.array(row, mask=row < 0))
