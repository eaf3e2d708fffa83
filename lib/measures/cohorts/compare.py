"""Two cohorts against each other: step by step, and over their whole time.

cohort_compare   one row per step: both rates, their difference with its interval, p and q
COLUMNS          of the answer, whatever the options
SILENT_DAYS      without use for so long somebody has stopped
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from lib import stats, survival
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer
from lib.measures.cohorts import counted, money
from lib.measures.cohorts.question import Question, asked
from lib.measures.cohorts.statement import members, parameters

COLUMNS = [
    "cohort", "other_cohort", "step", "step_label", "n_eligible", "n_retained", "retained_rate", "retained_rate_lo",
    "retained_rate_hi", "n_eligible_other", "n_retained_other", "other_rate", "other_rate_lo", "other_rate_hi",
    "rate_difference", "rate_difference_lo", "rate_difference_hi", "p_value", "q_value", "is_complete",
    "gross_retained_rate", "other_gross_rate", "median_days", "other_median_days", "logrank_p", "n_ended", "n_ended_other",
]  # fmt: skip
SILENT_DAYS = 28
_TIMES = {
    "use": """,
chosen as (
    select * from member where list_contains($keys::varchar[], coalesce(cohort, $missing))
),
used_on as (
    select distinct member, week + nth as day
    from usage.usage_person_week as used
    join chosen on chosen.account = used.account and chosen.person = used.person
    cross join (select unnest(range(7))::integer as nth) as of_week  -- not unnested over the join: DuckDB 2.0.0 fails at that
    where week > began_on - 7
      and (active_days::integer >> nth) & 1 = 1 and week + nth > began_on and week + nth < (select known_to from known)
    union
    select member, began_on from chosen
),
paused as (
    select member, min(day) filter (where next_day - day > $silent_days::integer) as last_on
    from (
        select member, day, lead(day, 1, (select known_to from known)) over (partition by member order by day) as next_day
        from used_on
    ) as followed
    group by member
),
time as (
    select cohort, began_on, coalesce(last_on, until_on) as last_on, until_on - $silent_days::integer as seen_to
    from member
    join paused using (member)
    where began_on < until_on - $silent_days::integer
)
select cohort, least(last_on, seen_to) - began_on as days, last_on < seen_to as has_ended, count(*) as n
from time
group by all
""",
    "life": """,
last_term as (
    select member, max(coalesce(term.ended_on, date '9999-12-31')) as ended_on
    from cohort_term($as_of) as term
    join member using (_account)
    group by member
),
time as (
    select cohort, began_on, until_on, coalesce(ended_on, began_on) as ended_on
    from member
    left join last_term using (member)
)
select cohort, greatest(least(ended_on, until_on) - began_on, 0) as days, ended_on < until_on as has_ended, count(*) as n
from time
group by all
""",
    "feature": """,
first_use as (
    select member, min(first_on) as day
    from member
    join cohort_first_use($as_of, [$feature]) as used
        on used.account = member.account and (member.person is null or member.person = used.person)
    group by member
),
time as (
    select cohort, began_on, until_on, day from member left join first_use using (member)
)
select
    cohort, greatest(least(coalesce(day, until_on), until_on) - began_on, 0) as days, coalesce(day < until_on, false) as has_ended,
    count(*) as n
