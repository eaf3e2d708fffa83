"""Changing the journey: the editor, folded, since few visits are about it.

folded   the editor of the journey, drawn once it is opened
"""

import streamlit as st

from lib.book import Book
from lib.view.funnel import editor


def folded(book: Book) -> None:
    """The editor of the journey, drawn once it is opened."""
    part = st.expander("Change the journey", icon=":material/tune:", key="change the journey", on_change="rerun")
    if part.open:
        with part:
            editor.render(book)
