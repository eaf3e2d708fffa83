"""Small worlds in which each revenue lever has something to find, worked out by hand.

hand       a few accounts, one for every matter
held_up    people who go round with help and leave guided processes, each at a place
trying     trials, of which those that use a feature early convert more, or do not
carrying   customers, of whom those that use a feature stay more
"""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from lib.store.opening import Snapshot
from tests.worldlets import account_frame, contract_frame, open_world

MONDAY = date(2026, 10, 26)  # the last full week before 1 November 2026
FEATURES = pd.DataFrame(
    [("login", "Login", "simple", "Starter", "login", None, False), ("edit", "Edit", "simple", "Starter", "task", None, False),
     ("plan", "Planner", "advanced", "Starter", "task", None, False), ("api", "API", "advanced", "Starter", None, None, True),
     ("begin", "Setup: begun", "simple", "Starter", "begins", "Setup", False), ("end", "Setup: done", "simple", "Starter", "finishes", "Setup", False),
     ("help", "Help", "simple", "Starter", "help", None, False)],
    columns=["feature", "name", "level", "plan", "role", "process", "is_system"],
)  # fmt: skip


def event(
    day: date, account: str, person: str | None, feature: str = "edit", quantity: float = 1.0, minute: int = 0
) -> dict:
    """One use at nine o'clock and so many minutes."""
    moment = datetime(day.year, day.month, day.day, 9) + timedelta(minutes=minute)
    return {"occurred_at": moment, "account": account, "person": person, "feature": feature, "quantity": quantity}


def weeks(n: int) -> list[date]:
    """The Mondays of the last n full weeks, the oldest first."""
    return [MONDAY - timedelta(weeks=n - 1 - nth) for nth in range(n)]


def paying(account: str, **more) -> dict:
    """A term of two years that runs."""
    return {
        "account": account,
        "starts_on": date(2025, 3, 1),
        "ends_on": date(2027, 3, 1),
        "arr": 1_000.0,
        "currency": "USD",
    } | more


def hand(store: Path) -> Snapshot:
    """One account for every matter:

    t0 no use, t2 little, t4 engaged, ty none on its first two days, tn begins today; s9 of 10 seats, s10 full, s5 half; m has an
    allowance that grows; d fell in its 19th week of 26, even did not; b logs in for nothing; e, n (gave notice) and o (opted out) use
    the planner heavily; x pays in euros and is at its limit.
    """
    rows = [paying(account, seats=10) for account in ("s9", "s10", "s5")] + [
        paying("x", seats=10, currency="EUR", arr=500.0), *(paying(account) for account in ("m", "d", "even", "b", "e", "o")),
        paying("n", notice_given_on=date(2026, 10, 1)),
    ]  # fmt: skip
    for account, began in (("t0", 12), ("t2", 12), ("t4", 12), ("ty", 31), ("tn", 32)):
        rows.append(
            {
                "account": account,
                "kind": "trial",
                "starts_on": date(2026, 10, 1) + timedelta(began - 1),
                "ends_on": date(2026, 11, 20),
                "arr": 0.0,
            }
        )
    people = [
        (account, f"{account}-{nth}")
        for account, n in (("s9", 9), ("s10", 10), ("s5", 5), ("x", 10))
        for nth in range(n)
    ]
    people += [("b", f"b-{nth}") for nth in range(3)] + [("e", "e-0"), ("o", "o-0"), ("n", "n-0")]
    events = [event(day, "even", f"even-{nth}") for day in weeks(30) for nth in range(6)]
    events += [event(day, "d", f"d-{nth}") for at, day in enumerate(weeks(30)) for nth in range(6 if at < 22 else 2)]
    events += [event(day, "m", None, "api", 100.0 + 10 * at) for at, day in enumerate(weeks(13))]
    events += [event(day, "m", "m-0") for day in weeks(30)]
    events += [event(day, "b", f"b-{nth}", "login") for day in weeks(3) for nth in range(2)] + [
        event(MONDAY, "b", "b-2")
    ]
    events += [event(day, who, f"{who}-0", "plan", minute=nth) for day in weeks(5) for who in "eno" for nth in range(3)]
    events.append(event(date(2026, 11, 1), "even", "even-0"))  # the last day the data knows
    events += [event(date(2026, 10, 14), "t2", "t2-0", minute=nth) for nth in range(2)]
    events += [event(date(2026, 10, 13), "t4", "t4-0", minute=nth) for nth in range(4)]
    return open_world(
        store,
        {
            "account": account_frame([row["account"] for row in rows], name="Acme", segment="SMB", plan="Starter"),
            "contract": contract_frame(*rows),
            "person": pd.DataFrame([
                {"account": account, "person": person, "provisioned_at": datetime(2025, 6, 1),
                 "opted_out_on": date(2026, 1, 1) if account == "o" else None}
                for account, person in people
            ]),
            "event": pd.DataFrame(events),
            "feature": FEATURES,
            "entitlement": pd.DataFrame([
                {"account": "m", "metric": "api_calls", "allowance": 1_000.0}, {"account": "d", "metric": "storage", "allowance": 5.0},
            ]),
        },
    )  # fmt: skip


