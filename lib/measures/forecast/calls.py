"""What the team calls of renewals ahead, beside what the odds say of the same, and how both did in the past.

renewal_calls   a row per level, currency and call
COLUMNS         of the answer, whatever the options
CALLS           the calls there are, and what stands for none
NO_CALLS        what is said where nobody called anything
"""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.forecast import draws
from lib.measures.forecast.forecast import no_forecast
from lib.measures.forecast.forecasting import chances, due_within, forecast
from lib.measures.forecast.past import periods, read
from lib.measures.forecast.record import scored
from lib.stats import wilson

COLUMNS = [
    "level", "currency", "renewal_call", "n_due", "arr_due", "arr_called", "accounts_expected", "accounts_lo", "accounts_hi",
    "arr_expected", "arr_lo", "arr_hi", "n_called_before", "n_called_renewed", "call_rate", "call_lo", "call_hi", "calls_expected",
    "odds_before", "n_scored", "brier_calls", "brier_odds",
]  # fmt: skip
CALLS = ("commit", "likely", "at_risk", "no call")
_NONE = CALLS[-1]
NO_CALLS = "Nobody has called a renewal yet. Calls are made on My book and on the page of an account."
_CALLED = """
select
    scope._account, said.renews_on::date as renews_on, said."call" as renewal_call, said.amount::double as amount,
    said.called_on::date as called_on, said.place
from written_renewal_call as said
join (select _account, account from scope) as scope on scope.account = said.account
order by said.place
"""


def renewal_calls(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: str | None = None
) -> Answer:
    """The renewals of the book in what is left of the quarter and the next four, by what was called of them.

    by   a dimension, such as csm: a row for each of its values too, as of the book's day

    The newest call of a renewal counts: commit, likely, at_risk. arr_called: the amounts called, or the ARR due where none
    was. A call's own past is that of calls made before the quarter of the renewal opened, in the last record_quarters quarters,
    over all accounts the viewer may see; calls_expected is arr_called times that share, empty where no such call was decided. Of
    the same past renewals, all calls together: the Brier score of calls (each by the share of its like among the others) and that
    of the odds.
    """
    called = con.execute(_CALLED).df()
    if called.empty:
        return Answer(pd.DataFrame(columns=COLUMNS), notes=(NO_CALLS,), sql=_CALLED)
    past = read(con, book, definitions, by)
    learnt, ahead = past.learnt(book.as_of), past.ahead_of(book.as_of)
    if learnt.lacks:
        return Answer(pd.DataFrame(columns=COLUMNS), notes=(no_forecast(learnt),), sql=past.sql)
    whole = periods(book.as_of, definitions, "quarter")
    due = due_within(ahead, learnt, [whole[0][:1] + whole[-1][1:]], looks_twice=False)
    due = _with_calls(due, called, book.as_of)
    due["of"] = due["level"]
    due["level"] = list(zip(due["level"], due["renewal_call"], strict=True))
    found = forecast(due, learnt.columns(ahead), learnt)
    found.rows["n_due"] = 1.0
    n, arr = draws.between(found.sums.accounts), draws.between(found.sums.arr)
    table = pd.DataFrame(
        {
            "level": pd.Series([each[1][0] for each in found.cells], dtype=object),
            "currency": pd.Series([each[2] for each in found.cells], dtype=object),
            "renewal_call": pd.Series([each[1][1] for each in found.cells], dtype=object),
            "n_due": found.added("n_due").astype(int),
            "arr_due": found.added("arr_due"),
            "arr_called": found.added("arr_called"),
        }
        | {f"accounts_{bound}": n[bound] for bound in ("expected", "lo", "hi")}
        | {f"arr_{bound}": arr[bound] for bound in ("expected", "lo", "hi")}
    )
    before = _before(con, book, definitions, called)
    table = table.merge(_kept(before), "left", on="renewal_call").assign(**_scores(before))
    table["calls_expected"] = table["arr_called"] * table["call_rate"]
    table["n_called_before"] = table["n_called_before"].fillna(0).astype(int)
    table["n_called_renewed"] = table["n_called_renewed"].fillna(0).astype(int)
    order = table["renewal_call"].map(CALLS.index)
    table = table.assign(order=order).sort_values(["level", "currency", "order"], kind="stable", na_position="last")
    return Answer(table[COLUMNS].reset_index(drop=True), notes=_notes(whole, before), sql=past.sql)


