"""The funnel: of those who came into each stage of the journey, who completes it, how long that takes, where it takes too long.

funnel    a row per stage, the whole journey at place 0 first; with `by` for every level of a dimension
COLUMNS   of the answer, whatever the options
HALF      days of two quarters: as far back its own past lies
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd

from lib import stats, survival
from lib.book import Book
from lib.definitions import Definitions
from lib.definitions.journey import Journey
from lib.measures import Answer, left_out
from lib.measures.funnel.stays import (
    NO_STAGE,
    TODAY,
    WHOLE,
    Stays,
    are_named,
    levels_of,
    logrank,
    spells,
    stages_of,
    stays,
)

HALF = 182
WITHIN = (30, 60, 90)
ALPHA = 0.05
COLUMNS = [
    "journey", "level", "stage", "place", "n_now", "n_entered", "n_completed", "n_inside", "n_exited",
    "conversion_rate", "conversion_lo", "conversion_hi", "conversion_days", "exited_rate",
    *(f"within_{days}_{end}" for days in WITHIN for end in ("rate", "lo", "hi")),
    "dwell_p25", "dwell_p50", "dwell_p50_lo", "dwell_p50_hi", "dwell_p75", "dwell_p90",
    "expected_days", "excess_days", "delay_days", "was_p50", "slower_days", "p_past", "p_levels", "q_levels", "is_bottleneck",
]  # fmt: skip
_COUNTED = """with {spells},
way as (
    select
        journey, max(level) filter (place = 1) as level, min(entered_on) filter (place = 1) as entered_on,
        min(entered_on) filter (is_last) as reached_on, max(exited_on) as exited_on
    from stay
    group by _account, journey
    having min(entered_on) filter (place = 1) is not null
),
taken as (
    select journey, level, place, entered_on, days, ending from stay
    union all
    select
        journey, level, 0 as place, entered_on, coalesce(reached_on, exited_on, $as_of::date) - entered_on as days,
        case when reached_on is not null then 'completed' when exited_on is not null then 'exited' else 'inside' end as ending
    from way
)
select
    journey, level, place, days, ending,
    entered_on >= $opens_on::date and entered_on < $closes_on::date as is_in,
    entered_on = $as_of::date as is_today,
    case when entered_on < $closes_on::date then least(($closes_on::date - 1 - entered_on) // $half::integer, 2) end as half,
    count(*) as n
from taken
group by all
union all
select null, null, null, null, 'never', false, false, null, count(*)
from book
anti join stay using (_account)"""


def funnel(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str | None = None,
    journey: str | None = None,
) -> Answer:
    """Those who came into each stage in the period, followed to the as-of day, and who is there now.

    by        a dimension: its levels as they were on the day a stage was entered; without it `level` is empty, and so it is for
              accounts without a value
    journey   one of several, where the definitions have journeys by a column
    """
    stages = stages_of(con, journey)
    sql = _COUNTED.format(spells=spells(con, by))
    counted, never = _counted(con, sql, book, definitions, stages)
    levels = levels_of(counted)
    then, _ = _counted(
        con,
        _COUNTED.format(spells=spells(con, by, are_told=True)),
        replace(book, **{day: getattr(book, day) - timedelta(days=HALF) for day in ("opens_on", "closes_on", "as_of")}),
        definitions,
        stages,
        **({"levels": [level for level in levels if level is not None]} if by else {}),
    )
    levels_of(then)
    ways = _ways(stages, counted, definitions)
    table = pd.DataFrame(
        _rows(counted, then, ways, levels, definitions), columns=[*COLUMNS, "is_compared", "is_slow", "cost"]
    )
    _name_bottlenecks(table)
    is_today = counted["is_in"] & counted["is_today"] & (counted["place"] > 0)
    left = left_out((TODAY, int(counted.loc[is_today, "n"].sum())), (NO_STAGE, never))
    return Answer(table[COLUMNS], left, tuple(_notes(table, definitions)), sql)


def _counted(
    con: duckdb.DuckDBPyConnection, sql: str, book: Book, definitions: Definitions, stages: pd.DataFrame, **bound
) -> tuple[pd.DataFrame, int]:
    """Stays of the journeys of `stages` as a book sees them, counted; and how many of its accounts came to no stage at all."""
    days = {"as_of": book.as_of, "opens_on": book.opens_on, "closes_on": book.closes_on, "half": HALF}
    counted = con.execute(sql, days | {"grace_days": definitions.renewals.grace_days} | bound).df()
    is_never = counted["ending"] == "never"
    return counted[~is_never & counted["journey"].isin(stages["journey"])].copy(), int(counted.loc[is_never, "n"].sum())


def _ways(stages: pd.DataFrame, counted: pd.DataFrame, definitions: Definitions) -> dict[str, list[tuple]]:
    """Journey -> (place, stage, expected_days, is_last) of the way as a whole and of each stage; those accounts are on."""
    reached = set(zip(counted["journey"], counted["place"], strict=True))
    ways = {}
    for name, own in stages.groupby("journey", sort=True):
        if not (counted["journey"] == name).any():
            continue
        last = own.loc[own["is_known"], "place"].max()  # past it nobody can be seen to come
        needed = own[(own["place"] < last) & ~own["is_optional"]]
        ways[name] = [(0, WHOLE, needed["expected_days"].sum(skipna=False, min_count=1), False)]
        ways[name] += [
            (row.place, row.stage, row.expected_days, row.place >= last)
            for row in own[are_named(own, reached, definitions)].itertuples()
        ]
    return ways


def _rows(
    counted: pd.DataFrame,
    then: pd.DataFrame,
    ways: dict[str, list[tuple]],
    levels: list[str | None],
    definitions: Definitions,
) -> Iterator[dict]:
    """The rows, and beside them whether a stage is slow beyond chance and what that costs."""
    words = definitions.journey
    now, earlier = _cells(counted, levels), _cells(then, levels)
    nothing = counted.iloc[:0]
    rows = []
    for name in ways:
        present = [
            number for number in range(len(levels)) if any((name, number, place) in now for place, *_ in ways[name])
        ]
        for number in present:
            for way in ways[name]:
                own, was = (each.get((name, number, way[0]), nothing) for each in (now, earlier))
                rows.append(_row(own, was, name, levels[number], way, words))
    _compare_levels(rows, words.least_accounts)
    compared = [row for row in rows if row["place"] and not row["is_last"] and row["stays"].n >= words.least_accounts]
    for row in compared:
        row["is_compared"] = True
        _judge(row, ALPHA / len(compared))
    for row in rows:
        del row["stays"]
        yield row


def _cells(counted: pd.DataFrame, levels: list[str | None]) -> dict[tuple, pd.DataFrame]:
    """Counted stays by journey, number of the level, and place."""
    at = {level: number for number, level in enumerate(levels)}
    code = np.array([at.get(level, -1) for level in counted["level"]], int)
    return dict(iter(counted.groupby(["journey", code, "place"])))


def _row(now: pd.DataFrame, then: pd.DataFrame, journey: str, level: str | None, way: tuple, words: Journey) -> dict:
    place, stage, expected, is_last = way
    entered = now[now["is_in"]]
    n = entered.groupby("ending")["n"].sum()
    row = dict.fromkeys(COLUMNS, np.nan) | {
        "journey": journey, "level": level, "stage": stage, "place": int(place), "is_last": bool(is_last),
        "n_now": int(now.loc[now["ending"] == "inside", "n"].sum()), "n_entered": int(n.sum()),
        "n_completed": int(n.get("completed", 0)), "n_inside": int(n.get("inside", 0)), "n_exited": int(n.get("exited", 0)),
        "expected_days": float(expected), "is_bottleneck": False, "is_compared": False, "is_slow": False, "cost": 0.0,
    }  # fmt: skip
    row["stays"] = seen = stays(entered[~entered["is_today"]])
    if is_last:
        return row
    row |= _told(seen, min(words.horizon_days, seen.longest) if seen.n else np.nan)
    row["excess_days"] = row["dwell_p50"] - row["expected_days"]
    row["delay_days"] = np.maximum(row["excess_days"], 0.0) * seen.n
    row["was_p50"] = stays(then[then["is_in"] & ~then["is_today"]]).quantile(0.5)
    row["slower_days"] = row["dwell_p50"] - row["was_p50"]
    halves = [stays(now[(now["half"] == half) & ~now["is_today"]]) for half in (0, 1)]
    if min(each.n for each in halves) >= words.least_accounts:
        row["p_past"] = logrank(halves)
    return row


def _told(seen: Stays, until: float) -> dict[str, float]:
    """What the curves say of stays: shares by their days, and the days by which shares of them have completed."""
    told = {"conversion_days": until}
    rates = survival.incidence_at(seen.conversion, [until, *WITHIN])
    for name, rate, lo, hi in zip(("conversion", *(f"within_{days}" for days in WITHIN)), *rates, strict=True):
        told |= {f"{name}_rate": rate, f"{name}_lo": lo, f"{name}_hi": hi}
    told["exited_rate"] = survival.incidence_at(seen.exits, [until])[0][0]
    told["dwell_p50"], told["dwell_p50_lo"], told["dwell_p50_hi"] = survival.quantile_interval(seen.dwell, 0.5)
    return told | {f"dwell_p{share}": seen.quantile(share / 100) for share in (25, 75, 90)}


def _compare_levels(rows: list[dict], least: int) -> None:
    """p of the log-rank test between the levels of each stage, those of enough accounts; q over all stages."""
    asked: dict[tuple, list[dict]] = {}
    for row in rows:
        if not row["is_last"]:
            asked.setdefault((row["journey"], row["place"]), []).append(row)
    p = [logrank([row["stays"] for row in each if row["stays"].n >= least]) for each in asked.values()]
    for each, p_levels, q_levels in zip(asked.values(), p, stats.benjamini_hochberg(p), strict=True):
        for row in each:
            row["p_levels"], row["q_levels"] = p_levels, q_levels


def _judge(row: dict, alpha: float) -> None:
    """Whether a stage takes longer than expected, or than it did, beyond chance; and the account-days that costs."""
    seen, expected = row["stays"], row["expected_days"]
    is_late = not np.isnan(expected) and seen.is_longer_than(expected, 1 - alpha)
    is_slower = row["p_past"] < alpha and row["slower_days"] > 0
    row["is_slow"] = is_late or is_slower
    # where fewer than half came through, half need at least the longest stay seen
    half_by = seen.longest if np.isnan(row["dwell_p50"]) else row["dwell_p50"]
    row["cost"] = np.nanmax([half_by - expected, row["slower_days"], 0.0]) * seen.n


def _name_bottlenecks(table: pd.DataFrame) -> None:
    """In each journey the stage, of a level where there are some, whose slowness beyond chance costs most."""
    table["is_bottleneck"] = False
    slow = table[table["is_slow"].astype(bool)]
    if len(slow):
        table.loc[slow.groupby("journey")["cost"].idxmax(), "is_bottleneck"] = True


def _notes(table: pd.DataFrame, definitions: Definitions) -> Iterator[str]:
    words = definitions.journey
    n_compared = int(table["is_compared"].sum())
    if not len(table):
        yield "No account of the book has come to a stage of its journey."
    elif not n_compared:
        yield f"Into no stage {words.least_accounts:,} accounts or more came in the period: none is called slow."
    elif not table["is_bottleneck"].any():
        yield f"No stage is slow beyond chance, of {n_compared:,} compared."
    yield "Who came into a stage in the period counts, followed to the as-of day; who is still inside is not counted as failed."
    yield (
        "Conversion: who exits never completes (Aalen and Johansen). Days: as if nobody exited (Kaplan and Meier). "
        f"The past: the same period {HALF} days earlier, as it was known then."
    )
    yield (
        "Slow beyond chance: half need longer than expected, or the last two quarters took longer than the two before, "
        f"at {ALPHA * 100:.0f} % over all compared (Bonferroni). Bottleneck: of the slow the one with most account-days of delay."
    )
