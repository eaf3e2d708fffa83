"""Where is churn hot? The combinations of dimension values that lose more than the rest, and more than their parts explain.

hotspots   the measure: fetch the base, search it, report
unasked    the dimensions searched when none are named
cube       counts of every combination, from covering blocks
inside     counts of the accounts of one combination, without counting its own dimensions again
groups     accounts by the hot-spots they are in, counted per combination
model      what the hot-spots found so far let one expect of every combination
search     what stays the same through one scan: weights, strata, the combinations tested
scan       the sequential search: find the strongest, explain it away, look again; family-wise error controlled
report     a find as a row: rates, intervals, lifts, excess, held in the previous period
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb
import numpy as np

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.base import OUTCOMES, Base, check_outcome, load
from lib.facts.dimensions import available, choose
from lib.facts.levels import MOST_LEVELS
from lib.measures import Answer, left_out
from lib.measures.hotspots.report import detectable_lift, report
from lib.measures.hotspots.scan import Scan, scan
from lib.store.dimensions import StoredDimension

# combinations one search looks at; dimensions past the first limit are named and left for a search of their own
MOST_CELLS = 600_000
MOST_NAMED = 3_000_000  # when the reader names the dimensions


def hotspots(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    outcome: str | None = None,
    by: Sequence[str] = (),
    depth: int | None = None,
    min_n: int | None = None,
    alpha: float | None = None,
    weight: str = "accounts",
    bands: Mapping[str, Sequence[float]] | None = None,
) -> Answer:
    """The hot-spots of a book, one row each (columns: report.COLUMNS); an empty table when nothing stands out.

    Dimensions hold their values of the opening day, usage patterns are measured before it, and accounts are compared with
    accounts of their own age. At most a share `alpha` of such lists holds a find made by chance, over every combination
    looked at. Options that are not given come from the definitions. Raises Refused for options out of range.
    """
    depth = definitions.hotspots.depth if depth is None else depth
    alpha = definitions.hotspots.alpha if alpha is None else alpha
    _check(depth, alpha, min_n, weight)
    outcome = check_outcome(con, outcome)
    everything = available(con, definitions, bands)
    dimensions = _named(everything, by, depth) if by else unasked(everything, depth)
    base, undecided, sql = load(con, book, definitions, outcome, dimensions)
    found = scan(base, depth=depth, min_n=min_n, alpha=alpha, min_lift=definitions.hotspots.minimum_lift, weight=weight)
    previous = _previous(con, book, definitions, outcome, dimensions, base, found)
    table = report(base, found, previous)
    looked_at = _looked_at(found.n_tested, int(table["is_listed"].sum()), alpha)
    notes = (*looked_at, *_what_could_show(base, found, alpha), *_not_searched(everything, dimensions))
    return Answer(table, left_out(*undecided), notes, sql)


def unasked(everything: Sequence[StoredDimension], depth: int) -> tuple[StoredDimension, ...]:
    """The dimensions searched when none are named: the default ones, in the order of the data, up to MOST_CELLS combinations."""
    kept: list[StoredDimension] = []
    for each in choose(everything, ()):
        if not kept or _n_combinations([*kept, each], depth) <= MOST_CELLS:
            kept.append(each)
    return tuple(kept)


def _n_combinations(dimensions: Sequence[StoredDimension], depth: int) -> float:
    """Combinations of 1 to `depth` values there can be."""
    combinations = np.array([1.0] + [0.0] * depth)  # of k dimensions so far
    for each in dimensions:
        combinations[1:] += combinations[:-1] * min(len(each.values) + 1, MOST_LEVELS)
    return float(combinations[1:].sum())


def _named(everything: Sequence[StoredDimension], by: Sequence[str], depth: int) -> tuple[StoredDimension, ...]:
    dimensions = choose(everything, by)
    if _n_combinations(dimensions, depth) > MOST_NAMED:  # how many is not said: it counts values outside the scope, too
        raise Refused(
            f"These {len(dimensions)} dimensions have more combinations of up to {depth} values than the {MOST_NAMED:,} a "
            "search looks at. Name fewer dimensions, or combine fewer of them."
        )
    return dimensions


def _previous(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    outcome: str,
    dimensions: Sequence[StoredDimension],
    base: Base,
    found: Scan,
) -> Base | None:
    """The base a period earlier, by the dimensions that were found alone; None where there is nothing to compare."""
    needed = sorted({d for find in found.finds for d, _ in find.cell})
    if not needed or not OUTCOMES[outcome].has_period:
        return None
    like = replace(base, dimensions=tuple(base.dimensions[d] for d in needed), codes=())
    before, _, _ = load(con, book.previous(), definitions, outcome, [dimensions[d] for d in needed], like=like)
    return before


def _check(depth: int, alpha: float, min_n: int | None, weight: str) -> None:
    if not 1 <= depth <= 4:
        raise Refused(f"A hot-spot combines 1 to 4 dimensions; depth {depth} was asked for.")
    if not 0 < alpha <= 0.5:
        raise Refused(f"alpha is a share above 0 and up to 0.5; {alpha} was asked for.")
    if min_n is not None and min_n < 5:
        raise Refused(f"A segment needs at least 5 accounts to be judged; min_n {min_n} was asked for.")
    if weight not in ("accounts", "arr"):
        raise Refused(f"A search weighs by accounts or by arr; {weight!r} was asked for.")


def _looked_at(n_tested: int, n_listed: int, alpha: float) -> tuple[str, ...]:
    """How wide the search was, so that a reader knows what chance was up against."""
    if not n_tested:
        return ()
    verdict = f"{n_listed:,} stand out" if n_listed else "none stands out by more than chance"
    chance = f"; at most {alpha:.0%} of such lists hold a find made by chance" if n_listed else ""
    return (f"{n_tested:,} combinations of values were looked at; {verdict}{chance}.",)


def _not_searched(everything: Sequence[StoredDimension], searched: Sequence[StoredDimension]) -> tuple[str, ...]:
    names = [each.name for each in everything if each not in searched]
    return (f"Not searched: {', '.join(names)}. Name a dimension to search it.",) if names else ()


def _what_could_show(base: Base, found: Scan, alpha: float) -> tuple[str, ...]:
    """How small an effect this base could have shown: the honest half of "nothing stands out"."""
    n, n_lost = len(base), int(np.count_nonzero(base.lost))
    if not n_lost or n_lost == n:
        return (f"{n:,} accounts, {n_lost:,} of them lost: there is nothing to compare.",)
    sizes = [size for size in (30, 100, 300, 1_000, 3_000, 10_000) if found.min_n <= size <= n / 4][-3:]
    if not found.n_tested:
        return (
            f"{n:,} accounts are too few to find hot-spots: no segment has the {found.min_n} accounts a judgement needs.",
        )
    if not sizes:
        return (f"{n:,} accounts with {n_lost:,} lost are too few to show a hot-spot by more than chance.",)
    tested = found.tested_by_depth
    lifts = detectable_lift(n, n_lost / n, np.array(sizes), 1, max(tested), n_depths=len(tested), alpha=alpha)
    said = [f"of {size:,} at {lift:.1f}" for size, lift in zip(sizes, lifts, strict=True) if lift == lift]
    if not said:
        return (f"{n:,} accounts with {n_lost:,} lost are too few to show a hot-spot by more than chance.",)
    first = said[0].replace(" at ", " accounts at ") + " times the rest's rate"
    return (f"This base would show, four times in five, a segment {', '.join([first, *said[1:]])}.",)
