"""Small stores for the view's tests, made by hand and seeded: the same in every run.

full      accounts and contracts over two years, a planted hot-spot (Reseller × US), two imports, one with refused cells
flags     accounts with a churned flag and nothing else
quiet     the full one without the planted hot-spot: nothing stands out
hostile   names that are markup, formulas, icons and links to elsewhere
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet

from lib.store import folder
from lib.store.folder import Batch
from lib.store.publish import publish
from tests.worldlets import NOW, as_arrow, publish_frames

N = 2_400
LAST_DAY = date(2026, 10, 31)
NAMES = (
    "![x](http://evil.example/a.png)",
    "<script>alert(1)</script>",
    "=cmd()",
    "$x^2$",
    ":material/x:",
    ":red[x]",
    "<img src=http://evil.example/b.png>",
    "**b** _i_ `c` # h",
    "a&amp;b %{x} <b>t</b>",
)
HOSTILE_COLUMN = "![h](http://evil.example/h.png) $y$"


def full(store: Path, *, planted: bool = True, seed: int = 1) -> Path:
    """Two years of contracts; in the second one Reseller × US loses far more than either alone."""
    dice = np.random.default_rng(seed)
    ids = [f"A{number:05d}" for number in range(N)]
    values = {
        "channel": ["Direct", "Reseller", "Partner"],
        "segment": ["SMB", "Mid-market", "Enterprise"],
        "region": ["US", "EMEA", "APAC", None],
        "plan": ["Starter", "Team", "Business"],
        "csm": ["Dana Ames", "Jo Park", "Ravi Shah", "Mia Koch"],
    }
    drawn = {name: dice.choice(np.array(kinds, object), N) for name, kinds in values.items()}
    is_hot = (drawn["channel"] == "Reseller") & (drawn["region"] == "US")
    first_year, second_year = dice.random(N) < 0.06, dice.random(N) < (0.08 + 0.25 * is_hot * planted)
    days = dice.integers(0, 351, N)
    days[np.flatnonzero(second_year & ~first_year)[0]] = 350  # the last day the data knows
    gone_on = [
        date(2024, 11, 15) + timedelta(int(day)) if first
        else date(2025, 11, 15) + timedelta(int(day)) if second else None
        for first, second, day in zip(first_year, second_year, days, strict=True)
    ]  # fmt: skip
    accounts = pd.DataFrame({"account": ids, "name": [f"Customer {number}" for number in range(N)], **drawn})
    contracts = pd.DataFrame(
        {
            "contract": [f"c{each}" for each in ids],
            "account": ids,
            "starts_on": [date(2023, 1, 1) + timedelta(int(day)) for day in dice.integers(0, 600, N)],
            "arr": np.exp(dice.normal(9, 1, N)).round(2),
            "kind": "subscription",
            "is_recurring": True,
            "cancelled_on": gone_on,
        }
    )
    _publish(
        store, {"account": accounts}, source="accounts.csv", n_refused=2, refused=_refused(), n_read=N + 2, n_kept=N
    )
    _publish(store, {"contract": contracts}, source="contracts.csv", n_read=N, n_kept=N)
    return store


def quiet(store: Path) -> Path:
    """The full store with nothing planted."""
    return full(store, planted=False, seed=2)


def flags(store: Path) -> Path:
    """Accounts with a churned flag, no dates and no money."""
    dice = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "account": [f"a{number}" for number in range(600)],
            "Contract": dice.choice(["Month-to-month", "One year"], 600),
            "TechSupport": dice.choice(["Yes", "No"], 600),
        }
    )
    frame["churned"] = dice.random(600) < np.where(frame["Contract"] == "Month-to-month", 0.4, 0.1)
    publish_frames(store, {"account": frame})
    return store


def hostile(store: Path) -> Path:
    """Accounts, people, values and a column with names that would like to be more than text."""
    dice = np.random.default_rng(4)
    n = 1_800
    channel = dice.integers(0, len(NAMES), n)
    frame = pd.DataFrame(
        {
            "account": [f"{NAMES[number % len(NAMES)]} {number}" for number in range(n)],
            "name": [f"{NAMES[number % len(NAMES)]} {number}" for number in range(n)],
            "csm": [NAMES[each] for each in dice.integers(0, len(NAMES), n)],
            "channel": [NAMES[each] for each in channel],
            "segment": [NAMES[each] for each in dice.integers(0, 4, n)],
            HOSTILE_COLUMN: [NAMES[each] for each in dice.integers(0, 5, n)],
            "arr": dice.lognormal(8, 1, n).round(2),
        }
    )
    frame["churned"] = dice.random(n) < np.where(channel < 3, 0.4, 0.08)
    _publish(
        store,
        {"account": frame},
        source=NAMES[0],
        who=NAMES[1],
        notes=(NAMES[0], NAMES[3]),
        n_refused=1,
        refused=_refused(NAMES[0]),
    )
    return store


def _refused(value: str = "31.02.2026") -> tuple[dict, ...]:
    return (
        {"file": "accounts.csv", "row": 17, "column": "started_on", "value": value, "reason": "there is no such day"},
        {"file": "accounts.csv", "row": 99, "column": "arr", "value": "=1+1", "reason": "not a number"},
    )


def _publish(store: Path, frames: dict[str, pd.DataFrame], **about) -> None:
    batch = Batch("", "frames", "", tuple(frames), "anna", NOW.isoformat())
    with folder.staging(store) as staged:
        for table, frame in frames.items():
            parquet.write_table(
                as_arrow(table, frame.astype(object).where(frame.notna(), None)), staged / f"{table}.parquet"
            )
        publish(store, staged, replace(batch, **about), now=NOW)
