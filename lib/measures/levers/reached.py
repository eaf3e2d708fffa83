"""Days on which limits are reached, from weeks until then.

dated   day, low and high of each, empty past two years
FAR     days past which no day is told
"""

from datetime import date

import numpy as np
import pandas as pd

from lib.turning import Reach

FAR = 730


def dated(reach: Reach, as_of: date) -> pd.DataFrame:
    """The days crosses_on, crosses_lo_on and crosses_hi_on; the last is empty where it may never be."""
    start = np.datetime64(as_of)
    ends = {"crosses_on": reach.weeks, "crosses_lo_on": reach.lo, "crosses_hi_on": reach.hi}
    return pd.DataFrame({name: _days(start, weeks) for name, weeks in ends.items()})


def _days(start: np.datetime64, weeks: np.ndarray) -> np.ndarray:
    days = np.ceil(np.where(np.isfinite(weeks), weeks, FAR + 1) * 7)
    found = start + np.minimum(days, FAR + 1).astype("m8[D]")
    return np.where(days <= FAR, found, np.datetime64("NaT")).astype("M8[s]")
