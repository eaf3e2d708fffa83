"""A store of two books that share nothing, and the roles that keep them apart.

two_books   accounts of Dana and of Lee; every word of Lee's holds FOREIGN, so that one search finds a leak; some of each
            have a parent among the other's
secrets     a secrets.toml with sign-in and roles of both, their leader, an admin and one whose name no account carries
signed_in   what a sign-in says of a reader
"""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from tests.stores import _publish

FOREIGN, UNKNOWN = "QQX", "ZZX"  # of the same length, and no part of any other word
N = 240  # accounts of each
VALUES = {
    "csm": ("Dana Smith",),
    "channel": ("Direct", "Reseller"),
    "segment": ("SMB", "Enterprise"),
    "region": ("US", "EMEA", None),
    "plan": ("Starter", "Team"),
    "House rule": ("blue", "green"),
}
DANA, LEE, BOSS, ADA, STRANGER, LOST = (f"{who}@acme.com" for who in ("dana", "lee", "boss", "ada", "stranger", "lost"))
_ROLES = f"""
[roles."{DANA}"]
sees = "own"
csm = ["dana smith"]

[roles."{LEE}"]
sees = "own"
csm = ["{FOREIGN} Lee"]

[roles."{BOSS}"]
sees = "all"

[roles."{ADA}"]
sees = "admin"

[roles."{LOST}"]
sees = "own"
csm = ["Nobody Known"]
"""


def two_books(store: Path) -> Path:
    """Two years of contracts, a little use and all that happens to accounts; in each book one channel loses more."""
    dice = np.random.default_rng(5)
    accounts, contracts, events = [], [], []
    others: dict[str, list[dict]] = {}
    for foreign in (False, True):
        for number in range(N):
            said = f"{FOREIGN}{number:04d}" if foreign else f"A{number:04d}"
            row = {"account": said, "name": f"{FOREIGN} Works {number}" if foreign else f"Customer {number}"}
            for name, kinds in VALUES.items():
                value = kinds[int(dice.integers(len(kinds)))]
                row[name] = (
                    value if not foreign else f"{FOREIGN} Lee" if name == "csm" else value and f"{FOREIGN} {value}"
                )
            row["parent"] = f"{'A' if foreign else FOREIGN}{number:04d}" if number % 3 == 1 else None
            for name, rows in _happened(said, number, f"{FOREIGN} " if foreign else "").items():
                others.setdefault(name, []).extend(rows)
            accounts.append(row | {"employees": int(dice.integers(5, 5_000)) + (90_000_000 if foreign else 0)})
            is_gone = dice.random() < (0.6 if str(row["channel"]).endswith("Reseller") else 0.1)
            contracts.append({
                "contract": f"c{said}", "account": said, "starts_on": date(2024, 1, 1) + timedelta(int(dice.integers(300))),
                "arr": 1_000.0 + number, "kind": "subscription", "is_recurring": True, "seats": 5,
                "cancelled_on": date(2026, 1, 1) + timedelta(int(dice.integers(250))) if is_gone else None,
            })  # fmt: skip
            events += [
                {"occurred_at": datetime(2025, 10, 20) - timedelta(weeks=week), "account": said, "person": f"{said} p",
                 "feature": f"{FOREIGN} sync" if foreign else "sync", "quantity": 1.0}
                for week in range(number % 8)
            ]  # fmt: skip
    _publish(
        store,
        {"account": pd.DataFrame(accounts)},
        source=f"{FOREIGN}.csv",
        who=f"{FOREIGN} who",
        notes=(f"{FOREIGN} note",),
        n_read=2 * N + 1,
        n_kept=2 * N,
        n_refused=1,
        refused=(
            {"file": f"{FOREIGN}.csv", "row": 7, "column": "name", "value": f"{FOREIGN} Ltd", "reason": f"{FOREIGN}?"},
        ),
    )
    told = {name: pd.DataFrame(rows) for name, rows in others.items()}
    _publish(
        store, {"contract": pd.DataFrame(contracts), "event": pd.DataFrame(events), **told}, source=f"{FOREIGN}-2.csv"
    )
    return store


def _happened(account: str, number: int, p: str) -> dict[str, list[dict]]:
    """What happened to one account, by table; `p` stands before every word."""
    stages = (("Onboarding", 0), ("Adoption", 40), ("Pilot" if p else "Value", 90))[: 1 + number % 3]
    seen, began = {"account": account, "person": f"{account} p"}, date(2025, 1, 1) + timedelta(number)
    other = f"{'A' if p else FOREIGN}{number:04d}"
    return {
        "milestone": [
            {"account": account, "stage": f"{p}{stage}", "reached_on": began + timedelta(days)} for stage, days in stages
        ],
        "person": [seen | {"name": f"{p}Person {number}", "email": f"{account}@mail.example", "role": f"{p}Analyst", "buying_role": f"{p}champion"}],
        "ticket": [seen | {"ticket": f"t{account}", "opened_at": datetime(2026, 6, 1), "severity": f"{p}high"}],
        "goal": [{"account": account, "goal": f"g{account}", "category": f"{p}Save time", "promised_on": date(2026, 1, 1),
                  "due_on": date(2026, 6, 1), "reached_on": date(2026, 6, 2) if number % 2 else None}],
        "survey": [seen | {"survey": f"s{account}", "kind": "nps", "answered_on": date(2026, 5, 1), "score": float(number % 11),
                           "comment": f"{p}fine"}],
        "touch": [seen | {"touch": f"u{account}", "occurred_at": datetime(2026, 5, 2), "kind": "call", "made_by": f"{p}someone",
                          "is_two_way": True, "play": f"{p}play"}],
        "account_history": [
            {"account": account, "field": "parent", "from_on": date(2025, 1, 1), "until_on": date(2026, 3, 1), "value": other},
        ],
    }  # fmt: skip


def secrets(
    folder: Path,
    *,
    auth: bool = True,
    issuer: str = "http://127.0.0.1:9",
    origin: str = "http://127.0.0.1:8501",
    roles: str = _ROLES,
) -> Path:
    """A secrets.toml in `folder`."""
    sign_in = f"""
[auth]
redirect_uri = "{origin}/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "headlight"
client_secret = "hush"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
"""
    path = folder / "secrets.toml"
    path.write_text((sign_in if auth else "") + roles, "utf-8")
    return path


def signed_in(email: str | None, **claims) -> dict:
    """What a sign-in says of a reader; of nobody where there is no address."""
    return {"is_logged_in": True, "email": email, "email_verified": True} | claims if email else {"is_logged_in": False}
