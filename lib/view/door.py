"""The one way from a page to an answer: the snapshot that is current now, a cursor of its own, the cache, a calm refusal.

store        the folder of the store this run shows: the shared one, or the reader's own
look_up      the snapshot that is current now, asked once a run; None where nothing was published yet
opened       the snapshot of this run
definitions  the words in force
dimensions   every dimension a question can be cut by
outcomes     the outcomes the data can answer
ask          an answer, cached; says what is wrong and ends the page where there is none
try_ask      the same for one part of a page: says what is wrong and gives None
whole        an answer for a download, asked when it is clicked and not kept
failed       log an unforeseen error and say so calmly, with a reference

What is kept of a reader's own data is kept with their session: it cannot push out what all share, and goes when they go.
"""

import logging
import os
import secrets
import traceback
import weakref
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import streamlit as st

from lib import definitions as words
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.base import OUTCOMES, default_outcome
from lib.facts.dimensions import available
from lib.measures import Answer
from lib.measures.registry import measure
from lib.store.dimensions import StoredDimension
from lib.store.folder import current, default_store
from lib.store.opening import Snapshot
from lib.view import access, look, private
from lib.view.plain import plain

_SHOWN = "snapshot of this run"
_log = logging.getLogger("headlight")
MOST_ANSWERS, MOST_BYTES = 500, "500MB"  # kept in memory, over all readers
MOST_OWN_ANSWERS, MOST_OWN_BYTES = 60, "60MB"  # of a reader's own data, kept with their session


def store() -> Path:
    """The folder of the store this run shows: the shared one, or the reader's own while they are on it."""
    return private.store() or default_store()


def look_up() -> Snapshot | None:
    """The snapshot the store points to now; the one this run shows. A new one is opened when the pointer moved.

    Nobody but the cache holds a snapshot: when a new one takes its place, the old one is let go of, not closed.
    """
    snapshot = _current()
    st.session_state[_SHOWN] = snapshot and weakref.ref(snapshot)
    return snapshot


def opened() -> Snapshot:
    """The snapshot this run shows: one for the whole page, whatever is published meanwhile."""
    shown = st.session_state.get(_SHOWN)
    return (shown and shown()) or look_up()


def _current() -> Snapshot | None:
    return _newest(store(), _open_own if private.is_on() else _open)


def _newest(folder: Path, opens: Callable[[str, str, int], Snapshot]) -> Snapshot | None:
    place = current(folder)
    return place and opens(str(folder), place.name, os.stat(place / "manifest.json").st_mtime_ns)


@st.cache_resource(max_entries=1, show_spinner="Opening the new data …")
def _open(folder: str, snapshot: str, written_at: int) -> Snapshot:
    return open_store(Path(folder))


@st.cache_resource(max_entries=1, show_spinner="Opening your data …", scope="session")
def _open_own(folder: str, snapshot: str, written_at: int) -> Snapshot:
    return open_store(Path(folder))


