"""Headlight in a browser: the pages, their titles and icons. `streamlit run app.py`."""

import streamlit as st

from lib.view.rooms import ROOMS

st.navigation(
    {
        group: [
            st.Page(room.file, title=room.title, icon=room.icon, default=room is ROOMS[""][0]) for room in rooms
        ]
        for group, rooms in ROOMS.items()
    },
    position="hidden",
).run()
