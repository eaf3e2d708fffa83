"""The 90/10 clock of this company: until when there is hope that somebody becomes loyal, or that an account adopts.

loyalty   a row per day of DAYS (and the clock's own), of the whole book and of each value of a dimension
COLUMNS   of the answer, whatever the options
VERDICTS  what the data says of the rule
"""

from collections.abc import Iterator

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Adoption, Definitions
from lib.facts.people import spell
from lib.measures import Answer, left_out
from lib.measures.loyalty.incidence import Estimate, Incidence
from lib.measures.loyalty.lives import MOST_VALUES, Lives, read

DAYS = (0, 7, 14, 30, 45, 60, 90, 120, 180, 365)
HOLDS, FAILS, FEW, SHORT = "holds", "does not hold", "too few to tell", "not followed long enough"
VERDICTS = (HOLDS, FAILS, FEW, SHORT)
_FIGURES = ("reached_rate", "made_rate", "chance_rate", "staying_rate", "soon_rate")
COLUMNS = [
    "segment", "by_day", "n_followed", "n_at_risk", "n_became",
    *(f"{name}{end}" for name in _FIGURES for end in ("", "_lo", "_hi")),
    "nurture_until_days", "told_until_days", "verdict",
]  # fmt: skip


def loyalty(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    of: str = "people",
    by: str | None = None,
) -> Answer:
    """Day by day after coming: how many are loyal by it, and the chance of the others to become so within a year of coming.

    of   people, who become loyal; or accounts, which adopt
    by   a dimension, as of the book's day: each value by itself, below the whole

    reached_rate   became so by the day; made_rate: of those who do so within the year; chance_rate: of those who had neither
    become so nor left by the day, who do so later within the year; soon_rate: in the next nurture_days. All by Aalen and
    Johansen, so that who leaves before never does; staying_rate is the chance as if nobody left (Kaplan and Meier).
    Everybody counts who came while use was known, whenever that was: the book's filters cut, its period does not. Past the
    day to which people of few_accounts accounts could be followed nothing is said.
    """
    words = definitions.adoption
    groups, left, sql = read(con, book, definitions, of, by)
    rows, said = [], ""
    for group in groups:
        found = list(_group(group, definitions))
        rows += found
        said = said or sentence(found, words, of)
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"nurture_until_days": "Int64", "told_until_days": "Int64"})
    notes = list(_notes(definitions, of))
    if by and sum(len(group.days) for group in groups[1:]) < len(groups[0].days):
        notes.append(f"Values past the {MOST_VALUES} most common are in the whole alone.")
    return Answer(table, left_out(*left), (said, *notes), sql)


def days_of(words: Adoption) -> list[int]:
    """The days that have a row: DAYS, the clock's and the horizon."""
    return sorted({day for day in (*DAYS, words.clock_days, words.horizon_days) if day <= words.horizon_days})


def _group(lives: Lives, definitions: Definitions) -> Iterator[dict]:
    words = definitions.adoption
    horizon = words.horizon_days
    told = lives.told_until(horizon, definitions.reading.few_accounts)
    curve, staying = lives.curve(horizon), lives.curve(horizon, is_staying=True)
    until = nurture_until(curve, words, told, definitions.reading.few_accounts)
    verdict = judge(curve, words, told)
    for day in days_of(words):
        is_whole, soon = told >= horizon, day + words.nurture_days
        figures: dict[str, Estimate | None] = {
            "reached_rate": curve.by(day) if day <= told else None,
            "made_rate": curve.made(day, horizon) if is_whole else None,
            "chance_rate": curve.chance(day, horizon) if is_whole and day < horizon else None,
            "staying_rate": staying.chance(day, horizon) if is_whole and day < horizon else None,
            "soon_rate": curve.chance(day, soon) if soon <= told else None,
        }
        yield {
            "segment": lives.segment,
            "by_day": day,
            "n_followed": len(lives.days),
            "n_at_risk": curve.n_waiting(day),
            "n_became": int(curve.n_became[day]),
            **{f"{name}{end}": value for name, each in figures.items() for end, value in _ends(each).items()},
            "nurture_until_days": until,
            "told_until_days": told if told >= 0 else None,
            "verdict": verdict,
        }


