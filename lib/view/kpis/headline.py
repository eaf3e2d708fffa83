"""The page of KPIs in one sentence: how many targets are met, which KPI is the furthest off, what moved.

headline    the sentence as HTML, from rows of `adoption` that have a value
how_far     the share of the way to its target that a KPI lacks
"""

from collections.abc import Sequence

from lib.facts.kpis import KPIS
from lib.measures.kpis.adoption import EARLIER
from lib.view.kpis import spelt


def headline(rows: Sequence[dict]) -> str:
    """How many targets are met, the furthest off by name, what moved most beyond chance: HTML without data."""
    missed = [row for row in rows if row["is_met"] is False]
    parts = [f"{len(rows) - len(missed)} of {len(rows)} targets met."]
    if missed:
        worst = max(missed, key=how_far)
        name = worst["kpi"]
        said = f"{spelt.value(name, worst['kpi_value'])}, the target is {spelt.target(name, worst['target_value'])}"
        parts.append(f"Furthest off: {spelt.label(name)}, {said}.")
    return f"<b>{parts[0]}</b> {' '.join([*parts[1:], _moved(rows)])}"


def how_far(row: dict) -> float:
    """What a KPI that misses its target lacks of it: 0 at the target, 1 at nothing of it, or far beyond what it may be."""
    value, target = row["kpi_value"], row["target_value"]
    smaller, larger = (target, value) if KPIS[row["kpi"]].is_less_better else (value, target)
    return 1 - smaller / larger if larger > 0 else 1.0


def _moved(rows: Sequence[dict]) -> str:
    moved = [row for row in rows if row["is_moved"] is True]
    if not moved:
        known = [row for row in rows if row["is_moved"] is False]
        return f"Nothing moved beyond chance in {EARLIER} days." if known else ""
    most = max(moved, key=lambda row: abs(row["kpi_change"]) / max(abs(row["kpi_value_earlier"]), 1e-9))
    name, by = most["kpi"], most["kpi_change"]
    how = "better" if spelt.is_better(name, by) else "worse"
    others = f"; {len(moved)} KPIs moved in all" if len(moved) > 1 else ""
    said = f'<span class="hl-nowrap">{spelt.change(name, by, most["kpi_value"])}</span>'
    return f"Moved most beyond chance: {spelt.label(name)}, {said} in {EARLIER} days, {how}{others}."
