"""The page of renewals ahead: its state, the choice of its part, and that part.

stand   the state of the page, of the link
choose  the choice of the part, and the link to this view
show    the part; gives the answers for the passport
meaning how its figures are computed, for the passport
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import address, booklink, door, frame, step
from lib.view.ahead import deciles, forecast, notice, race, reasons, saves, sizing
from lib.view.ahead.aheadstate import PARTS, Ahead, read_state

_SECTIONS = {
    "forecast": forecast.section, "seats": sizing.section, "race": race.section, "notice": notice.section,
    "before": deciles.section, "why": reasons.section, "moves": saves.section,
}  # fmt: skip


def stand() -> Ahead:
    """The state of the page, of the link."""
    state, dropped = read_state(address.read(), door.opened().dimensions)
    step.stand(state=state)
    frame.notices(dropped)
    return state


def choose(book: Book, state: Ahead) -> None:
    """The choice of the part, and the link to this view."""
    step.show("ahead part", state.shows)

    def turned() -> None:
        step.turn(shows=st.session_state["ahead part"])

    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="ahead parts"
    ):
        st.segmented_control(
            "Part of the page", list(PARTS), key="ahead part", format_func=PARTS.get, required=True, on_change=turned,
            label_visibility="collapsed", width="content",
        )  # fmt: skip
        frame.share({**booklink.query(book), **state.to_query()})


def show(book: Book, state: Ahead) -> dict[str, Answer]:
    """The part that is chosen."""
    with st.container(key=f"ahead {state.shows}"):
        return _SECTIONS[state.shows](book, state)


def meaning(state: Ahead) -> dict[str, str]:
    """How the figures of the part are computed, by the definitions in force."""
    words, few = door.definitions().renewals_ahead, door.definitions().carries.least_accounts
    said = {
        "forecast": forecast.MEANING,
        "seats": {
            "Seats used": "people active in the last four full weeks, or with a login, against the seats of all live terms. "
            "Accounts used by machines alone, in onboarding, without seats or with notice given are left out.",
            "Exposed": f"ARR of the terms that end x the share of seats past those used and {words.cushion_share * 100:g} % more.",
            "Cut": f"renewed for fewer seats, or for less ARR; by the seats in use {words.lead_days} days before.",
        },
        "race": {
            "Adoption": "people active a week, the mean of four full weeks, as a share of the seats.",
            "Goal": "the lower quartile of what accounts that renewed in the period had in the four weeks before; of the segment, "
            f"or of all where fewer than {few} of it renewed.",
            "Chance": "of past renewals as many weeks before, on the same side of the goal and at the same pace, renewed or not: "
            "the share that gained as much as the account lacks. Will not make it: under "
            f"{words.race_unlikely * 100:g} %; in doubt: under a half.",
            "Pace": "the slope of a straight line through the last 13 full weeks; one that chance could make counts as none.",
        },
        "notice": {"Deadline": "the earliest notice_by of the terms that end on the day; whoever gave notice is left out."},
        "before": {
            "Before": f"read {words.lead_days} days before each renewal; nothing of that day or later is.",
            "Tenths": "renewals in order of what their account had; equal ones in one.",
            "Goes with": "the rank correlation with renewing, renewals of one account taken together; q by Benjamini and Hochberg "
            "over all. It goes with the outcome, and need not bring it about.",
        },
        "why": {
            "Lost": "lines that lapsed, their grace days over, or were cancelled before their end; down-sells are not among them.",
            "Share": "of the accounts lost in the currency; an account may have several reasons.",
        },
        "moves": {
            "Save rate": "of save plans that are decided: the account left, or the plan was closed, or a renewal came in since.",
            "Moved": "terms renewed, or replaced before their end, for another plan; ARR is that of the terms before and after.",
            "Flat": "renewed for the same ARR to the cent; one renewal that was not breaks the row.",
        },
    }  # fmt: skip
    return said[state.shows]
