"""What the server does beside Streamlit's own pages: the way in for files too large for the page's box.

routes    what it answers beside the pages
lifespan  what happens as it starts and stops

`app.py` puts both into the application that `streamlit run app.py` and `uvicorn app:app` serve.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.routing import Route
from streamlit import config
from streamlit.runtime.pages_manager import PagesManager

from lib.view import desk, warming
from lib.view.upload import stream, tickets


def routes() -> list[Route]:
    """What the server answers beside the pages."""
    return [Route(path(), stream.Receiver())]


def path() -> str:
    """Where files too large for the page's box are sent."""
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{stream.PATH}" if base else stream.PATH


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """From the server's start to its end: large files find their way in, and every visit begins at app.py."""
    tickets.most_bytes()  # a limit that cannot be read ends the start, not somebody's upload
    PagesManager.uses_pages_directory = False  # a first visit by deep link would run the page's file without app.py
    tickets.open_at(path())
    warming.allow()
    try:
        yield
    finally:
        warming.allow(False)
        tickets.open_at("")
        shutil.rmtree(desk.house(), ignore_errors=True)  # a server told to stop ends before anything meant for its end
