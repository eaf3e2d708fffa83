"""The one way from a page to an answer: the snapshot that is current now, a cursor of its own, the cache, a calm refusal.

store        the folder of the store this run shows: the shared one, or the reader's own
look_up      the snapshot that is current now, asked once a run; None where nothing was published yet
opened       the snapshot of this run, as its reader may see it
whole_store  the same whole: to ask of, never to show
scope        the accounts this run's reader may see of the data it shows
definitions  the words in force
dimensions   every dimension a question can be cut by, with the values of the scope
values       the values the scope holds of one
states       the values there are of the states a book is cut by
outcomes     the outcomes the data can answer
ask          an answer, cached; says what is wrong and ends the page where there is none
try_ask      the same for one part of a page: says what is wrong and gives None
answer       the same, refused where there is none
whole        an answer for a download, asked when it is clicked and not kept

Everything that is kept is kept under the scope it was asked for. Of the store itself a reader with a limited scope sees what
the scope holds: its values, its number of accounts, and none of the imports.
What is kept of a reader's own data is kept with their session: it cannot push out what all share, and goes when they go.
"""

import os
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import streamlit as st

from lib.book import Book, year_to
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import open_store, standing
from lib.facts.ask import ask as cursor
from lib.facts.base import OUTCOMES, default_outcome
from lib.facts.dimensions import available
from lib.facts.held import held, n_accounts
from lib.measures import Answer
from lib.measures.registry import measure, reads
from lib.scope import ALL, Scope
from lib.store.dimensions import StoredDimension
from lib.store.folder import Batch, Manifest, current, default_store
from lib.store.opening import FAULTS, Snapshot
from lib.view import access, inforce, look, mishap, private, written
from lib.view.plain import plain

_SHOWN = "snapshot of this run"
MOST_ANSWERS, MOST_BYTES = 500, "500MB"  # kept in memory, over all readers
MOST_OWN_ANSWERS, MOST_OWN_BYTES = 60, "60MB"  # of a reader's own data, kept with their session
MOST_SCOPES = 200  # what the store looks like to so many scopes


def store() -> Path:
    """The folder of the store this run shows: the shared one, or the reader's own while they are on it."""
    return private.store() or default_store()


def look_up() -> Snapshot | None:
    """The snapshot the store points to now; the one this run shows. A new one is opened when the pointer moved.

    Nobody but the cache holds a snapshot: when a new one takes its place, the old one is let go of, not closed.
    """
    snapshot = _current()
    st.session_state[_SHOWN] = snapshot and weakref.ref(snapshot)
    return snapshot and _seen(snapshot, scope())


def opened() -> Snapshot:
    """The snapshot this run shows: one for the whole page, whatever is published meanwhile."""
    return _seen(whole_store(), scope())


def scope() -> Scope:
    """The accounts this run's reader may see: of their own data all, if they may see anything here."""
    who = access.viewer()
    return ALL if who.is_in and private.is_on() else who.scope


def whole_store() -> Snapshot:
    """The snapshot this run shows, with what its reader may not see: to ask of, never to show."""
    shown = st.session_state.get(_SHOWN)
    snapshot = shown and shown()
    if snapshot is None:
        look_up()
        snapshot = st.session_state[_SHOWN]()
    return snapshot


def _seen(snapshot: Snapshot, scope: Scope) -> Snapshot:
    """The snapshot as a scope may see it."""
    if scope.is_all:
        return snapshot
    dimensions, manifest = _holds(snapshot.version, scope.key, _snapshot=snapshot, _scope=scope)
    return replace(snapshot, dimensions=dimensions, manifest=manifest)


@st.cache_resource(max_entries=MOST_SCOPES, show_spinner=False)
def _holds(
    version: str, scope: str, *, _snapshot: Snapshot, _scope: Scope
) -> tuple[tuple[StoredDimension, ...], Manifest]:
    whole = _snapshot.manifest
    batches = tuple(Batch(each.batch, "", "", each.tables, "", each.received_at) for each in whole.batches)
    with _snapshot.ask(year_to(whole.as_of or whole.received_on), _scope) as con:
        kept = {"account": n_accounts(con)}
        manifest = replace(whole, batches=batches, files={}, n_rows=kept, undone=(), n_merged={}, counted={})
        return held(con, _snapshot.dimensions), manifest


def _current() -> Snapshot | None:
    return _newest(store(), _open_own if private.is_on() else _open)


def _newest(folder: Path, opens: Callable[[str, str, int], Snapshot]) -> Snapshot | None:
    place = current(folder)
    at = place and (str(folder), place.name, os.stat(place / "manifest.json").st_mtime_ns)
    snapshot = at and opens(*at)
    if snapshot and not snapshot.is_well:
        opens.clear(*at)
        snapshot = opens(*at)
    return snapshot


@st.cache_resource(max_entries=1, show_spinner="Opening the new data …")
def _open(folder: str, snapshot: str, written_at: int) -> Snapshot:
    return open_store(Path(folder))


@st.cache_resource(max_entries=1, show_spinner="Opening your data …", scope="session")
def _open_own(folder: str, snapshot: str, written_at: int) -> Snapshot:
    return open_store(Path(folder))


def definitions() -> Definitions:
    """The definitions of this run: those in force, or those its link names."""
    return inforce.definitions()


def dimensions(book: Book) -> tuple[StoredDimension, ...]:
    """Every dimension a question can be cut by, usage patterns included, with the values of the scope."""
    return _shape(book)[0]


def values(name: str) -> tuple[str, ...]:
    """The values the scope holds of the dimension people call `name`; raises Refused with the names there are."""
    return opened().dimension(name).values


