"""Try a rule before it is switched on: how much it would have told, and whether what it told of was lost later.

exception_trial   one row
COLUMNS           of the answer, whatever the options
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.facts.exceptionsaid import condition
from lib.measures import Answer
from lib.measures.exceptions import tried
from lib.stats import wilson, wilson_of_clusters

COLUMNS = [
    "exception_rule", "rule_condition", "trial_opens_on", "trial_decided_to", "n_fired", "n_fired_accounts", "n_open_now",
    "fired_per_day", "n_judged", "n_judged_lost", "n_trial_pending", "rule_precision", "rule_precision_lo",
    "rule_precision_hi", "n_trial_lost", "n_warned", "rule_recall", "rule_recall_lo", "rule_recall_hi", "n_base",
    "trial_base_rate", "trial_base_rate_lo", "trial_base_rate_hi", "rule_lift", "rule_lift_lo", "rule_lift_hi",
    "lead_quarter_days", "lead_half_days", "lead_three_quarter_days",
]  # fmt: skip
_TOLD = """select
    count(*) filter (where place = 0 and began_on >= $opens_on::date) as n_fired,
    count(*) filter (where place = 0 and ended_on is null) as n_open_now
from trial_spell"""
_JUDGED = """select
    count(fired_on) as n_fired_accounts, count(*) filter (where outcome in ('lost', 'stayed')) as n_judged,
    count(*) filter (where outcome = 'lost') as n_judged_lost, count(*) filter (where outcome = 'pending') as n_trial_pending,
    count(lost_on) as n_trial_lost, count(warned_on) as n_warned
from trial_account"""
_LEAD = "select lead_days from trial_account where warned_on is not null"
_BASE = """with day as (
    select unnest(generate_series($opens_on::date, $decided_to::date - $judge_days::integer, interval 7 day))::date as day
)
select
    count(*) as n,
    count(*) filter (
        where coalesce(spell.ended_on <= day + $judge_days::integer, false) and ending in ('lapsed', 'cancelled')
    ) as k
from day
join customer_spell as spell on spell.began_on <= day and coalesce(spell.ended_on > day, true)
join book on book._account = spell._account
group by spell._account"""


def exception_trial(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    rule: str | None = None,
    fact: str | None = None,
    test: str | None = None,
    enter: float | None = None,
    leave: float | None = None,
    among: Sequence[str] | None = None,
    for_days: int | None = None,
) -> Answer:
    """What the rule would have told in the last try_days of accounts of the book, against what was lost.

    rule    of the definitions; what else is given takes the place of what it says. Without it: a rule made of what is given

    Precision: of accounts it told of, judged by the first time in these days, the share lost within judge_days after. Those whose
    judge_days and grace days are not over are pending, also where they are lost by now: else losses would count that came
    early, and stays of as long would not. Recall: of accounts lost in these days, the share with an exception open within
    judge_days before. Base rate: of customers on every seventh day whose judge_days are over, the share lost within them. Lead:
    of those it warned of, days from when that exception began to the loss. Intervals are Wilson's; the base rate's are clustered
    by account, lift takes it as it is. Good news, and rules of trials, foretell no loss: theirs are empty.
    """
    found = tried.lay(con, book, definitions, rule, fact, test, enter, leave, among, for_days)
    words = definitions.exceptions
    days = {"opens_on": found.opens_on, "decided_to": found.decided_to, "judge_days": words.judge_days}
    row = _first(con, _TOLD, {"opens_on": found.opens_on}) | _first(con, _JUDGED, {})
    row |= {
        "exception_rule": found.rule.rule, "rule_condition": condition(found.rule), "trial_opens_on": found.opens_on,
        "trial_decided_to": found.decided_to, "fired_per_day": row["n_fired"] / words.try_days,
    }  # fmt: skip
    notes = [
        f"Days from {say_day(found.opens_on)} to {say_day(book.as_of)}; losses are known up to {say_day(found.decided_to)}."
    ]
    if found.is_judged:
        row |= _judged(row, con.execute(_BASE, days).df(), con.execute(_LEAD).df()["lead_days"].to_numpy(float))
    else:
        notes.append(
            "Good news foretells no loss: it has no precision."
            if found.rule.is_good
            else "Trials are no customers yet: none is lost."
        )
    table = pd.DataFrame([row], columns=COLUMNS)
    for name in ("trial_opens_on", "trial_decided_to"):
        table[name] = pd.to_datetime(table[name])
    return Answer(table, notes=tuple(notes), sql=f"{tried.SQL};\n\n{_TOLD};\n\n{_JUDGED};\n\n{_BASE}")


def _first(con: duckdb.DuckDBPyConnection, sql: str, bound: dict) -> dict:
    return con.execute(sql, bound).df().iloc[0].to_dict()


def _judged(row: dict, base: pd.DataFrame, leads: np.ndarray) -> dict:
    k, n = base["k"].to_numpy(float), base["n"].to_numpy(float)
    rate = k.sum() / n.sum() if n.sum() else np.nan
    lo, hi = wilson_of_clusters(k, n)
    precision = _share(row["n_judged_lost"], row["n_judged"])
    lifts = [each / rate if rate > 0 else np.nan for each in precision]
    quartiles = np.quantile(leads, (0.25, 0.5, 0.75)) if len(leads) else (np.nan,) * 3
    return {
        **_named("rule_precision", precision), **_named("rule_recall", _share(row["n_warned"], row["n_trial_lost"])),
        **_named("trial_base_rate", (rate, lo, hi)), **_named("rule_lift", lifts), "n_base": n.sum(),
        **dict(zip(("lead_quarter_days", "lead_half_days", "lead_three_quarter_days"), quartiles, strict=True)),
    }  # fmt: skip


def _share(k: float, n: float) -> tuple[float, float, float]:
    lo, hi = wilson(k, n)
    return (k / n if n else np.nan), float(lo), float(hi)


def _named(name: str, three) -> dict:
    return dict(zip((name, f"{name}_lo", f"{name}_hi"), three, strict=True))
