"""Which Chromium the browser tests drive, and its contexts. `python -m tests.browser` fails where there is none.

executable   the path of a Chromium
Contexts     contexts of one browser that are used again
"""

import os
import shutil
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """The path of a Chromium: HEADLIGHT_CHROMIUM, the system's, or the one Playwright installed."""
    found = os.environ.get("HEADLIGHT_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or _playwrights_own()


class Contexts:
    """Contexts of one browser: who closes one leaves nothing of theirs, but the app's scripts stay fetched and compiled.

    To load them anew takes five seconds of processor, each time somebody comes.
    """

    def __init__(self, browser: "Browser"):
        self._browser = browser
        self._idle: dict[str, list[BrowserContext]] = defaultdict(list)

    def new_context(self, **options) -> "BrowserContext":
        """A context as of somebody who was never here."""
        idle = self._idle[repr(sorted(options.items()))]
        if idle:
            return idle.pop()
        context, seen = self._browser.new_context(reduced_motion="reduce", **options), set()
        context.on("page", lambda page: page.on("framenavigated", lambda frame: seen.add(frame.url)))
        context.close = lambda: idle.append(_emptied(context, seen))
        return context


def _emptied(context: "BrowserContext", seen: set[str]) -> "BrowserContext":
    """The context without its pages, cookies, and what was stored for the addresses it has seen."""
    for page in context.pages:
        page.close()
    context.clear_cookies()
    context.clear_permissions()
    blank = context.new_page()
    browser = context.new_cdp_session(blank)
    for place in {f"{url.scheme}://{url.netloc}" for url in map(urlsplit, seen) if url.netloc}:
        browser.send(
            "Storage.clearDataForOrigin", {"origin": place, "storageTypes": "local_storage,indexeddb,service_workers"}
        )
    blank.close()
    seen.clear()
    return context


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    sys.exit(0 if executable() else 1)
