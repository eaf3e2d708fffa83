"""Findings in plain English: pure functions from a row of an answer to what a person would say.

hotspot     Reseller × US: 25 % lost; 14 % in the US as a whole. 23 more accounts and 0.7 M ARR than at that rate. Firm.
arr_rates   its share of ARR lost, and its best parent's
place       "in the US as a whole", "where channel is missing"
changed     what a period did against the one before it
simpson     the warning that the parts and the whole disagree
nothing     what to say when no hot-spot stands out

They give text as typed; whoever shows it escapes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lib.export import segment_text, value_text
from lib.view import numbers
from lib.view.words import word, word_within, worded

Segment = Mapping[str, str | None]
_TAKE_THE = {
    "US",
    "USA",
    "UK",
    "EU",
    "UAE",
    "United States",
    "United Kingdom",
    "Netherlands",
    "Americas",
    "Philippines",
}


@dataclass(frozen=True)
class Sentence:
    """A finding: the segment it is about, and what is said of it."""

    segment: str
    text: str

    def __str__(self) -> str:
        return f"{self.segment}: {self.text}"


def hotspot(row: Mapping, verb: str, weight: str = "accounts") -> Sentence:
    """One row of the hot-spot answer, compared with its best parent. `verb` is the outcome's, `weight` what was searched by."""
    by_arr = weight == "arr"
    if by_arr:
        rate, base = arr_rates(row)
    else:
        rate, base = row["churn_rate"], row["parent_rate"]
    said_rate, said_base = _two_rates(rate, base)
    parts = [
        f"{said_rate} {'of ARR ' if by_arr else ''}{verb}; {said_base} {place(row['parent'])}.",
        _excess(row["excess_lost_vs_parent"], row["excess_arr_vs_parent"], arr_first=by_arr),
        f"{str(row['confidence']).capitalize()}.",
    ]
    return Sentence(segment_text(worded(row["segment"])), " ".join(part for part in parts if part))


def arr_rates(row: Mapping) -> tuple[float, float]:
    """The share of ARR lost of a hot-spot and of its best parent."""
    return _ratio(row["arr_lost"], row["arr"]), _ratio(row["arr_lost"] - row["excess_arr_vs_parent"], row["arr"])


def place(segment: Segment) -> str:
    """Where a base of comparison is: "in the US as a whole", "where channel is missing", "in the base as a whole"."""
    if not segment:
        return "in the base as a whole"
    if all(value is not None and value_text(name, value) == value for name, value in segment.items()):
        return f"in {'the ' if segment_text(segment) in _TAKE_THE else ''}{segment_text(segment)} as a whole"
    return "where " + " and ".join(
        f"{word_within(name)} is {'missing' if value is None else value}" for name, value in segment.items()
    )


def changed(table: pd.DataFrame, verb: str, dimension: str) -> str:
    """What the period did to the whole rate, from the rows of the change answer."""
    if table.empty or not table["n_before"].sum():
        return "There is no earlier period in the data to compare with."
    before = table["n_lost_before"].sum() / table["n_before"].sum()
    now = _ratio(table["n_lost"].sum(), table["n"].sum())
    if now != now:
        return "Nobody was at risk in this period."
    moved, rate, mix = table["change"].iloc[0], table["rate_part"].sum(), table["mix_part"].sum()
    if abs(moved) < 0.0005:
        return f"{numbers.percent(now)} {verb}, as in the previous period."
    direction = "more" if moved > 0 else "fewer"
    return (
        f"{numbers.percent(now)} {verb}, {_bare_points(moved)} {direction} than the {numbers.percent(before)} of the previous "
        f"period: {numbers.points(rate)} from rates within each {word_within(dimension)}, {numbers.points(mix)} from other "
        "shares of accounts."
    )


def mover(row: Mapping, verb: str) -> str:
    """The value that did most to the change: "APAC: 8.4 % then, 13.9 % now; +1.0 points of the change"."""
    name, value = next(iter(row["segment"].items()))
    part = row["rate_part"] + row["mix_part"]
    return (
        f"{value_text(word(name), value)}: {numbers.percent(row['rate_before'])} {verb} then, "
        f"{numbers.percent(row['churn_rate'])} now; {numbers.points(part)} of the change."
    )


def simpson(table: pd.DataFrame, dimension: str) -> str:
    """The warning that every part went one way and the whole the other; empty where they agree."""
    if table.empty or not table["is_simpson"].iloc[0]:
        return ""
    if table["change"].iloc[0] > 0:
        return (
            f"Parts and whole disagree: no value of {word_within(dimension)} got worse, and yet the whole did, "
            "because more of the accounts are now where the rate is high."
        )
    return (
        f"Parts and whole disagree: no value of {word_within(dimension)} got better, and yet the whole did, "
        "because more of the accounts are now where the rate is low."
    )


def nothing(n: float, n_lost: float, verb: str, too_few: int) -> str:
    """What to say when no hot-spot stands out."""
    if n < too_few:
        who = f"{numbers.plural(n, 'account')}, {numbers.count(n_lost)} of them {verb}"
        return f"{who}: too few to tell whether anything stands out."
    return (
        f"Nothing stands out. {numbers.plural(n_lost, 'account')} of {numbers.count(n)} {verb}, and no combination of values "
        "has more of them than chance and the others explain."
    )


def _excess(accounts: float, arr: float, *, arr_first: bool) -> str:
    """23 more accounts and 0.7 M ARR than at that rate."""
    more, noun = _more_or_fewer(accounts), "account" if round(abs(accounts)) == 1 else "accounts"
    if arr != arr or round(abs(arr)) == 0:
        return f"{more} {noun} than at that rate."
    money = numbers.money(abs(arr))
    if arr < 0:
        return f"{more} {noun}, but {money} less ARR, than at that rate."
    if not arr_first:
        return f"{more} {noun} and {money} ARR than at that rate."
    if accounts < 0:
        return f"{money} more ARR, but {more} {noun}, than at that rate."
    return f"{money} more ARR and {numbers.count(accounts)} {noun} than at that rate."


def _more_or_fewer(accounts: float) -> str:
    return f"{numbers.count(abs(accounts))} {'more' if accounts > 0 else 'fewer'}"


def _two_rates(rate: float, base: float) -> tuple[str, str]:
    """Whole percents where they tell the two apart and neither is small; one decimal otherwise."""
    digits = 0 if min(rate, base) >= 0.0995 and round(rate * 100) != round(base * 100) else 1
    return numbers.percent(rate, digits), numbers.percent(base, digits)


def _bare_points(difference: float) -> str:
    return numbers.points(abs(difference)).removeprefix("+")


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else float("nan")
