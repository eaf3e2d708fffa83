"""How long it takes from one stage to another: those who came, those still on the way, those who never will.

stage_times   a row per bin of days; the bins are the same for every book
COLUMNS       of the answer, whatever the options
EDGES         of the bins: over one, up to and with the next
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from lib import survival
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import standing
from lib.measures import Answer, left_out
from lib.measures.funnel.stays import TODAY, Stays, are_named, spells, stages_of, stays

EDGES = (0, 7, 14, 30, 60, 90, 120, 180, 270, 365, 545, 730, 1095)
COLUMNS = [
    "from_days", "until_days", "n_finished", "n_unfinished", "n_exited", "reached_rate", "reached_rate_lo", "reached_rate_hi",
]  # fmt: skip
SHARES = {"a quarter": 0.25, "half": 0.5, "three quarters": 0.75, "nine tenths": 0.9}
_COUNTED = """with {spells},
way as (
    select
        min(entered_on) filter (place = $from_place) as entered_on, min(entered_on) filter (place >= $to_place) as reached_on,
        max(exited_on) as exited_on
    from stay
    where journey = $journey
    group by _account
),
dated as (
    select
        entered_on = $as_of::date as is_today,
        coalesce(reached_on, exited_on, $as_of::date) - entered_on as days,
        case when reached_on is not null then 'completed' when exited_on is not null then 'exited' else 'inside' end as ending
    from way
    where entered_on >= $opens_on::date and entered_on < $closes_on::date
)
select is_today, days, ending, count(*) as n
from dated
group by all"""


@dataclass(frozen=True)
class Passage:
    """From one stage of a journey to another."""

    journey: str
    from_stage: str
    to_stage: str
    from_place: int
    to_place: int


def stage_times(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    from_stage: str | None = None,
    to_stage: str | None = None,
    journey: str | None = None,
) -> Answer:
    """Of those who came into `from_stage` in the period: after how many days they came to `to_stage`, or one after it.

    from_stage  the journey's first unless said
    to_stage    the one after it; where neither is said the journey's last
    journey     that of all accounts without one of their own, unless said
    """
    asked = _passage(con, book, definitions, from_stage, to_stage, journey)
    sql = _COUNTED.format(spells=spells(con, None))
    counted = con.execute(
        sql,
        {
            "as_of": book.as_of, "opens_on": book.opens_on, "closes_on": book.closes_on, "journey": asked.journey,
            "grace_days": definitions.renewals.grace_days, "from_place": asked.from_place, "to_place": asked.to_place,
        },
    ).df()  # fmt: skip
    seen = stays(counted[~counted["is_today"]])
    table = pd.DataFrame(_bins(seen) if seen.n else [], columns=COLUMNS)
    left = left_out((TODAY, int(counted.loc[counted["is_today"], "n"].sum())))
    return Answer(table, left, tuple(_notes(asked, seen)), sql)


def _passage(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    from_stage: str | None,
    to_stage: str | None,
    journey: str | None,
) -> Passage:
    stages = stages_of(con, journey)
    name = stages["journey"].min()
    stages = stages[stages["journey"] == name]
    if not are_named(stages, set(), definitions).all():  # the files' own stages: those that others reached are none
        reached = standing.values(con, "stage", book.as_of, definitions)
        stages = stages[stages["stage"].isin(reached)]
    if len(stages) < 2:
        raise Refused("There are no two stages to go between: no account is known to have come to them.")
    names, places = stages["stage"].tolist(), stages["place"].tolist()
    start = _found(names, from_stage) if from_stage is not None else 0
    after = len(names) - 1 if from_stage is None else start + 1
    end = _found(names, to_stage) if to_stage is not None else after
    if not start < end < len(names):
        raise Refused(f"Name a stage that comes after {names[start]}; the order is {', '.join(names)}.")
    return Passage(name, names[start], names[end], places[start], places[end])


def _found(names: list[str], asked: str) -> int:
    """Where the stage is that people call `asked`, upper and lower case alike."""
    folded = [each.casefold() for each in names]
    if asked.strip().casefold() not in folded:
        raise Refused(f"There is no such stage; the journey has {', '.join(names)}.")
    return folded.index(asked.strip().casefold())


def _bins(seen: Stays) -> Iterator[tuple]:
    """A stay of as many days as an edge is in the bin before it; one of no days in the first."""
    at = np.maximum(np.searchsorted(EDGES, seen.days, side="left") - 1, 0)
    counts = [
        np.bincount(at, each, len(EDGES)).astype(int).tolist() for each in (seen.completed, seen.inside, seen.exited)
    ]
    ends = [*EDGES[1:], max(seen.longest, EDGES[-1] + 1)]
    rates = survival.incidence_at(seen.finishing, ends)
    return zip(EDGES, [*EDGES[1:], np.nan], *counts, *(each.tolist() for each in rates), strict=True)


def _notes(asked: Passage, seen: Stays) -> Iterator[str]:
    way = f"from {asked.from_stage} to {asked.to_stage}"
    if not seen.n:
        yield f"Nobody came into {asked.from_stage} in the period, or only on the as-of day itself."
        return
    yield f"{_counted(seen.completed, 'account')} came {way} by the day{_spread(seen.days, seen.completed)}."
    if seen.exited.any():
        yield f"{_counted(seen.exited, 'account')} exited on the way{_spread(seen.days, seen.exited)}."
    median, lo, hi = survival.quantile_interval(seen.dwell, 0.5)
    if np.isnan(median):
        yield f"With {_counted(seen.inside, 'account')} still on the way, fewer than half have come yet, as if nobody exited."
    else:
        by = {share: seen.quantile(of) for share, of in SHARES.items()}
        said = [f"{share} within {days:,.0f}" for share, days in by.items() if not np.isnan(days)]
        yield (
            f"With {_counted(seen.inside, 'account')} still on the way counted as unfinished, and as if nobody exited (Kaplan and "
            f"Meier): {', '.join(said)} days{_interval(lo, hi)}."
        )
    yield "Bins: over the one number of days, up to and with the other. Days count from coming into the earlier stage."


def _counted(n: np.ndarray, noun: str) -> str:
    return f"{n.sum():,.0f} {noun}{'' if n.sum() == 1 else 's'}"


def _spread(days: np.ndarray, n: np.ndarray) -> str:
    """The days by which shares of those that ended so had: what is seen of them alone, the slow still missing."""
    if not n.any():
        return ""
    by = np.quantile(days, list(SHARES.values()), weights=n, method="inverted_cdf")
    return ": " + ", ".join(f"{share} within {each:,.0f}" for share, each in zip(SHARES, by, strict=True)) + " days"


def _interval(lo: float, hi: float) -> str:
    if np.isnan(lo):
        return ""
    return f"; of the half the 95 % interval is {lo:,.0f} {'or more' if np.isnan(hi) else f'to {hi:,.0f}'} days"
