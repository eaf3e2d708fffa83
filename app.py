"""Headlight in a browser: the pages and their titles. `streamlit run app.py`.

Streamlit runs this file as the server starts, for the application and what it answers beside the pages, and again as the
script of every visit. A page file runs by itself where something else serves it, and its links then name every page by its
file. The front page therefore answers to its own name as well as to none. Icons stand in the sidebar's own links: given
here, the browser's tab would fetch them from elsewhere.
"""

import streamlit as st
from starlette.middleware import Middleware

from lib.view import serve
from lib.view.comeback import Comeback
from lib.view.rooms import FRONT, ROOMS

if __name__ != "__main__":  # the server starts
    app = st.App(__file__, routes=serve.routes(), lifespan=serve.lifespan, middleware=[Middleware(Comeback)])
else:
    from lib.view import mishap

    front = st.Page(FRONT.file, title=FRONT.title, default=True, url_path="front")
    pages = {group: [st.Page(room.file, title=room.title) for room in rooms] for group, rooms in ROOMS.items()}
    pages[""].insert(0, front)
    try:
        st.navigation(pages, position="hidden").run()
    except Exception as error:
        mishap.failed(error)
