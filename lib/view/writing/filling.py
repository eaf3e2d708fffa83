"""A form on the page: its widgets, and what they hold. What was typed stays while the reader is on the page, also out of sight.

Offer   what choices offer: owners, and the people of an account
draw    the widgets of a form, named by `key`
typed   what they hold
put     let one show a value; for callbacks
clear   forget what was typed
forget  the same of forms that were saved
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from lib.view import access, look
from lib.view.writing.forms import Field, Form
from lib.workspace import Row
from lib.workspace.rules import MOST_TEXT

_SIDE_BY_SIDE = ("day", "happened", "moment", "money", "number", "flag", "owner", "person", "url")


@dataclass(frozen=True)
class Offer:
    """What choices offer: owners, and the people of an account by their id."""

    owners: Sequence[str] = ()
    people: Mapping[str, str] = field(default_factory=dict)


def draw(
    form: Form,
    key: str,
    offer: Offer,
    begins: Mapping[str, object],
    *,
    row: Row | None = None,
    beside: Mapping[str, str] | None = None,
    skips: Sequence[str] = (),
    n_columns: int = 1,
) -> None:
    """The widgets of `form`, beginning as `begins` says; `beside` has a line to stand under a field, as HTML of ours."""
    if n_columns > 1:
        fields = form.asked(row)
        for at in range(0, len(fields), n_columns):
            for each, column in zip(fields[at : at + n_columns], st.columns(n_columns), strict=False):
                with column:
                    _widget(each, key, offer, begins, 68)
                    _said_beside(each, beside)
        return
    side: list[Field] = []
    for each in (*(one for one in form.asked(row) if one.name not in skips), None):
        if each and each.kind in _SIDE_BY_SIDE:
            side.append(each)
            continue
        if side:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                for small in side:
                    _widget(small, key, offer, begins)
            for small in side:
                _said_beside(small, beside)
            side = []
        if each:
            _widget(each, key, offer, begins)
            _said_beside(each, beside)


def typed(form: Form, key: str, row: Row | None = None) -> dict[str, object]:
    """What the widgets hold."""
    return {each.name: st.session_state.get(f"{key} {each.name}") for each in form.asked(row)}


def put(key: str, name: str, value: object) -> None:
    """Let the widget of a field show `value`."""
    st.session_state[f"{key} {name}"] = value


def clear(form: Form, key: str) -> None:
    """Forget what was typed."""
    for each in form.fields:
        st.session_state.pop(f"{key} {each.name}", None)


def forget(spent: list[tuple[Form, str]]) -> None:
    """Forget what was typed into these forms, and that they are to be forgotten."""
    gone = list(spent)
    for form, key in gone:
        clear(form, key)
    del spent[: len(gone)]


def _said_beside(each: Field, beside: Mapping[str, str] | None) -> None:
    if beside and each.name in beside:
        look.note(beside[each.name])


def _widget(each: Field, key: str, offer: Offer, begins: Mapping[str, object], height: int = 80) -> None:
    name = f"{key} {each.name}"
    if name not in st.session_state:
        st.session_state[name] = begins.get(each.name, "" if each.kind in ("text", "line", "url", "steps") else None)
    held = st.session_state[name]
    given = {"key": name, "persist_state": "page"}
    if each.kind == "choice" and sum(map(len, each.choices.values())) > 100:
        options = list(each.choices) if held in each.choices or held is None else [*each.choices, held]
        st.selectbox(each.label, options, index=None, placeholder="Not said", **given)
    elif each.kind == "choice":
        st.segmented_control(each.label, list(each.choices), format_func=each.choices.get, **given)
    elif each.kind in ("day", "happened", "moment"):
        last = None if each.kind == "day" else max(access.today(), held or access.today())
        st.date_input(each.label, value=None, max_value=last, format="DD/MM/YYYY", width=150, **given)
    elif each.kind == "money":
        st.number_input(
            each.label, value=None, min_value=0.0, step=1000.0, format="%.2f", placeholder=each.hint, width=180, **given
        )
    elif each.kind == "number":
        st.number_input(each.label, value=None, width=150, **given)
    elif each.kind == "flag":
        st.checkbox(each.label, **given)
    elif each.kind == "owner":
        options = [*offer.owners, *([held] if held and held not in offer.owners else [])]
        st.selectbox(each.label, options, index=None, placeholder="Nobody", accept_new_options=True, width=220, **given)
    elif each.kind == "person":
        options = [*offer.people, *([held] if held and held not in offer.people else [])]
        if options:
            said = {id: offer.people.get(id, id) for id in options}
            st.selectbox(
                each.label, options, index=None, format_func=said.get, placeholder="Nobody named", width=240, **given
            )
    elif each.kind == "url":
        st.text_input(each.label, placeholder=each.hint, max_chars=2_000, width=240, **given)
    elif each.kind == "line":
        st.text_input(each.label, max_chars=300, **given)
    else:
        st.text_area(each.label, placeholder=each.hint, max_chars=MOST_TEXT, height=height, **given)
