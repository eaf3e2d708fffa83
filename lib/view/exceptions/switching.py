"""Switching a rule on or off, or publishing it changed: a new version of the definitions, for everybody.

bar       the buttons and why; for who may not publish, whom to ask
said      what publishing said
of_run    the rule that is tried, by the definitions of this run
draft_of  the same as it is changed, None where that makes no rule yet
try_one   begin a new rule; for callbacks
"""

from dataclasses import asdict, replace

import streamlit as st

from lib.definitions import Definitions, made_of
from lib.definitions.exceptions import Rule
from lib.errors import Refused
from lib.view import access, door, inforce, look, private, step
from lib.view.exceptions.exceptionstate import CLOSED, NEW, OF_RULE, Exceptions, asked_of
from lib.view.funnel import versions
from lib.view.plain import plain

_SOURCE = "The rule"


def of_run(state: Exceptions) -> Rule | None:
    """The rule that is tried, by the definitions of this run."""
    return door.definitions().exceptions.rule(state.tried)


def draft_of(state: Exceptions, base: Rule | None = None) -> Rule | None:
    """The rule that is tried with what is changed in it."""
    rule = base or of_run(state)
    given = {name: value for name, value in asked_of(state).items() if name != "rule"}
    if "among" in given:
        given["among"] = tuple(given["among"])
    if rule is None:
        if not {"fact", "enter"} <= set(given):
            return None
        rule = Rule("A new rule", given["fact"], "at_least", given["enter"], given["enter"])
    return replace(rule, **given)


def try_one() -> None:
    """Begin a new rule."""
    step.turn(tried=NEW, **dict.fromkeys(OF_RULE, ""), **CLOSED)
    look.ask_to_scroll("try")


def said() -> None:
    """What publishing said, until the reader comes to the page anew."""
    versions.again()
    versions.told()


def bar(state: Exceptions) -> None:
    """Publish the rule as it is tried: on, off, or changed."""
    if not access.may_publish():
        whom = " or ".join(map(plain, access.admins())) or "an admin"
        look.note(f"Try what you like: what is on counts for everybody, and is changed by admins. Ask {whom}.")
        return
    if private.is_on():
        look.note("You look at data of your own. Go back to the shared data to switch rules for everybody.")
        return
    base, after = _in_force()
    if inforce.is_old():
        look.note("The link shows older definitions; what is published here changes the rules of today.")
    rule = base.exceptions.rule(state.tried)
    if rule is None and state.tried != NEW:
        look.note("The rules of today have no such rule any more.")
        return
    _buttons(state, base, rule, after)
    versions.again()
    folded = st.expander(
        "Versions of the definitions", icon=":material/history:", key="exception versions", on_change="rerun"
    )
    if folded.open:
        with folded:
            versions.show()


def _buttons(state: Exceptions, base: Definitions, rule: Rule | None, after: str | None) -> None:
    name = rule.rule if rule else NEW
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="exception-publish"):
        if rule is None:
            name = st.text_input(
                "Name", key="name of a new rule", max_chars=100, placeholder="Name of the rule", width=240
            )
        comment = st.text_input(
            "Why", key=f"why of {name if rule else NEW}", max_chars=500, placeholder="What it is for", width="stretch"
        )
        draft = draft_of(state, rule)
        is_changed = rule is None or draft != rule
        if rule is not None and rule.is_on:
            if is_changed and st.button("Publish as changed", key="publish rule", type="primary"):
                _publish(state, base, replace(draft, is_on=True), comment or f"{name} changed", after)
            if st.button("Switch off", key="switch off", type="secondary"):
                _publish(state, base, replace(rule, is_on=False), comment or f"{name} switched off", after)
        elif st.button("Switch on for everybody", key="switch on", type="primary", disabled=draft is None):
            made = replace(draft, is_on=True, rule=name.strip() if rule is None else rule.rule)
            _publish(state, base, made, comment or f"{made.rule} switched on", after)


def _publish(state: Exceptions, base: Definitions, rule: Rule, comment: str, after: str | None) -> None:
    """Make definitions with `rule` in the place of the one of its name those in force."""
    words = base.exceptions
    has_it = words.rule(rule.rule) is not None and state.tried != NEW
    triggers = [rule if has_it and each.rule == rule.rule else each for each in words.triggers] + (
        [] if has_it else [rule]
    )
    section = {**base.words()["exceptions"], "triggers": [asdict(each) for each in triggers]}
    try:
        published = made_of({**base.words(), "exceptions": section}, _SOURCE)
    except Refused as refusal:
        look.notice(plain(refusal))
        return
    if versions.save(published, comment, after=after):
        step.turn(tried=rule.rule, **dict.fromkeys(OF_RULE, ""), **CLOSED)


def _in_force() -> tuple[Definitions, str | None]:
    now = inforce.newest()
    return (now.definitions, now.id) if now else (inforce.default(), None)
