"""The style sheets, of the screen and of paper, for what the theme cannot say; and small pieces of HTML that use it.

ICON      of the browser's tab
dress     put the style sheet on the page
script    a script of ours, run once
html      a piece of HTML of ours; text from data inside it has passed `plain`
section   a heading with a muted aside
notice    something to know before reading on
note      a muted line
empty     a designed empty state: what is not there, and what to do
ask_to_scroll  move a part of the page into view, after a click elsewhere
"""

from functools import cache
from pathlib import Path

import streamlit as st

# an icon by name would be fetched from elsewhere
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="#C8430A" fill-opacity=".22"/>'
    '<circle cx="16" cy="16" r="9" fill="#C8430A"/></svg>'
)
_SCROLL, _SCROLLS = "part of the page to move into view", "how often that was done"


@cache
def _sheet() -> str:
    sheets = (Path(__file__).with_name(name).read_text() for name in ("look.css", "print.css"))
    return f"<style>{''.join(sheets)}</style>"


def dress() -> None:
    """Put the style sheet on the page."""
    st.html(_sheet())


def html(text: str) -> None:
    """A piece of HTML of ours. Text from data inside it has passed `plain`."""
    st.html(text)


def section(title: str, aside: str = "", *, place: str = "") -> None:
    """A heading, with a muted aside. Both have passed `plain` where they hold data. `place` names it for `ask_to_scroll`."""
    heading = f'<h2 class="hl-section" id="hl-{place}">{title}{f"<small>{aside}</small>" if aside else ""}</h2>'
    script = _scroll(place)
    st.html(heading + script, unsafe_allow_javascript=bool(script))


def note(text: str) -> None:
    """A muted line. It has passed `plain` where it holds data."""
    st.html(f'<p class="hl-note">{text}</p>')


def notice(*lines: str, icon: str = "⚠") -> None:
    """Something to know before reading on. The lines have passed `plain` where they hold data; no address in them is a link."""
    st.html(f'<div class="hl-notice" role="status"><i>{icon}</i><div>{"<br>".join(lines)}</div></div>')


def empty(title: str, *lines: str) -> None:
    """An empty state: what is not there and what to do about it."""
    st.html(f'<div class="hl-empty"><h3>{title}</h3>{"".join(f"<p>{line}</p>" for line in lines)}</div>')


def script(text: str) -> None:
    """A script of ours, run once. No data is in it."""
    st.html(f"<script>{text}</script>", unsafe_allow_javascript=True)


def ask_to_scroll(place: str) -> None:
    """Move `place` into view on the coming run. For callbacks."""
    st.session_state[_SCROLL] = place


def _scroll(place: str) -> str:
    """A script that moves `place` into view, once, if a click asked for it. `place` is a word of ours."""
    if not place or st.session_state.get(_SCROLL) != place:
        return ""
    del st.session_state[_SCROLL]
    nonce = st.session_state[_SCROLLS] = (
        st.session_state.get(_SCROLLS, 0) + 1
    )  # the same script again would not run again
    return (
        f"<script>/* {nonce} */ setTimeout(() => document.getElementById('hl-{place}')"
        "?.scrollIntoView({behavior: 'smooth', block: 'start'}), 150)</script>"
    )
