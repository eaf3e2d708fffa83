"""Does the score still work as it did? Quarter by quarter: how it ranks, what it said and what came, and how scores are spread.

health_drift   a row per score and fiscal quarter
COLUMNS        of the answer, whatever the options
SURE           q up to which a quarter differs beyond chance
"""

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.calibration import calibration_of, stability_of
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.health import proven
from lib.measures.health.proven import LEAST_LOST, PREDICTION, RULES
from lib.ranking import Auc, auc_of
from lib.stats import benjamini_hochberg

COLUMNS = [
    "scored_by", "quarter_opens_on", "n_readings", "n_proof_accounts", "n_proof_lost", "loss_base_rate", "auc", "auc_lo", "auc_hi",
    "said_mean", "observed_ratio", "observed_ratio_lo", "observed_ratio_hi", "stability_index", "stability_by_chance",
    "q_ranking", "q_spread", "q_calibration", "drifts", "untold",
]  # fmt: skip
SURE = 0.05
N_BINS = 10
_FEW = f"fewer than {LEAST_LOST} of these accounts were lost"
_PARTS = {"q_ranking": "ranking", "q_spread": "spread of scores", "q_calibration": "calibration"}


def health_drift(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, days: int = 90) -> Answer:
    """A row per score and quarter of the period: AUC, what was said on average, what came, and the spread of scores.

    days   a loss counts within so many days of a reading

    Held against the first quarter: the AUC (of errors as if the two were of other accounts) and the spread of scores, on the last
    landmark of each (population stability index; by chance it stays below stability_by_chance in 95 of 100). Of the prediction,
    whether chances mean what they say. q: share of false ones among the quarters this sure (Benjamini and Hochberg), over all
    quarters and scores; what drifts beyond chance (q of 0.05 or less) is named.
    """
    found = proven.read(con, book, definitions, days=days)
    quarters = [each for _, each in found.rows.groupby("quarter")]
    table = pd.DataFrame([row for by in found.scores for row in _rows(by, quarters)], columns=[*COLUMNS, *_P])
    for p, q in _P.items():
        table[q] = benjamini_hochberg(table[p].to_numpy(float))
    table["drifts"] = [
        ", ".join(said for q, said in _PARTS.items() if row[q] <= SURE)
        for row in table[list(_PARTS)].to_dict("records")
    ]
    return Answer(table[COLUMNS], found.left, (), found.sql)


_P = {"p_ranking": "q_ranking", "p_spread": "q_spread", "p_calibration": "q_calibration"}


def _rows(by: str, quarters: list[pd.DataFrame]):
    first_auc, first_spread = None, None
    for rows in quarters:
        said, lost = rows["health_score" if by == RULES else "risk"].to_numpy(float), rows["is_lost"].to_numpy(bool)
        accounts = rows["_account"].to_numpy()
        n_lost = len(np.unique(accounts[lost]))
        row = {
            "scored_by": by, "quarter_opens_on": rows["quarter"].iat[0], "n_readings": len(rows),
            "n_proof_accounts": len(np.unique(accounts)), "n_proof_lost": n_lost, "loss_base_rate": lost.mean(),
            "said_mean": said.mean(), "untold": _FEW if n_lost < LEAST_LOST else "",
        }  # fmt: skip
        spread = _spread(by, said[(rows["day"] == rows["day"].max()).to_numpy()])
        if first_spread is None:
            first_spread = spread
        else:
            of = stability_of(first_spread, spread)
            row |= {"stability_index": of.index, "stability_by_chance": of.by_chance, "p_spread": of.p}
        if n_lost >= LEAST_LOST and not lost.all():
            auc = auc_of(-said if by == RULES else said, lost, accounts)
            row |= {"auc": auc.auc, "auc_lo": auc.lo, "auc_hi": auc.hi}
            row["p_ranking"], first_auc = _p(first_auc, auc), first_auc or auc
            if by == PREDICTION:
                of = calibration_of(said, lost, accounts)
                row |= {f"observed_ratio{end}": getattr(of, f"ratio{end}") for end in ("", "_lo", "_hi")}
                row["p_calibration"] = of.p
        yield row


def _spread(by: str, said: np.ndarray) -> np.ndarray:
    """Counts of ten bins: of scores tens of points, of chances by doubling."""
    edges = np.arange(10, 100, 10) if by == RULES else 2.0 ** np.arange(1 - N_BINS, 0)
    return np.bincount(np.searchsorted(edges, said, "right"), minlength=N_BINS)


def _p(first: Auc | None, now: Auc) -> float:
    from scipy.special import ndtr

    if first is None:
        return np.nan
    return float(2 * ndtr(-abs(now.auc - first.auc) / np.hypot(first.error, now.error)))