def _ends(found: Estimate | None) -> dict[str, float]:
    return (
        {"": found.value, "_lo": found.lo, "_hi": found.hi}
        if found
        else dict.fromkeys(("", "_lo", "_hi"), float("nan"))
    )


def nurture_until(curve: Incidence, words: Adoption, told: int, few: int) -> int | None:
    """The last day on which, of `few` or more waiting, surely more than nurture_chance become so in the next nurture_days."""
    last = min(told, curve.horizon) - words.nurture_days
    for day in range(last, -1, -1):
        until = day + words.nurture_days
        is_enough = curve.n_waiting(day) >= few
        is_more = is_enough and curve.share[until] - curve.share[day] > words.nurture_chance * curve.waiting[day]
        if is_more and curve.chance(day, until).lo > words.nurture_chance:  # is_more first: it costs nothing
            return day
    return None


def judge(curve: Incidence, words: Adoption, told: int) -> str:
    """Whether the rule holds here: clock_share of those who become so do by clock_days, and of the others few ever do.

    It fails where an interval lies beyond what it says. It holds where none does, and both are narrow enough to have shown it:
    the share made surely no less than clock_margin below the rule's, the chance after surely no more than rare_chance.
    """
    if told < curve.horizon:
        return FEW if told < 0 else SHORT
    made, after = curve.made(words.clock_days, curve.horizon), curve.chance(words.clock_days, curve.horizon)
    if made.hi < words.clock_share or after.lo > words.rare_chance:
        return FAILS
    return HOLDS if made.lo >= words.clock_share - words.clock_margin and after.hi <= words.rare_chance else FEW


def sentence(rows: list[dict], words: Adoption, of: str) -> str:
    """What the table comes to: how many became so, how many of them by the clock's day, and what became of the others."""
    by_day = {row["by_day"]: row for row in rows}
    clock, last = by_day[words.clock_days], by_day[words.horizon_days]
    who, so = ("people", "loyal") if of == "people" else ("accounts", "adopted")
    became = "became loyal" if of == "people" else "adopted"
    told = clock["told_until_days"]
    if not clock["n_followed"]:
        return f"Nobody came while use is known: nothing can be said of when {who} {'become loyal' if of == 'people' else 'adopt'}."
    if told is None:
        return f"Too few to tell: {clock['n_followed']:,} {who} came while use is known."
    if told < words.horizon_days:
        seen = [row for row in rows if row["by_day"] <= told][-1]
        return (
            f"Too early for the whole rule: enough {who} could be followed for {told} days, not {words.horizon_days}. "
            f"By day {seen['by_day']} after coming, {_said(seen, 'reached_rate')} {became}."
        )
    if not last["n_became"]:
        return f"Nobody of {clock['n_followed']:,} {who} {became} within {words.horizon_days} days of coming."
    n = last["n_became"]
    return (
        f"Of {n:,} {who} that {became} within {words.horizon_days} days of coming, "
        f"{_said(clock, 'made_rate')} had by day {words.clock_days}; "
        f"of those still there and not {so} by then, {_said(clock, 'chance_rate')} became so later."
    ).replace("people that", "people who")


def _said(row: dict, name: str) -> str:
    """90 % (89-92)."""
    lo, hi = (f"{row[f'{name}{end}'] * 100:.0f}" for end in ("_lo", "_hi"))
    return f"{row[name] * 100:.0f} % ({lo}–{hi})"


def _notes(definitions: Definitions, of: str) -> Iterator[str]:
    words, rules = definitions.adoption, spell(definitions)
    if of == "people":
        yield f"Loyal: {rules['loyal']}; known on the Sunday that ends them."
        yield "A person's first day is the day of the person file, or of the first use where that is earlier or the file has none."
    else:
        yield f"Adopted: {rules['account']}; a person has after {rules['adopted']}."
        yield "An account's first day is its first contract's (trials too), or its first person's where that is earlier."
    yield (
        f"The rule: {words.clock_share:.0%} by day {words.clock_days}, and then a chance of {words.rare_chance:.0%} or less. "
        f"Nurture pays while surely more than {words.nurture_chance:.0%} become so in the next {words.nurture_days} days."
    ).replace("%", " %")
    yield "Intervals are 95 %, over accounts: what people of one account do goes together."
