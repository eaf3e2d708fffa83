"""What will renew in the next quarters: a range for each, from every renewal's own odds.

renewal_forecast   a row per period, level and currency
COLUMNS            of the answer, whatever the options
FIGURES            the figures given as a range: name of the column -> what is drawn
"""

import duckdb
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer, left_out
from lib.measures.forecast import draws
from lib.measures.forecast.forecasting import due_within, forecast
from lib.measures.forecast.past import Learnt, periods, read

FIGURES = {"accounts": "accounts", "arr": "arr", "base": "base", "upsell": "upsell", "downsell": "downsell"}
_BOUNDS = ("expected", "lo", "hi", "lo50", "hi50")
COLUMNS = [
    "due_from", "due_until", "level", "currency", "is_rest", "n_due", "arr_due", "n_signed", "arr_signed",
    *(f"{name}_{bound}" for name in FIGURES for bound in _BOUNDS),
]  # fmt: skip
IN_GRACE = "in their grace days: due before, and not decided yet"
_PENDING = """
select count(*)
from (select distinct _account, renews_on from renewal where is_due and outcome = 'pending') as renewal
join (select _account from book) as book on book._account = renewal._account
"""


def renewal_forecast(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str | None = None,
    every: str = "quarter",
) -> Answer:
    """What is due in the rest of the book's fiscal quarter and in each of the next four, and how much of it will renew.

    by      a dimension: a row for each of its values, as of the book's day
    every   quarter, or their months

    Each renewal ahead has a chance of its own: odds learnt from how past ones came out, as they were known so many days ahead; one
    cancelled on the way counts as lost. The ranges hold 8 of 10 draws, and half of them. Odds are learnt from all accounts
    the viewer may see. Where the past is too short or too few were lost there is no row, and a note says what is missing.
    """
    if every not in ("quarter", "month"):
        raise Refused(f"There is no length {every!r}; choose quarter or month.")
    past = read(con, book, definitions, by)
    learnt, ahead = past.learnt(book.as_of), past.ahead_of(book.as_of)
    missing = left_out((IN_GRACE, con.execute(_PENDING).fetchone()[0]))
    if learnt.lacks:
        return Answer(pd.DataFrame(columns=COLUMNS), missing, (no_forecast(learnt),), past.sql)
    spans = periods(book.as_of, definitions, every)
    found = forecast(due_within(ahead, learnt, spans, looks_twice=True), learnt.columns(ahead), learnt)
    signed = found.rows["times"].to_numpy() == 0
    found.rows["n_signed"], found.rows["n_due"] = signed.astype(float), 1.0
    found.rows["arr_is_signed"] = found.rows["arr_signed"].where(signed, 0.0)
    table = pd.DataFrame(
        {
            "due_from": [spans[each[0]][0] for each in found.cells],
            "due_until": [spans[each[0]][1] for each in found.cells],
            "level": pd.Series([each[1] for each in found.cells], dtype=object),
            "currency": pd.Series([each[2] for each in found.cells], dtype=object),
            "is_rest": [every == "quarter" and each[0] == 0 and len(spans) == 5 for each in found.cells],
            "n_due": found.added("n_due").astype(int),
            "arr_due": found.added("arr_due"),
            "n_signed": found.added("n_signed").astype(int),
            "arr_signed": found.added("arr_is_signed"),
        }
    )
    for name, drawn in FIGURES.items():
        for bound, values in draws.between(getattr(found.sums, drawn)).items():
            table[f"{name}_{bound}"] = values
    return Answer(table[COLUMNS], missing, notes(learnt, spans), past.sql)


def no_forecast(learnt: Learnt) -> str:
    """Why nothing is forecast."""
    return f"No forecast: it takes {learnt.lacks}."


def notes(learnt: Learnt, spans) -> tuple[str, ...]:
    """What the forecast was learnt from."""
    return (
        f"Renewals due from {say_day(spans[0][0])} until before {say_day(spans[-1][1])}. Odds are learnt from {learnt.n:,} past "
        f"renewals up to a quarter ahead, {learnt.n_lost:,} of them lost, and from as many further ahead.",
        f"Beyond each account's own chance a whole quarter differs by {learnt.shocks[0]:.2f} in log-odds, as past ones did.",
        "The range of ARR takes in how much past renewals went up or down; what is lost or cancelled on the way counts as nothing.",
    )
