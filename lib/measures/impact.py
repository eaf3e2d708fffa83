"""What an import would do to the figures people look at first: each before and after, and a sentence where it moved.

impact    a row per figure
FIGURES   the figures, one line each
COLUMNS   of the answer
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.book import Book, year_to
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.base import check_outcome, default_outcome
from lib.facts.cells import count_cells
from lib.store.opening import Snapshot

COLUMNS = ["figure", "label", "unit", "before", "after", "difference", "n_before", "n_after", "has_moved", "sentence"]
_NOTHING = {"accounts": 0, "n": 0, "n_lost": 0, "n_undecided": 0, "arr": 0.0, "arr_lost": 0.0}


@dataclass(frozen=True)
class Figure:
    """A headline figure: what people call it, how it is said, and how it comes from the counts of a store."""

    name: str
    label: str
    unit: str  # count, rate, money
    of: Callable[[Mapping[str, float]], float]


FIGURES = (
    Figure("accounts", "Accounts", "count", lambda c: c["accounts"]),
    Figure("n", "Accounts at the start", "count", lambda c: c["n"]),
    Figure("n_lost", "Accounts lost", "count", lambda c: c["n_lost"]),
    Figure("churn_rate", "Churn rate", "rate", lambda c: c["n_lost"] / c["n"] if c["n"] else np.nan),
    Figure("arr", "ARR at the start", "money", lambda c: c["arr"]),
    Figure("arr_lost", "ARR lost", "money", lambda c: c["arr_lost"]),
)


def impact(
    before: Snapshot | None, after: Snapshot | None, definitions: Definitions, *, changes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The headline figures of two snapshots for the same period: the year to the as-of day of `after`.

    None stands for no data: nothing yet, or nothing any more (then the period is that of `before`).

    changes  lib.store.diff.compare of the two: says in the sentences what was added and changed; without it they say by
             how many accounts the two differ

    n_before and n_after are the accounts at risk, those a rate divides by. A figure that `before` cannot answer (no data
    yet, or a flag where `after` has dates) is empty there.
    """
    told = after or before
    book = year_to(told.manifest.as_of or told.manifest.received_on)
    with told.ask(book) as con:
        outcome = default_outcome(con)
    was, now = (_counts(each, book, definitions, outcome) if each else _NOTHING for each in (before, after))
    because = _because(was, now, changes)
    return pd.DataFrame([_row(each, was, now, because) for each in FIGURES], columns=COLUMNS)


def _counts(snapshot: Snapshot, book: Book, definitions: Definitions, outcome: str) -> dict[str, float]:
    with snapshot.ask(book) as con:
        n_accounts = con.execute("select count(*) from book").fetchone()[0]
        try:
            cells, _ = count_cells(con, book, definitions, check_outcome(con, outcome), ())
        except Refused:
            return dict.fromkeys(_NOTHING, np.nan) | {"accounts": n_accounts}
    return {"accounts": n_accounts, **cells.iloc[0].to_dict()}


def _row(figure: Figure, was: Mapping[str, float], now: Mapping[str, float], because: str) -> dict:
    before, after = float(figure.of(was)), float(figure.of(now))
    has_moved = not (before == after or (np.isnan(before) and np.isnan(after)))
    said = _said((before, after), figure.unit)
    return {
        "figure": figure.name,
        "label": figure.label,
        "unit": figure.unit,
        "before": before,
        "after": after,
        "difference": after - before,
        "n_before": was["n"],
        "n_after": now["n"],
        "has_moved": has_moved,
        "sentence": f"{figure.label} {said[0]} → {said[1]}{because}." if has_moved and said[0] != said[1] else "",
    }


def _because(was: Mapping[str, float], now: Mapping[str, float], changes: pd.DataFrame | None) -> str:
    """ ": 18 accounts added, 3 changed; 40 contracts added", or nothing where nothing of that kind happened."""
    if changes is None:
        more = int(now["accounts"] - was["accounts"])
        return f": {_many(abs(more), 'account')} {'more' if more > 0 else 'fewer'}" if more else ""
    said = []
    for row in changes[changes["table"].isin(["account", "contract"])].itertuples():
        parts = [(row.n_added, "added"), (row.n_changed, "changed"), (row.n_missing, "gone")]
        told = [(n, verb) for n, verb in parts if n]
        if told:
            first = f"{_many(told[0][0], row.table)} {told[0][1]}"
            said.append(", ".join([first, *(f"{n:,} {verb}" for n, verb in told[1:])]))
    return f": {'; '.join(said)}" if said else ""


def _many(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _said(values: tuple[float, float], unit: str) -> tuple[str, str]:
    """Two numbers as a sentence says them, with as many digits as it takes to tell them apart."""
    for digits in range(1 if unit == "rate" else 0, 5):
        scale, sign = (100, " %") if unit == "rate" else (1, "")
        said = tuple("unknown" if np.isnan(each) else f"{each * scale:,.{digits}f}{sign}" for each in values)
        if said[0] != said[1]:
            break
    return said
