"""From counted cells to rates: the pooled mean, intervals, and whether a cohort differs from the others.

table    the cells with their rates, and a row per step of all complete cells together
POOLED   the name of those rows
"""

import numpy as np
import pandas as pd

from lib import stats
from lib.measures.cohorts.money import Draws, differs, interval
from lib.measures.cohorts.question import Question

POOLED = "all"
_SUMS = ["n_cohort", "n_eligible", "n_retained", "arr_eligible", "arr_gross", "arr_net"]
_RATE = ["retained_rate", "retained_rate_lo", "retained_rate_hi"]


def table(found: pd.DataFrame, question: Question, drawn: dict[str | None, Draws]) -> pd.DataFrame:
    """The counted cells with their rates, oldest cohort first, and after them a row per step of all complete cells together."""
    if found.empty:
        empty = [*_RATE, "is_pooled", "arr_retained", "gross_retained_rate", "p_value", "q_value"]
        return found.assign(**dict.fromkeys(empty)).astype({"is_pooled": bool, "is_complete": bool})
    of_step = found[found["is_complete"]].groupby("step")[_SUMS].sum().reindex(range(question.n_steps), fill_value=0)
    pooled = of_step.reset_index().assign(cohort=POOLED, step_label=list(question.step_labels), is_pooled=True)
    pooled["is_complete"] = pooled["n_eligible"] > 0
    if question.is_money:
        cells, pooled = _of_money(found, pooled, question, drawn)
    else:
        cells, pooled = (_of_heads(each) for each in (found, pooled))
        k, n = cells["n_retained"].to_numpy(), cells["n_eligible"].to_numpy()
        k_all, n_all = (of_step[name].to_numpy()[cells["step"]] for name in ("n_retained", "n_eligible"))
        cells["p_value"] = stats.rate_differs(k, n, k_all, n_all)
    cells["p_value"] = cells["p_value"].where(cells["is_complete"])
    cells["q_value"] = cells.groupby("step")["p_value"].transform(stats.benjamini_hochberg)
    rows = pd.concat([cells.assign(is_pooled=False), pooled], ignore_index=True)
    for name in ("cohort_opens_on", "completes_on"):
        rows[name] = pd.Series([None if pd.isna(day) else day.date() for day in rows[name]], dtype=object)
    rows["cohort"] = rows["cohort"].astype(object).where(rows["cohort"].notna(), None)
    return rows.astype({"is_pooled": bool, "is_complete": bool, "n_cohort": int, "n_eligible": int, "n_retained": int})


def _of_heads(cells: pd.DataFrame) -> pd.DataFrame:
    """Shares of people or accounts."""
    k, n = cells["n_retained"].to_numpy(float), cells["n_eligible"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = dict(zip(_RATE, (k / n, *stats.wilson(k, n)), strict=True))
    return cells.assign(**values, arr_eligible=np.nan, arr_retained=np.nan, gross_retained_rate=np.nan)


def _of_money(
    found: pd.DataFrame, pooled: pd.DataFrame, question: Question, drawn: dict[str | None, Draws]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of ARR; of all complete cells together the draws add up as the sums do."""
    name = question.of.removeprefix("arr_")
    shape = (next(iter(drawn.values())).eligible.shape[0], question.n_steps)
    kept_of_all, eligible_of_all, parts = np.zeros(shape), np.zeros(shape), []
    for key, cells in found.groupby("key", dropna=False, sort=False):
        draws, whole = drawn[None if pd.isna(key) else key], cells["is_complete"].to_numpy()
        kept_of_all += getattr(draws, name) * whole
        eligible_of_all += draws.eligible * whole
        lo, hi = interval(getattr(draws, name), draws.eligible)
        parts.append(cells.assign(retained_rate_lo=lo, retained_rate_hi=hi))
    lo, hi = interval(kept_of_all, eligible_of_all)
    pooled = _money_rates(pooled.assign(retained_rate_lo=lo, retained_rate_hi=hi), name)
    tested = []
    for cells in parts:
        draws, whole = (
            drawn[None if pd.isna(cells["key"].iat[0]) else cells["key"].iat[0]],
            cells["is_complete"].to_numpy(),
        )
        kept, eligible = getattr(draws, name), draws.eligible
        own, of = cells[f"arr_{name}"].to_numpy(), cells["arr_eligible"].to_numpy()
        rest, of_rest = pooled[f"arr_{name}"].to_numpy() - own * whole, pooled["arr_eligible"].to_numpy() - of * whole
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn_of_rest = (kept_of_all - kept * whole) / (eligible_of_all - eligible * whole)
            p = differs(own / of - rest / of_rest, kept / eligible - drawn_of_rest)
        tested.append(_money_rates(cells.assign(p_value=p), name))
    return pd.concat(tested, ignore_index=True), pooled


def _money_rates(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    eligible = cells["arr_eligible"].where(cells["arr_eligible"] > 0)
    return cells.assign(
        retained_rate=cells[f"arr_{name}"] / eligible,
        gross_retained_rate=cells["arr_gross"] / eligible,
        arr_retained=cells[f"arr_{name}"],
    )
