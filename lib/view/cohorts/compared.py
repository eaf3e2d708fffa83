"""Two cohorts against each other: chosen, told in a sentence, and step by step.

panel   the two boxes, the sentence and the table
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.cohorts.compare import SILENT_DAYS
from lib.view import address, door, look, numbers, step, tables
from lib.view.cohorts import controls
from lib.view.cohorts.cohortstate import Cohorts
from lib.view.plain import plain

SURE = 0.05


def panel(book: Book, answer: Answer, state: Cohorts) -> dict[str, Answer]:
    """The comparison of the two cohorts that are chosen, else of the first and the last that can be told."""
    own = answer.table[~answer.table["is_pooled"]]
    names = [None if name != name else name for name in own.drop_duplicates("cohort")["cohort"]]
    look.section("Two cohorts", "does one differ from the other, beyond chance?")
    if len(names) < 2:
        look.note("There is one cohort: it has nothing to be compared with.")
        return {}
    few = door.definitions().reading.few_accounts
    first, second = controls.picked(answer.table, state, few)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _choose("first", "Compare", names, first, second)
        _choose("second", "with", names, second, first)
    compared = door.try_ask("cohort_compare", book, **state.options(), first=first or "", second=second or "")
    if compared is None or compared.table.empty:
        return {}
    look.html(f'<p class="hl-said">{plain(sentence(compared.table, state, few))}</p>')
    shown = compared.table[compared.table["is_complete"]]
    if len(shown):
        columns = ["step_label", "n_eligible", "retained_rate", "n_eligible_other", "other_rate", "rate_difference",
                   "rate_difference_lo", "rate_difference_hi", "p_value", "q_value"]  # fmt: skip
        labels = {
            "n_eligible": f"n, {controls.called(first)}", "retained_rate": controls.called(first),
            "n_eligible_other": f"n, {controls.called(second)}", "other_rate": controls.called(second),
            "rate_difference": "Difference, points", "rate_difference_lo": "low", "rate_difference_hi": "high",
        }  # fmt: skip
        if state.of == "arr_net":
            columns[3:3] = ["gross_retained_rate"]
            columns[6:6] = ["other_gross_rate"]
            labels |= {"gross_retained_rate": "gross", "other_gross_rate": "gross"}
        tables.show(shown[columns], key="cohorts compared", labels=labels)
    return {"Two cohorts": compared}


def sentence(table: pd.DataFrame, state: Cohorts, few: int) -> str:
    """What the comparison comes to; text as typed."""
    first, second = controls.called(table["cohort"].iat[0]), controls.called(table["other_cohort"].iat[0])
    whole = table[table["is_complete"]]
    if whole.empty:
        return f"{first} and {second} have no step that both have finished."
    n_out = int((whole["q_value"] <= SURE).sum())
    enough = whole[whole[["n_eligible", "n_eligible_other"]].min(axis=1) >= few]
    last = (enough if len(enough) else whole).iloc[-1]
    side = "above" if last["rate_difference"] >= 0 else "below"
    apart = (
        f"In {last['step_label']}, {first} is {abs(last['rate_difference']) * 100:.1f} points {side} {second} "
        f"({numbers.points(last['rate_difference_lo']).removesuffix(' points')} to {numbers.points(last['rate_difference_hi'])})"
    )
    steps = (
        f"; they differ beyond chance in {n_out} of {numbers.plural(len(whole), 'step')}"
        if n_out
        else f"; in none of {numbers.plural(len(whole), 'step')} do they differ beyond chance"
    )
    p = table["logrank_p"].iat[0]
    if p != p:
        return f"{apart}{steps}."
    what = (
        "first use of the feature"
        if state.feature
        else f"the first {SILENT_DAYS} days without use"
        if state.of == "users"
        else "leaving"
    )
    told = "differs" if p <= SURE else "does not differ beyond chance"
    said = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    return f"{apart}{steps}. Over their whole time, time to {what} {told} (log-rank {said})."


def _choose(key: str, label: str, names: list, value: object, other: object) -> None:
    choices = [at for at, name in enumerate(names) if name != other]
    step.show(f"cohort {key}", names.index(value))

    def turned() -> None:
        name = names[st.session_state[f"cohort {key}"]]
        step.turn(**{key: address.pair("is", name)})

    st.selectbox(
        label,
        choices,
        key=f"cohort {key}",
        format_func=lambda at: controls.called(names[at]),
        width=240,
        on_change=turned,
    )
