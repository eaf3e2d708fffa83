"""Back to the view: who opens a link and signs in first comes to that link, not to the front page.

Comeback   remembers, in the reader's browser, where they set out from; the sign-in's answer then leads there

Only a view of this server is gone to: a path, never another host, whatever the browser sends.
"""

import base64
import binascii
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN, CALLBACK = "/auth/login", "/oauth2callback"
COOKIE = "headlight_view"
LONGEST = 2_500  # letters; a browser keeps cookies of 4 KB
SECONDS = 600
_FLAGS = "HttpOnly; SameSite=Lax"


class Comeback:
    """Between the browser and the application; it touches the two answers of the sign-in alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "") if scope["type"] == "http" else ""
        if path.endswith(LOGIN):
            send = _answering(send, _remember, view_of(Headers(scope=scope)), path.removesuffix(LOGIN))
        elif path.endswith(CALLBACK):
            send = _answering(send, _lead, _remembered(Headers(scope=scope)), path.removesuffix(CALLBACK))
        await self.app(scope, receive, send)


def view_of(headers: Headers) -> str:
    """The view a request was sent from, where that is one of this server's; else nothing."""
    try:
        came = urlsplit(headers.get("referer", ""))
    except ValueError:
        return ""
    if not came.netloc or came.netloc.lower() != headers.get("host", "").lower():
        return ""
    view = f"{came.path}?{came.query}" if came.query else came.path
    return view if is_view(view) else ""


def is_view(view: str) -> bool:
    """Whether a browser takes it for a path on the server it asks, and nothing else."""
    is_path = view.startswith("/") and not view.startswith("//") and "\\" not in view
    return is_path and len(view) <= LONGEST and all("!" <= letter <= "~" for letter in view)


def _answering(send: Send, change: Callable[[MutableHeaders, str, str], None], view: str, base: str) -> Send:
    async def answered(message: Message) -> None:
        if message["type"] == "http.response.start" and view:
            change(MutableHeaders(scope=message), view, base)
        await send(message)

    return answered


def _remember(headers: MutableHeaders, view: str, base: str) -> None:
    value = base64.urlsafe_b64encode(view.encode()).decode().rstrip("=")
    headers.append("set-cookie", f"{COOKIE}={value}; Path={base or '/'}; Max-Age={SECONDS}; {_FLAGS}")


def _lead(headers: MutableHeaders, view: str, base: str) -> None:
    if headers.get("location") == f"{base}/" and view.startswith(f"{base}/"):
        headers["location"] = view
    headers.append("set-cookie", f"{COOKIE}=; Path={base or '/'}; Max-Age=0; {_FLAGS}")


def _remembered(headers: Headers) -> str:
    value = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    try:
        view = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return view if is_view(view) else ""
