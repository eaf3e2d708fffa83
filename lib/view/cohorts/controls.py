"""What chooses the cohorts: what is counted, what begins them, how long, in which steps; the rest under More.

row       the controls
called    what people call a cohort
written   a cohort as the link has it, and
read      back
picked    the two cohorts that are compared
told_step the step of which the sentence is
"""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from lib.measures import Answer
from lib.measures.cohorts.question import KINDS, MOST_STEPS, SIZES, UNITS, USUAL_BRACKETS, USUAL_STEPS
from lib.store.dimensions import StoredDimension
from lib.view import address, step
from lib.view.cohorts.cohortstate import Cohorts
from lib.view.words import word

OF_WHAT = {"users": "People", "accounts": "Accounts", "arr_gross": "ARR gross", "arr_net": "ARR net"}
BEGINS = {
    "signup": "Sign-up",
    "contract_start": "Contract start",
    "key_action": "First key action",
    "first_use": "First use",
}
_SIZES = {"week": "Weekly", "month": "Monthly", "quarter": "Quarterly"}
_UNITS = {"day": "Days", "week": "Weeks", "month": "Months"}
_KINDS = {
    "on": "is there in the step",
    "on_or_after": "is there then or later",
    "on_or_before": "is back by then",
    "streak": "is there in every step",
    "bracket": "is there in a bracket",
}
_CALENDARS = {"rolling": "From the day each began", "calendar": "Of the calendar"}
_ORDERS = {"oldest": "Oldest first", "newest": "Newest first"}


def row(state: Cohorts, dimensions: Sequence[StoredDimension], features: Answer | None) -> None:
    """The controls; a change is a step of the reader. Another question has no cell of the old one open."""
    usual = "signup" if state.of == "users" else "contract_start"
    begins = [*BEGINS, *(each.name for each in dimensions)]

    def anew(**changes) -> None:
        step.turn(open=(), first="", second="", **changes)

    def begun(value: str) -> None:
        anew(cohort="" if value == usual else value)

    _segmented("Count", "of", OF_WHAT, state.of, lambda value: anew(of=value))
    _select(
        "Cohorts by", "cohort", begins, state.cohort or usual, lambda name: BEGINS.get(name) or word(name), 134, begun
    )
    if state.cohort in ("", *BEGINS):
        _select("Taken in", "every", SIZES, state.every, _SIZES.get, 106, lambda value: anew(every=value))
    _select(
        "Steps of", "unit", UNITS, state.unit, _UNITS.get, 98, lambda value: step.turn(unit=value, steps=0, open=())
    )
    _share(state, features)
    more = st.popover("More", icon=":material/tune:", key="more", on_change="rerun")
    if more.open:  # what is folded away would not take the values it is given
        with more:
            _more(state)


def _share(state: Cohorts, features: Answer | None) -> None:
    """What makes one count: being there, in one of several ways, or the first use of a feature."""
    is_money = state.of.startswith("arr_")
    kinds = ("on", "bracket") if is_money else KINDS
    named = (
        {}
        if is_money or features is None
        else dict(zip(features.table["feature"], features.table["feature_name"], strict=True))
    )
    used = {f"feature:{name}": f"has used {called}" for name, called in named.items()}
    now = state.kind if state.kind in kinds else "on"
    if state.feature and not is_money:
        now = f"feature:{state.feature}"
        used.setdefault(now, f"has used {state.feature}")

    def chosen(value: str) -> None:
        feature = value.removeprefix("feature:") if value.startswith("feature:") else ""
        step.turn(feature=feature, kind="on" if feature else value, open=())

    _select("Share that", "share", [*kinds, *used], now, lambda name: _KINDS.get(name) or used[name], 162, chosen)


def _more(state: Cohorts) -> None:
    _segmented("Steps", "calendar", _CALENDARS, state.calendar, lambda value: step.turn(calendar=value, open=()))
    _segmented("Order", "order", _ORDERS, state.order, lambda value: step.turn(order=value))
    if state.kind == "bracket" and not state.feature:
        step.show("brackets", ",".join(state.brackets or map(str, USUAL_BRACKETS)))

        def bracketed() -> None:
            said = [each.strip() for each in st.session_state["brackets"].split(",") if each.strip()]
            step.turn(brackets=tuple(said), open=())

        st.text_input(
            f"Brackets begin at these {_UNITS[state.unit].lower()}, the last ends there",
            key="brackets", max_chars=200, on_change=bracketed,
        )  # fmt: skip
        return
    step.show("steps", state.steps or USUAL_STEPS[state.unit])
    st.number_input(
        f"{_UNITS[state.unit]} after the first", min_value=1, max_value=MOST_STEPS, key="steps",
        on_change=lambda: step.turn(steps=int(st.session_state["steps"] or 0), open=()),
    )  # fmt: skip


def _segmented(label: str, key: str, words: dict[str, str], value: str, turn: Callable[[str], None]) -> None:
    step.show(key, value)
    st.segmented_control(
        label, list(words), key=key, format_func=words.get, required=True, on_change=lambda: turn(st.session_state[key])
    )


def _select(
    label: str,
    key: str,
    names: Sequence[str],
    value: str,
    words: Callable[[str], str],
    width: int,
    turn: Callable[[str], None],
) -> None:
    step.show(key, value)
    st.selectbox(
        label, list(names), key=key, format_func=words, width=width, on_change=lambda: turn(st.session_state[key])
    )


def called(cohort: object) -> str:
    """What people call a cohort: its name, or missing."""
    return "missing" if cohort is None or cohort != cohort else str(cohort)


def written(row: dict) -> str:
    """A row of cohorts as the link has it: all of them, one by name, or the missing value."""
    return "all" if row["is_pooled"] else address.pair("is", row["cohort"])


def read(said: str) -> tuple[bool, str | None]:
    """(whether all cohorts, the cohort by name): the inverse of `written`."""
    return (True, "all") if said == "all" else (False, address.unpair(said)[1])


def picked(found: pd.DataFrame, state: Cohorts, few: int) -> tuple[object, object]:
    """The two cohorts that are compared: those chosen, else the first and the last one that has finished the step that is told."""
    own = found[~found["is_pooled"]]
    names = _names(own)
    if len(names) < 2:
        return (names or [""])[0], ""
    told = _names(own[own["is_complete"] & (own["step"] == told_step(found, few))])
    first = read(state.first)[1] if state.first else names[0]
    first = first if first in names else names[0]
    usual = next(name for name in [*reversed(told), *reversed(names)] if name != first)
    second = read(state.second)[1] if state.second else usual
    return first, second if second in names and second != first else usual


def told_step(found: pd.DataFrame, few: int) -> int | None:
    """The last step that half of all members have finished, in cohorts that are not few; chosen without a look at the rates."""
    own = found[~found["is_pooled"]]
    whole = own[own["is_complete"] & (own["n_eligible"] > 0)]
    enough = whole[whole["n_eligible"] >= few]
    n = (enough if len(enough) else whole).groupby("step")["n_eligible"].sum()
    steps = n[n * 2 >= own.drop_duplicates("cohort")["n_cohort"].sum()].index
    return int(max(steps)) if len(steps) else int(n.idxmax()) if len(n) else None


def _names(own: pd.DataFrame) -> list:
    return [None if name != name else name for name in own.drop_duplicates("cohort")["cohort"]]
