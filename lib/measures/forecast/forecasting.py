"""From renewals ahead and what is learnt, draws of what may come.

Forecast     the renewals of periods by cell, and what was drawn for each
forecast     draws for renewals ahead, by period, level and currency
due_within   the renewals that fall into periods, those of short terms again and again
chances      each renewal's chance, and the bounds of it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from lib.measures.forecast import draws
from lib.measures.forecast.draws import Ahead, Sums
from lib.measures.forecast.past import Learnt

_MONTH_DAYS = 365.25 / 12
_MOST_SIGNED = 0.95
_FEWEST = 20  # renewals in a month ahead, before it is told how many of them are signed by now


@dataclass(frozen=True)
class Forecast:
    """rows: the renewals, in order of `cell`, a place in `cells`: (place of the period, level, currency)."""

    rows: pd.DataFrame
    cells: list[tuple]
    sums: Sums

    def added(self, name: str) -> np.ndarray:
        """The sum of a column of the rows, by cell."""
        return np.bincount(self.rows["cell"], self.rows[name].to_numpy(float), minlength=len(self.cells))


def forecast(due: pd.DataFrame, columns: np.ndarray, learnt: Learnt) -> Forecast:
    """due: as `due_within` gives it, and the columns of the rows it was made of."""
    keys = list(zip(due["period"], due["level"], due["currency"], strict=True))
    cells = sorted(set(keys), key=lambda key: (key[0], key[1] is None, str(key[1]), key[2]))
    place = {key: at for at, key in enumerate(cells)}
    rows = due.assign(cell=np.array([place[key] for key in keys], int)).sort_values("cell", kind="stable")
    ahead = Ahead(
        columns[rows["place"]], rows["lead"].to_numpy(), rows["shift"].to_numpy(float), rows["times"].to_numpy(),
        rows["_account"].to_numpy(), rows["period"].to_numpy(), rows["cell"].to_numpy(), rows["arr_due"].to_numpy(float),
        np.where(rows["times"] == 0, rows["arr_signed"].to_numpy(float), np.nan),
    )  # fmt: skip
    return Forecast(rows, cells, draws.simulate(ahead, learnt.odds, learnt.worth, learnt.shocks, len(cells)))


def due_within(
    rows: pd.DataFrame, learnt: Learnt, periods: Sequence[tuple[date, date]], *, looks_twice: bool
) -> pd.DataFrame:
    """The rows that fall into `periods`, with `period`, `place` (of the row they are made of), `shift` of its log-odds, and
    `times`: how often it must renew by then, 0 where it is signed.

    looks_twice   the next ends of terms short enough to come to another one are due as well
    """
    times = np.where(rows["is_signed"].to_numpy(bool), 0, 1)
    rows = rows.assign(
        place=np.arange(len(rows)), shift=_shift(rows, learnt), times=times, first_renews_on=rows["renews_on"]
    )
    if "level" not in rows:
        rows["level"] = pd.Series([None] * len(rows), rows.index, object)
    if looks_twice:
        rows = _again(rows, periods[-1][1])
    edges = np.array([first for first, _ in periods] + [periods[-1][1]], "M8[D]")
    rows["period"] = np.searchsorted(edges, rows["renews_on"].to_numpy("M8[D]"), side="right") - 1
    return rows[(rows["period"] >= 0) & (rows["period"] < len(periods))]


def chances(due: pd.DataFrame, columns: np.ndarray, learnt: Learnt) -> pd.DataFrame:
    """due with renew_rate and its bounds (95 %, by what the past tells of the odds); 1 where it is signed."""
    from scipy.special import ndtri

    place, lead = due["place"].to_numpy(), due["lead"].to_numpy()
    middle, error = np.zeros(len(due)), np.zeros(len(due))
    for each, odds in learnt.odds.items():
        at = np.flatnonzero(lead == each)
        middle[at], error[at] = odds.log_odds(columns[place[at]]), odds.spread(columns[place[at]])
    times, shift, reach = due["times"].to_numpy(), due["shift"].to_numpy(float), ndtri(0.975) * error
    found = {}
    for name, log_odds in (("", middle), ("_lo", middle - reach), ("_hi", middle + reach)):
        again = _chance(log_odds) ** np.maximum(times - 1, 0)
        found[f"renew_rate{name}"] = np.where(times == 0, 1.0, _chance(log_odds + shift) * again)
    return due.assign(log_odds=middle + shift, **found)


def _shift(rows: pd.DataFrame, learnt: Learnt) -> np.ndarray:
    """What log-odds are moved by: where others of the month are signed by now, those that are not are less sure.

    By Bayes their odds are multiplied by the share of renewing ones that sign later.
    """
    is_signed = rows["is_signed"].to_numpy(bool)
    if not is_signed.any():
        return np.zeros(len(rows))
    month = ((rows["renews_on"] - rows["day"]).dt.days.to_numpy() - 1) // 30
    n, n_signed = np.bincount(month), np.bincount(month, is_signed)
    early = np.where(n >= _FEWEST, np.minimum(n_signed / np.maximum(n * learnt.base_rate, 1e-9), _MOST_SIGNED), 0.0)
    return np.where(is_signed, 0.0, np.log1p(-early)[month])


def _again(rows: pd.DataFrame, until: date) -> pd.DataFrame:
    """rows and, of terms short enough, their next ends before `until`: each needs one more renewal."""
    found, turn = [rows], rows[~rows["has_begun_anew"].to_numpy(bool)]
    days = (rows["renews_on"] - rows["started_on"]).dt.days
    months = np.maximum(np.round(days / _MONTH_DAYS), 1).astype(int)
    while len(turn):
        ends = turn["renews_on"].to_numpy("M8[D]")
        first = ends.astype("M8[M]")
        later = first + months.loc[turn.index].to_numpy().astype("m8[M]")
        longest = (later + 1).astype("M8[D]") - later.astype("M8[D]") - 1
        day = later.astype("M8[D]") + np.minimum(ends - first.astype("M8[D]"), longest)
        turn = turn.assign(renews_on=day.astype("M8[us]"), times=turn["times"] + 1)
        turn = turn[turn["renews_on"] < pd.Timestamp(until)]
        found.append(turn)
    return pd.concat(found)


def _chance(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(log_odds, -35, 35)))
