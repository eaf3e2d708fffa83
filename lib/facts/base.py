"""The customer base of one question: a row per account at risk, its outcome, and its dimensions as small codes.

OUTCOMES    the yes-or-no outcomes an account can have, each a relation of outcome.sql
Base        the base as arrays, ready to be counted
statement   the SQL of the base: one row per account, d0, d1, ... the codes of its dimensions on the opening day
load        the base as arrays, with what was left out
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.levels import Dimension, levelled, levelled_like
from lib.store.dimensions import StoredDimension, band_expression
from lib.store.tables import quote


@dataclass(frozen=True)
class Outcome:
    """A yes-or-no outcome: its relation in outcome.sql and the words for it."""

    verb: str  # "25 % lost"
    question: str
    relation: str | None  # None: a flag of the account itself, for the whole base, without a period

    @property
    def undecided(self) -> str:
        """Why an account can be neither lost nor kept."""
        return "the renewal is pending inside the grace days" if self.has_period else "the churned flag is empty"

    @property
    def has_period(self) -> bool:
        """Whether the outcome happens between two days, so that a previous period can be asked."""
        return self.relation is not None


OUTCOMES = {
    "lost": Outcome("lost", "active when the period opens, gone when it closes", "outcome_lost"),
    "lapsed": Outcome("lapsed", "came to a renewal in the period and did not renew", "outcome_lapsed"),
    "cancelled": Outcome("cancelled", "ended a term before its time in the period", "outcome_cancelled"),
    "churned": Outcome("churned", "marked as churned in the data", None),
}


@dataclass(frozen=True)
class Base:
    """A base of N accounts at risk, ready to be counted.

    dimensions  D of them
    codes       D arrays of uint8, each (N,)
    lost        bool (N,): had the outcome
    arr         float64 (N,): ARR on the opening day, 0 where unknown; None where the data has no money
    stratum     uint8 (N,): tenure band, so that like is compared with like; None where the data has no ages
    strata      labels of the bands
    """

    dimensions: tuple[Dimension, ...]
    codes: tuple[np.ndarray, ...]
    lost: np.ndarray
    arr: np.ndarray | None = None
    stratum: np.ndarray | None = None
    strata: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lost)


def default_outcome(con: duckdb.DuckDBPyConnection) -> str:
    """`lost` where the data knows when accounts ended; otherwise the account's own flag.

    Start dates beside a flag do not say when: without this, all who are marked as churned would count as kept.
    """
    knows_when, flags_only = con.execute(
        "select exists (from core.contract where is_derived is distinct from true or cancelled_on is not null), "
        "exists (from core.account where churned)"
    ).fetchone()
    has_dates = knows_when or (not flags_only and con.execute("select exists (from core.contract)").fetchone()[0])
    return "lost" if has_dates else "churned"


def check_outcome(con: duckdb.DuckDBPyConnection, outcome: str | None) -> str:
    """The outcome a reader named, or the default one; raises Refused where the data cannot answer it."""
    default = default_outcome(con)
    name = outcome or default
    if name not in OUTCOMES:
        raise Refused(f"There is no outcome {name!r}; known are {', '.join(OUTCOMES)}.")
    if OUTCOMES[name].has_period and default == "churned":
        raise Refused(
            f"{name!r} needs dates (contracts, or started_on and churned_on); this data has only a flag: use 'churned'."
        )
    return name


def statement(outcome: str, dimensions: Sequence[StoredDimension], also: Sequence[str] = ()) -> str:
    """The SQL chain whose last step, `base`, has one row per account at risk in the book.

    Columns: _account, account, had_outcome (empty while pending), arr, tenure_days, d0, d1, ... for `dimensions`,
    and "text of x" for every column x of account in `also`.
    Only names from closed sets are filled in; values are bound by `parameters`.
    """
    steps, joins = [], []
    if OUTCOMES[outcome].has_period:
        steps.append(
            f"outcome as (\n    from {OUTCOMES[outcome].relation}($opens_on, $closes_on, $as_of, $grace_days)\n)"
        )
        joins.append("join outcome using (_account)")
    historic = [each for each in dimensions if each.has_history]
    if historic and OUTCOMES[outcome].has_period:
        steps.append(_was_step(historic))
        joins.append("left join was using (_account)")
    if any(each.kind == "usage" for each in dimensions):
        steps.append("usage_pattern as (\n    from usage_before($opens_on, $usage_weeks)\n)")
        joins.append("left join usage_pattern using (_account)")
    fields = [
        "book._account",
        "book.account",
        *_outcome_fields(outcome),
        *(f"{_code(e, outcome)} as d{i}" for i, e in enumerate(dimensions)),
        *(f"book.{quote(name)}::varchar as {quote(f'text of {name}')}" for name in also),
    ]
    steps.append(
        "\n    ".join(["base as (", "select", "    " + ",\n        ".join(fields), "from book", *joins]) + "\n)"
    )
    return "with " + ",\n".join(steps)


def parameters(sql: str, book: Book, definitions: Definitions) -> dict:
    """The values `statement` binds: those its text names, since DuckDB refuses surplus ones."""
    values = {
        "opens_on": book.opens_on,
        "closes_on": book.closes_on,
        "as_of": book.as_of,
        "grace_days": definitions.renewals.grace_days,
        "usage_weeks": definitions.usage_pattern.weeks,
    }
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", sql)  # a quoted name may look like a value
    return {name: value for name, value in values.items() if f"${name}" in bare}


def load(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    outcome: str,
    dimensions: Sequence[StoredDimension],
    like: Base | None = None,
) -> tuple[Base, list[tuple[str, int]], str]:
    """The base as arrays, the rows left out as (reason, n), and the SQL that fetched it.

    Each dimension keeps its most common values, at most MOST_LEVELS with OTHER and missing.
    like  takes the levels of another base of the same dimensions; a value it does not know gets the code UNKNOWN
    """
    codes = [f"    coalesce(d{i}, {len(each.values)})::{_code_type(each)} as d{i}" for i, each in enumerate(dimensions)]
    fields = [
        "    coalesce(had_outcome::utinyint, 2)::utinyint as outcome",
        "    coalesce(arr, 0)::double as arr",
        *_stratum(definitions),
        *codes,
    ]
    sql = f"{statement(outcome, dimensions)}\nselect\n" + ",\n".join(fields) + "\nfrom base"
    rows = con.execute(sql, parameters(sql, book, definitions)).fetchnumpy()
    is_known = rows["outcome"] != 2
    n_pending = int(np.count_nonzero(~is_known))
    if n_pending:
        rows = {name: column[is_known] for name, column in rows.items()}
    if like is None:
        kept = [levelled(each, rows[f"d{i}"]) for i, each in enumerate(dimensions)]
    else:
        kept = [
            (to, levelled_like(each, rows[f"d{i}"], to))
            for i, (each, to) in enumerate(zip(dimensions, like.dimensions, strict=True))
        ]
    stratum, strata = _strata(rows["stratum"], definitions)
    arr = np.asarray(rows["arr"])
    base = Base(
        dimensions=tuple(dimension for dimension, _ in kept),
        codes=tuple(codes for _, codes in kept),
        lost=rows["outcome"] == 1,
        arr=arr if arr.any() else None,
        stratum=stratum,
        strata=strata,
    )
    return base, [(OUTCOMES[outcome].undecided, n_pending)], sql


def _code(dimension: StoredDimension, outcome: str) -> str:
    if dimension.kind == "category" or (dimension.kind == "number" and dimension.column != dimension.name):
        latest = f"enum_code(book.{quote(dimension.column)})"
        if not dimension.has_history or not OUTCOMES[outcome].has_period:
            return latest
        was = quote(f"was {dimension.name}")
        return f"case when was.{quote(f'had {dimension.name}')} then was.{was} else {latest} end"
    relation = "usage_pattern" if dimension.kind == "usage" else "book"
    return band_expression(f"{relation}.{quote(dimension.column)}", dimension.cuts)


def _was_step(historic: Sequence[StoredDimension]) -> str:
    """Values that held on the opening day and have changed since, as codes."""
    fields = []
    for each in historic:
        field = f"dimension = '{each.name.replace(chr(39), chr(39) * 2)}'"
        fields.append(f"        coalesce(bool_or({field}), false) as {quote(f'had {each.name}')}")
        fields.append(f"        max(code) filter (where {field}) as {quote(f'was {each.name}')}")
    return (
        "was as (\n    select\n        _account,\n"
        + ",\n".join(fields)
        + "\n    from core.dimension_spell\n    where from_on <= $opens_on and until_on > $opens_on\n    group by _account\n)"
    )


def _outcome_fields(outcome: str) -> tuple[str, str, str]:
    """had_outcome, arr and the age in days: on the opening day, or the length of life a file without dates gives."""
    if OUTCOMES[outcome].has_period:
        return (
            "outcome.had_outcome",
            "coalesce(outcome.arr, book.arr) as arr",
            "date_diff('day', outcome.started_on, $opens_on::date) as tenure_days",
        )
    return (
        "coalesce(book.churned, if(book.churned_on is not null, true, null)) as had_outcome",
        "book.arr",
        "book.tenure_months * 30.4375 as tenure_days",
    )


def _stratum(definitions: Definitions) -> list[str]:
    cuts = definitions.hotspots.tenure_bands_days
    return [f"    coalesce({band_expression('tenure_days', cuts)}, {len(cuts) + 1})::utinyint as stratum"]


def _strata(stratum: np.ndarray, definitions: Definitions) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Bands that hold accounts, renumbered; None when there is nothing to tell apart."""
    cuts = [f"{cut:.0f}" for cut in definitions.hotspots.tenure_bands_days]
    labels = [
        f"up to {cuts[0]} days old",
        *(f"{a} to {b} days old" for a, b in itertools.pairwise(cuts)),
        f"over {cuts[-1]} days old",
        "age unknown",
    ]
    counts = np.bincount(stratum, minlength=len(labels))
    present = np.flatnonzero(counts)
    if len(present) < 2:
        return None, ()
    lookup = np.zeros(len(labels), np.uint8)
    lookup[present] = np.arange(len(present))
    return lookup[stratum], tuple(labels[i] for i in present)


def _code_type(dimension: StoredDimension) -> str:
    n = len(dimension.values) + 1  # missing has a code of its own
    return "utinyint" if n <= 256 else "usmallint" if n <= 65_536 else "uinteger"
