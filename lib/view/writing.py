"""What a CSM writes, on one account or on many at once: one small form a kind, kept in the workspace.

FORMS   table of the workspace -> its form
panel   choose what to write about these accounts, and write it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import streamlit as st

from lib.errors import Refused
from lib.view import look, numbers, written
from lib.view.plain import plain
from lib.workspace import rows

_KIND, _SAID = "kind of what is written", "what writing said"


@dataclass(frozen=True)
class Field:
    """One column of a form: text, line, choice, day, money or flag."""

    name: str
    label: str
    kind: str
    choices: Mapping[object, str] = field(default_factory=dict)
    hint: str = ""


@dataclass(frozen=True)
class Form:
    """What a form asks for, and the column that takes the day or the moment it is filled in."""

    label: str
    fields: tuple[Field, ...]
    day: str = ""
    moment: str = ""
    owner: str = ""


FORMS = {
    "note": Form("Note", (Field("text", "Note", "text"),)),
    "sentiment": Form(
        "Sentiment",
        (
            Field("score", "How does the customer feel?", "choice",
                  {1: "1 · angry", 2: "2 · unhappy", 3: "3 · neutral", 4: "4 · pleased", 5: "5 · delighted"}),
            Field("comment", "Why", "text"),
        ),
        day="said_on",
    ),
    "next_step": Form("Next step", (Field("text", "Next step", "text"), Field("due_on", "By", "day")), owner="owner"),
    "touch": Form(
        "Touch",
        (
            Field("kind", "Kind", "choice", {"call": "Call", "email": "Email", "training": "Training", "qbr": "Business review"}),
            Field("is_two_way", "The customer answered or took part", "flag"),
            Field("is_proactive", "We began it", "flag"),
            Field("comment", "What was said", "text"),
        ),
        moment="occurred_at",
    ),
    "task": Form(
        "Task",
        (
            Field("title", "What is to be done", "line"),
            Field("due_on", "Due", "day"),
            Field("is_commitment", "Promised to the customer", "flag"),
        ),
        owner="owner",
    ),
    "save_plan": Form(
        "Save plan",
        (
            Field("reason", "Why the account may leave", "text"),
            Field("steps", "Steps, one a line", "steps"),
            Field("arr", "ARR at stake", "money"),
        ),
        day="opened_on",
        owner="owner",
    ),
    "cancel_request": Form("Cancel request", (Field("reason", "Their reason", "text"),), day="asked_on"),
    "renewal_call": Form(
        "Renewal call",
        (
            Field("call", "Call", "choice", {"commit": "Commit", "likely": "Likely", "at_risk": "At risk"}),
            Field("renews_on", "Renewal day", "day"),
            Field("amount", "Amount", "money"),
            Field("comment", "Why", "text"),
        ),
        day="called_on",
    ),
}  # fmt: skip


def panel(accounts: Sequence[str], names: Sequence[str] = ()) -> None:
    """Choose what to write about `accounts`, and write it; `names` are what people call them."""
    said = st.session_state.pop(_SAID, "")
    if said:
        look.notice(plain(said), icon="✓" if said.startswith("Saved") else "⚠")
    if not accounts:
        return
    called = plain(names[0] if len(accounts) == 1 and names else numbers.plural(len(accounts), "account"))
    look.section(f"Write about {called}", "it counts at once, for everyone who sees these accounts")
    table = st.segmented_control(
        "What", list(FORMS), key=_KIND, format_func=lambda name: FORMS[name].label, label_visibility="collapsed"
    )
    if table:
        _form(table, tuple(accounts))


def _form(table: str, accounts: tuple[str, ...]) -> None:
    form = FORMS[table]

    def saved() -> None:
        try:
            made = rows.add_many(written.workspace(), table, accounts, _values(table), **written.by())
        except Refused as refusal:
            st.session_state[_SAID] = str(refusal)
        else:
            st.session_state[_SAID] = f"Saved: {form.label.lower()} on {numbers.plural(len(made), 'account')}."
            _clear(table)

    with st.form(f"write {table}", border=True, enter_to_submit=False):
        for each in form.fields:
            _widget(table, each)
        st.form_submit_button("Save", on_click=saved, type="primary")


def _widget(table: str, each: Field) -> None:
    key = _key(table, each)
    if each.kind == "choice":
        st.segmented_control(each.label, list(each.choices), key=key, format_func=each.choices.get)
    elif each.kind == "day":
        st.date_input(each.label, value=None, key=key, format="DD/MM/YYYY", width=220)
    elif each.kind == "money":
        st.number_input(each.label, value=None, min_value=0.0, step=1000.0, format="%.2f", key=key, width=220)
    elif each.kind == "flag":
        st.checkbox(each.label, key=key)
    elif each.kind == "line":
        st.text_input(each.label, key=key, max_chars=500)
    else:
        st.text_area(each.label, key=key, max_chars=10_000, height=90)


def _values(table: str) -> dict:
    """What was filled in, as the workspace takes it."""
    form = FORMS[table]
    values = {each.name: _value(each, st.session_state.get(_key(table, each))) for each in form.fields}
    now = datetime.now(UTC)
    if form.day:
        values[form.day] = now.date()
    if form.moment:
        values[form.moment] = now
    if form.owner:
        values[form.owner] = written.who()
    return values


def _value(each: Field, value: object) -> object:
    if each.kind == "money" and value is not None:
        return Decimal(f"{value:.2f}")
    if each.kind == "steps":
        return [{"text": line.strip(), "done_on": None} for line in str(value or "").splitlines() if line.strip()]
    return None if value == "" else value


def _key(table: str, each: Field) -> str:
    return f"write {table} {each.name}"


def _clear(table: str) -> None:
    for each in FORMS[table].fields:
        st.session_state.pop(_key(table, each), None)