from time
group by all
""",
}


def cohort_compare(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    of: str = "users",
    cohort: str | None = None,
    every: str = "month",
    step: str = "month",
    n_steps: int | None = None,
    brackets: Sequence[str | int] = (),
    kind: str = "on",
    calendar: str = "rolling",
    feature: str = "",
    first: str | None = None,
    second: str | None = None,
) -> Answer:
    """The cohorts `first` and `second`, as `cohorts` names them, a row per step; without them, the first and
    the last one that has a complete cell.

    A step is compared where the cells of both are complete. The difference is first - second: of shares with Newcombe's interval
    and a two-sided test; of ARR with the middle 95 % of the bootstrap and a test by its spread. q_value is Benjamini and Hochberg's
    over the steps.

    logrank_p, the same in every row, compares the whole time: days from the beginning to the last use before the first pause of
    more than SILENT_DAYS days, to the end of an account's last term, or to the first use of a feature; censored where it has not
    come. A pause, unlike a last use, is seen as well in a cohort that is known for long as in one that is new. The medians
    are Kaplan and Meier's. An empty answer where there are no two cohorts.
    """
    question = asked(
        con, of=of, cohort=cohort, every=every, step=step, n_steps=n_steps, brackets=brackets, kind=kind,
        calendar=calendar, feature=feature,
    )  # fmt: skip
    found, dropped, sql = counted(con, question, book, definitions)
    names = list(dict.fromkeys(_said(name) for name in found["cohort"]))
    if len(names) < 2:
        return Answer(pd.DataFrame(columns=COLUMNS), dropped, ("There are no two cohorts to compare.",), sql)
    pair = _pair(found, names, first, second)
    drawn = money.draws(con, question, book, definitions) if question.is_money else {}
    one, other = (found[[_said(each) == name for each in found["cohort"]]].reset_index(drop=True) for name in pair)
    table = _steps(one, other, question, drawn)
    times = members(question) + _TIMES["feature" if feature else "use" if question.is_of_people else "life"]
    values = parameters(times, question, book, definitions)
    keys = [_said(each["key"].iat[0]) for each in (one, other)]
    values |= {"silent_days": SILENT_DAYS, "keys": keys, "missing": ""} if "$silent_days" in times else {}
    known = con.execute(times, values).df()
    known["cohort"] = known["cohort"].astype(object).where(known["cohort"].notna(), None)
    table = table.assign(cohort=pair[0] or None, other_cohort=pair[1] or None, **_over_time(known, keys))
    return Answer(table[COLUMNS], dropped, (_meaning(question),), times)


def _said(name: object) -> str:
    """A cohort as an option says it: a missing value is empty."""
    return "" if name is None or name != name else str(name)


def _pair(found: pd.DataFrame, names: list[str], first: str | None, second: str | None) -> list[str]:
    """The two that were named; else the first one, and the last that has a complete cell."""
    whole = list(dict.fromkeys(_said(name) for name in found.loc[found["is_complete"], "cohort"]))
    one = names[0] if first is None else first
    usual = next((name for name in [*reversed(whole), *reversed(names)] if name != one), one)
    pair = [one, usual if second is None else second]
    for name in pair:
        if name not in names:
            raise Refused("There is no such cohort here; name one as the list of cohorts has it.")
    if pair[0] == pair[1]:
        raise Refused("A cohort is compared with another one, not with itself.")
    return pair


def _steps(one: pd.DataFrame, other: pd.DataFrame, question: Question, drawn: dict) -> pd.DataFrame:
    """Both rates of every step, and where both are complete their difference."""
    is_complete = (one["is_complete"] & other["is_complete"]).to_numpy()
    if question.is_money:
        of, name = [], question.of.removeprefix("arr_")
        for cells in (one, other):
            draws = drawn[cells["key"].iat[0]]
            kept = getattr(draws, name)
            with np.errstate(divide="ignore", invalid="ignore"):
                of.append(
                    (
                        cells[f"arr_{name}"] / cells["arr_eligible"],
                        *money.interval(kept, draws.eligible),
                        kept / draws.eligible,
                    )
                )
        difference = (of[0][0] - of[1][0]).to_numpy()
        spread = of[0][3] - of[1][3]
        lo, hi = money.interval(spread, np.ones_like(spread))
        p = money.differs(difference, spread)
    else:
        k, n, k_2, n_2 = (each[name].to_numpy(float) for each in (one, other) for name in ("n_retained", "n_eligible"))
        with np.errstate(divide="ignore", invalid="ignore"):
            of = [(k / n, *stats.wilson(k, n)), (k_2 / n_2, *stats.wilson(k_2, n_2))]
        difference, (lo, hi) = of[0][0] - of[1][0], stats.newcombe(k, n, k_2, n_2)
        p = stats.rate_differs(k, n, k + k_2, n + n_2)
    compared = {"rate_difference": difference, "rate_difference_lo": lo, "rate_difference_hi": hi, "p_value": p}
    compared = {name: np.where(is_complete, value, np.nan) for name, value in compared.items()}
    ends = ("", "_lo", "_hi")
    return one[["step", "step_label", "n_eligible", "n_retained"]].assign(
        n_eligible_other=other["n_eligible"],
        n_retained_other=other["n_retained"],
        **{f"retained_rate{end}": np.asarray(value) for end, value in zip(ends, of[0], strict=False)},
        **{f"other_rate{end}": np.asarray(value) for end, value in zip(ends, of[1], strict=False)},
        **compared,
        **{name: _gross(each, question) for name, each in (("gross_retained_rate", one), ("other_gross_rate", other))},
        q_value=stats.benjamini_hochberg(compared["p_value"]),
        is_complete=is_complete,
    )


def _gross(cells: pd.DataFrame, question: Question) -> pd.Series:
    """The gross share of ARR, which no net one is without."""
    eligible = cells["arr_eligible"].where(cells["arr_eligible"] > 0)
    return cells["arr_gross"] / eligible if question.is_money else eligible * np.nan


def _over_time(known: pd.DataFrame, keys: list[str]) -> dict[str, float]:
    """The log-rank test of two cohorts, their medians, and how many have ended; empty where nobody has."""
    both = [known[[_said(each) == key for each in known["cohort"]]] for key in keys]
    ended = [np.where(each["has_ended"].to_numpy(bool), each["n"], 0) for each in both]
    others = [each["n"].to_numpy() - n for each, n in zip(both, ended, strict=True)]
    medians = [
        survival.median_survival(survival.curve_of(each["days"], *counts))
        for each, *counts in zip(both, ended, others, strict=True)
    ]
    is_of = np.arange(2)[:, None] == np.repeat([0, 1], [len(each) for each in both])
    days = np.concatenate([each["days"] for each in both])
    _, _, p = survival.logrank_of(days, is_of * np.concatenate(ended), is_of * np.concatenate(others))
    n_ended = [int(each.sum()) for each in ended]
    return {
        "median_days": medians[0], "other_median_days": medians[1], "logrank_p": p,
        "n_ended": n_ended[0], "n_ended_other": n_ended[1],
    }  # fmt: skip


def _meaning(question: Question) -> str:
    if question.feature:
        return "Over their whole time: days to the first use of the feature, censored where it has not been used."
    if question.is_of_people:
        return f"Over their whole time: days to the last use before the first pause of more than {SILENT_DAYS} days."
    return "Over their whole time: days to the end of the last term, censored while it lives or is pending."
