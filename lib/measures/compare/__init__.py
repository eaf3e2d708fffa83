"""Book against book, fairly: what each lost against what the mix of its accounts lets one expect.

compare   one row per value of a dimension (CSM, region ...): lost, expected, their ratio, and whether it stands out
COLUMNS   of the answer, whatever the options
mix       what the accounts' values and age let one expect, without what gives a book away
funnel    control limits, and the ordinary differences between books they allow for
"""

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.export import segment_text
from lib.facts.base import OUTCOMES, check_outcome, parameters, statement
from lib.facts.dimensions import available, choose
from lib.facts.levels import levelled
from lib.measures import Answer, left_out
from lib.measures.compare import funnel
from lib.measures.compare.mix import Mix, fit, mix_of, variance
from lib.store.dimensions import StoredDimension, band_expression, band_labels

COLUMNS = [
    "segment", "n", "n_lost", "churn_rate", "churn_rate_lo", "churn_rate_hi", "expected_lost", "unexplained_lost",
    "loss_ratio", "loss_ratio_lo", "loss_ratio_hi", "adjusted_rate", "adjusted_rate_lo", "adjusted_rate_hi", "overall_rate",
    "ratio_se", "ordinary_spread", "z", "p_value", "q_value", *funnel.LIMITS, "stands_out", "is_small", "arr", "arr_lost",
]  # fmt: skip
TOO_FEW = "too few to tell"
FEWEST = (
    3  # expected lost, and expected kept: with fewer, losing three times what is expected would be within the limits
)
SURE = 0.05  # q-value: at most one list in twenty without a pattern holds a book that stands out
HELD = 0.5  # share of a book's chance the mix must leave; with less, its ratio is held near 1
AGE = "age of the account"


def compare(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str = "csm",
    outcome: str | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
) -> Answer:
    """What the accounts of every value of the dimension `by` lost, against what their mix lets one expect; largest first.

    bands   cut points that replace a number's own: {"tenure_months": (12, 24, 48)}

    expected_lost is the sum of the accounts' chances in a regularised logistic fit over all accounts at risk: the default
    dimensions on the opening day and age bands, without `by` and without what tells it (indirect standardisation; mix.fit).
    loss_ratio is n_lost / expected_lost; its interval is Wilson's of the rate, divided by the expected rate: the book's own
    chance. adjusted_rate is loss_ratio x overall_rate, at most 1. z, p_value (two-sided) and the limits also allow for the
    ordinary differences between books (funnel); q_value is Benjamini and Hochberg's over the rows that can be told.
    stands_out is yes beyond the 99.8 % limit with a q up to SURE, "too few to tell" for fewer than FEWEST expected lost or
    kept or fewer accounts than reading.few_accounts (is_small), otherwise no.
    Raises Refused for a dimension the data does not have.
    """
    outcome = check_outcome(con, outcome)
    dimensions = available(con, definitions, bands)
    of = choose(dimensions, [by])[0]
    rows, mix, sql = _load(
        con, book, definitions, outcome, of, [each for each in choose(dimensions, None) if each != of]
    )
    table = _table(rows, mix, of, definitions.reading.few_accounts)
    undecided = (OUTCOMES[outcome].undecided, int(np.count_nonzero(rows["undecided"])))
    return Answer(table[COLUMNS], left_out(undecided), _notes(table, mix), sql)


def _load(
    con, book: Book, definitions: Definitions, outcome: str, of: StoredDimension, others: Sequence[StoredDimension]
) -> tuple[dict[str, np.ndarray], Mix, str]:
    """(arrays of the decided accounts: book, lost, arr; and `undecided` of all), the mix, and the SQL that fetched it."""
    cuts = definitions.hotspots.tenure_bands_days
    age = StoredDimension(AGE, AGE, "number", tuple(band_labels(cuts)), cuts, is_default=True, has_history=False)
    chain = statement(outcome, [of, *others])
    fields = [
        "    had_outcome",
        "    coalesce(arr, 0)::double as arr",
        f"    coalesce({band_expression('tenure_days', cuts)}, {len(age.values)})::utinyint as age",
        *(
            f"    coalesce(d{at}, {len(each.values)})::{_code_type(each)} as d{at}"
            for at, each in enumerate([of, *others])
        ),
    ]
    sql = f"{chain}\nselect\n" + ",\n".join(fields) + "\nfrom base"
    found = con.execute(sql, parameters(sql, book, definitions)).fetchnumpy()
    undecided = np.ma.getmaskarray(found["had_outcome"])
    kept = {name: np.asarray(column)[~undecided] for name, column in found.items()}
    rows = {"book": kept["d0"].astype(np.int64), "lost": kept["had_outcome"].astype(bool), "arr": kept["arr"]}
    levels = [levelled(each, kept[f"d{at}"]) for at, each in enumerate(others, 1)]
    mix = mix_of([*levels, levelled(age, kept["age"])], rows["book"], len(of.values) + 1) if len(rows["lost"]) else None
    return rows | {"undecided": undecided}, mix or Mix((), (), (), (), ()), sql


def _code_type(dimension: StoredDimension) -> str:
    return "utinyint" if len(dimension.values) < 256 else "uinteger"  # missing has a code of its own


