"""The words in force: the newest version of the workspace, or the one the link names. Settled once a run, for the whole page.

settle       at the start of every run, before anything is asked
definitions  the words of this run
is_old       whether they are those of a link, since changed
newest       the version in force, whatever the link names; None where it is the default
versions     all there are, newest first
default      data/definitions.toml
query        the parameter of a link that names the words of this run; none while nobody changed the default
line         whose words they are, where they are not those of today, and the way back
said         which they are, for the passport
forget       let the link name none; for callbacks
notices      what of a link could not be used
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from lib import definitions as words
from lib.book import WORDS, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.view import address, look, written
from lib.view.address import Query
from lib.view.plain import plain
from lib.workspace import Workspace, edition, wording
from lib.workspace.wording import Version

_SHOWN = "definitions of this run"
_HASH = re.compile("[0-9a-f]{12}")


@dataclass(frozen=True)
class _Shown:
    """The words of a run: `version` is None where they are the default, `newest` where the default is in force."""

    version: Version | None
    newest: Version | None
    notices: tuple[str, ...] = ()

    @property
    def definitions(self) -> Definitions:
        return self.version.definitions if self.version else default()

    @property
    def is_old(self) -> bool:
        return self.definitions != (self.newest.definitions if self.newest else default())


def settle() -> None:
    """Look up the words of this run: those of the link, where it names some that are known here, else those in force."""
    st.session_state[_SHOWN] = _settled((address.read().get(WORDS) or [""])[-1])


def definitions() -> Definitions:
    """The words of this run."""
    return _shown().definitions


def is_old() -> bool:
    """Whether the words of this run are those of a link, and others are in force by now."""
    return _shown().is_old


def newest() -> Version | None:
    """The version in force; None where it is the default."""
    return _shown().newest


def versions() -> list[Version]:
    """All versions, newest first; none where they cannot be read."""
    space = written.quietly(written.workspace)
    return list(_versions(space.place, edition(space, (wording.TABLE,)), default().hash, _space=space)) if space else []


def default() -> Definitions:
    """The words of data/definitions.toml."""
    return _load(str(words.DEFAULT), words.DEFAULT.stat().st_mtime_ns)


def query() -> Query:
    """The parameter of a link that names the words of this run."""
    shown = _shown()
    if shown.version:
        return {WORDS: [shown.version.name]}
    return {WORDS: [default().hash]} if shown.newest else {}


def line() -> None:
    """Whose words the page speaks, where they are not those in force by now; and the way back."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="words-shown"):  # always there
        shown = _shown()
        if shown.is_old:
            whose = (
                f"the definitions of {say_day(shown.version.made_at)}" if shown.version else "the default definitions"
            )
            look.note(f"With {whose}, since changed")
            st.button("Use those of today", key="words of today", type="tertiary", on_click=forget)


def said() -> str:
    """Which words these are, in words; past `plain`."""
    version = _shown().version
    if version is None:
        return f"the default definitions ({default().hash})"
    return f"the definitions of {say_day(version.made_at)} ({version.name}), by {plain(version.made_by)}"


def forget() -> None:
    """Let the link name no words, so that those in force count from the coming run. For callbacks."""
    address.write(lambda name: name == WORDS, {})


def notices() -> tuple[str, ...]:
    """What of the link could not be used, and what was used instead."""
    return _shown().notices


def _shown() -> _Shown:
    """Those of the run; beside a page, such as in a test of a part, those in force."""
    return st.session_state.get(_SHOWN) or _settled("")


def _settled(named: str) -> _Shown:
    try:
        return _looked_up(written.workspace(), named)
    except Refused as refusal:
        said = f"The definitions that people changed cannot be read; those of the file are used. {refusal}"
        return _Shown(None, None, (said,))


def _looked_up(space: Workspace, named: str) -> _Shown:
    mark = (space.place, edition(space, (wording.TABLE,)), default().hash)
    now = _newest(*mark, _space=space)
    if named in ("", now.name if now else default().hash):
        return _Shown(now, now)
    if named == default().hash:
        return _Shown(None, now)
    found = _of_hash(*mark, named, _space=space) if _HASH.fullmatch(named) else None
    if found:
        return _Shown(found, now)
    return _Shown(now, now, (f"The link's definitions {address.quoted(named)} are not kept here; today's are used.",))


@st.cache_resource(max_entries=1, show_spinner=False)
def _versions(place: str, n: int, default_hash: str, *, _space: Workspace) -> tuple[Version, ...]:
    return tuple(wording.versions(_space))


@st.cache_resource(max_entries=2, show_spinner=False)
def _newest(place: str, n: int, default_hash: str, *, _space: Workspace) -> Version | None:
    return wording.newest(_space)


@st.cache_resource(max_entries=50, show_spinner=False)
def _of_hash(place: str, n: int, default_hash: str, named: str, *, _space: Workspace) -> Version | None:
    return wording.of_hash(_space, named)


@lru_cache(maxsize=2)
def _load(path: str, written_at: int) -> Definitions:
    return words.load(Path(path))
