"""What the cohorts come to, in a sentence.

verb       what is counted, as "used anything"
headline   the best and the worst complete cohort against all, or that nothing stands out
aside      which steps and cells that is of
"""

import pandas as pd

from lib.view import numbers
from lib.view.cohorts.cohortstate import Cohorts
from lib.view.cohorts.controls import called, told_step

SURE = 0.05  # of q over the cohorts of the step


def verb(state: Cohorts, feature: str = "") -> str:
    """What is counted, after "the share that"; `feature` is what people call the one that is asked about."""
    if state.feature and not state.of.startswith("arr_"):
        return f"had used {feature or state.feature} by then"
    if state.of == "users":
        return {
            "on_or_after": "used anything then or later",
            "on_or_before": "had come back by then",
            "streak": "used something in every step so far",
        }.get(state.kind, "used anything")
    if state.of == "accounts":
        words = {"on_or_after": "lived then or later", "on_or_before": "had lived by then", "streak": "had never gone"}
        return words.get(state.kind, "lived on")
    return "was kept, gross" if state.of == "arr_gross" else "was kept, growth included"


def headline(found: pd.DataFrame, state: Cohorts, few: int, feature: str = "") -> str:
    """The best and the worst cohort at the step that is told, against all complete ones; text as typed."""
    at = told_step(found, few)
    if at is None:
        return "No cohort has finished a step yet: too early to tell."
    pooled = found[found["is_pooled"] & (found["step"] == at)].iloc[0]
    own = found[~found["is_pooled"] & found["is_complete"] & (found["step"] == at)]
    who = (
        numbers.plural(pooled["n_eligible"], "person", "people")
        if state.of == "users"
        else numbers.plural(pooled["n_eligible"], "account")
    )
    of_what = f"the ARR of {who}" if state.of.startswith("arr_") else who
    mean = numbers.interval(pooled["retained_rate"], pooled["retained_rate_lo"], pooled["retained_rate_hi"])
    base = (
        f"In {pooled['step_label']}, {mean} of {of_what} in {numbers.plural(len(own), 'cohort')} {verb(state, feature)}"
    )
    if state.of == "arr_net":
        base += f"; gross {numbers.percent(pooled['gross_retained_rate'])}"
    enough = own[own["n_eligible"] >= few]
    if len(enough) < 2:
        return f"{base}. Too few cohorts with n of {few} or more to tell them apart."
    out = enough[enough["q_value"] <= SURE].sort_values("retained_rate", kind="stable")
    if out.empty:
        return f"{base}. No difference between cohorts beyond chance."
    said = []
    if out.iloc[-1]["retained_rate"] > pooled["retained_rate"]:
        said.append(f"Best: {_named(out.iloc[-1], state)}.")
    if out.iloc[0]["retained_rate"] < pooled["retained_rate"]:
        said.append(f"Worst: {_named(out.iloc[0], state)}.")
    return f"{base}. {' '.join(said)}"


def aside(found: pd.DataFrame, few: int) -> str:
    """Which step that is of, and what of the cells is unfinished."""
    at = told_step(found, few)
    own = found[~found["is_pooled"]]
    n_waiting = int((~own["is_complete"] & (own["n_eligible"] > 0)).sum())
    parts = [] if at is None else ["The step told is the last that half of them have finished."]
    if n_waiting:
        parts.append(f"{numbers.plural(n_waiting, 'cell is', 'cells are')} unfinished and in no mean.")
    parts.append("A difference goes with the cohort; it need not be its doing.")
    return " ".join(parts)


def _named(row: pd.Series, state: Cohorts) -> str:
    gross = f", gross {numbers.percent(row['gross_retained_rate'])}" if state.of == "arr_net" else ""
    return f"{called(row['cohort'])} with {numbers.percent(row['retained_rate'])}{gross} ({numbers.n_of(row['n_eligible'])})"
