"""Small companies on a journey: by hand, by chance, and of the sample.

JOURNEY, OWN     a journey of four stages and an exit; the definitions with it in place of their own
milestones       a row per account, stage and day, from {account: {stage: day}}
by_chance        accounts of random ways, a few of which came in on the last day
sampled          accounts, contracts and milestones of the sample company
answer           the answer of a measure to a book, scope and definitions
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from lib.book import Book
from lib.definitions.journey import Stage
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures import Answer
from lib.measures.registry import measure
from lib.scope import ALL
from lib.store import folder, sample
from lib.store.folder import Batch
from lib.store.opening import Snapshot
from lib.store.publish import publish
from tests.worldlets import NOW, WORDS, account_frame, open_world

JOURNEY = replace(
    WORDS.journey,
    stages=(
        Stage("Sign", expected_days=10),
        Stage("Setup", expected_days=30),
        Stage("Pilot", is_optional=True),
        Stage("Live"),
        Stage("Lost", is_exit=True),
    ),
)
OWN = replace(WORDS, journey=JOURNEY)
LAST = date(2026, 10, 31)


def milestones(reached: dict[str, dict[str, str]]) -> pd.DataFrame:
    rows = [
        (account, stage, date.fromisoformat(day)) for account, days in reached.items() for stage, day in days.items()
    ]
    return pd.DataFrame(rows, columns=["account", "stage", "reached_on"])


def by_chance(store: Path, n: int = 400, seed: int = 1) -> Snapshot:
    """Every fifth account came in on the last day, and its `came` says so; of the others some are lost on the way."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        day = LAST if number % 5 == 0 else LAST - timedelta(int(dice.integers(1, 700)))
        for stage in ("Sign", "Setup", "Pilot", "Live"):
            if stage != "Pilot" or dice.random() < 0.5:
                rows.append((f"a{number}", stage, day))
            day += timedelta(int(dice.integers(0, 120)) + (number % 5 == 0))
            if dice.random() < 0.1:
                rows.append((f"a{number}", "Lost", day))
                break
    frame = pd.DataFrame(rows, columns=["account", "stage", "reached_on"])
    accounts = account_frame(
        [f"a{number}" for number in range(n)],
        csm=[["Ann", "Bob", "Cleo"][each] for each in dice.integers(0, 3, n)],
        segment=[[None, "SMB", "Enterprise"][each] for each in dice.integers(0, 3, n)],
        came=["today" if number % 5 == 0 else "before" for number in range(n)],
    )
    return open_world(store, {"account": accounts, "milestone": frame[frame["reached_on"] <= LAST]})


def sampled(store: Path, accounts: int, seed: int, *, planted: bool) -> Snapshot:
    parts: dict[str, list[pa.Table]] = {}
    for name, rows in sample.tables(accounts, seed, planted=planted, events_per_account=1):
        if name in ("account", "contract", "milestone"):
            parts.setdefault(name, []).append(rows)
    with folder.staging(store) as staged:
        for name, tables in parts.items():
            parquet.write_table(pa.concat_tables(tables), staged / f"{name}.parquet")
        publish(store, staged, Batch("", "sample", "", tuple(parts), "anna", NOW.isoformat()), now=NOW)
    return open_store(store)


def answer(world: Snapshot, name: str, book: Book, definitions=WORDS, scope=ALL, **options) -> Answer:
    with ask(world, book, definitions, scope) as con:
        return measure(name)(con, book, definitions, **options)
