"""Whether the health score tells who will be lost: by the rules and by the prediction, on the same readings, after the fact.

health_proof   a row per score, of the whole and of each level
COLUMNS        of the answer, whatever the options
UNTOLD         why nothing is said of a row
is_by_chance   whether a row's score ranks no better than a coin, as far as can be told
"""

from collections.abc import Mapping

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.calibration import calibration_of
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.health import proven
from lib.measures.health.proven import LEAST_LOST, PREDICTION, RULES, Readings
from lib.ranking import auc_difference_of, auc_of, flagged_of

COLUMNS = [
    "scored_by", "is_whole", "proof_level", "n_readings", "n_proof_accounts", "n_proof_lost", "n_readings_lost", "loss_base_rate",
    "auc", "auc_lo", "auc_hi", "n_red_readings", "n_red_lost", "precision_red", "precision_red_lo", "precision_red_hi",
    "recall_red", "recall_red_lo", "recall_red_hi", "red_lift", "red_lift_lo", "red_lift_hi",
    "calibration_slope", "calibration_slope_lo", "calibration_slope_hi",
    "observed_ratio", "observed_ratio_lo", "observed_ratio_hi", "auc_more", "auc_more_lo", "auc_more_hi", "untold",
]  # fmt: skip
UNTOLD = f"fewer than {LEAST_LOST} of these accounts were lost"
NOBODY_ELSE = "all of them were lost"


def health_proof(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: str | None = None, days: int = 90
) -> Answer:
    """A row per score (the rules, the prediction), of the whole book and of each level of `by`: how well it told losses.

    by     stage, touch, profile, or a dimension, as it was on the day of the reading
    days   a loss counts within so many days of a reading

    Readings are those of the period's landmarks whose outcome is decided. Accounts come in several, so every interval is one of
    accounts (auc: Obuchowski). Red of the prediction: on each day as many of the riskiest accounts as the rules call red, so that
    both are held against one workload. auc_more: the prediction's AUC less that of the rules.
    """
    found = proven.read(con, book, definitions, days=days, by=by)
    rows = [_judged(score, found, np.ones(len(found.rows), bool)) for score in found.scores] if len(found.rows) else []
    if by:
        levels = found.rows["level"]
        counts = (
            levels.value_counts(dropna=False).sort_index(na_position="last").sort_values(ascending=False, kind="stable")
        )
        for level in counts.index:
            own = (levels.isna() if pd.isna(level) else levels == level).to_numpy(bool)
            name = None if pd.isna(level) else level
            rows += [_judged(score, found, own) | {"is_whole": False, "proof_level": name} for score in found.scores]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return Answer(table, found.left, tuple(_notes(found, days)), found.sql)


def is_by_chance(row: Mapping) -> bool:
    """Whether a score ranks no better than a coin, as far as can be told: its interval holds 0.5, or lies below."""
    return row["auc_lo"] <= 0.5


def _judged(by: str, found: Readings, own: np.ndarray) -> dict:
    rows = found.rows[own]
    lost, accounts = rows["is_lost"].to_numpy(bool), rows["_account"].to_numpy()
    n_lost, said = rows["_account"][lost].nunique(), {"scored_by": by, "is_whole": True, "proof_level": None}
    said |= {
        "n_readings": len(rows), "n_proof_accounts": rows["_account"].nunique(), "n_proof_lost": n_lost,
        "n_readings_lost": int(lost.sum()), "loss_base_rate": lost.mean(),
        "n_red_readings": int(found.flagged(by)[own].sum()), "n_red_lost": int((found.flagged(by)[own] & lost).sum()),
    }  # fmt: skip
    if n_lost < LEAST_LOST or lost.all():
        return said | {"untold": UNTOLD if n_lost < LEAST_LOST else NOBODY_ELSE}
    auc, flag = auc_of(found.scored(by)[own], lost, accounts), flagged_of(found.flagged(by)[own], lost, accounts)
    said |= {"auc": auc.auc, "auc_lo": auc.lo, "auc_hi": auc.hi, "untold": ""}
    said |= {f"{name}_red{end}": getattr(flag, f"{name}{end}") for name in ("precision", "recall") for end in _ENDS}
    said |= {f"red_lift{end}": getattr(flag, f"lift{end}") for end in _ENDS}
    if by == PREDICTION:
        of = calibration_of(rows["risk"].to_numpy(float), lost, accounts)
        gain = auc_difference_of(found.scored(PREDICTION)[own], found.scored(RULES)[own], lost, accounts)
        said |= {f"calibration_slope{end}": getattr(of, f"slope{end}") for end in _ENDS}
        said |= {f"observed_ratio{end}": getattr(of, f"ratio{end}") for end in _ENDS}
        said |= {"auc_more": gain.difference, "auc_more_lo": gain.lo, "auc_more_hi": gain.hi}
    return said


_ENDS = ("", "_lo", "_hi")


def _notes(found: Readings, days: int):
    if not len(found.rows):
        yield (
            f"Nothing to judge: the period has no Sunday, every fourth one back from the last, of which it is decided who was lost "
            f"in the {days} days after."
        )
        return
    n_days, n = found.rows["day"].nunique(), len(found.rows)
    yield (
        f"{n:,} readings of {found.rows['_account'].nunique():,} customers on {n_days:,} days, every fourth Sunday; a loss counts "
        f"within {days} days. Accounts come on several days, so intervals are of accounts."
    )
    if PREDICTION in found.scores:
        yield (
            "Each prediction was learnt from what was decided by its day. Red of the prediction: on each day as many of the "
            "riskiest as the rules call red, so that both are held against one workload."
        )
    else:
        yield "Of these readings nothing is predicted: the score by the rules is judged alone."
