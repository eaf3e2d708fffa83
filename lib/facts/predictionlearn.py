"""Learning who will be lost, as of a day: only from readings whose outcome was decided by then.

Taught    the odds learnt for an outcome as of a day, or what is missing
teach     learns them
origins   the days on which it was learnt: the last one, and every quarter before it
Reader    reads rows of readings, with the codes of their dimensions
reader    one for a cursor
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from lib import odds
from lib.definitions import Definitions
from lib.facts import ahead
from lib.facts import predictiontraits as traits
from lib.facts.predictiontraits import CONVERTS, IS, OUTCOMES
from lib.odds import Odds
from lib.store.dimensions import StoredDimension, read_catalogue
from lib.store.opening import value_on
from lib.store.tables import quote

EVERY_DAYS, EVERY_READINGS = 91, 4  # it is learnt anew every quarter, from and for every fourth reading
MOST_ROWS = 40_000  # more teach little more
MONTH = 31
LEAST_ENDS, SHARE_ENDED = 20, 0.95  # of so many customers with a value nearly all have left: it says that they did
STAGE = "stage_code"
_STAGES = "select distinct stage from health_reading where stage is not null order by stage"
_ROWS = """select known.*{codes}
from prediction_known_on($as_of, $n_weeks, $said_days, $readings) as known
join core.account as account on account._account = known._account
{where}
order by known.reading, known._account"""
_SPREAD = "where known.is_trial = $is_trial and (known._account + known.reading // $step) % $one_in = 0"
_ASKED = (
    "where exists (from health_asked as asked where asked._account = known._account and asked.reading = known.reading)"
)
_COUNT = """select count(*) from health_reading
where list_contains($readings, reading) and is_trial = $is_trial and not is_pending"""
_ENDS = """
with ended as (
    select _account, bool_and(ending in ('lapsed', 'cancelled')) as has_ended from customer_spell group by _account
),
told as (
    select {value} as value, count(*) as n, avg(has_ended::integer) as share
    from core.account as account
    join ended on ended._account = account._account
    group by value
)
select coalesce(bool_or(n >= $least and share >= $share), false) from told
"""
_DAYS = "select reading, any_value(day) from health_reading group by reading order by reading"


@dataclass(frozen=True)
class Taught:
    """names: of the columns. kept: by dimension, the codes that are columns. error: of coefficients, rows of an account as one."""

    outcome: str
    taught_to: date
    n_rows: int
    n_accounts: int
    n_happened: int
    history_days: int
    base_rate: float
    lacks: str
    names: tuple[str, ...] = ()
    kept: tuple[tuple[str, tuple[int, ...]], ...] = ()
    odds: Odds | None = None
    error: np.ndarray | None = None

    def chances(self, rows: pd.DataFrame) -> np.ndarray:
        """The chance of each row: numbers are multiplied, and what a value adds is looked up."""
        of_numbers = np.column_stack([*traits.numbers(rows, self.outcome).values()])
        n = of_numbers.shape[1]
        part = Odds(self.odds.coefficients[: n + 1], self.odds.covariance, self.odds.centre[:n], self.odds.scale[:n])
        log_odds, at = part.log_odds(of_numbers), n
        for name, codes in self.kept:
            here = slice(at, at + len(codes))
            weight = self.odds.coefficients[1:][here] / self.odds.scale[here]
            added = np.full(256, -(weight * self.odds.centre[here]).sum())
            added[list(codes)] += weight
            log_odds, at = log_odds + added[rows[name].to_numpy(np.uint8)], at + len(codes)
        return 1 / (1 + np.exp(-np.clip(log_odds, -35, 35)))


@dataclass(frozen=True)
class Reader:
    """values: column -> what its codes 1, 2 ... stand for; dimensions: column -> the dimension, None for the stage.

    days   of readings
    """

    con: duckdb.DuckDBPyConnection
    as_of: date
    definitions: Definitions
    dimensions: dict[str, StoredDimension | None]
    values: dict[str, tuple[str, ...]]
    days: dict[int, date]

    def rows(
        self, from_day: date, to_day: date, *, is_trial: bool, most: int | None = None, step: int = EVERY_READINGS
    ):
        """Readings of the days, of customers or of trials; of more than `most` every second, third ... of each account."""
        last = max(self.days, default=0)
        readings = [each for each, day in self.days.items() if from_day <= day <= to_day and (last - each) % step == 0]
        asked = {"readings": readings, "is_trial": is_trial}
        n = self.con.execute(_COUNT, asked).fetchall()[0][0] if most else 0
        return self._read(_SPREAD, asked | {"step": step, "one_in": max(-(-n // most), 1) if most else 1})

    def asked(self, readings: Sequence[int]) -> pd.DataFrame:
        """The readings in the temp table health_asked, which are of these numbers."""
        return self._read(_ASKED, {"readings": list(readings)})

    def _read(self, where: str, asked: dict) -> pd.DataFrame:
        codes = ""
        bound = asked | {
            "as_of": self.as_of, "n_weeks": self.definitions.health.history_weeks, "said_days": self.definitions.corners.said_days,
        }  # fmt: skip
        for name, each in self.dimensions.items():
            value = value_on(each, "known.day") if each else "known.stage"
            codes += f",\n    coalesce(list_position($values_{name}, {value}), 0)::utinyint as {name}"
            bound[f"values_{name}"] = list(self.values[name])
        return self.con.execute(_ROWS.format(codes=codes, where=where), bound).df()


def reader(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> Reader:
    """Reads readings with the dimensions that are traits: those searched unasked that have few values, and the stage."""
    dimensions: dict[str, StoredDimension | None] = {
        f"d{place}": each
        for place, each in enumerate(read_catalogue(con))
        if each.is_default
        and each.kind == "category"
        and 2 <= len(each.values) <= ahead.MOST
        and not _tells_the_end(con, each)
    }
    values = {name: each.values for name, each in dimensions.items() if each}
    stages = tuple(stage for (stage,) in con.execute(_STAGES).fetchall())
    if 2 <= len(stages) <= ahead.MOST:
        dimensions[STAGE], values[STAGE] = None, stages
    return Reader(con, as_of, definitions, dimensions, values, dict(con.execute(_DAYS).fetchall()))


def _tells_the_end(con: duckdb.DuckDBPyConnection, dimension: StoredDimension) -> bool:
    """Whether it says today who has left, such as a status: nothing that was known before. What has a history says what it was."""
    if dimension.has_history:
        return False
    sql = _ENDS.format(value=f"account.{quote(dimension.column)}::varchar")
    return con.execute(sql, {"least": LEAST_ENDS, "share": SHARE_ENDED}).fetchall()[0][0]


def origins(as_of: date, first_day: date | None) -> Iterator[tuple[date, date]]:
    """(the day it is learnt, the last day it predicts), the newest first, as far back as there is history."""
    day, until = as_of, as_of
    while first_day is not None and day > first_day:
        yield day, until
        day, until = day - timedelta(EVERY_DAYS), day - timedelta(1)


def teach(
    rows: pd.DataFrame, outcome: str, day: date, first_day: date | None, definitions: Definitions, values
) -> Taught:
    """What `rows` teach of an outcome as of `day`; rows that were not decided by then teach nothing."""
    words = definitions.health
    happened, decided_in = _happened(rows, outcome, definitions)
    is_decided = (rows["day"] + pd.to_timedelta(decided_in, "D") <= pd.Timestamp(day)).to_numpy(bool)
    rows, happened = rows[is_decided], happened[is_decided]
    account = rows["_account"].to_numpy()
    n_happened, n_not = len(np.unique(account[happened])), len(np.unique(account[~happened]))
    said = {
        "taught_to": day, "outcome": outcome, "n_rows": len(rows), "n_accounts": len(np.unique(account)), "n_happened": n_happened,
        "history_days": (day - first_day).days if first_day else 0, "base_rate": float(happened.mean()) if len(rows) else np.nan,
    }  # fmt: skip
    lacks = _lacks(said, n_not, words)
    if lacks:
        return Taught(**said, lacks=lacks)
    of_numbers = traits.numbers(rows, outcome)
    kept = tuple((name, tuple(traits.levels(rows[name].to_numpy(), values[name]))) for name in values)
    columns = np.column_stack(
        [*of_numbers.values(), *(flag for name, codes in kept for flag in traits.flags(rows[name].to_numpy(), codes))]
    )
    names = [*of_numbers, *(f"{name}{IS}{values[name][code - 1]}" for name, codes in kept for code in codes)]
    found = odds.fit(columns, happened.astype(float), odds.PRIOR / np.sqrt(_times_seen(outcome)))
    error = np.sqrt(np.diag(odds.clustered(found, columns, happened.astype(float), account)))
    return replace(Taught(**said, lacks=""), names=tuple(names), kept=kept, odds=found, error=error)


def _times_seen(outcome: str) -> float:
    """From how many readings the same loss is seen: what they teach is not so many times as sure."""
    return max(OUTCOMES[outcome] / (7 * EVERY_READINGS), 1.0)


def _happened(rows: pd.DataFrame, outcome: str, definitions: Definitions) -> tuple[np.ndarray, np.ndarray]:
    """Whether it did, and after how many days that is known."""
    if outcome == CONVERTS:
        within = definitions.health.convert_days
        return (rows["converts_in"] <= within).to_numpy(bool), within - rows["trial_days"].to_numpy(float)
    known_in = np.full(len(rows), OUTCOMES[outcome] + definitions.renewals.grace_days, float)
    return (rows["lost_in"] <= OUTCOMES[outcome]).to_numpy(bool), known_in


def _lacks(said: dict, n_not: int, words) -> str:
    least_days = max(words.least_history_days, MONTH + 1)
    if said["outcome"] == CONVERTS:
        asked: Sequence = (
            (said["history_days"], least_days, "days of history"),
            (said["n_happened"], words.least_lost, "trials that converted"),
            (n_not, words.least_lost, "trials that did not"),
        )
    else:
        asked = (
            (said["history_days"], least_days, "days of history"),
            (said["n_accounts"], words.least_accounts, "accounts whose outcome is decided"),
            (said["n_happened"], words.least_lost, "accounts that were lost"),
        )
    return ", ".join(f"{least:,} {what} (here {here:,})" for here, least, what in asked if here < least)
