"""The rooms of the house: the pages there are, grouped as people work.

FRONT   the page people land on
ACCOUNT the page of one account
UPLOAD  the page that reads a file of the reader's own
AUDIENCES  the page of whom we write to
ROOMS   group -> its pages
here    the page the reader is on
links   a link to every page in the sidebar; each carries the book
"""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Room:
    """One page: its file, its name in the sidebar and its icon."""

    file: str
    title: str
    icon: str


FRONT = Room("pages/overview.py", "Overview", ":material/flare:")
UPLOAD = Room("pages/upload.py", "Bring your export", ":material/upload_file:")
ACCOUNT = Room("pages/account.py", "Account", ":material/apartment:")
AUDIENCES = Room("pages/audiences.py", "Audiences", ":material/campaign:")
ROOMS = {
    "": (FRONT,),
    "My week": (Room("pages/book.py", "My book", ":material/menu_book:"), ACCOUNT),
    "Why we lose": (
        Room("pages/hotspots.py", "Hot-spots", ":material/local_fire_department:"),
        Room("pages/compare.py", "Compare fairly", ":material/balance:"),
        Room("pages/renewals.py", "Renewals", ":material/autorenew:"),
        Room("pages/ahead.py", "Renewals ahead", ":material/event_upcoming:"),
        Room("pages/lifetimes.py", "Lifetimes", ":material/hourglass_bottom:"),
    ),
    "Adoption": (
        Room("pages/adoption.py", "KPIs", ":material/target:"),
        Room("pages/cohorts.py", "Cohorts", ":material/groups_2:"),
        Room("pages/funnel.py", "Funnel", ":material/filter_alt:"),
        Room("pages/loyalty.py", "Loyalty", ":material/favorite:"),
        Room("pages/carries.py", "What carries", ":material/anchor:"),
    ),
    "Health": (
        Room("pages/health.py", "Health", ":material/monitor_heart:"),
        Room("pages/proof.py", "Health proof", ":material/verified:"),
        Room("pages/healthrules.py", "Health rules", ":material/rule_settings:"),
    ),
    "Act": (
        Room("pages/exceptions.py", "Exceptions", ":material/notification_important:"),
        Room("pages/levers.py", "Levers", ":material/tune:"),
        AUDIENCES,
        Room("pages/reach.py", "Reach", ":material/handshake:"),
    ),
    "Data": (UPLOAD,),
}


ON = "page the reader is on"  # its title, in the session


def here() -> Room | None:
    """The page the reader is on."""
    title = st.session_state.get(ON)
    return next((room for rooms in ROOMS.values() for room in rooms if room.title == title), None)


def links(query: Mapping[str, list[str]]) -> None:
    """The sidebar's links between the pages. They carry the book: filters follow the reader, and Back is one step."""
    st.html('<div class="hl-brand">Headlight</div>')
    for group, rooms in ROOMS.items():
        if group:
            st.caption(group)
        for room in rooms:
            st.page_link(room.file, label=room.title, icon=room.icon, query_params=dict(query), width="stretch")
