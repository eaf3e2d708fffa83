"""A box of several choices whose labels change while it is in use, as those with counts beside them do.

multiselect   the box; calls back with the values that are chosen now

Streamlit's browser side answers in labels, and goes on showing and sending a label of an earlier run until it is told another:
taken at its word, "EMEA  ·  1,873" would be a value. So a label is read by what it meant when it was drawn, and the box is told
its choices anew whenever their labels changed, and after every answer, since two quick ones may cross on the wire.
"""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from lib.view import step

_DRAWN, _ANSWERED = "labels of boxes, as they were drawn", "boxes that were answered"
N_KEPT = 3  # runs whose labels a browser may still send

Value = str | None


def multiselect(
    label: str,
    labels: Mapping[Value, str],
    chosen: Sequence[Value],
    *,
    key: str,
    on_change: Callable[[list[Value]], None],
    placeholder: str,
) -> None:
    """A box of the values `labels` names, with `chosen` in it. No two of them share a label."""
    drawn: list[dict[str, Value]] = st.session_state.setdefault(_DRAWN, {}).setdefault(key, [])
    answered: set[str] = st.session_state.setdefault(_ANSWERED, set())
    now = {said: value for value, said in labels.items()}
    if key in answered or (drawn and any(labels[value] not in drawn[-1] for value in chosen)):
        answered.discard(key)
        st.session_state[key] = list(chosen)
    else:
        step.show(key, list(chosen))
    if not drawn or drawn[-1] != now:
        drawn.append(now)
        del drawn[:-N_KEPT]

    def changed() -> None:
        answered.add(key)
        on_change(_meant(st.session_state[key], drawn))

    st.multiselect(
        label, list(labels), key=key, on_change=changed, format_func=labels.__getitem__, placeholder=placeholder
    )


def _meant(said: Sequence[Value], drawn: Sequence[Mapping[str, Value]]) -> list[Value]:
    """The values of what the browser sent: values, or labels of an earlier run. What is neither is nothing."""
    values = {value for labels in drawn for value in labels.values()}
    of_label = {text: value for labels in drawn for text, value in labels.items()}
    meant = [each if each in values else of_label[each] for each in said if each in values or each in of_label]
    return list(dict.fromkeys(meant))
