"""Headlight in a browser: the pages and their titles. `streamlit run app.py`.

Icons stand in the sidebar's own links: given here, the browser's tab would fetch them from elsewhere.
"""

import streamlit as st

from lib.view.rooms import ROOMS

st.navigation(
    {
        group: [st.Page(room.file, title=room.title, default=room is ROOMS[""][0]) for room in rooms]
        for group, rooms in ROOMS.items()
    },
    position="hidden",
).run()
