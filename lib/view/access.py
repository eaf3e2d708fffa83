"""Who views, and what of it they may see: by the sign-in and the roles of secrets.toml, looked up anew at every question.

Viewer     a reader and their scope
viewer     the reader of this run; one who may see nothing has the scope NOBODY and a standing that says why
scope_now  what a reader may see by now: for what is made after the run that offered it
people     those an admin can see as
sights     under which names people own work, and what each may see; None where nobody signs in and everybody sees all
admins     whom to ask for what admins alone do
view_as    see as another person, or as oneself again; for callbacks
providers  the ways to sign in: names of sections of [auth], None for [auth] itself
today      the day on which covers are in force
may_publish  whether the reader may change what everybody sees
publisher    under whose name they do; for callbacks, at the moment of the click

Without [auth] nobody signs in and everybody sees all: then this machine alone is answered. Once a server has known a
sign-in it never goes without one again, whatever becomes of the file.
"""

import getpass
import ipaddress
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from lib import roles
from lib.errors import Refused
from lib.roles import Roles
from lib.scope import ALL, NOBODY, Scope

IN, SIGNED_OUT, UNVERIFIED, NO_ROLE, EXPOSED, UNSET = "in", "signed out", "unverified", "no role", "exposed", "unset"
SHORTEST_SECRET = 32  # letters of cookie_secret: who guesses it is whoever they say they are
_AS = "whom the admin sees as"
_FORWARDED = ("Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto")
_log = logging.getLogger("headlight")
_had_sign_in: set[tuple[str, ...]] = set()  # the files in which this server has seen one
_complaints: set[str] = set()  # what keeps everybody out now


@dataclass(frozen=True)
class Viewer:
    """A reader and their scope.

    name        the address they signed in with; "everyone" where nobody does
    standing    IN, or why they may see nothing
    is_admin    whether they act as an admin now: not while they see as another person
    is_open     whether there is no sign-in
    viewing_as  the person an admin sees as, whose the scope is then; empty otherwise
    csms        the names the accounts of that person carry, of any role: whose book is "my book"
    """

    name: str
    scope: Scope
    standing: str = IN
    is_admin: bool = False
    is_open: bool = False
    viewing_as: str = ""
    csms: tuple[str, ...] = ()

    @property
    def is_in(self) -> bool:
        """Whether they may see anything here."""
        return self.standing == IN


@dataclass(frozen=True)
class _Secrets:
    """What secrets.toml says of sign-in and of roles."""

    providers: tuple[str | None, ...]
    roles: Roles


def viewer() -> Viewer:
    """The reader of this run."""
    try:
        found = _secrets()
    except Refused as refusal:
        _complain(str(refusal))
        return Viewer("", NOBODY, UNSET)
    _complaints.clear()
    user = st.user.to_dict()
    if not found.providers:
        if "is_logged_in" in user:  # Streamlit knows of a sign-in that the files do not
            return Viewer("", NOBODY, UNSET)
        return Viewer("everyone", ALL, is_open=True) if _is_on_loopback() else Viewer("", NOBODY, EXPOSED)
    if user.get("is_logged_in") is not True:
        return Viewer("", NOBODY, SIGNED_OUT)
    email = user.get("email")
    name = email.strip() if isinstance(email, str) else ""
    if user.get("email_verified", True) not in (True, "true", "True"):
        return Viewer(name, NOBODY, UNVERIFIED)
    role = found.roles.of(email)
    if role is None:
        return Viewer(name, NOBODY, NO_ROLE)
    other = st.session_state.get(_AS, "") if role.is_admin else ""
    if other:
        their = found.roles.of(other)  # one without a role by now sees nothing, and so does who sees as them
        return Viewer(
            name, their.scope(today()) if their else NOBODY, viewing_as=other, csms=their.csm if their else ()
        )
    return Viewer(name, role.scope(today()), is_admin=role.is_admin, csms=role.csm)


def scope_now(of: Viewer) -> Scope:
    """What the reader of an earlier run may see by now; refuses where that is nothing any more. Needs no run."""
    found = _secrets()
    if of.is_open and not found.providers:
        return ALL
    role = found.roles.of(of.name) if of.is_in and not of.is_open else None
    if role and of.viewing_as:
        role = found.roles.of(of.viewing_as) if role.is_admin else None
    if role is None:
        raise Refused("You have no role here any more. Reload the page.")
    return role.scope(today())


