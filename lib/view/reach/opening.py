"""A table whose first column opens the accounts of a row, and the step that opens them.

table    the rows; a click on the first cell of one opens its accounts
show     open a list; for callbacks
choose   a dimension to cut by
named    a value of a dimension, in a cell
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from lib.view import door, look, step, tables
from lib.view.plain import label
from lib.view.words import word_within

_ROW, _HEAD = 32, 42  # pixels


def table(
    rows: Sequence[Mapping],
    cells: Callable[[Mapping], dict[str, str]],
    on_open: Callable[[Mapping], None],
    *,
    key: str,
    labels: Mapping[str, str],
    left: Sequence[str] = (),
    most: int = 380,
    width: int | str = "medium",
) -> None:
    """`cells` of every row under `labels`; the first is a button, `width` wide, those of `left` are words, others numbers on the
    right."""
    first = next(iter(labels))

    def clicked() -> None:
        at = st.session_state[f"{key} opens"]["row"]
        if 0 <= at < len(rows):
            on_open(rows[at])

    config = {
        name: st.column_config.TextColumn(said, alignment="left" if name in left else "right")
        for name, said in labels.items()
    }
    config[first] = st.column_config.ButtonColumn(
        labels[first],
        type="tertiary",
        alignment="left",
        pinned=True,
        width=width,
        on_click=clicked,
        key=f"{key} opens",
    )
    shown = pd.DataFrame([cells(row) for row in rows], columns=list(labels))
    tables.show(
        shown.assign(**{first: shown[first].map(label)}),
        key=key,
        height=min(most, _HEAD + _ROW * len(shown)),
        config=config,
    )


def show(at: str, **what: str) -> None:
    """Open the list of a part. For callbacks."""
    asked = {"which": "all", "level": "", "state": "behind", "side": "all", "order": "", "list_page": 1} | what
    step.turn(at=at, **asked)
    look.ask_to_scroll("behind")


def choose(parameter: str, value: str, said: str) -> None:
    """A dimension of the data, as `said` names the choice; the list that was open of another one closes."""
    names = [each.name for each in door.opened().dimensions]
    if not names:
        return
    key = f"reach {parameter}"
    step.show(key, value)
    st.selectbox(
        said, names, key=key, width=230, label_visibility="collapsed", format_func=lambda name: f"By {label(word_within(name))}",
        on_change=lambda: step.turn(**{parameter: st.session_state[key], "at": "", "level": "", "list_page": 1}),
    )  # fmt: skip


def named(value: object) -> str:
    """A value of a dimension as a cell says it."""
    return str(value) if isinstance(value, str) else "not given"
