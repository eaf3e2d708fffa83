"""The dimensions a question can be cut by: those of the store, and the usage patterns measured before a period.

available       all of them; `is_default` marks those searched unasked
choose          the ones a reader named, or the default ones
USAGE_PATTERNS  name -> the unit its bands are said in
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb

from lib.definitions import Definitions
from lib.errors import Refused
from lib.store.dimensions import StoredDimension, band_labels, find_dimension, read_catalogue

USAGE_PATTERNS = {
    "usage_frequency": "days a week",
    "usage_breadth": "features",
    "usage_volume": "events a week",
    "seat_utilisation": "of seats",
    "usage_concentration": "by one person",
}


def available(
    con: duckdb.DuckDBPyConnection, definitions: Definitions, bands: Mapping[str, Sequence[float]] | None = None
) -> tuple[StoredDimension, ...]:
    """Every dimension of the data. `bands` replaces the cut points of a number: {"tenure_months": (12, 24, 48)}."""
    found = [*read_catalogue(con)]
    if con.execute("select count(*) from (from usage.usage_week limit 1)").fetchone()[0]:
        taken = {each.name for each in found}
        found += [_usage_pattern(n, unit, definitions) for n, unit in USAGE_PATTERNS.items() if n not in taken]
    for name, cuts in (bands or {}).items():
        asked = find_dimension(found, name)
        found[found.index(asked)] = _rebanded(asked, tuple(float(cut) for cut in cuts))
    return tuple(found)


def choose(dimensions: Sequence[StoredDimension], names: Sequence[str] | None) -> tuple[StoredDimension, ...]:
    """The dimensions called `names`, in that order and once each; the default ones when none are named."""
    if not names:
        return tuple(each for each in dimensions if each.is_default)
    return tuple(dict.fromkeys(find_dimension(dimensions, name) for name in names))


def _usage_pattern(name: str, unit: str, definitions: Definitions) -> StoredDimension:
    cuts = getattr(definitions.usage_pattern, name.removeprefix("usage_"))
    as_percent = name in ("seat_utilisation", "usage_concentration")
    said = band_labels(tuple(cut * 100 for cut in cuts) if as_percent else cuts)
    labels = [f"{label} {'% ' if as_percent else ''}{unit}" for label in said]
    if name == "usage_concentration":  # a share has no zero: nobody active is missing, not a band
        return StoredDimension(name, name, "usage", tuple(labels), tuple(cuts), is_default=True, has_history=False)
    return StoredDimension(name, name, "usage", ("none", *labels), (0.0, *cuts), is_default=True, has_history=False)


def _rebanded(dimension: StoredDimension, cuts: tuple[float, ...]) -> StoredDimension:
    if dimension.kind == "category":
        raise Refused(f"{dimension.name} holds words, not numbers: it has values, not bands.")
    if not cuts or list(cuts) != sorted(set(cuts)):
        raise Refused(f"The bands of {dimension.name} must be numbers that rise, such as 12,24,48.")
    return replace(dimension, cuts=cuts, values=tuple(band_labels(cuts)), column=dimension.name)
