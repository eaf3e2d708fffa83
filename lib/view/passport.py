"""The number passport: how a figure is computed, what was left out and why, what to know, all columns, and the SQL that ran.

passport   a folded part at the foot of a page
"""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lib.export import segment_text
from lib.measures import Answer
from lib.view import inforce, look, numbers, tables
from lib.view.plain import plain
from lib.view.words import worded


def passport(
    meaning: Mapping[str, str], answers: Mapping[str, Answer], counted: tuple[str, str] = ("account", "accounts")
) -> None:
    """`meaning`: a figure and how it is computed, in our words. `answers`: a name and the answer shown under it.

    counted   what the rows left out are, one and many
    """
    folded = st.expander("How is this computed?", icon=":material/fact_check:", key="passport", on_change="rerun")
    if not folded.open:
        return
    with folded:
        st.markdown("\n".join(f"- **{name}**: {text}" for name, text in meaning.items()))
        look.note(f"All by {inforce.said()}.")
        for name, answer in answers.items():
            st.markdown(f"**{name}**")
            for note in answer.notes:
                look.note(plain(note))
            for row in answer.left_out.itertuples():
                look.note(f"Left out: {numbers.plural(row.n, *counted)}: {plain(row.reason)}.")
            if len(answer.table):
                tables.show(_readable(answer.table), key=f"passport {name}")
            st.code(answer.sql, language="sql", wrap_lines=True)


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its segments in words. Of one account `segment` is a word already."""
    said = {name: [_worded(each) for each in table[name]] for name in ("segment", "parent") if name in table}
    if "aliases" in table:
        said["aliases"] = ["; ".join(map(_worded, aliases)) for aliases in table["aliases"]]
    return table.assign(**said)


def _worded(value: object) -> object:
    return segment_text(worded(value)) if isinstance(value, Mapping) else value
