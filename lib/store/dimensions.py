"""Which columns of account are dimensions, and their values as small codes.

A dimension has few values. Text with few values is one as it is; numbers become one by quantile bands, whose cut points are
those of the whole store, so that a band means the same in every book, period and link. In the snapshot each is an ENUM
(ordered by frequency, bands by size), which counts a million accounts from one byte each.

catalogue       find the dimensions of a folded account table
read_catalogue  the dimensions of an opened snapshot
find_dimension  one of them, by the name people use
band_labels     "up to 20", "over 20 to 49", ..., from cut points
band_expression SQL for the band of a number
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from lib.errors import Refused
from lib.store.tables import NUMBER, columns, quote

N_BANDS = 4
FEW_VALUES = 12  # text with no more values than this is a dimension in the smallest file
MANY_VALUES = 1_000  # text with more values than this is a name, not a dimension
NEVER = {"account", "name", "parent", "url", "started_on", "renews_on", "churned", "churned_on", NUMBER}
ON_REQUEST = {"csm", "account_executive", "tenure_months", "acquisition_cost"}  # a dimension, but not searched unasked
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U")


@dataclass(frozen=True)
class StoredDimension:
    """One dimension of a store: `name` is what people say, `column` is where account keeps it as an ENUM."""

    name: str
    column: str
    kind: str  # category, number
    values: tuple[str, ...]  # of the ENUM, in the order of its codes
    cuts: tuple[float, ...]  # numbers: the upper bounds of all bands but the last
    is_default: bool  # searched for hot-spots unasked
    has_history: bool
    also_called: tuple[str, ...] = ()  # the headers it had in the files

    def answers_to(self, name: str) -> bool:
        """Whether people may mean it by `name`: case, spaces and underscores do not matter."""
        return _folded(name) in map(_folded, (self.name, *self.also_called))


def catalogue(con: duckdb.DuckDBPyConnection, table: str) -> list[StoredDimension]:
    """The dimensions of the folded account table `table`, in the order of its columns."""
    kinds = con.execute(f"select column_name, column_type from (describe {quote(table)})").fetchall()
    n_accounts = con.execute(f"select count(*) from {quote(table)}").fetchone()[0]
    with_history = {field for (field,) in con.execute("select distinct field from account_history").fetchall()}
    taken = {name.lower() for name, _ in kinds}
    found = []
    for name, kind in kinds:
        if name in NEVER or kind in ("DATE", "TIMESTAMP"):
            continue
        n_values = con.execute(f"select approx_count_distinct({quote(name)}) from {quote(table)}").fetchone()[0]
        is_number = kind.startswith(_NUMBERS) and n_values > N_BANDS * 2
        cuts = _cuts(con, table, name) if is_number else ()
        if n_values == 0 or (is_number and not cuts):
            continue
        if not is_number and name not in columns("account") and not _has_few_values(n_values, n_accounts):
            continue
        found.append(
            StoredDimension(
                name=name,
                column=name if kind == "VARCHAR" else _code_column("band" if is_number else "value", name, taken),
                kind="number" if is_number else "category",
                values=tuple(band_labels(cuts)) if is_number else _values(con, table, name),
                cuts=cuts,
                is_default=name not in ON_REQUEST,
                has_history=name in with_history and not is_number,
            )
        )
    return found


def read_catalogue(con: duckdb.DuckDBPyConnection) -> tuple[StoredDimension, ...]:
    """The dimensions of an opened snapshot."""
    rows = con.execute(
        "select name, column_name, kind, values, cuts, is_default, has_history, also_called from core.dimension order by position"
    ).fetchall()
    return tuple(StoredDimension(n, c, k, tuple(v), tuple(cuts), d, h, tuple(a)) for n, c, k, v, cuts, d, h, a in rows)


def find_dimension(dimensions: Sequence[StoredDimension], name: str) -> StoredDimension:
    """The dimension people call `name`, or whose header in a file it was; case, spaces and underscores do not matter.

    Raises Refused with the names there are.
    """
    exact = [each for each in dimensions if each.name == name]
    alike = [each for each in dimensions if each.answers_to(name)]
    if not exact and not alike:
        raise Refused(f"There is no dimension {name!r}; this data has {', '.join(each.name for each in dimensions)}.")
    return (exact or alike)[0]


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _code_column(what: str, name: str, taken: set[str]) -> str:
    """A name no column of the data has, for the codes of a column that is also wanted as it is: numbers, mostly."""
    column = f"{what} of {name}"
    while column.lower() in taken:
        column += "'"
    return column


def _values(con: duckdb.DuckDBPyConnection, table: str, name: str) -> tuple[str, ...]:
    """All values the dimension has or had, the most common first."""
    column = quote(name)
    rows = con.execute(
        f"select value from (select {column}::varchar as value from {quote(table)} "
        "union all select value from account_history where field = $field) "
        "where value is not null group by value order by count(*) desc, value",
        {"field": name},
    ).fetchall()
    return tuple(value for (value,) in rows)


def _has_few_values(n_values: int, n_accounts: int) -> bool:
    return n_values <= FEW_VALUES or (n_values <= MANY_VALUES and n_values * 2 <= n_accounts)


def _cuts(con: duckdb.DuckDBPyConnection, table: str, name: str) -> tuple[float, ...]:
    """Distinct rounded quantiles that leave accounts on both sides of each."""
    column = quote(name)
    shares = [band / N_BANDS for band in range(1, N_BANDS)]
    quantiles, highest = con.execute(
        f"select quantile_cont(number, $shares), max(number) from (select {column}::double as number from {quote(table)}) "
        "where isfinite(number)",
        {"shares": shares},
    ).fetchone()
    if quantiles is None:
        return ()
    rounded = sorted({_rounded(value) for value in quantiles})
    return tuple(cut for cut in rounded if cut < highest)


def _rounded(value: float) -> float:
    """Three significant digits: a cut point people can say."""
    return float(f"{value:.3g}")


def band_labels(cuts: tuple[float, ...]) -> list[str]:
    """A label for each of len(cuts) + 1 bands; a value equal to a cut belongs to the band below it.

    >>> band_labels((20, 49.5))
    ['up to 20', 'over 20 to 49.5', 'over 49.5']
    """
    said = [short_number(cut) for cut in cuts]
    if len(set(said)) < len(said):  # too close to one another to be said short
        said = [f"{cut:,.15g}" for cut in cuts]
    middle = [f"over {low} to {high}" for low, high in itertools.pairwise(said)]
    return [f"up to {said[0]}", *middle, f"over {said[-1]}"]


def short_number(value: float) -> str:
    """12,300,000 as 12.3 M; 4,500 as 4,500; 0.25 as 0.25."""
    for size, unit in ((1e9, " B"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= size:
            scale = 1e3 if unit == " k" else size
            return f"{_rounded(value / scale):,g}{unit}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3g}"


def band_expression(number: str, cuts: tuple[float, ...]) -> str:
    """SQL for the band of `number` (SQL of ours): 0 for the lowest. The cuts are numbers, never text from data."""
    return " + ".join(f"({number} > {cut!r})::utinyint" for cut in cuts)