def _table(rows: dict[str, np.ndarray], mix: Mix, of: StoredDimension, few: int) -> pd.DataFrame:
    """One row per value that occurs, the most expected lost first."""
    books, n_books = rows["book"], len(of.values) + 1
    overall = rows["lost"].mean() if len(books) else np.nan
    rates, open_to_chance, left = np.full(len(books), overall), np.zeros(n_books), np.ones(n_books)
    if 0 < overall < 1:
        found = fit(mix, rows["lost"])
        rates = found.rates
        open_to_chance, left = variance(mix, found, books, n_books)
    sums = [
        np.bincount(books, weights, n_books)
        for weights in (None, rows["lost"], rates, rows["arr"], rows["arr"] * rows["lost"])
    ]
    at = np.flatnonzero(sums[0])
    n, lost, expected, arr, arr_lost, chance = (each[at].astype(float) for each in (*sums, open_to_chance))
    chance = np.where(chance > 1e-6 * expected, chance, 0)  # one book alone is all it is compared with
    can_tell = (np.minimum(expected, n - expected) >= FEWEST) & (n >= few) & (chance > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.where(chance > 0, np.sqrt(chance) / expected, np.nan)
    spread = funnel.ordinary_spread(stats.count_z(lost, expected, n, chance)[can_tell], se[can_tell])
    values = np.array([*of.values, None], dtype=object)[at]
    table = pd.DataFrame(
        {
            "segment": [{of.name: value} for value in values],
            "n": n.astype(int),
            "n_lost": lost.astype(int),
            "expected_lost": expected,
            "unexplained_lost": lost - expected,
            "overall_rate": np.full(len(at), overall),
            "ratio_se": se,
            "ordinary_spread": np.full(len(at), spread),
            "arr": arr,
            "arr_lost": arr_lost,
            "is_small": n < few,
            "is_held": can_tell & (left[at] < HELD),
        }
    )
    table = table.assign(
        **_ratios(lost, n, expected, overall), **_verdicts(lost, n, expected, chance, spread, can_tell)
    )
    return table.sort_values(["expected_lost", "n"], ascending=False, kind="stable").reset_index(drop=True)


def _ratios(lost, n, expected, overall: float) -> dict[str, np.ndarray]:
    lo, hi = stats.wilson(lost, n)
    rates = {"": lost / n, "_lo": lo, "_hi": hi}
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = {end: np.where(expected > 0, rate * n / expected, np.nan) for end, rate in rates.items()}
    return {
        **{f"churn_rate{end}": rate for end, rate in rates.items()},
        **{f"loss_ratio{end}": ratio for end, ratio in ratios.items()},
        **{f"adjusted_rate{end}": np.minimum(ratio * overall, 1) for end, ratio in ratios.items()},
    }


def _verdicts(lost, n, expected, chance, spread: float, can_tell: np.ndarray) -> dict[str, np.ndarray]:
    from scipy.special import ndtr

    z = np.where(can_tell, funnel.z_scores(lost, expected, n, chance, spread), np.nan)
    p = 2 * ndtr(-np.abs(z))
    q = stats.benjamini_hochberg(p)
    is_out = (p < 1 - funnel.ACTION) & (q <= SURE)
    stands_out = np.where(is_out, "yes", np.where(can_tell, "no", TOO_FEW)).astype(object)
    limits = funnel.named_limits(expected, n, chance, spread)
    return {"z": z, "p_value": p, "q_value": q, **limits, "stands_out": stands_out}


def _notes(table: pd.DataFrame, mix: Mix) -> tuple[str, ...]:
    if table.empty:
        return ()
    said = []
    if mix.used:
        said.append(f"The mix is {', '.join(each.name for each in mix.used)}, each with an effect of its own.")
    else:
        said.append(
            "Nothing in the data tells one account's chances from another's: all are expected to be lost alike."
        )
    if mix.left:
        said.append(f"Left out of the mix, because it tells the books apart itself: {', '.join(mix.left)}.")
    for name, values in mix.hidden:
        named = _few(["missing" if value is None else value for value in values])
        said.append(f"Nearly all accounts with {name} {named} are one book's: there {name} counts as average.")
    held = [segment_text(segment) for segment in table.loc[table["is_held"], "segment"]]
    if held:
        said.append(
            f"The mix itself tells most of {_few(held)} apart: such a ratio is held near 1 and may hide a difference."
        )
    told, spread = table["stands_out"] != TOO_FEW, float(table["ordinary_spread"].iloc[0])
    if len(table) == 1:
        said.append("There is one book: it has nothing to be compared with.")
    elif told.sum() < funnel.FEW_BOOKS:
        said.append(
            f"With fewer than {funnel.FEW_BOOKS} books that can be told, ordinary differences between them cannot be measured: "
            "the limits hold chance alone."
        )
    elif spread:
        said.append(
            f"Beyond chance, the books' ratios differ by an ordinary spread of {spread:.2f} (standard deviation): the limits are "
            "widened by it."
        )
    else:
        said.append("The books differ no more than chance lets one expect, the few extreme ones aside.")
    said.append("A difference goes with the book; it need not be its doing.")
    return tuple(said)


def _few(values: Sequence[str], most: int = 5) -> str:
    return ", ".join(values[:most]) + (f" and {len(values) - most} more" if len(values) > most else "")
