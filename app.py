"""Headlight in a browser: the pages and their titles. `streamlit run app.py`.

Icons stand in the sidebar's own links: given here, the browser's tab would fetch them from elsewhere.
"""

import streamlit as st

from lib.view import door
from lib.view.rooms import FRONT, ROOMS

pages = {
    group: [st.Page(room.file, title=room.title, default=room is FRONT) for room in rooms]
    for group, rooms in ROOMS.items()
}
try:
    st.navigation(pages, position="hidden").run()
except Exception as error:
    door.failed(error)
