"""Past forecasts against what came: what would have been forecast when each past quarter opened, by what was known then.

forecast_record   a row per past quarter, level and currency
COLUMNS           of the answer, whatever the options
SCORES            of all rows together, the same in each
scored            the past quarters whose renewals are all decided
"""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.forecast import draws
from lib.measures.forecast.forecast import no_forecast
from lib.measures.forecast.forecasting import Forecast, chances, due_within, forecast
from lib.measures.forecast.past import Learnt, Past, quarters, read
from lib.stats import wilson

SCORES = [
    "n_forecasts", "n_in_range", "inside_rate", "inside_lo", "inside_hi", "bias_rate", "brier", "brier_base",
    "log_loss", "log_loss_base",
]  # fmt: skip
COLUMNS = [
    "due_from", "due_until", "level", "currency", "n_due", "arr_due", "accounts_expected", "accounts_lo", "accounts_hi",
    "accounts_renewed", "arr_expected", "arr_lo", "arr_hi", "arr_lo50", "arr_hi50", "arr_renewed", "is_inside", "error_rate",
    *SCORES,
]  # fmt: skip
_CERTAIN = 1e-6


def forecast_record(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: str | None = None
) -> Answer:
    """Each of the last record_quarters fiscal quarters whose renewals are all decided: forecast, range, and what came.

    by   a dimension: a row for each of its values, as it was on the day before the quarter opened

    Learnt anew for each from renewals decided by then. is_inside: the ARR renewed lies within the range of 8 of 10. error_rate:
    expected less renewed, of the ARR due. Of all rows together: how many are inside, the bias, and the Brier and log scores of
    each renewal's own chance beside those of one chance for all, the share of past renewals that renewed.
    """
    past = read(con, book, definitions, by, is_record=True)
    tables, single, lacks = [], [], ""
    for span in scored(book.as_of, definitions):
        day = span[0] - timedelta(1)
        learnt = past.learnt(day, [0])
        if learnt.lacks:
            lacks = lacks or no_forecast(learnt)
            continue
        found, each = _of_quarter(past, learnt, span)
        tables.append(_table(found, span))
        single.append(each)
    if not tables or not sum(map(len, tables)):
        said = lacks or "No record: no past quarter of which all renewals are decided."
        return Answer(pd.DataFrame(columns=COLUMNS), notes=(said,), sql=past.sql)
    table = pd.concat([each for each in tables if len(each)], ignore_index=True)
    table = table.assign(**_scores(table, pd.concat(single, ignore_index=True)))
    return Answer(table[COLUMNS], notes=(_said(table),), sql=past.sql)


def scored(as_of: date, definitions: Definitions) -> list[tuple[date, date]]:
    """The past quarters (first day, first day of the next) of which every renewal is past its grace days by as_of."""
    decided = as_of - timedelta(definitions.renewals.grace_days)
    whole = [each for each in quarters(as_of, definitions) if each[1] - timedelta(1) <= decided]
    return whole[-definitions.forecast.record_quarters :]


def _of_quarter(past: Past, learnt: Learnt, span: tuple[date, date]) -> tuple[Forecast, pd.DataFrame]:
    """The forecast of a quarter as its eve would have made it, and each renewal's chance beside what came."""
    rows = past.ahead_of(span[0] - timedelta(1))
    columns = learnt.columns(rows)
    due = due_within(rows.assign(lead=0), learnt, [span], looks_twice=False)
    each = chances(due, columns, learnt)
    each = each[each["times"] > 0]
    return forecast(due, columns, learnt), each[["renew_rate", "is_renewed"]].assign(base_rate=learnt.base_rate)


def _table(found: Forecast, span: tuple[date, date]) -> pd.DataFrame:
    found.rows["n_due"] = 1.0
    n, arr = draws.between(found.sums.accounts), draws.between(found.sums.arr)
    table = pd.DataFrame(
        {
            "due_from": [span[0]] * len(found.cells),
            "due_until": [span[1]] * len(found.cells),
            "level": pd.Series([each[1] for each in found.cells], dtype=object),
            "currency": pd.Series([each[2] for each in found.cells], dtype=object),
            "n_due": found.added("n_due").astype(int),
            "arr_due": found.added("arr_due"),
            "accounts_renewed": found.added("is_renewed").astype(int),
            "arr_renewed": found.added("arr_renewed"),
        }
        | {f"accounts_{bound}": n[bound] for bound in ("expected", "lo", "hi")}
        | {f"arr_{bound}": values for bound, values in arr.items()}
    )
    table["is_inside"] = table["arr_renewed"].between(table["arr_lo"].round(2), table["arr_hi"].round(2))
    table["error_rate"] = (table["arr_expected"] - table["arr_renewed"]) / table["arr_due"].replace(0, np.nan)
    return table


def _scores(table: pd.DataFrame, single: pd.DataFrame) -> dict[str, float]:
    n, n_in_range = len(table), int(table["is_inside"].sum())
    lo, hi = wilson(n_in_range, n)
    came = single["is_renewed"].to_numpy(float)
    own, base = (np.clip(single[name].to_numpy(float), _CERTAIN, 1 - _CERTAIN) for name in ("renew_rate", "base_rate"))
    due = table["arr_due"].sum()
    return {
        "n_forecasts": n, "n_in_range": n_in_range, "inside_rate": n_in_range / n, "inside_lo": float(lo), "inside_hi": float(hi),
        "bias_rate": (table["arr_expected"].sum() - table["arr_renewed"].sum()) / due if due else np.nan,
        "brier": _mean((own - came) ** 2), "brier_base": _mean((base - came) ** 2),
        "log_loss": _mean(_loss(own, came)), "log_loss_base": _mean(_loss(base, came)),
    }  # fmt: skip


def _loss(chance: np.ndarray, came: np.ndarray) -> np.ndarray:
    return -np.where(came > 0, np.log(chance), np.log(1 - chance))


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan


def _said(table: pd.DataFrame) -> str:
    first = table.iloc[0]
    better = "closer to what came than" if first["brier"] < first["brier_base"] else "no closer to what came than"
    return (
        f"{first['n_in_range']} of {first['n_forecasts']} past forecasts held what came within their range of 8 of 10; "
        f"each renewal's own chance was {better} one chance for all."
    )
