"""The letter of an audience that is being built: subject and body with their fields, its goal, whom it spares, who is held out.

form   the part of the builder
"""

import secrets
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.definitions.campaigns import FIELDS, TICKETS, Campaign
from lib.definitions.conditions import Condition, said
from lib.view import look
from lib.view.audiences import ready
from lib.view.audiences.draft import Draft

_GOALS = (
    Condition("last_login", days=14),
    Condition("days_of_use", least=3),
    Condition("feature"),
    Condition("trained"),
    Condition("nps", values=("promoter",), days=180),
)
_FIRST = Campaign("Letter", "About {account_name}", "Hello {first_name},\n\n\n\n{csm}", _GOALS[0])


def form(draft: Draft, book: Book) -> None:
    """Whether something is written to them, and what."""
    key = _shows(f"has letter {draft.n}", draft.letter is not None)
    if not st.toggle("Write to them", key=key, help="Subject, body, and who is spared."):
        draft.letter = None
        return
    if draft.letter is None:
        draft.letter = replace(_FIRST, salt=secrets.token_hex(8))
    draft.letter = _written(draft, draft.letter, book)
    draft.letter = _spares(draft, draft.letter)


def _written(draft: Draft, letter: Campaign, book: Book) -> Campaign:
    subject = st.text_input("Subject", key=_shows(f"subject {draft.n}", letter.subject), max_chars=200) or ""
    body = st.text_area("Letter", key=_shows(f"body {draft.n}", letter.body.strip()), height=180, max_chars=5000) or ""
    look.note(f"Fields: {', '.join(f'<code>&#123;{name}&#125;</code>' for name in FIELDS)}.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="letter-goal"):
        goals = list(dict.fromkeys([letter.goal, *_GOALS]))
        goal = st.selectbox(
            "Goal: it worked when somebody",
            goals,
            key=_shows(f"goal {draft.n}", letter.goal),
            format_func=said,
            width=300,
        )
        known = ready.features(book)
        options = list(dict.fromkeys([*known, *([letter.feature] if letter.feature else [])]))
        feature = st.selectbox("About the feature", options, key=_shows(f"about {draft.n}", letter.feature or None), index=None,
                               format_func=lambda value: known.get(value, value), placeholder="none", width=240)  # fmt: skip
    return replace(letter, subject=subject, body=body, goal=goal, feature=feature or "")


def _spares(draft: Draft, letter: Campaign) -> Campaign:
    n = draft.n
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="letter-spares"):
        quiet = st.number_input(
            "Quiet after a contact, days", 0, 730, step=1, key=_shows(f"quiet {n}", letter.quiet_days), width=190
        )
        tickets = st.selectbox(
            "Spare with an open ticket", list(TICKETS), key=_shows(f"tickets {n}", letter.open_tickets), format_func=TICKETS.get,
            width=210,
        )  # fmt: skip
        most = None if letter.most_advanced < 0 else letter.most_advanced
        advanced = st.number_input(
            "Most advanced features", 0, 1000, step=1, key=_shows(f"advanced {n}", most), placeholder="any", width=175,
            help="Whoever used more of them lately is no beginner, and spared.",
        )  # fmt: skip
        hold = st.number_input(
            "Hold out, %", 0, 50, step=5, key=_shows(f"hold {n}", round(letter.hold_share * 100)), width=125
        )
        once = st.checkbox("Nobody twice", key=_shows(f"once {n}", letter.send_once))
    return replace(
        letter, quiet_days=int(quiet or 0), open_tickets=tickets, most_advanced=-1 if advanced is None else int(advanced),
        hold_share=(hold or 0) / 100, send_once=once,
    )  # fmt: skip


def _shows(key: str, value: object) -> str:
    if key not in st.session_state:
        st.session_state[key] = value
    return key
