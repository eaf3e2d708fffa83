"""Try a rule before it is on: its words, changed as one likes, and what it would have told in the past.

section   the panel of the rule that is tried
"""

import streamlit as st

from lib.book import Book
from lib.definitions.exceptions import FACTS, GATES, TESTS, Rule
from lib.facts.exceptionsaid import condition
from lib.measures import Answer
from lib.view import door, look, step
from lib.view.exceptions import switching, trialfigures
from lib.view.exceptions.exceptionstate import CLOSED, EVERYBODY, NEW, OF_RULE, Exceptions, asked_of
from lib.view.plain import plain

_TESTS = {"at_least": "at least", "at_most": "at most"}


def section(book: Book, state: Exceptions) -> dict[str, Answer]:
    """The choice of a rule, its words, and its trial."""
    days = door.definitions().exceptions.try_days
    look.section(
        "Try before you switch on",
        f"what a rule would have told in the last {days} days; nothing changes for anybody",
        place="try",
    )
    switching.said()
    _choose(state)
    with st.container(key="exception-trial"):  # always there: what comes and goes must not move what stands below it
        if not state.tried:
            look.note("Choose a rule, or click one above.")
            return {}
        rule = switching.of_run(state)
        _edit(state, rule)
        if state.tried == NEW and not (state.fact and state.test and state.enter):
            look.note("Say by what it is told, and where an exception begins.")
            return {}
        asked = asked_of(state)
        with st.skeleton(height=320):
            found = door.try_ask("exception_trial", book, **asked)
        if found is None:
            return {}
        shown = {"Trial": found} | trialfigures.shown(book, state, found, asked)
        switching.bar(state)
        return shown


def _choose(state: Exceptions) -> None:
    names = ["", *(each.rule for each in door.definitions().exceptions.triggers), NEW]
    is_on = {each.rule for each in door.definitions().exceptions.on()}

    def said(name: str) -> str:
        if name in ("", NEW):
            return "A new rule" if name else "No rule"
        return f"{plain(name)}{' (on)' if name in is_on else ''}"

    step.show("exceptions tried", state.tried)
    st.selectbox(
        "Rule to try", names, key="exceptions tried", format_func=said, width=340, label_visibility="collapsed",
        on_change=lambda: step.turn(tried=st.session_state["exceptions tried"], **dict.fromkeys(OF_RULE, ""), **CLOSED),
    )  # fmt: skip


def _edit(state: Exceptions, rule: Rule | None) -> None:
    """The words of the rule; what is changed stands in the link."""
    given = _given(state, rule)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="exception-words"):
        if state.tried == NEW:
            _word("fact", "Told by", ["", *FACTS], state.fact, _fact, 380)
        _word("test", "Test", list(TESTS), given["test"], _TESTS.get, 120)
        _number("enter", "Begins", given["enter"], "a share: 0.4 is 40 %")
        _number("leave", "Over past", given["leave"], "between the two nothing changes")
        _number("lasts", "For days", given["lasts"], "it must have held for so long")
        _gates(given["among"])
        if state.tried != NEW and any(getattr(state, name) for name in OF_RULE):
            st.button("As it was", key="exceptions as it was", type="tertiary", on_click=_as_it_was)
    changed = switching.draft_of(state)
    if changed is not None:
        play = f" Play: “{plain(changed.play)}”." if changed.play else ""
        look.note(f"Tells when <b>{plain(condition(changed))}</b>{', good news' if changed.is_good else ''}.{play}")


def _given(state: Exceptions, rule: Rule | None) -> dict:
    """What the widgets show: what was changed, else what the rule says."""
    gates = state.among.split(",") if state.among else list(rule.among) if rule else []
    return {
        "test": state.test or (rule.test if rule else "at_least"),
        "enter": float(state.enter) if state.enter else rule and rule.enter,
        "leave": float(state.leave) if state.leave else rule and rule.leave,
        "lasts": int(state.lasts) if state.lasts else rule.for_days if rule else 0,
        "among": [each for each in gates if each != EVERYBODY],
    }


def _fact(name: str) -> str:
    return FACTS[name].says if name else "Choose a fact"


def _gates(now: list[str]) -> None:
    key = "exceptions among"
    step.show(key, now)
    st.multiselect(
        "Of whom", list(GATES), key=key, format_func=GATES.get, width=300, placeholder="all customers",
        on_change=lambda: step.turn(among=",".join(st.session_state[key]) or EVERYBODY, **CLOSED),
    )  # fmt: skip


def _as_it_was() -> None:
    step.turn(**dict.fromkeys(OF_RULE, ""))


def _word(name: str, label: str, values: list[str], now: str, said, width: int) -> None:
    key = f"exceptions {name}"
    step.show(key, now)
    st.selectbox(
        label,
        values,
        key=key,
        format_func=said,
        width=width,
        on_change=lambda: step.turn(**{name: st.session_state[key]}, **CLOSED),
    )


def _number(name: str, label: str, now: float | int | None, means: str) -> None:
    key, is_whole = f"exceptions {name}", name == "lasts"
    step.show(key, now)

    def changed() -> None:
        found = st.session_state[key]
        step.turn(**{name: "" if found is None else f"{found:g}"}, **CLOSED)

    st.number_input(
        label, key=key, step=1 if is_whole else 0.05, format="%d" if is_whole else "%g", help=means, width=120, on_change=changed,
        **({"min_value": 0, "max_value": 365} if is_whole else {}),
    )  # fmt: skip
