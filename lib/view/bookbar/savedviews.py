"""Saved views: a page with everything chosen on it, under a name, for oneself or for all.

panel   in the sidebar: open one, save this one, and what one's own can be made to do
"""

from collections.abc import Sequence

import streamlit as st

from lib.errors import Refused
from lib.view import access, address, inforce, look, ours, private, rooms, written
from lib.view.plain import label, plain
from lib.workspace import Row, views

_NAME, _SHARED, _SAID = "saved view name", "saved view shared", "what saving a view said"


def panel() -> None:
    """Open a saved view, or save this one. Not on the reader's own data, which others lack, nor for an admin who sees as
    another: views are one's own."""
    if private.is_on() or access.viewer().viewing_as:
        return
    with st.popover("Saved views", icon=":material/bookmark:", width="stretch"):
        space = written.tried(written.workspace)
        if space is None:
            return
        mine = written.tried(lambda: views.own(space, written.who())) or []
        shared = written.tried(lambda: views.shared(space, written.who())) or []
        others = [row for row in shared if ours.is_whole(row["query"])]
        _list("Yours", mine, are_own=True)
        _list("Shared by others", others, are_own=False)
        if not mine and not others:
            look.note("None yet. Choose what you want to see, give it a name, and come back to it from any page.")
        _save()


def _list(title: str, found: Sequence[Row], *, are_own: bool) -> None:
    room_of = {room.file: room for group in rooms.ROOMS.values() for room in group}
    kept = [row for row in found if row["page"] in room_of]  # a page may have gone since
    if kept:
        st.caption(title)
    for row in kept:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            room = room_of[row["page"]]
            st.page_link(
                room.file,
                label=label(row["name"]),
                icon=room.icon,
                query_params=row["query"],
                help=label(f"{room.title}, kept by {row['owner']}{', open to all' if row['is_shared'] else ''}"),
                width="stretch",
            )
            if are_own:
                _acts(row)


def _acts(row: Row) -> None:
    """Share or keep to oneself, and remove."""

    def shared() -> None:
        _said(lambda: views.share(written.workspace(), row.id, row.version, not row["is_shared"], **written.by()))

    def removed() -> None:
        _said(lambda: views.remove(written.workspace(), row.id, row.version, **written.by()))

    way = "Keep to yourself" if row["is_shared"] else "Open to all"
    icon = ":material/group:" if row["is_shared"] else ":material/lock:"
    st.button("", key=f"view shared {row.id}", icon=icon, help=way, type="tertiary", on_click=shared)
    st.button(
        "", key=f"view removed {row.id}", icon=":material/delete:", help="Remove", type="tertiary", on_click=removed
    )


def _save() -> None:
    room = rooms.here()
    if room is None:
        return

    def saved() -> None:
        name = st.session_state[_NAME].strip()
        if not name:
            st.session_state[_SAID] = "Give the view a name first."
            return
        query = {**address.seen(), **inforce.query()}
        space, is_shared = written.workspace, st.session_state[_SHARED]
        if _said(lambda: views.save(space(), name, room.file, query, is_shared=is_shared, **written.by())):
            st.session_state[_NAME] = ""

    st.text_input("Save this view as", key=_NAME, max_chars=100, placeholder="Renewals in EMEA")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.checkbox("Open to all", key=_SHARED)
        st.button("Save", key="saved view save", on_click=saved)
    if said := st.session_state.pop(_SAID, ""):
        look.note(plain(said))


def _said(act):
    """What `act` gives, for callbacks: a refusal is said by the coming run."""
    try:
        return act()
    except Refused as refusal:
        st.session_state[_SAID] = str(refusal)
        return None
