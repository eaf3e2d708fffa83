"""The pages of a long list: which rows are shown, of how many, and the way to the others.

PAGE   rows sent to the browser at a time
foot   "1–1,000 of 6,000", and the pages to turn to where there are more
"""

import math

import streamlit as st

from lib.view import look, numbers, step

PAGE = 1_000
_WIDE = 340  # pixels of a pager


def foot(
    page: int, n_shown: int, n_rows: int, *, name: str, also: str = "", parameter: str = "page", size: int = PAGE
) -> None:
    """Which rows of `n_rows` page `page` shows, `also` after them; turning is a step of the reader.

    name        of the list
    parameter   of the link, that has its page
    size        rows of a page
    """
    first = (page - 1) * size + 1
    look.note(f"{numbers.count(first)}–{numbers.count(first + n_shown - 1)} of {numbers.count(n_rows)}{also}")
    if n_rows <= size:
        return
    n_pages = math.ceil(n_rows / size)
    now = min(page, n_pages)
    key = f"page of {name} {now}"

    def turned() -> None:
        step.turn(**{parameter: st.session_state[key]})

    with st.container(width=_WIDE):  # beside other things it would shrink to one page
        st.pagination(n_pages, default=now, key=key, max_visible_pages=5, on_change=turned)
