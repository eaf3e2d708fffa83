"""Step 5: the pages this data can feed, and what a file would add that is not there yet.

pages   links to the pages that can answer now
lacks   what each other table would bring, and what its export must hold
"""

import streamlit as st

from lib.view import look, private, rooms
from lib.view.rooms import ROOMS

NEEDS = {  # page -> the tables without which it has nothing to say; every other page needs accounts
    "pages/renewals.py": ("contract",),
    "pages/cohorts.py": ("event",),
    "pages/adoption.py": ("person", "event"),
    "pages/funnel.py": ("event",),
}
EXPORTS = {  # table -> what it brings, and the export that holds it
    "account": ("Everything", "accounts: an export with an id and what you compare by"),
    "contract": ("What is lost when, and how much ARR", "contracts: an export with account, start, end and amount"),
    "event": ("How usage goes with loss", "usage events: an export with account, time and feature"),
    "person": ("Seats in use, people rather than accounts", "people: an export with account, person and email"),
    "ticket": ("Support beside churn", "support tickets: an export with account, opening day and severity"),
}


def pages(report: dict) -> None:
    """Links to the pages that can answer now."""
    here = _tables(report)
    ready = [room for room in _rooms() if set(_needs(room)) <= here]
    if not ready:
        look.notice("No page can answer from this alone: bring the accounts too, an export with one row per customer.")
        return
    if not private.is_on():
        look.note("The pages show the shared data now; show your upload, above, to explore it.")
        return
    with st.container(horizontal=True, gap="small", key="upload-pages"):
        for room in ready:
            with st.container(border=True, width="content", key=f"go-{room.title.lower().replace(' ', '-')}"):
                st.page_link(room.file, label=f"{room.title} ›", icon=room.icon)


def lacks(report: dict) -> None:
    """What each other table would bring, and what its export must hold."""
    here = _tables(report)
    missing = [table for table in EXPORTS if table not in here]
    if not missing:
        return
    look.section("What more would show", "add a file whenever you have it")
    for room in _rooms():
        needed = [EXPORTS[table][1] for table in _needs(room) if table not in here and table in EXPORTS]
        if needed:
            look.html(f'<p class="hl-said"><b>{room.title}</b> needs {"; and ".join(needed)}.</p>')
    for table in missing:
        brings, export = EXPORTS[table]
        look.html(f'<p class="hl-said"><b>{brings}</b> <span class="hl-note">needs {export}.</span></p>')


def _rooms() -> list[rooms.Room]:
    return [room for group in ROOMS.values() for room in group if room != rooms.UPLOAD]


def _needs(room: rooms.Room) -> tuple[str, ...]:
    return ("account", *NEEDS.get(room.file, ()))


def _tables(report: dict) -> set[str]:
    return {name for name, n in (report.get("tables") or {}).items() if n}