def _with_calls(due: pd.DataFrame, called: pd.DataFrame, day: date) -> pd.DataFrame:
    """due with the newest call known on the day. An amount is of the whole renewal: with several currencies it counts once."""
    newest = called[called["called_on"] <= pd.Timestamp(day)].drop_duplicates(["_account", "renews_on"], keep="last")
    due = due.merge(newest[["_account", "renews_on", "renewal_call", "amount"]], "left", on=["_account", "renews_on"])
    amount = due["amount"].where(~due.duplicated(["_account", "renews_on"]))
    return due.assign(
        renewal_call=due["renewal_call"].astype(object).where(due["renewal_call"].notna(), _NONE),
        arr_called=np.where(due["renewal_call"].notna(), amount.fillna(due["arr_due"]), 0.0),
    )


def _before(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, called: pd.DataFrame) -> pd.DataFrame:
    """Past renewals that were called before their quarter opened: renewal_call, is_renewed, and renew_rate by the odds of then."""
    found = [pd.DataFrame(columns=["renewal_call", "is_renewed", "renew_rate"])]
    spans = scored(book.as_of, definitions)
    if not spans or called["called_on"].min() >= pd.Timestamp(spans[-1][0]):
        return found[0]
    past = read(con, book, definitions, is_record=True)
    for span in spans:
        day = span[0] - timedelta(1)
        learnt, rows = past.learnt(day, [0]), past.rows
        rows = rows[rows["day"] == pd.Timestamp(day)].assign(lead=0)
        due = due_within(rows, learnt, [span], looks_twice=False)
        due = chances(due, learnt.columns(rows), learnt) if not learnt.lacks else due.assign(renew_rate=np.nan)
        due = _with_calls(due[~due["is_signed"].to_numpy(bool)], called, day)
        found.append(due[due["renewal_call"] != _NONE][found[0].columns])
    return pd.concat([each for each in found if len(each)] or found, ignore_index=True)


def _kept(before: pd.DataFrame) -> pd.DataFrame:
    """Of each call: how many were made before, how many renewed, with the interval; and the odds' mean chance of the same."""
    n = before.groupby("renewal_call").agg(
        n_called_before=("is_renewed", "size"),
        n_called_renewed=("is_renewed", "sum"),
        odds_before=("renew_rate", "mean"),
    )
    n = n.astype(float).reset_index()
    lo, hi = wilson(n["n_called_renewed"], n["n_called_before"])
    return n.assign(call_rate=n["n_called_renewed"] / n["n_called_before"], call_lo=lo, call_hi=hi)


def _scores(before: pd.DataFrame) -> dict[str, float]:
    """Both over the same renewals. A call says the share that renewed of its like, itself left out."""
    both = before[before["renew_rate"].notna()]
    came = both["is_renewed"].astype(float)
    of_call = came.groupby(both["renewal_call"])
    n, renewed = of_call.transform("size"), of_call.transform("sum")
    both = both[n > 1]
    said = ((renewed - came) / (n - 1))[n > 1]
    came = came[n > 1]
    return {
        "n_scored": len(both),
        "brier_calls": float(((said - came) ** 2).mean()) if len(both) else np.nan,
        "brier_odds": float(((both["renew_rate"].astype(float) - came) ** 2).mean()) if len(both) else np.nan,
    }


def _notes(whole: list[tuple[date, date]], before: pd.DataFrame) -> tuple[str, ...]:
    due = f"Renewals due from {say_day(whole[0][0])} until before {say_day(whole[-1][1])}; each account's newest call."
    if not len(before):
        return due, "No call made before its quarter opened is decided yet: what calls are worth cannot be told."
    return due, f"{len(before):,} past renewals were called before their quarter opened and are decided."