def states(book: Book) -> dict[str, tuple[str | None, ...]]:
    """The values there are, as of the book's day, of every state it is cut by."""
    meaning, known = definitions(), [name for name, _ in book.states if name in standing.STATES]
    with cursor(whole_store(), book.uncut(), meaning, scope()) as con:
        return {name: standing.values(con, name, book.as_of, meaning) for name in known}


def outcomes(book: Book) -> tuple[str, ...]:
    """The outcomes this data can answer, the default one first."""
    default = _shape(book)[1]
    with_period = tuple(name for name, each in OUTCOMES.items() if each.has_period)
    return with_period if OUTCOMES[default].has_period else (default,)


def _shape(book: Book) -> tuple[tuple[StoredDimension, ...], str]:
    snapshot, meaning, seen = whole_store(), definitions(), scope()
    shape_of = _shape_of_own if private.is_on() else _shape_of
    asked = (snapshot.version, meaning.hash, seen.key)
    return shape_of(*asked, _snapshot=snapshot, _book=book, _definitions=meaning, _scope=seen)


@st.cache_resource(max_entries=MOST_SCOPES, show_spinner=False)
def _shape_of(
    version: str,
    words_hash: str,
    scope: str,
    *,
    _snapshot: Snapshot,
    _book: Book,
    _definitions: Definitions,
    _scope: Scope,
) -> tuple[tuple[StoredDimension, ...], str]:
    return _shaped(_snapshot, _book, _definitions, _scope)


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _shape_of_own(
    version: str,
    words_hash: str,
    scope: str,
    *,
    _snapshot: Snapshot,
    _book: Book,
    _definitions: Definitions,
    _scope: Scope,
) -> tuple[tuple[StoredDimension, ...], str]:
    return _shaped(_snapshot, _book, _definitions, _scope)


def _shaped(
    snapshot: Snapshot, book: Book, meaning: Definitions, scope: Scope
) -> tuple[tuple[StoredDimension, ...], str]:
    with cursor(snapshot, book, meaning, scope) as con:
        found = available(con, meaning)
        return found if scope.is_all else held(con, found), default_outcome(con)


def ask(name: str, book: Book, *, meaning: Definitions | None = None, **options) -> Answer:
    """The answer of the measure `name`, by other definitions than those of this run where `meaning` says so. Where there is
    none, says why and ends the page."""
    return _said(lambda: answer(name, book, meaning=meaning, **options)) or st.stop()


def try_ask(name: str, book: Book, *, meaning: Definitions | None = None, **options) -> Answer | None:
    """The answer of the measure `name`; where there is none, says why in its place and gives None."""
    return _said(lambda: answer(name, book, meaning=meaning, **options))


def whole(name: str, book: Book, *, meaning: Definitions | None = None, **options) -> Callable[[], Answer]:
    """A function that asks when it is called, on this run's data: for downloads, which are made when clicked."""
    shown, is_own, who = weakref.ref(whole_store()), private.is_on(), access.viewer()
    meaning = meaning or definitions()

    def asked() -> Answer:
        snapshot = shown() or (None if is_own else _newest(default_store(), _open))
        if snapshot is None:
            raise Refused("The upload behind this download was discarded.")
        seen = access.scope_now(who)  # a role may have ended since the button was drawn
        said = {} if is_own else written.tables(_reads(name, book))
        return _asked(snapshot, name, book, meaning, ALL if is_own else seen, options, said)

    return asked


def _said(asked: Callable[[], Answer]) -> Answer | None:
    try:
        return asked()
    except Refused as refusal:
        look.notice(plain(refusal))
    except Exception as error:
        mishap.failed(error)
    return None


def answer(name: str, book: Book, *, meaning: Definitions | None = None, **options) -> Answer:
    """The same; raises Refused where there is none, for what says so in words of its own."""
    snapshot, meaning, seen = whole_store(), meaning or definitions(), scope()
    key = tuple(sorted((option, _frozen(value)) for option, value in options.items()))
    said = _reads(name, book)
    asked = repr(
        (name, book, key, written.version(said))
    )  # Streamlit hashes a text at once, a frozen book field by field
    kept = _answer_own if private.is_on() else _answer
    return kept(
        snapshot.version,
        meaning.hash,
        seen.key,
        asked,
        _question=lambda: _asked(snapshot, name, book, meaning, seen, options, written.tables(said)),
    )


@st.cache_data(max_entries=MOST_ANSWERS, max_size=MOST_BYTES, show_spinner=False)
def _answer(version: str, words_hash: str, scope: str, asked: str, *, _question: Callable[[], Answer]) -> Answer:
    return _question()


@st.cache_data(max_entries=MOST_OWN_ANSWERS, max_size=MOST_OWN_BYTES, show_spinner=False, scope="session")
def _answer_own(version: str, words_hash: str, scope: str, asked: str, *, _question: Callable[[], Answer]) -> Answer:
    return _question()


def _asked(
    snapshot: Snapshot, name: str, book: Book, meaning: Definitions, scope: Scope, options: dict, said: Mapping
) -> Answer:
    """The answer; asked once more where DuckDB failed, of the same data opened anew."""

    def asked(of: Snapshot) -> Answer:
        with cursor(of, book, meaning, scope, said) as con:
            return measure(name)(con, book, meaning, **options)

    try:
        return asked(snapshot)
    except FAULTS as fault:
        mishap.note(fault)
        again = look_up()
        if again is None or again.version != snapshot.version:
            raise
        return asked(again)


def _reads(name: str, book: Book) -> tuple[str, ...]:
    """The tables of the workspace that the answer depends on."""
    return reads(name, is_cut_by_states=bool(book.states))


def _frozen(value: object) -> object:
    return tuple(_frozen(each) for each in value) if isinstance(value, (list, tuple)) else value
