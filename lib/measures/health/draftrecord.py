"""What other rules of health would have said in the past, beside what those in force would have, of the same readings.

health_draft_record   two rows, in force and draft
COLUMNS               of the answer, whatever the options
"""

from dataclasses import astuple

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import healthdraft
from lib.measures import Answer
from lib.ranking import Auc, auc_difference_of
from lib.stats import wilson

COLUMNS = [
    "rule_set", "n_landmarks", "n_landmarks_lost", "n_landmarks_red", "red_precision", "red_precision_lo", "red_precision_hi",
    "red_recall", "red_recall_lo", "red_recall_hi", "rank_auc", "rank_auc_lo", "rank_auc_hi", "auc_gain", "auc_gain_lo",
    "auc_gain_hi", "n_lead", "n_never_red", "lead_median_days",
]  # fmt: skip
RULES = ("in force", "draft")
LEAST_LOST = 10  # accounts lost, below which nothing is said of them
_PAST = (
    "select _account, is_lost, score_before, score, is_red_before, is_red from draft_past order by reading, _account"
)
_LEAD = """with lost as (
    select
        _account,
        max(reading) as last, arg_max(is_scored, reading) as is_scored, max(lost_on) as lost_on,
        coalesce(max(reading) filter (not is_red_before), -1) as calm_before,
        coalesce(max(reading) filter (not is_red), -1) as calm
    from draft_weeks
    group by _account
)
select
    lost._account,
    coalesce(max(lost_on - day) filter (reading > calm_before), 0) as lead_before,
    coalesce(max(lost_on - day) filter (reading > calm), 0) as lead
from lost
join draft_weeks using (_account, lost_on)
where lost.is_scored
group by lost._account
order by lost._account"""


def health_draft_record(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, draft: str = ""
) -> Answer:
    """How well both rules would have told who is lost, in the book's period, as if each had held of every week.

    draft   as health_draft has it

    Landmarks: every fourth Sunday of the period whose 90 days after it are decided, of customers with a score by both. Intervals
    of precision and recall are Wilson's, of as many trials as accounts (an account seen on several days is chance once: Kish).
    Lead: of accounts lost in the period, the days before the loss since when it was red without a break, 0 where it was not.
    """
    would = healthdraft.read(definitions, draft)
    healthdraft.past(con, (book.as_of, book.opens_on, book.closes_on), definitions, would)
    rows, leads = con.execute(_PAST).df(), con.execute(_LEAD).df()
    lost = rows["is_lost"].to_numpy(bool)
    n_accounts, n_lost = rows["_account"].nunique(), rows.loc[lost, "_account"].nunique()
    is_enough = n_lost >= LEAST_LOST
    gain = auc_difference_of(
        -rows["score"].to_numpy(float), -rows["score_before"].to_numpy(float), lost, rows["_account"].to_numpy()
    )
    gained = (gain.difference, gain.lo, gain.hi)
    found = [
        _row(RULES[0], rows, "_before", leads, gain.auc_b, (np.nan,) * 3, is_enough),
        _row(RULES[1], rows, "", leads, gain.auc_a, gained, is_enough),
    ]
    notes = (
        f"{len(rows):,} readings, every fourth Sunday, of {n_accounts:,} accounts; {n_lost:,} of them lost within 90 days of one.",
    )
    if not is_enough:
        notes += (f"With fewer than {LEAST_LOST} accounts lost nothing is said of how well rules tell.",)
    return Answer(
        pd.DataFrame(found, columns=COLUMNS), notes=notes, sql=f"{healthdraft.SQL_PAST};\n\n{_PAST};\n\n{_LEAD}"
    )


def _row(
    name: str, rows: pd.DataFrame, of: str, leads: pd.DataFrame, auc: Auc, gained: tuple, is_enough: bool
) -> tuple:
    red, lost = rows[f"is_red{of}"].to_numpy(bool), rows["is_lost"].to_numpy(bool)
    account = rows["_account"].to_numpy()
    shares = (*share_of(lost[red], account[red]), *share_of(red[lost], account[lost]))
    told = (*shares, *astuple(auc)[:3], *gained) if is_enough else (np.nan,) * 12
    lead = leads[f"lead{of}"].to_numpy(float)
    middle = float(np.median(lead)) if len(lead) >= LEAST_LOST else np.nan
    return (name, len(rows), int(lost.sum()), int(red.sum()), *told, len(lead), int((lead == 0).sum()), middle)


def share_of(happened: np.ndarray, account: np.ndarray) -> tuple[float, float, float]:
    """The share of rows, with Wilson's interval of as many trials as there are accounts behind them; NaN of none.

    Rows of one account count as if they all went the same way: (sum of m)^2 / sum of m^2 trials, m the rows of each (Kish 1965).
    """
    if not len(happened):
        return (np.nan,) * 3
    m = np.unique(account, return_counts=True)[1].astype(float)
    share, trials = float(np.mean(happened)), m.sum() ** 2 / (m**2).sum()
    lo, hi = wilson(share * trials, trials)
    return share, float(lo), float(hi)