def may_publish() -> bool:
    """Whether the reader may change what everybody sees: admins as themselves; where nobody signs in, whoever is at this
    machine."""
    who = viewer()
    return who.is_in and (who.is_admin or who.is_open)


def publisher() -> str:
    """The name under which the reader publishes: their address, or the user this server runs as; refuses who may not."""
    who = viewer()
    if not may_publish():
        raise Refused("You may not publish here, or not any more. Nothing was changed.")
    return getpass.getuser() if who.is_open else who.name


def people() -> tuple[str, ...]:
    """Those an admin can see as."""
    return _secrets().roles.emails


def sights() -> list[tuple[str, Scope]] | None:
    """Names under which people own work, with what each may see today; None where nobody signs in and everybody sees all."""
    found = _secrets()
    return list(found.roles.sights(today())) if found.providers else None


def admins() -> tuple[str, ...]:
    """Whom to ask for what admins alone do."""
    return _secrets().roles.admins


def view_as(email: str) -> None:
    """See as the person with this address; as oneself where it is empty. It counts for admins alone."""
    st.session_state[_AS] = email


def providers() -> tuple[str | None, ...]:
    """The ways to sign in."""
    return _secrets().providers


def today() -> date:
    """The day it is where the server stands."""
    return date.today()


def _secrets() -> _Secrets:
    paths = tuple(str(path) for path in st.get_option("secrets.files"))
    found = _read(tuple((path, _mark(path)) for path in paths))
    if found.providers:
        _had_sign_in.add(paths)
        if st.get_option("server.trustedUserHeaders"):
            raise Refused(
                "server.trustedUserHeaders would let a header say who somebody is who has signed in as another. Unset it."
            )
    elif paths in _had_sign_in:
        raise Refused(
            "The section auth is gone from secrets.toml. Restart the server if nobody shall sign in any more."
        )
    return found


def _mark(path: str) -> tuple[int, int, int] | None:
    """Changes when the file does; None where there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    return found.st_mtime_ns, found.st_size, found.st_ino


@lru_cache(maxsize=8)
def _read(files: tuple[tuple[str, tuple | None], ...]) -> _Secrets:
    """What the files say, later ones over earlier ones, as Streamlit reads them."""
    held: dict[str, object] = {}
    for path, mark in files:
        held |= roles.read(Path(path)) if mark else {}
    return _Secrets(_providers(held["auth"]) if "auth" in held else (), roles.load(held))


def _providers(auth: object) -> tuple[str | None, ...]:
    if not isinstance(auth, Mapping):
        raise Refused("secrets.toml: auth must be a section.")
    secret = auth.get("cookie_secret")
    if not isinstance(secret, str) or len(secret) < SHORTEST_SECRET:
        raise Refused(f"secrets.toml: auth.cookie_secret must be a random text of at least {SHORTEST_SECRET} letters.")
    named = tuple(name for name, each in auth.items() if isinstance(each, Mapping) and "client_id" in each)
    found = (None, *named) if "client_id" in auth else named
    if not found or not isinstance(auth.get("redirect_uri"), str):
        raise Refused("secrets.toml: auth needs client_id, client_secret, server_metadata_url and redirect_uri.")
    return found


def _is_on_loopback() -> bool:
    """Whether this machine alone can have asked: where the server listens, whence the question came, what it was sent to.

    The names matter too: a page of elsewhere can give its own name the address 127.0.0.1. What went through a proxy came
    from anywhere.
    """
    headers, asker = st.context.headers, st.context.ip_address
    if any(headers.get(name) for name in _FORWARDED):
        return False
    sent_to = [headers["Host"]] if headers.get("Host") else []
    if origin := headers.get("Origin"):
        sent_to.append(urlsplit(origin).netloc)
    names = [st.get_option("server.address") or "", *map(_host, sent_to), *([asker] if isinstance(asker, str) else [])]
    return all(map(_is_loopback, names))


def _host(sent_to: str) -> str:
    try:
        return urlsplit(f"//{sent_to}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    if name.lower().rstrip(".") == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _complain(said: str) -> None:
    """Log once what keeps everybody out."""
    if said not in _complaints:
        _complaints.add(said)
        _log.error("nobody is let in: %s", said)
