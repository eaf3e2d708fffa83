"""Where is churn hot? The combinations of dimension values that lose more than the rest, and more than their parts explain.

hotspots   the measure: find, then report
cube       counts of every combination, from covering blocks
scan       the sequential search: find the strongest, explain it away, look again; family-wise error controlled
report     a find as a row: rates, intervals, lifts, excess, held in the previous period
"""
from collections.abc import Mapping, Sequence

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.base import OUTCOMES, check_outcome, load
from lib.facts.dimensions import available, choose
from lib.measures import Answer, left_out
from lib.measures.hotspots.report import report
from lib.measures.hotspots.scan import scan


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
    """Hot-spots of the book's period, one row each; empty when nothing stands out."""
    outcome = check_outcome(con, outcome)
    dimensions = choose(available(con, definitions, bands), by)
    base, undecided, sql = load(con, book, definitions, outcome, dimensions)
    found = scan(base, depth=depth or definitions.hotspots.depth, min_n=min_n, alpha=alpha or definitions.hotspots.alpha, weight=weight)
    table = report(base, found)
    return Answer(table, left_out(*undecided), (), sql)