def held_up(store: Path) -> Snapshot:
    """Of a, both people go round twice with help while they edit, and leave the setup twice; a-0 begins and finishes one import, too.

    Of b, the one person edits without help, uses the planner, leaves the setup once, begins the import once and finishes it twice.
    Nobody has a third process: "Import" is written in two ways.
    """
    features = pd.concat([FEATURES, pd.DataFrame(
        [("take", "Import: begun", "simple", "Starter", "begins", "Import", False),
         ("taken", "Import: done", "simple", "Starter", "finishes", "import ", False)], columns=FEATURES.columns,
    )])  # fmt: skip
    acts = {
        "a-0": ["edit", "help", "edit", "help", "edit", "begin", "begin", "take", "taken"],
        "a-1": ["edit", "help", "edit", "help", "edit", "begin", "begin"],
        "b-0": ["edit", "plan", "begin", "take", "taken", "taken"],
    }
    events = [
        event(MONDAY, person[0], person, feature, minute=nth)
        for person, names in acts.items()
        for nth, feature in enumerate(names)
    ]
    events.append(event(date(2026, 11, 1), "b", "b-0"))  # the last day the data knows
    return open_world(
        store,
        {
            "account": account_frame("ab", name="Acme", segment="SMB", plan="Starter"),
            "contract": contract_frame(paying("a"), paying("b")),
            "event": pd.DataFrame(events),
            "feature": features,
        },
    )


def trying(store: Path, *, planted: bool, n: int = 240) -> Snapshot:
    """Trials of three weeks; half use the planner in their first days. Planted: .85 of these convert, .30 of the others; else .55."""
    dice, contracts, events = np.random.default_rng(11), [], []
    for number in range(n):
        account, began = f"t{number}", date(2026, 1, 5) + timedelta(int(dice.integers(230)))
        uses = bool(number % 2)
        contracts.append(
            {"account": account, "kind": "trial", "starts_on": began, "ends_on": began + timedelta(21), "arr": 0.0}
        )
        if dice.random() < ((0.85 if uses else 0.30) if planted else 0.55):
            contracts.append(paying(account, starts_on=began + timedelta(21), ends_on=began + timedelta(386)))
        events.append(event(began, account, f"{account}-0", "edit"))
        events += [event(began, account, f"{account}-0", "plan", minute=1)] if uses else []
        events += [event(began, account, f"{account}-0", "help", minute=2)] if dice.random() < 0.5 else []
    events.append(event(date(2026, 11, 1), "t0", "t0-0"))
    return open_world(
        store,
        {
            "account": account_frame([f"t{number}" for number in range(n)], segment="SMB"), "contract": contract_frame(*contracts),
            "event": pd.DataFrame(events), "feature": FEATURES,
        },
    )  # fmt: skip


def carrying(store: Path, n: int = 400) -> Snapshot:
    """Customers of a year; half used the planner before it: .04 of these left in the year, .40 of the others."""
    dice, contracts, events = np.random.default_rng(12), [], []
    for number in range(n):
        account, uses = f"c{number}", bool(number % 2)
        is_lost = dice.random() < (0.04 if uses else 0.40)
        left = date(2026, 1, 1) + timedelta(int(dice.integers(200)))
        contracts.append(
            paying(account, starts_on=date(2025, 1, 1), ends_on=None, seats=1, cancelled_on=left if is_lost else None)
        )
        for day in [date(2025, 9, 22) + timedelta(weeks=week) for week in range(5)] + ([] if is_lost else weeks(2)):
            events.append(event(day, account, f"{account}-0", "edit"))
            events += (
                [event(day, account, f"{account}-0", "plan", minute=nth) for nth in range(1 + number % 9)]
                if uses
                else []
            )
    return open_world(
        store,
        {
            "account": account_frame([f"c{number}" for number in range(n)], segment="SMB", plan="Starter"),
            "contract": contract_frame(*contracts), "event": pd.DataFrame(events), "feature": FEATURES,
        },
    )  # fmt: skip