def definitions() -> Definitions:
    """The definitions in force."""
    return _load(str(words.DEFAULT), words.DEFAULT.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _load(path: str, written_at: int) -> Definitions:
    return words.load(Path(path))


def dimensions(book: Book) -> tuple[StoredDimension, ...]:
    """Every dimension a question can be cut by, usage patterns included."""
    return _shape(book)[0]


def outcomes(book: Book) -> tuple[str, ...]:
    """The outcomes this data can answer, the default one first."""
    default = _shape(book)[1]
    return (
        tuple(name for name, each in OUTCOMES.items() if each.has_period)
        if OUTCOMES[default].has_period
        else (default,)
    )


def _shape(book: Book) -> tuple[tuple[StoredDimension, ...], str]:
    snapshot, meaning = opened(), definitions()
    shape_of = _shape_of_own if private.is_on() else _shape_of
    return shape_of(snapshot.version, meaning.hash, _snapshot=snapshot, _book=book, _definitions=meaning)


@st.cache_resource(max_entries=5, show_spinner=False)
def _shape_of(
    version: str, words_hash: str, *, _snapshot: Snapshot, _book: Book, _definitions: Definitions
) -> tuple[tuple[StoredDimension, ...], str]:
    return _shaped(_snapshot, _book, _definitions)


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _shape_of_own(
    version: str, words_hash: str, *, _snapshot: Snapshot, _book: Book, _definitions: Definitions
) -> tuple[tuple[StoredDimension, ...], str]:
    return _shaped(_snapshot, _book, _definitions)


def _shaped(snapshot: Snapshot, book: Book, meaning: Definitions) -> tuple[tuple[StoredDimension, ...], str]:
    with snapshot.ask(book) as con:
        return available(con, meaning), default_outcome(con)


def ask(name: str, book: Book, **options) -> Answer:
    """The answer of the measure `name`. Where there is none, says why and ends the page."""
    return _said(lambda: _cached(name, book, options)) or st.stop()


def try_ask(name: str, book: Book, **options) -> Answer | None:
    """The answer of the measure `name`; where there is none, says why in its place and gives None."""
    return _said(lambda: _cached(name, book, options))


def whole(name: str, book: Book, **options) -> Callable[[], Answer]:
    """A function that asks when it is called, on this run's data: for downloads, which are made when clicked."""
    shown, meaning, is_own = weakref.ref(opened()), definitions(), private.is_on()

    def asked() -> Answer:
        snapshot = shown() or (None if is_own else _newest(default_store(), _open))
        if snapshot is None:
            raise Refused("The upload behind this download was discarded.")
        return _asked(snapshot, name, book, meaning, options)

    return asked


def failed(error: Exception) -> None:
    """Say calmly that something went wrong, with the reference under which the log has it."""
    reference = secrets.token_hex(4)
    if private.is_on():  # a message may hold a value of the reader's own data
        places = [f"{Path(each.filename).name}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)]
        _log.error("reference %s: %s at %s", reference, type(error).__name__, " < ".join(places[::-1]))
    else:
        _log.error("reference %s", reference, exc_info=error)
    st.error(
        f"Something went wrong on our side, and this part of the page could not be made. Reference **{reference}**: "
        "the server's log says more under it. Your data was not changed.",
        icon=":material/error:",
    )


def _said(asked: Callable[[], Answer]) -> Answer | None:
    try:
        return asked()
    except Refused as refusal:
        look.notice(plain(refusal))
    except Exception as error:
        failed(error)
    return None


def _cached(name: str, book: Book, options: dict) -> Answer:
    snapshot, meaning = opened(), definitions()
    key = tuple(sorted((option, _frozen(value)) for option, value in options.items()))
    scope = access.viewer().scope
    asked = repr((name, book, key))  # Streamlit hashes a text in no time, a frozen book field by field
    kept = _answer_own if private.is_on() else _answer
    return kept(
        snapshot.version,
        meaning.hash,
        scope,
        asked,
        _question=lambda: _asked(snapshot, name, book, meaning, options),
    )


@st.cache_data(max_entries=MOST_ANSWERS, max_size=MOST_BYTES, show_spinner=False)
def _answer(version: str, words_hash: str, scope: str, asked: str, *, _question: Callable[[], Answer]) -> Answer:
    return _question()


@st.cache_data(max_entries=MOST_OWN_ANSWERS, max_size=MOST_OWN_BYTES, show_spinner=False, scope="session")
def _answer_own(version: str, words_hash: str, scope: str, asked: str, *, _question: Callable[[], Answer]) -> Answer:
    return _question()


def _asked(snapshot: Snapshot, name: str, book: Book, meaning: Definitions, options: dict) -> Answer:
    with snapshot.ask(book) as con:
        return measure(name)(con, book, meaning, **options)


def _frozen(value: object) -> object:
    return tuple(_frozen(each) for each in value) if isinstance(value, (list, tuple)) else value
