"""The number passport: how a figure is computed, what was left out and why, what to know, and the SQL that ran.

passport   a folded part at the foot of a page
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from lib.measures import Answer
from lib.view import look, numbers, tables
from lib.view.plain import plain


def passport(meaning: Mapping[str, str], answers: Mapping[str, Answer], *, further: Sequence[str] = ()) -> None:
    """`meaning`: a figure and how it is computed, in our words. `answers`: a name and the answer whose notes and SQL to show."""
    with st.expander("How is this computed?", icon=":material/fact_check:"):
        st.markdown("\n".join(f"- **{name}**: {text}" for name, text in meaning.items()))
        for text in further:
            st.markdown(text)
        for name, answer in answers.items():
            st.markdown(f"**{name}**")
            for note in answer.notes:
                look.note(plain(note))
            for row in answer.left_out.itertuples():
                look.note(f"Left out: {numbers.plural(row.n, 'account')}: {plain(row.reason)}.")
            st.code(answer.sql, language="sql", wrap_lines=True)


def all_columns(answer: Answer, key: str) -> None:
    """Every column of an answer as a table: the other lifts, the adjusted p, the bounds."""
    from lib.export import segment_text

    said = answer.table.copy()
    for name in ("segment", "parent"):
        if name in said:
            said[name] = [segment_text(value) for value in said[name]]
    if "aliases" in said:
        said["aliases"] = ["; ".join(segment_text(each) for each in value) for value in said["aliases"]]
    tables.show(said, key=key)
