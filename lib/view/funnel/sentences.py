"""The journey in words: shares with their interval, days, how a stage is gone through, and the slowest of all in one sentence.

share      71 % (68–74)
days       62 days (58–66)
goes_on    how many go on from a stage, and after how many days
takeaway   what is slowest, by how much and for whom: HTML
tags       what stands at a stage that is slow, by place: HTML
called     a stage with the one that follows it
"""

import math
from collections.abc import Sequence

from lib.view import numbers
from lib.view.plain import plain

QUARTERS = "two quarters ago"


def share(rate: float, lo: float, hi: float) -> str:
    """71 % (68–74); a dash where there is none."""
    said = numbers.percent(rate, 0)
    return said if _is_nothing(rate, lo, hi) else f"{said} ({lo * 100:.0f}–{hi * 100:.0f})"


def days(value: float, lo: float = math.nan, hi: float = math.nan) -> str:
    """62 days (58–66); of an interval that is open above, (58 or more)."""
    if _is_nothing(value):
        return numbers.NOTHING
    said = numbers.plural(value, "day")
    if _is_nothing(lo):
        return said
    return f"{said} ({lo:,.0f} or more)" if _is_nothing(hi) else f"{said} ({lo:,.0f}–{hi:,.0f})"


def goes_on(row: dict) -> str:
    """71 % (68–74) go on within 365 days · median 62 days (58–66), expected 60."""
    if _is_nothing(row["conversion_rate"]):
        return "how many go on cannot be told yet"
    said = share(row["conversion_rate"], row["conversion_lo"], row["conversion_hi"])
    parts = [f"<b>{said}</b> go on within {numbers.plural(row['conversion_days'], 'day')}"]
    if _is_nothing(row["dwell_p50"]):
        parts.append("fewer than half have gone on so far")
    else:
        parts.append(f"median <b>{days(row['dwell_p50'], row['dwell_p50_lo'], row['dwell_p50_hi'])}</b>")
    expected = "" if _is_nothing(row["expected_days"]) else f", expected {row['expected_days']:.0f}"
    return " · ".join(parts) + expected


def takeaway(whole: Sequence[dict], levels: Sequence[dict], least: int) -> str:
    """What is slowest, in bold; what it is compared with where nothing is: HTML whose data has passed `plain`.

    whole    the stages of one journey in order
    levels   the same for each value of a dimension
    least    accounts from which a stage is judged
    """
    if len(whole) < 2:
        return f"<b>Only one stage is known, {plain(whole[0]['stage'])}</b>: nobody can be followed to a next one."
    judged = [row for row in whole[:-1] if row["n_entered"] >= least]
    found = next((row for row in whole if row["is_bottleneck"]), None)
    cell = next((row for row in levels if row["is_bottleneck"]), None)
    if found or cell:
        return _slowest(found, cell, whole)
    if not judged:
        most = max((row["n_entered"] for row in whole[:-1]), default=0)
        return (
            f"<b>Too few accounts to tell which stage is slow.</b> At most {numbers.count(most)} came into one in this period; "
            f"{numbers.count(least)} are compared."
        )
    if all(_is_nothing(row["expected_days"]) for row in judged):
        return f"<b>Nothing stands out: no stage takes longer than {QUARTERS}, beyond chance.</b>"
    more = f" {_not_judged(whole, judged, least)}" if len(judged) < len(whole) - 1 else ""
    return f"<b>Nothing stands out: every stage takes about the days expected.</b>{more}"


def tags(whole: Sequence[dict], levels: Sequence[dict]) -> dict[int, str]:
    """Place -> a tag: in the accent at the slowest, quiet at the slowest of all accounts where that is another stage."""
    found = next((row for row in whole if row["is_bottleneck"]), None)
    cell = next((row for row in levels if row["is_bottleneck"]), None)
    said = {}
    if found:
        said[found["place"]] = f'<span class="hl-tag">{_excess(found)}</span>'
    if first := cell or found:
        median = "" if _is_nothing(first["dwell_p50"]) else f", {days(first['dwell_p50'])}"
        for_whom = f": {plain(first['level'])}{median}" if first["level"] else ""
        said[first["place"]] = f'<span class="hl-tag hl-yes">slowest{for_whom}</span>'
    return said


def called(row: dict, whole: Sequence[dict]) -> str:
    """Adoption → Usage; past `plain`."""
    places = [each["place"] for each in whole]
    at = places.index(row["place"]) if row["place"] in places else -1
    onward = f" → {plain(whole[at + 1]['stage'])}" if 0 <= at < len(whole) - 1 else ""
    return f"{plain(row['stage'])}{onward}"


def _slowest(found: dict | None, cell: dict | None, whole: Sequence[dict]) -> str:
    """The slowest cell; and where it is the same stage for all of them, how it stands with all."""
    first = cell or found
    said = f"<b>Slowest: {called(first, whole)}, {_how_slow(first)}.</b>"
    if not (found and cell):
        return said
    if found["place"] == cell["place"]:
        return f"{said} All together: {_how_slow(found)}."
    return f"{said} Of all accounts: {called(found, whole)}, {_how_slow(found)}."


def _how_slow(row: dict) -> str:
    for_whom = f" for {plain(row['level'])}" if isinstance(row["level"], str) and row["level"] else ""
    if _is_nothing(row["dwell_p50"]):
        return f"fewer than half have gone on so far{for_whom}, beyond the {numbers.plural(row['expected_days'], 'day')} expected"
    return f"median {days(row['dwell_p50'])}{for_whom}, {_excess(row)}"


def _excess(row: dict) -> str:
    """By what the stage is slow: its expected days where it is surely above them, else its own past."""
    surely = row["dwell_p50_lo"] > row["expected_days"]
    past = 0 if _is_nothing(row["slower_days"]) else row["slower_days"] * row["n_entered"]
    if past <= 0 or (surely and row["delay_days"] >= past):
        return _more(row["excess_days"], "than expected")
    return _more(row["slower_days"], f"than {QUARTERS}")


def _more(difference: float, than: str) -> str:
    if _is_nothing(difference) or round(difference) == 0:
        return f"about as many as {than.removeprefix('than ')}"
    return f"{numbers.count(abs(difference))} {'more' if difference > 0 else 'fewer'} {than}"


def _not_judged(whole: Sequence[dict], judged: Sequence[dict], least: int) -> str:
    left = [plain(row["stage"]) for row in whole[:-1] if row not in judged]
    return f"Fewer than {least} accounts came into {' and '.join(left)}: not judged."


def _is_nothing(*values: float) -> bool:
    return any(value is None or not math.isfinite(value) for value in values)
