"""The digest from a shell: what is new for a viewer, as text, as a mail, or as rows.

digest    print it; where nothing is new, nothing but a word of it beside
FORMATS   how it can be printed
"""

import argparse
from urllib.parse import urlsplit

from lib import roles
from lib.errors import Refused
from lib.shell import answers, mail
from lib.shell.output import say, write
from lib.store.opening import Snapshot

FORMATS = ("text", "html", "table", "json", "csv")
_WRITTEN = {"text": mail.as_text, "html": mail.as_html}


def digest(options: argparse.Namespace) -> None:
    """Print what is new for the accounts of the viewer: their own where their role names any, else all they may see."""
    base_url = _checked(options.base_url)
    options.on = options.on or (options.as_of or options.today).isoformat()
    found = answers.found(options, lambda snapshot: _whose(options, snapshot))
    if found.table.empty:
        say("Nothing is new.")
    if options.format in _WRITTEN:
        if not found.table.empty:
            print(_WRITTEN[options.format](found, whose=options.viewer or "", base_url=base_url), end="")
    else:
        print(write(found.table, options.format), end="")
    for note in found.notes:
        say(note)


def _checked(url: str | None) -> str:
    """The address of the app without a slash at its end; refuses what no browser should follow."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        is_web = False
    if not is_web or not url.isprintable() or " " in url:
        raise Refused(f"--base-url {url!r} must be where the app is, such as https://headlight.example.")
    return url.rstrip("/")


def _whose(options: argparse.Namespace, snapshot: Snapshot) -> dict[str, list[str]]:
    """The viewer's own accounts, and what was handed over to them, as My book begins; all they may see where that is asked for by
    CSM already, or they have none."""
    if options.viewer is None or options.whose or any(name.casefold() == "csm" for name, _ in options.where):
        return {}
    role = roles.load(options.secrets).of(options.viewer)
    if role is None or role.sees == "own":
        return {}
    names = {name.strip().casefold() for name in role.csm}
    try:
        known = snapshot.dimension("csm").values
    except Refused:
        return {}
    own = [value for value in known if value and value.strip().casefold() in names]
    return {"whose": [*own, options.viewer]} if own else {}
